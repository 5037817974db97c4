"""Answers about captions -> rows of `caption_tracks` and `caption_snippets`."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.parse.columns import items

_METHODS = ("transcripts", "captions.list", "captions.download")
_TRACK = """struct<
    id:string, videoId:string, languageCode:string, language:string, isGenerated:boolean, isTranslatable:boolean,
    translationLanguages:array<string>, translatedFrom:string,
    snippets:array<struct<text:string, start:double, duration:double>>>"""


def _tracks(answers: DataFrame) -> DataFrame:
    """One row a track of each answer about captions: the columns of `answers` and `item`."""
    return items(answers.where(F.col("method").isin(*_METHODS)), _TRACK).where("item.id IS NOT NULL")


def tracks_from_answers(answers: DataFrame) -> DataFrame:
    """One row a track that a video has, with the columns of `caption_tracks`."""
    track = F.col("item")
    return _tracks(answers).select(
        track["id"].alias("track_id"),
        track["videoId"].alias("video_id"),
        track["languageCode"].alias("language_code"),
        track["language"].alias("language"),
        track["isGenerated"].alias("is_generated"),
        track["isTranslatable"].alias("is_translatable"),
        track["translationLanguages"].alias("translation_languages"),
        track["translatedFrom"].alias("translated_from"),
        "method",
        "fetched_at",
    )


def snippets_from_answers(answers: DataFrame) -> DataFrame:
    """One row a caption of the tracks that were fetched, with the columns of `caption_snippets`."""
    captions = _tracks(answers).select("item", "fetched_at", F.posexplode("item.snippets").alias("position", "caption"))
    track, caption = F.col("item"), F.col("caption")
    return captions.select(
        track["id"].alias("track_id"),
        "position",
        track["videoId"].alias("video_id"),
        track["languageCode"].alias("language_code"),
        caption["start"].alias("start_seconds"),
        caption["duration"].alias("duration_seconds"),
        caption["text"].alias("text"),
        "fetched_at",
    )
