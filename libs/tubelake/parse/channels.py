"""Answers about channels and of charts -> rows of `channels` and `chart_entries`."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.parse.columns import count, items, largest_thumbnail, moment

_CHANNEL = """struct<
    id:string,
    snippet:struct<
        title:string, description:string, customUrl:string, country:string, defaultLanguage:string, publishedAt:string,
        thumbnails:map<string,struct<url:string,width:int,height:int>>>,
    contentDetails:struct<relatedPlaylists:struct<uploads:string>>,
    statistics:struct<viewCount:string, subscriberCount:string, hiddenSubscriberCount:boolean, videoCount:string>,
    status:struct<privacyStatus:string, madeForKids:boolean>,
    topicDetails:struct<topicCategories:array<string>>,
    brandingSettings:struct<channel:struct<keywords:string, country:string>>>"""
_PAGE = r"-(\d+)$"  # the end of a request id


def channels_from_answers(answers: DataFrame) -> DataFrame:
    """One row a channel of each `channels.list` answer, with the columns of `channels`."""
    found = items(answers.where("method = 'channels.list'"), _CHANNEL).where("item.id IS NOT NULL")
    item = F.col("item")
    snippet, statistics, branding = item["snippet"], item["statistics"], item["brandingSettings"]["channel"]
    is_hidden = F.coalesce(statistics["hiddenSubscriberCount"], F.lit(False))
    return found.select(
        item["id"].alias("channel_id"),
        snippet["title"].alias("title"),
        snippet["description"].alias("description"),
        snippet["customUrl"].alias("custom_url"),
        F.coalesce(snippet["country"], branding["country"]).alias("country"),
        snippet["defaultLanguage"].alias("default_language"),
        branding["keywords"].alias("keywords"),
        moment(snippet["publishedAt"]).alias("published_at"),
        item["contentDetails"]["relatedPlaylists"]["uploads"].alias("uploads_playlist_id"),
        count(statistics["viewCount"]).alias("view_count"),
        F.when(~is_hidden, count(statistics["subscriberCount"])).alias("subscriber_count"),
        count(statistics["videoCount"]).alias("video_count"),
        item["status"]["privacyStatus"].alias("privacy_status"),
        item["status"]["madeForKids"].alias("is_made_for_kids"),
        item["topicDetails"]["topicCategories"].alias("topic_categories"),
        largest_thumbnail(snippet["thumbnails"])["url"].alias("thumbnail_url"),
        "fetched_at",
    )


def entries_from_answers(answers: DataFrame) -> DataFrame:
    """One row a rank of each page of a chart, with the columns of `chart_entries`.

    The pages of one reading are one chain of requests, whose ids differ in their last number: the page.
    """
    pages = answers.where("method = 'videos.list' AND reason IS NULL")
    pages = pages.where(F.get_json_object("params", "$.chart").isNotNull())
    page = F.regexp_extract("request_id", _PAGE, 1).cast("int")
    size = F.get_json_object("params", "$.maxResults").cast("int")
    place = F.split("subject", "/")
    return pages.select("*", F.posexplode("item_ids").alias("_at", "video_id")).select(
        F.regexp_replace("request_id", _PAGE, "").alias("chart_id"),
        place[0].alias("region"),
        place[1].alias("category_id"),
        (page * size + F.col("_at") + 1).alias("rank"),
        "video_id",
        "fetched_at",
    )
