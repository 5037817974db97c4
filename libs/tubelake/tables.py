"""Every table of the lake, declared once: columns with comments and units, key, layout."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class Table:
    """A Delta table, or the part of one that a job reads or writes (`part`: a value of its partition column)."""

    layer: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    newest_by: str | None = None  # of two rows with one key, the one with the larger value stays
    oldest_by: str | None = None  # the one with the smaller value stays
    partition_by: tuple[str, ...] = ()
    cluster_by: tuple[str, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    rule: int = 1  # raise it when the meaning of a column changes: the table is then derived anew
    part: str | None = None

    def of(self, part: str) -> "Table":
        """Only the rows of this table whose partition is `part`: what a job depends on, more exactly."""
        return replace(self, part=part)

    @property
    def ddl(self) -> str:
        """The columns as Spark SQL DDL, without comments: a schema for `createDataFrame`."""
        return ", ".join(f"{column.name} {column.type}" for column in self.columns)

    @property
    def column_names(self) -> list[str]:
        return [column.name for column in self.columns]


def _columns(text: str) -> tuple[Column, ...]:
    """One column a line: name, type, comment."""
    return tuple(Column(*line.split(None, 2)) for line in text.strip().splitlines())


CHANGE_FEED = (("delta.enableChangeDataFeed", "true"),)
# The log grows by a few small files a round; without compaction a day of live chat makes tens of thousands.
LOG = (*CHANGE_FEED, ("delta.autoOptimize.autoCompact", "true"))

_FACTS = """
    request_id           string          Id of this answer: run, round, chain and page; sorts by time
    run_id               string          Run that asked
    round_id             string          Round of the run
    method               string          Method of the API, such as search.list
    params               string          Parameters as JSON with sorted keys, without the page token and the key
    subject              string          What was asked about: a keyword, or null
    shard                string          Time shard of a search, as SINCE/UNTIL in UTC
    page_token           string          Token this page was asked with, null for a first page
    next_page_token      string          Token of the next page, null on the last
    status               int             HTTP status, 0 where no answer came
    reason               string          Null for a good answer, else the API's reason, or ours in words
    attempt              int             Tries that this answer took
    bucket               string          Quota bucket that paid
    units                int             Units that it cost, all tries counted
    item_count           int             Items in the answer
    item_ids             array<string>   Their ids, in the order of the answer
    oldest_published_at  timestamp       Earliest publishedAt of the items (UTC)
    newest_published_at  timestamp       Latest publishedAt of the items (UTC)
    is_descending        boolean         Whether the items came newest first
    total_results        bigint          The API's own estimate: recorded, never relied on
    retry_after_seconds  double          Wait that the server asked for (s)
    executor_id          string          Host and process that fetched it
    fetched_at           timestamp       When the answer came (UTC)
    quota_day            date            Pacific day whose quota paid
"""

RESPONSES = Table(
    "bronze", "responses", "The log: facts of every answer of the API, also of every failure",
    _columns(_FACTS), key=("request_id",), partition_by=("method",), properties=LOG,
)  # fmt: skip
RESPONSE_BODIES = Table(
    "bronze", "response_bodies", "The same facts with the body; bodies may be deleted, the facts stay",
    _columns(_FACTS + "    body                 string          The answer as it came"),
    key=("request_id",), partition_by=("method",), properties=LOG,
)  # fmt: skip

_COUNTS = """
    view_count      bigint  Views; null where hidden or missing
    like_count      bigint  Likes; null where hidden or missing
    dislike_count   bigint  Dislikes; private since 2021-12-13, so null in newer data
    favorite_count  bigint  Favourites; the API has long answered 0
    comment_count   bigint  Comments; null where disabled or missing
