"""What was read off thumbnails -> one row a video, and statistics and histograms by keyword and of all."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.stats.describe import statistics
from tubelake.stats.metrics import ALL, long
from tubelake.tables import THUMBNAIL_FEATURES
from tubelake.vision.emotion import EMOTIONS
from tubelake.vision.reading import newest

METRICS = ("thumbnail_ocr_length", "face_count", *(f"{emotion}_count" for emotion in EMOTIONS))


def emotion_counts() -> list[Column]:
    """The columns of `picture_faces` that count emotions, named as in tables of features."""
    return [F.col(emotion).alias(f"{emotion}_count") for emotion in EMOTIONS]


def thumbnail_features(pictures: DataFrame, texts: DataFrame, faces: DataFrame, embeddings: DataFrame) -> DataFrame:
    """One row a video with a good picture, with the columns of `thumbnail_features`; null where it is not read yet.

    What was read off an older picture of the video says nothing about this one.
    """
    vectors = embeddings.where("source = 'picture_text'").select(
        F.col("source_id").alias("video_id"), F.col("vector").alias("thumbnail_ocr_embed")
    )
    read = texts.select(
        "video_id", "sha256",
        F.col("text").alias("thumbnail_ocr_text"), F.col("word_count").alias("thumbnail_ocr_length"),
    )  # fmt: skip
    seen = faces.select("video_id", "sha256", "face_count", *emotion_counts())
    found = newest(pictures).select("video_id", "sha256", F.col("url").alias("thumbnail_link"))
    told = found.join(read, on=["video_id", "sha256"], how="left").join(seen, on=["video_id", "sha256"], how="left")
    return told.join(vectors, on="video_id", how="left").select(*THUMBNAIL_FEATURES.column_names)


def thumbnail_metrics(features: DataFrame, hits: DataFrame) -> DataFrame:
    """(keyword, video_id, metric, value): of each keyword's videos with a thumbnail, and of all under `ALL`."""
    found = hits.where("video_id IS NOT NULL").select("keyword", "video_id")
    counted = features.select("video_id", *METRICS)
    grouped = counted.join(found, on="video_id", how="inner")
    every = counted.withColumn("keyword", F.lit(ALL))
    return long(every.unionByName(grouped), METRICS, "metric")


def thumbnail_statistics(metrics: DataFrame) -> DataFrame:
    """The columns of `thumbnail_statistics`, of `thumbnail_metrics`."""
    zeros = F.count_if(F.col("value") == 0).alias("zero_count")
    share = F.try_divide(F.col("zero_count"), F.col("value_count"))
    return statistics(metrics, zeros).withColumn("zero_share", share)


def thumbnail_histograms(metrics: DataFrame) -> DataFrame:
    """The columns of `thumbnail_histograms`, of `thumbnail_metrics`: a bin a number, those that never occur too."""
    of_each = ["keyword", "metric", "bin"]
    known = metrics.where("value IS NOT NULL").withColumn("bin", F.col("value").cast("int"))
    counted = known.groupBy(*of_each).agg(F.count("*").alias("counted"))
    spans = counted.groupBy("keyword", "metric").agg(F.max("bin").alias("most"))
    numbers = spans.select("keyword", "metric", F.explode(F.sequence(F.lit(0), "most")).alias("bin"))
    return numbers.join(counted, on=of_each, how="left").select(
        *of_each, (F.col("bin") - 0.5).cast("double").alias("lower"), (F.col("bin") + 0.5).cast("double").alias("upper"),
        F.coalesce("counted", F.lit(0)).alias("video_count"),
    )  # fmt: skip
