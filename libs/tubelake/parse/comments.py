"""Answers about comments -> rows of `comments`."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.parse.columns import items, moment

_COMMENT = """struct<
    id:string,
    snippet:struct<
        videoId:string, parentId:string, textOriginal:string, textDisplay:string, authorDisplayName:string,
        authorChannelId:struct<value:string>, likeCount:bigint, publishedAt:string, updatedAt:string>>"""
_THREAD = f"""struct<
    id:string,
    snippet:struct<videoId:string, topLevelComment:{_COMMENT}, totalReplyCount:bigint>,
    replies:struct<comments:array<{_COMMENT}>>>"""


def comments_from_answers(answers: DataFrame) -> DataFrame:
    """One row a comment of `commentThreads.list` and `comments.list` answers, with the columns of `comments`."""
    threads = items(answers.where("method = 'commentThreads.list'"), _THREAD).where("item.id IS NOT NULL")
    thread = F.col("item")
    about = ("subject", "fetched_at", thread["id"].alias("thread_id"))
    firsts = threads.select(
        *about, thread["snippet"]["topLevelComment"].alias("comment"),
        thread["snippet"]["totalReplyCount"].alias("reply_count"), F.lit(None).cast("string").alias("parent_id"),
    )  # fmt: skip
    inline = threads.select(*about, F.explode(thread["replies"]["comments"]).alias("comment"))
    further = items(answers.where("method = 'comments.list'"), _COMMENT).select(
        "subject", "fetched_at", F.get_json_object("params", "$.parentId").alias("thread_id"),
        F.col("item").alias("comment"),
    )  # fmt: skip
    replies = inline.unionByName(further).select(
        "*", F.lit(None).cast("bigint").alias("reply_count"),
        F.coalesce(F.col("comment.snippet.parentId"), F.col("thread_id")).alias("parent_id"),
    )  # fmt: skip
    return firsts.unionByName(replies).where("comment.id IS NOT NULL").select(*_columns(F.col("comment")))


def _columns(comment: Column) -> list[Column]:
    snippet = comment["snippet"]
    published, updated = moment(snippet["publishedAt"]), moment(snippet["updatedAt"])
    return [
        comment["id"].alias("comment_id"),
        F.coalesce(F.col("subject"), snippet["videoId"]).alias("video_id"),  # replies do not tell their video
        F.col("thread_id"),
        F.col("parent_id"),
        snippet["authorChannelId"]["value"].alias("author_channel_id"),
        snippet["authorDisplayName"].alias("author_name"),
        F.coalesce(snippet["textOriginal"], snippet["textDisplay"]).alias("text"),
        snippet["likeCount"].alias("like_count"),
        F.col("reply_count"),
        published.alias("published_at"),
        updated.alias("updated_at"),
        (updated > published).alias("is_edited"),
        F.col("fetched_at"),
    ]
