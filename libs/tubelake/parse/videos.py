"""Answers about videos -> rows of `videos` and `video_snapshots`."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.parse.columns import count, duration_seconds, flag, items, largest_thumbnail, moment

_STATISTICS = "struct<viewCount:string,likeCount:string,dislikeCount:string,favoriteCount:string,commentCount:string>"
_VIDEO = f"""struct<
    id:string,
    snippet:struct<
        title:string, description:string, tags:array<string>, categoryId:string, channelId:string, channelTitle:string,
        publishedAt:string, defaultLanguage:string, defaultAudioLanguage:string, liveBroadcastContent:string,
        thumbnails:map<string,struct<url:string,width:int,height:int>>>,
    contentDetails:struct<duration:string, definition:string, dimension:string, caption:string, licensedContent:boolean>,
    status:struct<privacyStatus:string, embeddable:boolean, madeForKids:boolean>,
    topicDetails:struct<topicCategories:array<string>>,
    liveStreamingDetails:struct<
        scheduledStartTime:string, actualStartTime:string, actualEndTime:string, activeLiveChatId:string>,
    statistics:{_STATISTICS}>"""


def videos_from_answers(answers: DataFrame) -> DataFrame:
    """One row a video of each `videos.list` answer, with the columns of `videos`."""
    found = items(answers.where("method = 'videos.list'"), _VIDEO).where("item.id IS NOT NULL")
    item = F.col("item")
    snippet, content, live = item["snippet"], item["contentDetails"], item["liveStreamingDetails"]
    thumbnail = largest_thumbnail(snippet["thumbnails"])
    return found.select(
        item["id"].alias("video_id"),
        snippet["title"].alias("title"),
        snippet["description"].alias("description"),
        snippet["tags"].alias("tags"),
        snippet["categoryId"].alias("category_id"),
        snippet["channelId"].alias("channel_id"),
        snippet["channelTitle"].alias("channel_title"),
        moment(snippet["publishedAt"]).alias("published_at"),
        duration_seconds(content["duration"]).alias("duration_seconds"),
        content["definition"].alias("definition"),
        content["dimension"].alias("dimension"),
        flag(content["caption"]).alias("has_captions"),
        content["licensedContent"].alias("is_licensed"),
        snippet["defaultLanguage"].alias("default_language"),
        snippet["defaultAudioLanguage"].alias("default_audio_language"),
        snippet["liveBroadcastContent"].alias("live_broadcast_content"),
        moment(live["scheduledStartTime"]).alias("live_scheduled_at"),
        moment(live["actualStartTime"]).alias("live_started_at"),
        moment(live["actualEndTime"]).alias("live_ended_at"),
        live["activeLiveChatId"].alias("live_chat_id"),
        item["status"]["privacyStatus"].alias("privacy_status"),
        item["status"]["embeddable"].alias("is_embeddable"),
        item["status"]["madeForKids"].alias("is_made_for_kids"),
        item["topicDetails"]["topicCategories"].alias("topic_categories"),
        thumbnail["url"].alias("thumbnail_url"),
        thumbnail["width"].alias("thumbnail_width"),
        thumbnail["height"].alias("thumbnail_height"),
        *_counts(item["statistics"]),
        "method",
        "fetched_at",
    )


def snapshots_from_answers(answers: DataFrame) -> DataFrame:
    """One row a video and answer that carried counts, with the columns of `video_snapshots`."""
    asked = answers.where("method IN ('videos.list', 'videos.batchGetStats')")
    found = items(asked, f"struct<id:string,statistics:{_STATISTICS}>").where("item.id IS NOT NULL")
    statistics = F.col("item.statistics")
    return found.where(statistics.isNotNull()).select(
        F.col("item.id").alias("video_id"), "fetched_at", *_counts(statistics), "method"
    )


def _counts(statistics: Column) -> list[Column]:
    """Counts are texts in the API. What is hidden is missing there, and null here."""
    names = ("view_count", "like_count", "dislike_count", "favorite_count", "comment_count")
    fields = ("viewCount", "likeCount", "dislikeCount", "favoriteCount", "commentCount")
    return [count(statistics[field]).alias(name) for name, field in zip(names, fields, strict=True)]
