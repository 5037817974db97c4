"""What videos say of themselves -> the words and word pairs that mark a keyword, category or cohort."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.stats.log_odds import SIGN, log_odds
from tubelake.text.words import content_words, only_content, words

TOP = 25
FEWEST_VIDEOS = 2  # of a group that have a term: what one video says marks no group


def texts_of(videos: DataFrame, scores: DataFrame, windows: DataFrame) -> DataFrame:
    """(video_id, language, text): title, each tag, and what is said.

    `scores` tell the language of titles that the uploader does not; `windows` are of one track a video.
    """
    told = scores.where("source = 'videos'").select(F.col("source_id").alias("video_id"), "language")
    language = F.coalesce("default_language", "language", "default_audio_language").alias("language")
    parts = F.concat(F.array("title"), F.coalesce("tags", F.array().cast("array<string>")))
    written = videos.join(told, on="video_id", how="left").select("video_id", language, F.explode(parts).alias("text"))
    said = windows.where("kind = 'words'").select("video_id", F.col("language_code").alias("language"), "text")
    return written.unionByName(said).where("text IS NOT NULL")


def terms_of(texts: DataFrame) -> DataFrame:
    """(video_id, kind, term): each word and word pair of a video once, without common words."""
    text, language = F.col("text"), F.col("language")
    found = F.array(
        F.struct(F.lit("word").alias("kind"), F.array_distinct(content_words(text, language)).alias("terms")),
        F.struct(F.lit("pair").alias("kind"), F.array_distinct(pairs(text, language)).alias("terms")),
    )
    each = texts.select("video_id", F.explode(found).alias("found"))
    # A video's title, tags and captions say the same words.
    return each.select("video_id", "found.kind", F.explode("found.terms").alias("term")).distinct()


def pairs(text: Column, language: Column) -> Column:
    """The pairs of words that follow each other, both with a meaning of their own; null for null."""
    kept = F.transform(words(text), lambda word: F.get(only_content(F.array(word), language), 0))
    both = F.zip_with(kept, F.slice(kept, 2, F.size(kept)), _pair)
    return F.filter(both, F.isnotnull)


def _pair(first: Column, second: Column) -> Column:
    """Null where one is null, and for a word said twice."""
    return F.when(first != second, F.concat(first, F.lit(" "), second))


def term_counts(members: DataFrame, terms: DataFrame) -> DataFrame:
    """(grouping, group, kind, term, video_count): how many videos of a group have a term."""
    grouped = members.join(terms, on="video_id", how="inner").groupBy("grouping", "group", "kind", "term")
    return grouped.agg(F.count("*").alias("video_count"))


def top_terms(members: DataFrame, counts: DataFrame, limit: int = TOP) -> DataFrame:
    """One row a grouping, group and term, with the columns of `top_terms`, the terms that mark a group most.

    The strength is the log-odds of the number of videos against all other groups of the grouping (`log_odds`). Where
    there is no other group nothing can mark it: the strength is null, and its most frequent terms are listed. `counts`
    are `term_counts`, read more than once.
    """
    whole = Window.partitionBy("grouping", "kind")
    totals = counts.groupBy("grouping", "group", "kind").agg(F.sum("video_count").alias("inside_total")).withColumns({
        "overall_total": F.sum("inside_total").over(whole), "groups": F.count("*").over(whole),
    })  # fmt: skip
    overall = F.sum("video_count").over(Window.partitionBy("grouping", "kind", "term"))
    frequent = counts.withColumn("overall", overall).where(F.col("video_count") >= FEWEST_VIDEOS)
    joined = frequent.join(F.broadcast(totals), on=["grouping", "group", "kind"], how="inner")
    odds = log_odds(*map(F.col, ("video_count", "inside_total", "overall", "overall_total")))
    marked = joined.withColumn("strength", F.when(F.col("groups") > 1, odds))
    marking = marked.where((F.col("groups") == 1) | (F.col("strength") > SIGN))
    return with_share(_ranked(marking, limit), members)


def _ranked(rows: DataFrame, limit: int) -> DataFrame:
    group = Window.partitionBy("grouping", "group", "kind")
    rank = F.row_number().over(group.orderBy(F.desc("strength"), F.desc("video_count"), "term"))
    return rows.withColumn("rank", rank).where(F.col("rank") <= limit)


def with_share(rows: DataFrame, members: DataFrame) -> DataFrame:
    """The columns of `top_terms` with `share`: of all videos of the group."""
    sizes = members.groupBy("grouping", "group").agg(F.count("*").alias("_size"))
    joined = rows.join(F.broadcast(sizes), on=["grouping", "group"], how="inner")
    share = (F.col("video_count") / F.col("_size")).alias("share")
    return joined.select("grouping", "group", "kind", "rank", "term", "video_count", share, "strength")
