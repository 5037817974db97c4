"""Tables of what was fetched or imported, as it came."""

from tubelake.tables.model import CHANGE_FEED, Table, columns

RESPONSES = Table(
    "bronze", "responses", "The log: every answer of the API, also every failure; bodies may be forgotten, facts stay",
    columns("""
    request_id           string          Id of this answer: run, round, chain and page; sorts by time
    run_id               string          Run that asked
    round_id             string          Round of the run
    method               string          Method of the API, such as search.list
    params               string          Parameters as JSON with sorted keys, without the page token and the key
    subject              string          What was asked about: a keyword, or null
    shard                string          Time shard of a search, as SINCE/UNTIL in UTC, with again: before it where it was searched a second time; of a live chat, when its stream began
    page_token           string          Token this page was asked with, null for a first page
    next_page_token      string          Token of the next page, null on the last
    status               int             HTTP status, 0 where no answer came
    reason               string          Null for a good answer, else the API's reason, or ours in words
    attempt              int             Tries that this answer took
    bucket               string          Quota bucket that paid
    units                int             Units that it cost, all tries counted
    item_count           int             Items in the answer
    item_ids             array<string>   Their ids, in the order of the answer
    incomplete_ids       array<string>   Those of them that have more than the answer holds: threads with further replies
    oldest_published_at  timestamp       Earliest publishedAt of the items (UTC)
    newest_published_at  timestamp       Latest publishedAt of the items (UTC)
    is_descending        boolean         Whether the items came newest first
    total_results        bigint          The API's own estimate: recorded, never relied on
    retry_after_seconds  double          Wait that the server asked for (s)
    pause_seconds        double          Wait that a live chat asks for before its next page (s)
    offline_at           timestamp       When the stream of a live chat ended, once it has (UTC)
    executor_id          string          Host and process that fetched it
    fetched_at           timestamp       When the answer came (UTC)
    quota_day            date            Pacific day whose quota paid
    body                 string          The answer as it came; null once it was forgotten
    """), key=("request_id",), partition_by=("method",), searched_by=("run_id", "subject", "body"), properties=CHANGE_FEED,
    aged_by="fetched_at", forgets=("body",), raw=("body",),
)  # fmt: skip
PICTURES = Table(
    "bronze", "pictures", "The log of thumbnails: one row for each time that a video's picture was asked for",
    columns("""
    video_id     string     YouTube's id of the video
    size         string     Name of the picture that was found, or else tried last, such as mqdefault
    url          string     Its address as YouTube knows it
    status       int        HTTP status, 0 where no answer came
    reason       string     Null for a good picture, else why there is none: a word, and after a colon details
    is_final     boolean    Whether asking again is pointless: it is there, or never will be
    tries        int        Names asked for: those before the last were missing (404)
    width        int        Width (px)
    height       int        Height (px)
    format       string     Format as Pillow names it, such as JPEG
    is_animated  boolean    Whether it has more than one frame; only the first was decoded
    byte_count   bigint     Size (bytes)
    sha256       string     SHA-256 of the bytes (hex)
    data         binary     The bytes as they came; null where the picture is not good
    run_id       string     Run that asked
    round_id     string     Round of the run
    executor_id  string     Host and process that fetched it
    fetched_at   timestamp  When the answer came (UTC)
    """), key=("video_id", "run_id"), properties=CHANGE_FEED, aged_by="fetched_at",
)  # fmt: skip

_WHERE = """
    file           string  Path of the file it comes from
    sha256         string  SHA-256 of that file, by which an import knows it again
    record_number  bigint  Number of the record in the file, from 1 after the header, blank lines counted
    line_number    bigint  Line of the file on which it begins, from 1
"""
_REJECT = """
    reason         string  Why it is no row
    text           string  Its text as it stands in the file
"""

TRENDING_ROWS = Table(
    "bronze", "trending_rows", "The rows of imported files of trending videos: a video on a day",
    columns(f"""
    {_WHERE.strip()}
    cohort                  string              Set that its videos belong to, as the import was told
    country                 string              Country of the chart: the file's own column, else from its name, else null
    video_id                string              YouTube's id of the video; #NAME? where Excel has spoilt it
    trending_date           date                Day of the chart; null where the file tells none
    title                   string              Title
    channel_id              string              Channel that published it
    channel_title           string              Its name
    category_id             string              Category
    category                string              Its name: from the category JSON of the country, else YouTube's usual one
    published_at            timestamp           When it was published (UTC)
    tags                    string              The uploader's tags as they came: a|"b"|"c", or [none]
    view_count              bigint              Views until that day
    like_count              bigint              Likes
    dislike_count           bigint              Dislikes
    comment_count           bigint              Comments
    thumbnail_url           string              Address of its thumbnail
    is_comments_disabled    boolean             Whether comments are turned off; their count is 0 then
    is_ratings_disabled     boolean             Whether ratings are turned off; likes and dislikes are 0 then
    is_error_or_removed     boolean             Whether the video was gone when the chart was read
    description             string              Description as it came
    other                   map<string,string>  Columns of the file that are none of these, by name; null: none
    """), key=("sha256", "cohort", "record_number"), properties=CHANGE_FEED,
)  # fmt: skip
TRENDING_REJECTS = Table(
    "bronze", "trending_rejects", "Records of such files that are no rows, with the reason",
    columns(_WHERE + "    cohort         string  As in trending_rows" + _REJECT),
    key=("sha256", "cohort", "record_number"),
)  # fmt: skip
LABEL_REJECTS = Table(
    "bronze", "label_rejects", "Records and pictures that import_labels did not take, with the reason",
    columns(_WHERE + _REJECT), key=("file", "sha256", "record_number"), said=("text",),
)  # fmt: skip
