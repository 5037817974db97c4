"""Which videos need a picture, asked of the log; and the driver's loop that downloads them round by round."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tubelake import session, store
from tubelake.collect.downloads import VIDEO_DDL, Round, fetch
from tubelake.collect.gate import Pace
from tubelake.collect.rounds import id_of_round
from tubelake.errors import TubeLakeError, UsageError
from tubelake.progress import Progress
from tubelake.settings import Settings
from tubelake.tables import PICTURES
from tubelake.youtube import guard
from tubelake.youtube.pictures import Limits

_COLUMNS = [column.split()[0] for column in VIDEO_DDL.split(", ")]


@dataclass(frozen=True)
class Fetched:
    """What rounds brought: videos asked about, calls made, pictures stored, failures that the next run asks again."""

    videos: int = 0
    calls: int = 0
    pictures: int = 0
    failed: int = 0

    def __add__(self, other: "Fetched") -> "Fetched":
        return Fetched(
            self.videos + other.videos, self.calls + other.calls,
            self.pictures + other.pictures, self.failed + other.failed,
        )  # fmt: skip

    @property
    def without(self) -> int:
        """Videos that have no picture, or none that may be taken."""
        return self.videos - self.pictures - self.failed


def without_picture(videos: DataFrame, pictures: DataFrame, this_run: str) -> DataFrame:
    """Videos, with the columns of VIDEO_DDL, that have no picture and no final answer, and were not asked in this run."""
    settled = pictures.where(F.col("is_final") | (F.col("run_id") == this_run))
    return videos.select(*_COLUMNS).join(settled.select("video_id"), on="video_id", how="left_anti")


def collect(spark: SparkSession, settings: Settings, due: DataFrame, progress: Progress) -> Fetched:
    """Download a picture for each video of `due`, which the log makes shorter round by round, until none is left.

    Raises TubeLakeError where nothing but failures comes back, after they were logged.
    """
    limits, most, fetched, total = limits_of(settings), settings.thumbnails.round_videos, Fetched(), 0
    with store.exclusive("collect-pictures", settings.lake):
        while batch := due.orderBy("video_id").limit(most).collect():
            total = total or (len(batch) if len(batch) < most else due.count())
            progress(fetched.videos, total, "videos")
            brought = _round(spark, settings, limits, batch)
            fetched += brought
            _raise_if_in_vain(fetched, brought, more=len(batch) == most)
            if brought.videos == len(batch) < most:
                break
    return fetched


def limits_of(settings: Settings) -> Limits:
    """What a download may ask and take. Raises UsageError where youtube.endpoint is not the address of a server."""
    wanted = settings.thumbnails
    try:
        rules = guard.rules(wanted.hosts, settings.youtube.endpoint)
    except ValueError:
        raise UsageError(
            f"youtube.endpoint={settings.youtube.endpoint} is not the address of a server, such as http://127.0.0.1:8765"
        ) from None
    return Limits(rules, wanted.max_bytes, wanted.max_pixels, wanted.timeout_seconds, wanted.stall_seconds)


def _round(spark: SparkSession, settings: Settings, limits: Limits, batch: Sequence[Row]) -> Fetched:
    """Download the pictures of these videos into the log, straight from the executors; the commit counts what came."""
    run_id, tasks = str(settings.run.id), min(settings.collect.tasks or session.parallelism(spark), len(batch))
    wanted = settings.thumbnails
    pace = Pace(
        wanted.connections, wanted.requests_per_second / tasks, settings.collect.round_seconds,
        attempts=1, retry_base_seconds=0.0, retry_max_seconds=0.0,
    )  # fmt: skip
    this = Round(run_id, id_of_round(run_id, "pictures"), limits, pace)
    import pandas as pd  # takes 2 s, and the session loads it beside the first queries

    videos = spark.createDataFrame(pd.DataFrame(batch, columns=_COLUMNS).astype(object), VIDEO_DDL)
    counts = (
        F.count("*").alias("videos"),
        F.coalesce(F.sum("tries"), F.lit(0)).alias("calls"),
        F.count_if(F.col("reason").isNull()).alias("pictures"),
        F.count_if(~F.col("is_final")).alias("failed"),
    )
    return Fetched(**store.append_and_tell(fetch(videos.repartition(tasks), this), PICTURES, settings.lake, *counts))


def _raise_if_in_vain(fetched: Fetched, brought: Fetched, *, more: bool) -> None:
    """A whole round of failures is a network or a server that is gone: the rest would only fail too."""
    if brought.videos and (brought.failed < brought.videos or not more):
        return
    error = TubeLakeError(
        f"none of {brought.videos:,} pictures in a row could be had; the table pictures says why; "
        "everything fetched is kept: run again later"
    )
    error.calls = fetched.calls
    raise error
