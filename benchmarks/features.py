"""Features of videos: whether a title is nearest to its own captions, and the time that agreements, ranks and the job take.

Vectors whose time is taken are in a Delta table, of the length of MiniLM's.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from benchmarks.common import computed, real_data, result, settings_for, stopwatch, warm_session
from tubelake import job, store, tables
from tubelake.backends import minilm
from tubelake.parse.columns import with_missing
from tubelake.settings import Settings
from tubelake.stats import rank
from tubelake.stats.agreement import agreements
from tubelake.stats.associations import FEATURES
from tubelake.stats.metrics import long
from tubelake.tables import Table

VIDEOS, WINDOWS, LENGTH = 5_000, 6, 384
SMALL, LARGE = 10_000, 50_000


def main() -> None:
    titles_and_captions()
    with tempfile.TemporaryDirectory() as name:
        wanted = settings_for(Path(name), "http://127.0.0.1:1", "spark.master=local[2]", "spark.driver_memory=3g")
        spark = warm_session(wanted)
        vectors(spark, wanted)
        correlations(spark)
        whole_job(spark, wanted, Path(name))


def titles_and_captions() -> None:
    """English captions of the real corpus, as the sum of the vectors of 300 words each, at most 8 of them a video."""
    folder = real_data() / "corpus"
    tracks = [json.loads(line) for line in (folder / "transcripts.jsonl").open(encoding="utf-8")]
    english = {track["video_id"]: track for track in tracks if track["language_code"].startswith("en")}
    videos = (json.loads(line) for line in (folder / "videos.jsonl").open(encoding="utf-8"))
    titles = {video["id"]: video["snippet"]["title"] for video in videos if video["id"] in english}
    said = [unit(minilm.embeddings(windows_of(english[video]), 2).sum(axis=0)) for video in titles]
    near = minilm.embeddings(list(titles.values()), 2) @ np.array(said).T
    own, others = np.diag(near), near[~np.eye(len(near), dtype=bool)]
    print(
        f"{len(own)} titles: cosine with their captions {own.min():.2f} to {own.max():.2f}, with others' at most {others.max():.2f}"
    )
    result(
        "titles nearest to their own captions",
        float(np.mean(near.argmax(axis=1) == np.arange(len(own)))),
        0.9,
        at_least=True,
    )
    result(
        "cosines with own captions above those with others'", float(np.mean(own[:, None] > others)), 0.9, at_least=True
    )


def windows_of(track: dict[str, list[dict[str, str]]]) -> list[str]:
    words = " ".join(snippet["text"] for snippet in track["snippets"]).split()
    return [" ".join(words[at : at + 300]) for at in range(0, max(1, len(words) - 150), 300)][:8]


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def vectors(spark: SparkSession, wanted: Settings) -> None:
    windows = spark.range(VIDEOS * WINDOWS).selectExpr(
        f"concat('v', id % {VIDEOS}) AS video_id", f"concat('v', id % {VIDEOS}, '/en/words/', id div {VIDEOS}) AS window_id"
    )  # fmt: skip
    texts = windows.selectExpr("'caption_windows' AS source", "window_id AS source_id", "video_id").unionByName(
        windows.select("video_id").distinct().selectExpr("'videos' AS source", "video_id AS source_id", "video_id")
    )
    numbers = F.transform(F.sequence(F.lit(1), F.lit(LENGTH)), lambda at: F.sin(at * F.hash("source_id")).cast("float"))
    put(spark, tables.EMBEDDINGS, texts.withColumn("vector", numbers), wanted)
    embeddings = store.read(spark, tables.EMBEDDINGS, wanted.lake).cache()
    embeddings.count()
    ours, theirs = agreements(embeddings, windows), by_pandas(embeddings)
    seconds = {name: min(computed(frame) for _ in range(2)) for name, frame in (("sql", ours), ("pandas", theirs))}
    print(
        f"agreements of {VIDEOS:,} videos: Spark SQL {seconds['sql']:.1f} s, grouped pandas UDF {seconds['pandas']:.1f} s"
    )
    result("agreements in Spark SQL, times as fast as by pandas", seconds["pandas"] / seconds["sql"], 1, at_least=True)
    embeddings.unpersist()


def by_pandas(embeddings: DataFrame) -> DataFrame:
    """(video_id, title_caption_similarity), a video at a time."""

    def near(texts: pd.DataFrame) -> pd.DataFrame:
        is_title = texts["source"] == "videos"
        title = np.stack(texts.loc[is_title, "vector"].to_list())[0]
        said = np.stack(texts.loc[~is_title, "vector"].to_list()).sum(axis=0)
        cosine = float(title @ said / np.linalg.norm(title) / np.linalg.norm(said))
        return pd.DataFrame({"video_id": texts["video_id"].iloc[:1], "title_caption_similarity": [cosine]})

    return embeddings.groupBy("video_id").applyInPandas(near, "video_id string, title_caption_similarity double")


def correlations(spark: SparkSession) -> None:
    numbers = [F.floor(F.rand(at) * (10 if at % 2 else 1e6)).cast("double").alias(f) for at, f in enumerate(FEATURES)]
    videos = spark.range(LARGE).select(F.lit("k").alias("keyword"), F.rand(99).alias("view_count"), *numbers)
    values = long(videos, list(FEATURES), "feature").cache()
    values.count()
    ours = values.groupBy("keyword", "feature").applyInPandas(rank.correlate, rank.CORRELATED)
    theirs = values.withColumns({"a": mean_rank("value"), "b": mean_rank("view_count")}).groupBy("feature")
    seconds = {
        name: min(computed(frame) for _ in range(2))
        for name, frame in (("pandas", ours), ("sql", theirs.agg(F.corr("a", "b"))))
    }
    print(
        f"{len(FEATURES)} features of {LARGE:,} videos: scipy {seconds['pandas']:.1f} s, Spark SQL {seconds['sql']:.1f} s"
    )
    faster = seconds["sql"] / seconds["pandas"]
    result("rank correlations by scipy, times as fast as windows of Spark SQL", faster, 3, at_least=True)
    values.unpersist()


def mean_rank(column: str) -> Column:
    """The rank of a value; equal ones share the mean of theirs."""
    ordered = Window.partitionBy("feature").orderBy(column)
    return F.rank().over(ordered) + (F.count("*").over(ordered.rangeBetween(0, 0)) - 1) / 2


def whole_job(spark: SparkSession, wanted: Settings, folder: Path) -> None:
    """`build_features` on lakes of videos with counts, sentiment and pictures, and once more with nothing new."""
    seconds = {}
    for size in (SMALL, LARGE):
        there = wanted.model_copy(update={"lake": wanted.lake.model_copy(update={"root": str(folder / str(size))})})
        fill(spark, there, size)
        job.load("build_features").run(spark, there)
        spark.sql(f"DELETE FROM {store.name(tables.VIDEOS, there.lake)} WHERE video_id = 'v1'")
        with stopwatch() as taken:
            job.load("build_features").run(spark, there)
        seconds[size] = taken[0]
        print(f"build_features, {size:,} videos: {taken[0]:.1f} s")
    again = []
    for _ in range(3):
        with stopwatch() as taken:
            job.load("build_features").run(spark, there)
        again += taken
    result("build_features: nothing new, 11 sources", min(again), 1.5, " s")


def fill(spark: SparkSession, wanted: Settings, size: int) -> None:
    videos = spark.range(size).selectExpr(
        "concat('v', id) AS video_id", "'t' AS title", "current_timestamp() AS fetched_at"
    )
    keyword = F.concat(F.lit("k"), F.hash("video_id") % 5)
    views = F.floor(F.exp(F.randn(1) * 2 + 8)).cast("bigint")
    put(spark, tables.VIDEOS, videos.withColumns({"published_at": F.lit("2026-01-01").cast("timestamp"), "duration_seconds": F.floor(F.rand(2) * 999)}), wanted)  # fmt: skip
    put(spark, tables.VIDEO_SNAPSHOTS, videos.withColumns({"view_count": views, "like_count": F.floor(views / 20), "comment_count": F.floor(F.rand(3) * 9)}), wanted)  # fmt: skip
    put(spark, tables.SEARCH_HITS, videos.withColumns({"keyword": keyword, "kind": F.lit("video"), "item_id": F.col("video_id")}), wanted)  # fmt: skip
    put(spark, tables.VIDEO_SENTIMENT, videos.withColumns({"source": F.lit("videos"), "polarity": F.rand(4), "subjectivity": F.rand(5)}), wanted)  # fmt: skip
    put(spark, tables.PICTURE_TEXT, videos.withColumns({"word_count": F.floor(F.rand(6) * 9).cast("int")}), wanted)
    put(spark, tables.PICTURE_FACES, videos.withColumns({"face_count": F.floor(F.rand(7) * 3).cast("int")}), wanted)


def put(spark: SparkSession, table: Table, rows: DataFrame, wanted: Settings) -> None:
    store.ensure(spark, table, wanted.lake)
    store.append(with_missing(rows, table), table, wanted.lake)


if __name__ == "__main__":
    main()
