"""Every setting: its type, its default, what it means."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from tubelake.settings.reading import Embeddings, EmotionTraining, Spelling, Text, Vision
from tubelake.settings.section import Section
from tubelake.settings.values import ChannelIds, Hosts, Moment, Regions, VideoIds, Words


class Lake(Section):
    root: str = "./lake"
    """Folder or object-store address of the lake; tables lie at ROOT/LAYER/TABLE."""
    catalog: str | None = None
    """Catalog that holds the tables as CATALOG.LAYER.TABLE, instead of the folder (Unity Catalog)."""


class YouTube(Section):
    endpoint: str | None = None
    """Address of the API; not set: the real one. The emulator's address goes here."""
    api_key: SecretStr | None = None
    """Your API key; better given as the environment variable YOUTUBE_API_KEY."""
    timeout_seconds: float = Field(30.0, gt=0)
    """How long one call may take."""


class Search(Section):
    keywords: Words = ()
    """Keywords to search, separated by commas."""
    type: Literal["video", "channel", "playlist"] = "video"
    """What to search for."""
    order: Literal["date", "relevance", "viewCount", "rating", "title"] = "date"
    """`date` finds everything; any other order is a sample of at most about 500."""
    since: Moment = None
    """Only videos published from this moment on (ISO date or time, UTC)."""
    until: Moment = None
    """Only videos published before this moment."""
    max_videos: int | None = Field(None, ge=1)
    """Stop a keyword after this many distinct results."""
    region: str | None = None
    """ISO 3166 country whose view of YouTube is searched."""
    language: str | None = None
    """ISO 639-1 language that results should be most relevant to."""
    duration: Literal["short", "medium", "long"] | None = None
    """Only videos under 4, of 4 to 20, or over 20 minutes."""
    definition: Literal["high", "standard"] | None = None
    """Only HD or only SD videos."""
    fields: str | None = None
    """Partial response in the API's grammar; not set: what TubeLake reads."""
    shards: int = Field(8, ge=1, le=64)
    """Into how many time shards a large keyword is cut; they are fetched side by side."""
    refresh_hours: float = Field(24.0, ge=0)
    """A keyword is searched for newer videos when its last search is older than this."""


class Recall(Section):
    calls: int = Field(6, ge=1)
    """Calls a keyword, at most, of collect_recall, which searches some of its time windows a second time."""
    order: Literal["relevance", "viewCount", "rating", "title"] = "relevance"
    """In which order: another one than that of the first search."""


class Videos(Section):
    ids: VideoIds = ()
    """Video ids to collect besides those that searches found."""
    refresh_hours: float = Field(24.0 * 7, gt=0)
    """A new statistics snapshot is taken when the newest is older than this."""


class Channels(Section):
    ids: ChannelIds = ()
    """Channels whose details and uploads lists are collected: the cheap way past search."""
    refresh_hours: float = Field(24.0 * 7, gt=0)
    """Details and uploads lists are fetched again when they are older than this."""


class Charts(Section):
    regions: Regions = ()
    """Countries (ISO 3166, such as US,KR) whose charts of most popular videos are collected."""
    categories: Words = ()
    """Ids of the categories whose charts are collected, 0: the chart of all; not set: only that one."""
    refresh_hours: float = Field(24.0, gt=0)
    """A chart is read again when it is older than this."""


class Comments(Section):
    refresh_hours: float | None = Field(None, gt=0)
    """A video's comments are read again when they are older than this; not set: never."""


class Captions(Section):
    languages: Words = ()
    """Languages of tracks, the best first, such as en,ko; not set: the track that suits the video best."""
    tracks: Literal["preferred", "all"] = "preferred"
    """The best track of a video, manual before generated, or all of them."""
    translate: str | None = None
    """Language into which the best track is also translated, by YouTube."""
    requests_per_second: float = Field(1.0, gt=0)
    """Requests a second of the whole cluster: YouTube blocks an address that asks faster."""
    threads: int = Field(4, ge=1, le=64)
    """Videos under way at once in one Spark task."""
    round_seconds: float = Field(120.0, gt=0)
    """After this long a round starts no new video: what a kill can waste is bounded."""
    proxy: SecretStr | None = None
    """Proxy for these requests, such as http://USER:PASSWORD@HOST:PORT."""
    credentials: str | None = None
    """File of an owner's OAuth credentials: the captions of own_channel's videos then come through the API."""
    own_channel: str | None = None
    """Channel whose owner the credentials are of."""


