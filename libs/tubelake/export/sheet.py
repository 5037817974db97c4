"""A contact sheet: which pictures are on it, and what the lake says of each. It reads tables and writes one HTML file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from tubelake import console, job, pipeline, store
from tubelake.errors import UsageError
from tubelake.export import sheet_page
from tubelake.export.files import write_whole
from tubelake.export.previews import FINE, Form, Preview, previews
from tubelake.settings import Lake, Settings
from tubelake.tables import CORRECTED_TEXTS, PICTURE_FACES, PICTURE_TEXT, PICTURES, SEARCH_HITS, VIDEOS, Table
from tubelake.vision.emotion import EMOTIONS
from tubelake.vision.reading import with_data
from tubelake.youtube.pictures import NOT_FOUND

SORTED_BY = {"newest": "published_at", "views": "view_count", "text": "word_count", "faces": "face_count"}
TABLES = (PICTURES, VIDEOS, SEARCH_HITS, PICTURE_TEXT, CORRECTED_TEXTS, PICTURE_FACES)  # as `Frames` has them
READINGS = ("text", "correction", "faces")  # what may be said of a picture, each by a model of its own
_MADE_BY = ("backend", "model_hash", "rules")
_PICTURE = ("video_id", "run_id", "sha256", "reason", "fetched_at")
_VIDEO = ("title", "channel_title", "published_at", "view_count")


@dataclass(frozen=True)
class Filters:
    """Which pictures are wanted: those that pass all of these. What is empty or None lets every picture pass."""

    keywords: tuple[str, ...] = ()  # a search for any of them found the video
    video_ids: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()  # a face has any of them
    with_text: bool | None = None
    with_faces: bool = False


class Frames(NamedTuple):
    """The tables that a sheet is made of; one that is not there is a frame without rows."""

    pictures: DataFrame
    videos: DataFrame
    hits: DataFrame
    texts: DataFrame
    corrections: DataFrame
    faces: DataFrame


def described(frames: Frames) -> DataFrame:
    """One row a video that was asked for its picture, with what is known of the picture.

    What was read off another picture than the newest good one, or corrected of another text, is not said of it.
    """
    videos, texts, corrections, faces = (
        frames.videos.select("video_id", *_VIDEO),
        _said(frames.texts, "text", "video_id", "sha256", "text", "word_count", "words"),
        _said(frames.corrections.where(F.col("source") == PICTURE_TEXT.name), "correction", "video_id", "text",
              "corrected_text"),
        _said(frames.faces, "faces", "video_id", "sha256", "face_count", *EMOTIONS, "found"),
    )  # fmt: skip
    return (
        newest(frames.pictures)
        .join(videos, on="video_id", how="left")
        .join(texts, on=["video_id", "sha256"], how="left")
        .join(corrections, on=["video_id", "text"], how="left")
        .join(faces, on=["video_id", "sha256"], how="left")
    )


def _said(rows: DataFrame, reading: str, *columns: str) -> DataFrame:
    """The columns, `READING_error` where there is one, and `READING_by`: what made the row, and when its picture came."""
    made_by = F.struct(*_MADE_BY, _moment(F.col("fetched_at")).alias("fetched_at")).alias(f"{reading}_by")
    error = [F.col("error").alias(f"{reading}_error")] if "error" in rows.columns else []
    return rows.select(*columns, *error, made_by)


def newest(pictures: DataFrame) -> DataFrame:
    """(video_id, run_id, sha256, reason, fetched_at) of the newest good picture of each video, or else its last answer."""
    order = (F.col("reason").isNull().desc(), F.col("fetched_at").desc(), F.col("run_id").desc())
    rank = F.row_number().over(Window.partitionBy("video_id").orderBy(*order))
    return pictures.select(*_PICTURE).withColumn("_rank", rank).where("_rank = 1").drop("_rank")


def conditions(filters: Filters) -> dict[str, Column]:
    """Each filter in words, as a condition on rows of `described` with the column `keywords`."""
    given: dict[str, Column] = {}
    if filters.keywords:
        wanted = F.array(*map(F.lit, filters.keywords))
        given[f"found by a search for {_any(filters.keywords)}"] = F.arrays_overlap("keywords", wanted)
    if filters.video_ids:
        given[f"of the video {_any(filters.video_ids)}"] = F.col("video_id").isin(*filters.video_ids)
    if filters.with_text is not None:
        has_text = F.col("word_count") > 0
        given["with text" if filters.with_text else "without text"] = has_text if filters.with_text else ~has_text
    if filters.with_faces:
        given["with faces"] = F.col("face_count") > 0
    if filters.emotions:
        given[f"with a face labelled {_any(filters.emotions)}"] = F.greatest(*_counts(filters.emotions)) > 0
    return {words: F.coalesce(condition, F.lit(False)) for words, condition in given.items()}


def _any(words: Sequence[str]) -> str:
    return " or ".join(words[:5]) + (f" or {len(words) - 5:,} others" if len(words) > 5 else "")


def _counts(emotions: Sequence[str]) -> list[Column]:
    """`greatest` needs two columns at least."""
    return [F.lit(0), *(F.coalesce(F.col(name), F.lit(0)) for name in emotions)]


def with_keywords(rows: DataFrame, hits: DataFrame, keywords: Sequence[str]) -> DataFrame:
    """The rows with `keywords`: those of these whose searches found the video; null for none."""
    if not keywords:
        return rows.withColumn("keywords", F.lit(None).cast("array<string>"))
    asked = hits.where(F.col("keyword").isin(*keywords) & F.col("video_id").isNotNull())
    found = asked.groupBy("video_id").agg(F.collect_set("keyword").alias("keywords"))
    return rows.join(found, on="video_id", how="left")


def counted(rows: DataFrame, passed: Mapping[str, Column]) -> Row:
    """How many pictures there are, how many pass each filter (filter_0, ...) and all of them, and what those show."""
    is_picture = _is_picture()
    matches = all_of([is_picture, *passed.values()])
    shows = {name: F.coalesce(F.col(name), F.lit(0)) for name in ("word_count", "face_count", *EMOTIONS)}
    return rows.agg(
        F.count_if(is_picture).alias("pictures"),
        F.count_if(~is_picture).alias("missing"),
        F.count_if(is_picture & F.col("reason").isNotNull()).alias("refused"),
        F.count_if(matches).alias("matching"),
        F.count_if(matches & F.col("word_count").isNotNull()).alias("read"),
        F.count_if(matches & F.col("face_count").isNotNull()).alias("looked_at"),
        F.count_if(matches & (shows["word_count"] > 0)).alias("with_text"),
        F.count_if(matches & (shows["word_count"] > 0) & F.col("corrected_text").isNotNull()).alias("spelt"),
        F.count_if(matches & (F.col("corrected_text") != F.col("text"))).alias("corrected"),
        F.count_if(matches & (shows["face_count"] > 0)).alias("with_faces"),
        F.coalesce(F.sum(F.when(matches, shows["face_count"])), F.lit(0)).alias("faces"),
        *(F.coalesce(F.sum(F.when(matches, shows[name])), F.lit(0)).alias(name) for name in EMOTIONS),
        *(F.count_if(is_picture & condition).alias(f"filter_{at}") for at, condition in enumerate(passed.values())),
    ).collect()[0]  # fmt: skip


def _is_picture() -> Column:
    """Whether a video has a picture, if only one that could not be had or taken."""
    return F.coalesce(~F.col("reason").startswith(NOT_FOUND), F.lit(True))


def all_of(each: Iterable[Column]) -> Column:
    """Whether all of these hold; of none they do."""
    every = F.lit(True)
    for condition in each:
        every &= condition
    return every


def chosen(rows: DataFrame, passed: Mapping[str, Column], order: str, limit: int) -> DataFrame:
    """The first `limit` pictures that pass, in that order; those that could not be had come last.

    `rows` are those of `described`, with `keywords`.
    """
    wanted = rows.where(all_of([_is_picture(), *passed.values()]))
    placed = wanted.orderBy(F.col("reason").isNotNull(), F.col(SORTED_BY[order]).desc_nulls_last(), "video_id")
    said = [F.col(f"{reading}_by") for reading in READINGS]
    return placed.limit(limit).select(
        *_PICTURE[:4], "title", "channel_title", _moment(F.col("published_at")).alias("published_at"), "view_count",
        "text", "word_count", "words", "text_error", "corrected_text", "face_count", "found", "faces_error", "keywords", *said,
    )  # fmt: skip


def _moment(time: Column) -> Column:
    """As text, because Python would have it in the time of this machine; sessions are in UTC."""
    return F.date_format(time, "yyyy-MM-dd HH:mm")


def previews_of(rows: Sequence[Row], pictures: DataFrame, form: Form = FINE) -> dict[str, Preview]:
    """The pictures of these rows made small, by video: only their bytes are read."""
    names = [(row["video_id"], row["run_id"]) for row in rows if row["reason"] is None]
    if not names:
        return {}
    batch = pictures.sparkSession.createDataFrame(names, "video_id string, run_id string")
    near = pictures.where(F.col("video_id").isin([video_id for video_id, _ in names]))  # leaves out files
    made = previews(with_data(F.broadcast(batch), near), len(names), form).collect()
    return {row["video_id"]: Preview(row["jpeg"], row["width"], row["height"], row["error"]) for row in made}


def frames_of(spark: SparkSession, lake: Lake) -> tuple[Frames, list[Table]]:
    """The tables, none of which is made here, and those that are missing."""
    missing = [table for table in TABLES if not store.exists(spark, table, lake)]
    frames = [
        spark.createDataFrame([], table.ddl) if table in missing else spark.table(store.name(table, lake))
        for table in TABLES
    ]
    return Frames(*frames), missing


def _check(filters: Filters, order: str, out: Path) -> None:
    if not out.name or out.is_dir():
        raise UsageError(f"{out} is a folder; give --out a file, such as contact-sheet.html")
    if wrong := [emotion for emotion in filters.emotions if emotion not in EMOTIONS]:
        raise UsageError(f"there is no emotion {wrong[0]!r}; they are: {', '.join(EMOTIONS)}")
    if order not in SORTED_BY:
        raise UsageError(f"--order knows {', '.join(SORTED_BY)}; got {order!r}")


def _check_tables(filters: Filters, missing: Sequence[Table], lake: Lake) -> None:
    asked = {
        PICTURES: True, SEARCH_HITS: bool(filters.keywords), PICTURE_TEXT: filters.with_text is not None,
        PICTURE_FACES: filters.with_faces or bool(filters.emotions),
    }  # fmt: skip
    for table, is_needed in asked.items():
        if is_needed and table in missing:
            raise UsageError(
                f"{lake.root} has no table {table.full_name} yet: tubelake run {pipeline.filled_by(table)}"
            )


def make(
    settings: Settings, out: Path, filters: Filters, order: str = "newest", *, limit: int = 240, per_page: int = 24
) -> None:
    """Write the sheet. Raises UsageError for a wrong filter, a table that is missing, or where no picture passes."""
    _check(filters, order, out)
    spark, lake = job.start(settings), settings.lake
    frames, missing = frames_of(spark, lake)
    _check_tables(filters, missing, lake)
    rows, passed = with_keywords(described(frames), frames.hits, filters.keywords), conditions(filters)
    counts = counted(rows, passed)
    listed = chosen(rows, passed, order, limit).collect()
    if not listed:
        raise UsageError(_nothing(counts, list(passed)))
    heading = sheet_page.Heading(
        lake.catalog or lake.root, settings.run.now or datetime.now(UTC), counts.asDict(), tuple(passed), order,
        tuple(f"{table.full_name}: tubelake run {pipeline.filled_by(table)}" for table in missing if table != SEARCH_HITS),
    )  # fmt: skip
    made = previews_of(listed, frames.pictures)
    shown = [(row.asDict(recursive=True), made.get(row["video_id"], Preview(error=row["reason"]))) for row in listed]
    size = write_whole(out, sheet_page.pages(heading, shown, per_page))
    page_count = -(-len(shown) // per_page)
    pictures = f"{console.counted(len(shown), 'picture')} of {counts['matching']:,}"
    console.say(f"{out}: {pictures} on {console.counted(page_count, 'page')}, {size / 1e6:.1f} MB")


def _nothing(counts: Row, words: Sequence[str]) -> str:
    if not counts["pictures"]:
        return f"{console.counted(counts['missing'], 'video')} and no picture: tubelake run collect_thumbnails"
    each = ", ".join(f"{counts[f'filter_{at}']:,} {said}" for at, said in enumerate(words))
    return f"none of {console.counted(counts['pictures'], 'picture')} passes all filters: {each}"
