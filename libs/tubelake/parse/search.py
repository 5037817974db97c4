"""Answers of searches -> rows of `search_hits`."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.parse.columns import items, moment, unescaped

_RESULT = """struct<
    id:struct<kind:string, videoId:string, channelId:string, playlistId:string>,
    snippet:struct<title:string, channelId:string, publishedAt:string>>"""


def hits_from_answers(answers: DataFrame) -> DataFrame:
    """One row a result of each `search.list` answer, with the columns of `search_hits`."""
    found = items(answers.where("method = 'search.list' AND subject IS NOT NULL"), _RESULT)
    result, snippet = F.col("item.id"), F.col("item.snippet")
    item_id = F.coalesce(result["videoId"], result["channelId"], result["playlistId"])
    return found.where(item_id.isNotNull()).select(
        F.col("subject").alias("keyword"),
        F.regexp_extract(result["kind"], r"#(\w+)$", 1).alias("kind"),
        item_id.alias("item_id"),
        result["videoId"].alias("video_id"),
        F.coalesce(snippet["channelId"], result["channelId"]).alias("channel_id"),
        unescaped(snippet["title"]).alias("title"),  # search.list alone escapes its texts
        moment(snippet["publishedAt"]).alias("published_at"),
        F.col("fetched_at").alias("first_seen_at"),
        "request_id",
    )
