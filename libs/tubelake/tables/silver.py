"""Tables of typed rows, one row a thing, kept up to date with bronze."""

from tubelake.tables.model import CHANGE_FEED, Table, columns

_COUNTS = """
    view_count      bigint  Views; null where hidden or missing
    like_count      bigint  Likes; null where hidden or missing
    dislike_count   bigint  Dislikes; private since 2021-12-13, so null in newer data
    favorite_count  bigint  Favourites; the API has long answered 0
    comment_count   bigint  Comments; null where disabled or missing
"""

VIDEOS = Table(
    "silver", "videos", "One row a video: its newest details",
    columns(f"""
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
    method                  string          Method that gave them
    fetched_at              timestamp       When these details were fetched (UTC)
    """), key=("video_id",), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at",
)  # fmt: skip
VIDEO_SNAPSHOTS = Table(
    "silver", "video_snapshots", "Counts of a video at each time they were fetched",
    columns(f"""
    video_id        string     YouTube's id of the video
    fetched_at      timestamp  When the counts were fetched (UTC)
    {_COUNTS.strip()}
    method          string     Method that gave them
    """), key=("video_id", "fetched_at"), zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", fixed="fetched_at",
)  # fmt: skip
SEARCH_HITS = Table(
    "silver", "search_hits", "What a keyword's searches found: one row a keyword and result",
    columns("""
    keyword        string     Keyword that was searched
    kind           string     video, channel or playlist
    item_id        string     Id of the result
    video_id       string     The same id where the result is a video, else null
    channel_id     string     Channel of the result
    title          string     Title as the search showed it
    published_at   timestamp  When it was published (UTC)
    first_seen_at  timestamp  When a search first found it (UTC)
    request_id     string     Answer that found it
    """), key=("keyword", "kind", "item_id"), oldest_by="first_seen_at", zorder_by=("keyword", "item_id"),
    # That a keyword found it is in the log too, and stays. The refreshed title is in `videos`.
    properties=CHANGE_FEED, aged_by="first_seen_at", forgets=("channel_id", "title", "published_at"),
)  # fmt: skip
CHANNELS = Table(
    "silver", "channels", "One row a channel: its newest details",
    columns("""
    channel_id           string          YouTube's id of the channel
    title                string          Title
    description          string          Description
    custom_url           string          Its handle, such as @name
    country              string          Country that it says it is of (ISO 3166)
    default_language     string          Language of title and description
    keywords             string          Its keywords as the owner wrote them, separated by spaces
    published_at         timestamp       When it was made (UTC)
    uploads_playlist_id  string          Playlist of all its uploads
    view_count           bigint          Views of all its videos
    subscriber_count     bigint          Subscribers, rounded by YouTube; null where hidden
    video_count          bigint          Public videos
    privacy_status       string          public, unlisted or private
    is_made_for_kids     boolean         Whether it is declared as made for children
    topic_categories     array<string>   Wikipedia addresses of its topics
    thumbnail_url        string          Address of its largest picture
    fetched_at           timestamp       When these details were fetched (UTC)
    """), key=("channel_id",), newest_by="fetched_at", zorder_by=("channel_id",), properties=CHANGE_FEED,
    aged_by="fetched_at",
)  # fmt: skip
CHART_ENTRIES = Table(
    "silver", "chart_entries", "Charts of most popular videos: one row a rank of each chart, each time it was read",
    columns("""
    chart_id     string     Reading of a chart
    region       string     Country (ISO 3166)
    category_id  string     Category, 0: all
    rank         int        Rank from 1; a reading that was cut short has fewer, and another chart_id follows it
    video_id     string     YouTube's id of the video
    fetched_at   timestamp  When this page of it was fetched (UTC)
    """), key=("chart_id", "rank"), zorder_by=("video_id",), properties=CHANGE_FEED, aged_by="fetched_at",
)  # fmt: skip
COMMENTS = Table(
    "silver", "comments", "Comments and replies: in the order of thread_id, published_at, comment_id they are the trees",
    columns("""
    comment_id         string     YouTube's id of the comment
    video_id           string     Video that it is about
    thread_id          string     First comment of its thread: its own id where it is that one
    parent_id          string     Comment that it replies to; null for the first of a thread
    author_channel_id  string     Channel of its author, or a pseudonym
    author_name        string     Name of its author, or a pseudonym
    text               string     What it says, as plain text
    like_count         bigint     Likes
    reply_count        bigint     Replies that its thread has by YouTube's count; null for a reply
    published_at       timestamp  When it was written (UTC)
    updated_at         timestamp  When it was last changed (UTC)
    is_edited          boolean    Whether it was changed since it was written
    fetched_at         timestamp  When it was fetched (UTC)
    """), key=("comment_id",), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at", persons=("author_channel_id", "author_name"), said=("text",),
)  # fmt: skip
CAPTION_TRACKS = Table(
    "silver", "caption_tracks", "Caption tracks that a video has, fetched or not",
    columns("""
    track_id               string          Id of the track, or a name made of video, language and kind
    video_id               string          YouTube's id of the video
    language_code          string          Language, as YouTube codes it
    language               string          Name of the language or of the track
    is_generated           boolean         Whether a machine made it
    is_translatable        boolean         Whether YouTube translates it; null where the API does not say
    translation_languages  array<string>   Languages into which it can be translated
    translated_from        string          Language of the original; null for an original
    method                 string          Way that it came
    fetched_at             timestamp       When it was last listed (UTC)
    """), key=("track_id",), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at",
)  # fmt: skip
CAPTION_SNIPPETS = Table(
    "silver", "caption_snippets", "What the fetched caption tracks say, one row a caption",
    columns("""
    track_id          string     Track
    position          int        Number of the caption in its track, from 0
    video_id          string     YouTube's id of the video
    language_code     string     Language of the track
    start_seconds     double     When it appears (s from the start of the video)
    duration_seconds  double     How long it stays (s)
    text              string     What it says
    fetched_at        timestamp  When the track was fetched (UTC)
    """), key=("track_id", "position"), newest_by="fetched_at", zorder_by=("video_id",), properties=CHANGE_FEED,
    aged_by="fetched_at",
)  # fmt: skip
TRENDING_DAYS = Table(
    "silver", "trending_days", "One row a video, country, day and cohort of the imported charts: its counts at that day",
    columns(f"""
    video_id        string  YouTube's id of the video
    country         string  Country of the chart; ZZ where it is not known
    trending_date   date    Day of the chart
    cohort          string  Set that the video belongs to, as the import was told
    category_id     string  Category
    category        string  Its name
    {_COUNTS.strip()}
    """), key=("video_id", "country", "trending_date", "cohort"), newest_by="view_count", zorder_by=("video_id",),
    properties=CHANGE_FEED,
)  # fmt: skip
LABELLED_TEXTS = Table(
    "silver", "labelled_texts", "Texts with a label that somebody gave them, to train and to measure with",
    columns("""
    sha256         string  SHA-256 of the file it comes from
    record_number  bigint  Number of the record in the file, from 1 after the header, blank lines counted
    line_number    bigint  Line of the file on which it begins, from 1
    file           string  Path of the file
    text           string  Text as it came
    label          string  Label as it came
    """), key=("sha256", "record_number"), properties=CHANGE_FEED, said=("text",),
)  # fmt: skip
LABELLED_FACES = Table(
    "silver", "labelled_faces", "Pictures of faces with a label that somebody gave them, to train and to measure with",
    columns("""
    sha256  string  SHA-256 of the picture
    label   string  Label: the name of its folder
    source  string  Path of its file
    format  string  JPEG or PNG
    width   int     Width (px)
    height  int     Height (px)
    data    binary  The file as it came
    """), key=("sha256", "label"), oldest_by="source", properties=CHANGE_FEED,
)  # fmt: skip
CHAT_MESSAGES = Table(
    "silver", "chat_messages", "One row an event of a live chat, as it first came",
    columns("""
    message_id         string               YouTube's id of the event
    chat_id            string               Chat that it is of
    video_id           string               The live video
    event              string               text, super_chat, super_sticker, new_member, milestone, membership_gift, membership_received, gift, poll, ban, chat_ended, ...
    author_channel_id  string               Channel of who wrote or did it, or the pseudonym
    author_name        string               Its name, or the pseudonym
    is_owner           boolean              Whether that is the stream's own channel
    is_moderator       boolean              Whether it moderates the chat
    is_member          boolean              Whether it is a member of the channel
    is_verified        boolean              Whether YouTube has verified it
    text               string               What was written, with every emoji; null for events without words
    amount_micros      bigint               What a super chat or sticker cost (millionths of the currency)
    currency           string               Its currency (ISO 4217)
    tier               int                  YouTube's tier of it
    sticker_text       string               What a super sticker shows, in words
    member_level       string               Level of a membership
    member_months      int                  Months of a milestone
    gift_count         int                  Memberships given, or how many times a gift was sent in a row
    gift_name          string               Name of a gift
    gift_jewels        int                  Its price in jewels
    gifter_channel_id  string               Who gave the membership that was received, or the pseudonym
    gift_message_id    string               The event by which it was given
    poll_question      string               Question of a poll
    poll_options       array<struct<text:string,votes:bigint>>  Its options with their votes
    banned_channel_id  string               Channel that was banned, or the pseudonym
    ban_seconds        bigint               For how long (s); null: for good
    published_at       timestamp            When it happened (UTC)
    offset_seconds     double               How long after the stream's start (s)
    fetched_at         timestamp            When it first came (UTC)
    """), key=("message_id",), oldest_by="fetched_at", zorder_by=("chat_id", "published_at"), properties=CHANGE_FEED,
    aged_by="fetched_at", fixed="published_at",
    persons=("author_channel_id", "author_name", "gifter_channel_id", "banned_channel_id"), said=("text",),
)  # fmt: skip
CHATS = Table(
    "silver", "chats", "One row a live chat that was followed: how far, at what cost, and how it ended",
    columns("""
    chat_id          string     YouTube's id of the chat
    video_id         string     The live video
    started_at       timestamp  When its stream began (UTC)
    first_polled_at  timestamp  First poll (UTC)
    last_polled_at   timestamp  Newest poll (UTC)
    poll_count       bigint     Polls with a good answer
    units            bigint     Units of quota that it took
    received_count   bigint     Messages received, doubled ones counted each time
    offline_at       timestamp  When the stream ended, by YouTube (UTC)
    end_reason       string     ended, disabled, not found, forbidden, quota or stopped; null: still followed, or its run was killed
    """), key=("chat_id",), properties=CHANGE_FEED, aged_by="last_polled_at",
)  # fmt: skip
