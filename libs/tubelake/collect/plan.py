"""What a collection will cost before anything is spent, from the log and the quota table alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake.collect import captions, chats, comments, ledger, lists, pictures, recall, search, videos
from tubelake.collect.frontier import Query
from tubelake.settings import Lake, Quota, Settings
from tubelake.youtube import quota

GUESSED_VIDEOS = 10_000  # what a keyword is taken to have until its first search says more
GUESSED_COMMENT_CALLS = 2.0  # of a video, until details say how many comments there are
CAPTION_REQUESTS = 3  # page, player and one track
# Measured: bodies in Parquet and rows in silver, of answers of the API and of the real corpus.
BYTES_A_SEARCH_RESULT = 700
BYTES_A_VIDEO = 1_900
BYTES_A_COMMENT_CALL = 35_000
BYTES_A_CAPTION_TRACK = 25_000
BYTES_A_THUMBNAIL = 16_000
BYTES_A_POLL = 2_500
THUMBNAILS = "thumbnails"


@dataclass(frozen=True)
class Step:
    """A part of a collection: how often it calls what, how much that stores, and how long its rate makes it last."""

    what: str
    method: str
    calls: int
    storage_bytes: int
    seconds: float = 0.0


@dataclass(frozen=True)
class Cost:
    """A step with the units that its bucket pays, and the days that the bucket's limit makes of them."""

    step: Step
    bucket: str
    units: int
    limit: int
    left_today: int

    @property
    def days(self) -> int:
        """Quota days from today on, today counted; 0 where nothing is to be paid."""
        if not self.units:
            return 0
        beyond = max(0, self.units - self.left_today)
        return (1 if self.left_today else 0) + -(-beyond // max(1, self.limit))

    def row(self) -> tuple[object, ...]:
        """The columns of a printed plan. What no quota is counted for has no limit; what no rate holds up no hours."""
        step, is_free = self.step, self.bucket == quota.FREE
        limits = ("", "", "") if is_free else (self.limit, self.left_today, self.days)
        hours = f"{step.seconds / 3600:.1f}" if step.seconds else ""
        return (
            step.what,
            step.method,
            step.calls,
            self.bucket,
            self.units,
            *limits,
            hours,
            f"{step.storage_bytes / 1e6:,.1f}",
        )


def videos_to_come(query: Query, rows: Sequence[Row], max_videos: int | None) -> int:
    """Results that the query has yet to find: by its density so far, else a guess."""
    at = search.progress(query, rows)
    if at.done:
        return 0
    expected = at.remaining_calls * search.PAGE_SIZE if at.pages else GUESSED_VIDEOS
    return expected if max_videos is None else max(0, min(expected, max_videos - at.ids))


def basic_steps(to_search: int, to_detail: int) -> list[Step]:
    """Searching for `to_search` results yet to find, and details of `to_detail` videos."""
    searches, details = -(-to_search // search.PAGE_SIZE), -(-to_detail // videos.IDS_A_CALL)
    return [
        Step("search", search.METHOD, searches, to_search * BYTES_A_SEARCH_RESULT),
        Step("details", videos.DETAILS, details, to_detail * BYTES_A_VIDEO),
    ]


@dataclass(frozen=True)
class Known:
    """Videos that have details, and the logs of what was already asked about them."""

    videos: DataFrame
    threads: DataFrame
    transcripts: DataFrame
    pictures: DataFrame


def further_steps(known: Known, to_detail: int, settings: Settings, now: datetime) -> list[Step]:
    """Comments, captions and thumbnails of the known videos that lack them and of `to_detail` videos without details.

    Replies beyond those that come with a thread are not foreseen: they are in the count of a video's comments.
    """
    run_id, hours = str(settings.run.id), settings.comments.refresh_hours
    old = videos.oldest_wanted(now, hours) if hours else None
    threads = comments.wanted_threads(known.videos, old)
    a_video = threads.agg(F.avg("calls")).collect()[0][0] or GUESSED_COMMENT_CALLS
    comment_calls = lists.all_calls(lists.due_lists(threads, known.threads, run_id)) + round(a_video * to_detail)
    wanted = captions.wanted_transcripts(known.videos, captions.wanted(settings.captions))
    to_caption = lists.all_calls(lists.due_lists(wanted, known.transcripts, run_id)) + to_detail
    to_picture = pictures.without_picture(known.videos, known.pictures, run_id).count() + to_detail
    caption_seconds = to_caption * CAPTION_REQUESTS / settings.captions.requests_per_second
    return [
        Step("comments", comments.THREADS.method, comment_calls, comment_calls * BYTES_A_COMMENT_CALL),
        Step(
            "captions", captions.OF_ANYBODY.method, to_caption, to_caption * BYTES_A_CAPTION_TRACK, caption_seconds
        ),
        Step(THUMBNAILS, THUMBNAILS, to_picture, to_picture * BYTES_A_THUMBNAIL),
    ]  # fmt: skip


def recall_steps(queries: Sequence[Query], rows: Sequence[Row], settings: Settings) -> list[Step]:
    """Second looks at some time windows of each keyword."""
    calls = sum(recall.calls_due(query, settings.recall, rows, str(settings.run.id)) for query in queries)
    return [Step("recall", search.METHOD, calls, calls * search.PAGE_SIZE * BYTES_A_SEARCH_RESULT)]


def chat_steps(settings: Settings) -> list[Step]:
    """Following the named live chats for `chat.hours`, or for an hour where that is not told, at the usual pace."""
    streams = len({*settings.chat.video_ids, *settings.videos.ids}) if settings.chat.video_ids else 0
    seconds = 3_600.0 * (settings.chat.hours or 1.0)
    polls = round(streams * seconds / chats.USUAL_PAUSE_SECONDS)
    return [Step("live chat", chats.METHOD, polls, polls * BYTES_A_POLL, seconds)] if streams else []


def costs(spark: SparkSession, lake: Lake, settings: Quota, now: datetime, steps: Sequence[Step]) -> list[Cost]:
    """What each step pays from its bucket."""
    day = quota.quota_day(now)
    prices = [quota.cost(step.method, day) for step in steps]
    accounts = [ledger.account(price.bucket, settings, now) for price in prices]
    left = [b.left(a.limit) for a, b in zip(accounts, ledger.balances(spark, accounts, lake), strict=True)]
    return [
        Cost(step, account.bucket, step.calls * price.units, account.limit, units)
        for step, price, account, units in zip(steps, prices, accounts, left, strict=True)
    ]