class Chat(Section):
    video_ids: VideoIds = ()
    """Live videos to follow, besides those of videos.ids and what is live of search.keywords and channels.ids."""
    hours: float | None = Field(None, gt=0)
    """Follow for this long and make the day's units last so long; not set: until every chat has ended."""
    look_again_minutes: float = Field(30.0, gt=0)
    """How often keywords, channels and ids are looked through for streams that are new or have a new chat."""
    give_up_minutes: float = Field(30.0, gt=0)
    """A chat that could not be reached for this long is left to the next run."""
    build_seconds: float = Field(2.0, ge=0)
    """Seconds from one turn of bringing new messages into chat_messages to the next, while chats are followed."""


class Collect(Section):
    threads: int = Field(32, ge=1, le=256)
    """Calls under way at once in one Spark task."""
    tasks: int = Field(0, ge=0)
    """Spark tasks a round is spread over; 0: one a core."""
    requests_per_second: float = Field(200.0, gt=0)
    """Calls a second of the whole cluster, at most."""
    round_seconds: float = Field(30.0, gt=0)
    """After this long a round starts no new call: what a kill can waste is bounded."""
    round_calls: int = Field(1000, ge=1)
    """Requests of one round, at most; a search request is a chain of up to 10 pages."""
    attempts: int = Field(5, ge=1)
    """Tries of one call on 5xx, 429, time-outs, resets and broken answers."""
    retry_base_seconds: float = Field(0.5, ge=0)
    """First upper bound of the random wait between tries; it doubles each time."""
    retry_max_seconds: float = Field(30.0, ge=0)
    """Largest wait between tries; a longer Retry-After ends the round and the run waits for it."""


class Thumbnails(Section):
    hosts: Hosts = ("i.ytimg.com", "i9.ytimg.com", "img.youtube.com")
    """Hosts that pictures may come from, by their exact names; any other address is refused."""
    max_bytes: int = Field(5_000_000, ge=1)
    """Largest picture that is taken (bytes)."""
    max_pixels: int = Field(20_000_000, ge=1)
    """Most pixels of a picture that is decoded; YouTube's largest have 8,294,400."""
    timeout_seconds: float = Field(30.0, gt=0)
    """How long one picture may take in all, redirects included."""
    stall_seconds: float = Field(10.0, gt=0)
    """How long connecting may take, or waiting for the next bytes."""
    connections: int = Field(64, ge=1, le=1024)
    """Downloads under way at once in one Spark task."""
    requests_per_second: float = Field(2000.0, gt=0)
    """Downloads a second of the whole cluster, at most."""
    round_videos: int = Field(10_000, ge=1)
    """Videos of one round, at most: what a kill can lose."""


class Quota(Section):
    project: str = "default"
    """Name of the API project whose quota is used: lakes count each project apart."""
    search: int | None = Field(None, ge=0)
    """Calls a day of search.list, if your project's limit differs from the published one."""
    stats: int | None = Field(None, ge=0)
    """Calls a day of videos.batchGetStats, likewise."""
    common: int | None = Field(None, ge=0)
    """Units a day of everything else, likewise."""


class Import(Section):
    path: str | None = None
    """CSV file of trending videos (.csv or .csv.gz), a folder of such files, or a pattern such as data/*videos.csv."""
    cohort: str = Field("trending", min_length=1, pattern=r"^\S(.*\S)?$")
    """Name of the set that its videos belong to: trending, not_trending, or any other; kept on every row."""
    categories: str | None = None
    """Folder with XX_category_id.json files; not set: the CSV's own folder and category_id in it."""


class Labels(Section):
    texts: str | None = None
    """CSV file of labelled texts (.csv or .csv.gz), a folder of such files, or a pattern."""
    text_column: str | None = None
    """Name of its column of texts; not set: found by its name, such as text or comment."""
    label_column: str | None = None
    """Name of its column of labels; not set: found by its name, such as label or sentiment."""
    faces: str | None = None
    """Folder of labelled faces: in it a folder a label, with PNG and JPEG files."""


