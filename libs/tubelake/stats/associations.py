"""Features of videos -> how each goes with views: rank correlation, interval, and a verdict in words."""

from collections.abc import Mapping
from itertools import chain
from statistics import NormalDist

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.stats import rank
from tubelake.stats.groups import LEVEL, POWER, with_adjusted
from tubelake.stats.metrics import ALL, long
from tubelake.tables import FEATURE_ASSOCIATIONS
from tubelake.vision.emotion import EMOTIONS

SIZES = (
    (0.1, "negligible"),
    (0.3, "small"),
    (0.5, "medium"),
)  # Cohen 1988, Statistical Power Analysis, of correlations
_TEXTS = {"title": "the title", "caption": "what is said", "comment": "comments", "chat": "live chat"}
_SCORES = {"polarity": "a better mood of", "subjectivity": "more opinion in"}
# What more of a feature means. Views, and views a day, are what the features are held against.
FEATURES: Mapping[str, str] = {
    "duration_seconds": "a greater length", "age_days": "a longer time since publication",
    "like_count": "more likes", "comment_count": "more comments", "likes_per_view": "more likes a view",
    "comments_per_view": "more comments a view",
    **{f"{text}_{score}": f"{more} {said}" for text, said in _TEXTS.items() for score, more in _SCORES.items()},
    "caption_entropy": "more varied words a minute of captions",
    "chat_entropy": "more varied words a minute of live chat",
    "caption_word_count": "more words in captions", "picture_word_count": "more words on the thumbnail",
    "face_count": "more faces on the thumbnail",
    **{f"{emotion}_count": f"more {emotion} faces on the thumbnail" for emotion in EMOTIONS},
    "title_caption_similarity": "a title nearer to what is said",
    "title_picture_similarity": "a title nearer to the words on the thumbnail",
    "caption_picture_similarity": "words on the thumbnail nearer to what is said",
}  # fmt: skip
# Features that go with views whatever the videos are like.
ANYWAY = {
    "age_days": "the older a video, the longer it could be viewed",
    "like_count": "who likes has viewed, so these grow together anyway",
    "comment_count": "who comments has viewed, so these grow together anyway",
    "likes_per_view": "views are its divisor, so it falls as views grow anyway",
    "comments_per_view": "views are its divisor, so it falls as views grow anyway",
}


def associations(features: DataFrame) -> DataFrame:
    """One row a keyword and feature of `video_features`, with the columns of `feature_associations`.

    Under the keyword `ALL` all videos count, each once. A feature that no video has, has a row too, which says so.
    """
    keywords = F.explode(F.concat(F.array(F.lit(ALL)), F.coalesce("keywords", F.array().cast("array<string>"))))
    measured = features.select(keywords.alias("keyword"), "view_count", *FEATURES)
    values = long(measured, list(FEATURES), "feature").where(
        "value IS NOT NULL AND NOT isnan(value) AND view_count IS NOT NULL"
    )
    found = values.groupBy("keyword", "feature").applyInPandas(rank.correlate, rank.CORRELATED)
    # All videos and the videos of keywords are two families of tests, as groupings are in `comparisons`.
    adjusted = with_adjusted(with_all_features(found, measured), [F.col("keyword") == ALL], ["keyword", "feature"])
    told = adjusted.withColumn("least_detectable", least_detectable(F.col("video_count")))
    return told.withColumn("verdict", verdict()).select(*FEATURE_ASSOCIATIONS.column_names)


def with_all_features(found: DataFrame, measured: DataFrame) -> DataFrame:
    """The rows of `found`, and one with a count of 0 for each feature that no video of a keyword has."""
    names = F.explode(F.array(*map(F.lit, FEATURES))).alias("feature")
    every = measured.select("keyword").distinct().select("keyword", names)
    joined = every.join(found, on=["keyword", "feature"], how="left")
    return joined.withColumn("video_count", F.coalesce("video_count", F.lit(0)))


def least_detectable(count: Column) -> Column:
    """The least rho that so many videos show in 80 of 100 cases, at 5 % two-sided, by Fisher's z; null for too few."""
    z = NormalDist().inv_cdf(1 - LEVEL / 2) + NormalDist().inv_cdf(POWER)
    return F.when(count >= rank.FEWEST, F.tanh(z / F.sqrt(count - 3)))


def verdict() -> Column:
    """What the row of an association says, in plain words."""
    rho, count = F.col("rho"), F.col("video_count")
    more, anyway = (_named(texts) for texts in (FEATURES, ANYWAY))
    size = F.lit("large")
    for limit, name in reversed(SIZES):
        size = F.when(F.abs(rho) < limit, name).otherwise(size)
    views = F.when(rho > 0, "more").otherwise("fewer")
    but = F.coalesce(anyway, F.lit("what causes what, or what else causes both, it does not say"))
    found = F.format_string(
        "videos with %s tend to have %s views: a %s association (rho %.2f); %s", more, views, size, rho, but
    )
    nothing = F.format_string(
        "no association that these data can show (one under %.2f would go unseen)", F.col("least_detectable")
    )
    hint = F.format_string("a hint at most (rho %.2f): of so many tests some look like this by chance", rho)
    few = F.format_string("too few videos have it: %d, and %d are needed", count, F.lit(rank.FEWEST))
    return (
        F.when(count < rank.FEWEST, few)
        .when(rho.isNull(), "it, or the number of views, is the same in all videos")
        .when((F.col("p_adjusted") < LEVEL) & (rho != 0), found)
        .when(F.col("p_value") < LEVEL, hint)
        .otherwise(nothing)
    )


def _named(texts: Mapping[str, str]) -> Column:
    return F.try_element_at(F.create_map(*map(F.lit, chain(*texts.items()))), F.col("feature"))
