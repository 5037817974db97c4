"""Which of the known videos a job works on: those of the keywords, ids and channels asked for, or all."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.settings import Settings


def selected(videos: DataFrame, hits: DataFrame, settings: Settings) -> DataFrame:
    """Rows of `videos` that a keyword found, that were named, or that a named channel published; all where none is."""
    keywords, ids, channels = settings.search.keywords, settings.videos.ids, settings.channels.ids
    if not (keywords or ids or channels):
        return videos
    found = hits.where(F.col("keyword").isin(*keywords)).select("video_id").distinct()
    is_named = F.col("video_id").isin(*ids) | F.col("channel_id").isin(*channels)
    marked = videos.join(found.withColumn("_found", F.lit(True)), on="video_id", how="left")
    return marked.where(is_named | F.col("_found")).drop("_found")