class Retention(Section):
    days: int = Field(30, ge=1)
    """Older rows are deleted. YouTube's policy: data that is not your own is refreshed or deleted after 30 days."""
    refresh_days: int = Field(25, ge=0)
    """Details of videos older than this are fetched again; 0: never, what is too old is only deleted."""
    keep: Words = ()
    """Tables whose rows no age deletes, such as video_snapshots or chat_messages, which nothing can refresh. The policy
    gives 30 days: to keep them longer is your decision. Videos that are gone leave these tables too."""
    vacuum_hours: int = Field(168, ge=0)
    """Files that no table uses any more are deleted after this long; more, where a table still has to follow them."""
    dry_run: bool = False
    """Only print what would be deleted."""

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.refresh_days > self.days:
            raise ValueError(f"refresh_days ({self.refresh_days}) must not be more than days ({self.days})")
        return self


class Privacy(Section):
    pseudonyms: bool = False
    """Replace names and ids of authors by a keyed hash, in the typed tables. Raw answers keep them until they are purged."""
    key: SecretStr | None = None
    """Key of that hash, kept for as long as pseudonyms must match; better given as TUBELAKE_PRIVACY_KEY."""


class Statistics(Section):
    bins: int = Field(100, ge=1, le=10_000)
    """Bins of each histogram."""


class Policy(Section):
    derived_metrics_accepted: bool = False
    """You have read YouTube's terms about metrics derived from its data; the notice about them is not shown again."""


class Spark(Section):
    master: str | None = None
    """Spark master, or a Spark Connect server (sc://HOST:PORT); not set: what spark-submit or SPARK_REMOTE says, else local[*,4]."""
    nlp: bool = False
    """Put Spark NLP on the classpath (2 s more at each start)."""
    shuffle_partitions: int = Field(0, ge=0)
    """Partitions after a shuffle in local mode, 0: one a core; clusters set spark.sql.shuffle.partitions."""
    compile_queries: bool | None = None
    """Compile every query before it runs; not set: on clusters only. It takes longer to start, and pays off for large tables."""
    driver_memory: str = "2g"
    """Memory of the driver (in local mode: of everything but the Python workers)."""
    packages: Words = ()
    """Maven coordinates of more jars; those that reach a lake at s3a:// or abfss:// are added by themselves."""
    ivy_settings: str | None = None
    """Ivy settings file that says where jars come from; not set: Maven Central."""
    brief: bool = False
    """The session lasts for seconds: its JVM compiles in haste. `tubelake show`, `watch`, `status` and `plan` set it."""
    record_classes: bool = False
    """Keep the classes that this session loads, for faster starts; `tubelake warm-up` sets it."""
    conf: dict[str, str] = Field(default_factory=dict)
    """Any other Spark settings (YAML only)."""


class Run(Section):
    id: str | None = None
    """Id of this run, in every row it logs; not set: made from the time."""
    now: Moment = None
    """Run as if this moment was now: for replays and tests of quota days. Answers are dated by it, to the day."""
    again_minutes: float = Field(30.0, ge=0)
    """A pipeline that left nothing to do so lately, on a lake that has not changed since, is not run again; 0: it is."""
    logs: str | None = None
    """Folder of the log files; not set: the user's log folder."""


class Settings(Section):
    lake: Lake = Lake()
    youtube: YouTube = YouTube()
    search: Search = Search()
    recall: Recall = Recall()
    videos: Videos = Videos()
    channels: Channels = Channels()
    charts: Charts = Charts()
    comments: Comments = Comments()
    captions: Captions = Captions()
    chat: Chat = Chat()
    collect: Collect = Collect()
    thumbnails: Thumbnails = Thumbnails()
    quota: Quota = Quota()
    retention: Retention = Retention()
    import_: Import = Field(Import(), alias="import")  # `import` is a keyword of Python
    labels: Labels = Labels()
    privacy: Privacy = Privacy()
    statistics: Statistics = Statistics()
    text: Text = Text()
    spelling: Spelling = Spelling()
    embeddings: Embeddings = Embeddings()
    vision: Vision = Vision()
    emotion_training: EmotionTraining = EmotionTraining()
    policy: Policy = Policy()
    spark: Spark = Spark()
    run: Run = Run()