"""

VIDEOS = Table(
    "silver", "videos", "One row a video: its newest details",
    _columns(f"""
    video_id                string          YouTube's id of the video
    title                   string          Title
    description             string          Description
    tags                    array<string>   The uploader's tags
    category_id             string          Category, see videoCategories.list
    channel_id              string          Channel that published it
    channel_title           string          Its name
    published_at            timestamp       When it was published (UTC)
    duration_seconds        bigint          Length (s); null where missing, 0 for a stream that has not ended
    definition              string          hd or sd
    dimension               string          2d or 3d
    has_captions            boolean         Whether the uploader gave captions
    is_licensed             boolean         Whether the content is licensed
    default_language        string          Language of title and description
    default_audio_language  string          Language spoken
    live_broadcast_content  string          none, live or upcoming
    live_scheduled_at       timestamp       When a broadcast was to begin (UTC)
    live_started_at         timestamp       When it began (UTC)
    live_ended_at           timestamp       When it ended (UTC)
    live_chat_id            string          Its chat, while it is live
    privacy_status          string          public, unlisted or private
    is_embeddable           boolean         Whether other sites may embed it
    is_made_for_kids        boolean         Whether it is declared as made for children
    topic_categories        array<string>   Wikipedia addresses of its topics
    thumbnail_url           string          Address of its largest thumbnail
    thumbnail_width         int             Width of that thumbnail (px)
    thumbnail_height        int             Height of that thumbnail (px)
    {_COUNTS.strip()}
    fetched_at              timestamp       When these details were fetched (UTC)
    """), key=("video_id",), newest_by="fetched_at", cluster_by=("video_id",), properties=CHANGE_FEED,
)  # fmt: skip
VIDEO_SNAPSHOTS = Table(
    "silver", "video_snapshots", "Counts of a video at each time they were fetched",
    _columns(f"""
    video_id        string     YouTube's id of the video
    fetched_at      timestamp  When the counts were fetched (UTC)
    {_COUNTS.strip()}
    method          string     Method that gave them
    """), key=("video_id", "fetched_at"), cluster_by=("video_id",), properties=CHANGE_FEED,
)  # fmt: skip
SEARCH_HITS = Table(
    "silver", "search_hits", "What a keyword's searches found: one row a keyword and result",
    _columns("""
    keyword        string     Keyword that was searched
    kind           string     video, channel or playlist
    item_id        string     Id of the result
    video_id       string     The same id where the result is a video, else null
    channel_id     string     Channel of the result
    title          string     Title as the search showed it
    published_at   timestamp  When it was published (UTC)
    first_seen_at  timestamp  When a search first found it (UTC)
    request_id     string     Answer that found it
    """), key=("keyword", "kind", "item_id"), oldest_by="first_seen_at", cluster_by=("keyword", "item_id"),
    properties=CHANGE_FEED,
)  # fmt: skip

KEYWORD_STATISTICS = Table(
    "gold", "keyword_statistics", "describe() of each metric of a keyword's videos, from their newest counts",
    _columns("""
    keyword        string  Keyword
    metric         string  Metric, such as view_count; ratios and rates say their unit in the name
    video_count    bigint  Videos of the keyword
    value_count    bigint  Videos with a value
    missing_count  bigint  Videos without
    mean           double  Arithmetic mean
    sd             double  Standard deviation (n - 1)
    min            double  Least value
    q1             double  First quartile, linearly interpolated
    median         double  Median, linearly interpolated
    q3             double  Third quartile, linearly interpolated
    max            double  Greatest value
    """), key=("keyword", "metric"),
)  # fmt: skip
HISTOGRAMS = Table(
    "gold", "histograms", "How often which value occurs, in bins of equal width or equal ratio",
    _columns("""
    keyword      string  Keyword
    metric       string  Metric, as in keyword_statistics
    scale        string  linear or log
    bin          int     Number of the bin from 0; -1 on the log scale: values that are 0 or less
    lower        double  Where the bin begins (inclusive)
    upper        double  Where it ends (exclusive; inclusive in the last bin)
    video_count  bigint  Videos in it; empty bins are rows too
    """), key=("keyword", "metric", "scale", "bin"),
)  # fmt: skip

QUOTA_BUCKETS = Table(
    "control", "quota_buckets", "Units of each quota bucket and Pacific day",
    _columns("""
    project        string     API project
    bucket         string     search, stats or common
    quota_day      date       Pacific day
    units_leased   bigint     Units handed to runs; what a killed run did not log stays spent
    units_settled  bigint     Units that answers are known to have cost
    exhausted      boolean    Whether the API itself said that the day's quota is used up
    updated_at     timestamp  Last change (UTC)
    """),
    key=("project", "bucket", "quota_day"),
    # Two first leases at once must not both insert the row.
    properties=(("delta.isolationLevel", "Serializable"),),
)  # fmt: skip
JOB_RUNS = Table(
    "control", "job_runs", "One row a job that did something or failed",
    _columns("""
    run_id      string     Run
    job         string     Job
    started_at  timestamp  Start (UTC)
    seconds     double     How long it took (s)
    rows_in     bigint     Rows read
    rows_out    bigint     Rows written or changed
    calls       bigint     Calls of the API
    units       bigint     Units they cost
    outcome     string     done, quota, usage or failed
    message     string     Closing line
    """), key=("run_id", "job"),
)  # fmt: skip

ALL: tuple[Table, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Table))
