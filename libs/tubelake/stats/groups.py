"""Groups of videos and their metrics -> whether the groups differ, with effect, interval and a verdict in words."""

from collections.abc import Sequence
from itertools import chain
from statistics import NormalDist

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from tubelake.imports.categories import STANDARD
from tubelake.stats import effect
from tubelake.stats.metrics import with_newest_counts

LARGEST = 20  # groups of a grouping that are compared, 190 pairs: with more nobody reads them, and each proves less
LEVEL = 0.05
POWER = 0.8
# Romano, Kromrey, Coraggio, Skowronek 2006, "Appropriate statistics for ordinal level data".
SIZES = ((0.147, "a negligible"), (0.33, "a small"), (0.474, "a medium"))
KINDS = {"chat_messages": "chat", "comments": "comments", "videos": "titles", "caption_windows": "captions"}
SCORES = ("polarity", "subjectivity")
BIG, SMALL = "big keywords", "small keywords"


def memberships(hits: DataFrame, videos: DataFrame, days: DataFrame) -> DataFrame:
    """(grouping, group, video_id): the keywords that found a video, its category, the cohorts it is in."""
    parts = [
        _members("keyword", F.col("keyword"), hits), _members("category", category_name(F.col("category_id")), videos),
        _members("cohort", F.col("cohort"), days),
    ]  # fmt: skip
    known = parts[0].unionByName(parts[1]).unionByName(parts[2]).where("group IS NOT NULL")
    # One video can be in the charts of many days.
    return known.join(videos.select("video_id"), on="video_id", how="left_semi").distinct()


def _members(grouping: str, group: Column, rows: DataFrame) -> DataFrame:
    return rows.select(F.lit(grouping).alias("grouping"), group.alias("group"), "video_id")


def category_name(category_id: Column) -> Column:
    """The usual name of a category; of one without, its id after the word; null for null."""
    names = F.create_map(*map(F.lit, chain(*STANDARD.items())))
    return F.coalesce(F.try_element_at(names, category_id), F.concat(F.lit("category "), category_id))


def with_keyword_sizes(members: DataFrame) -> DataFrame:
    """`members` and a grouping more: videos of keywords with more than the median number of videos, and of the others."""
    keywords = members.where("grouping = 'keyword'")
    sizes = keywords.groupBy("group").agg(F.count("*").alias("_size"))
    middle = sizes.agg(F.median("_size").alias("_middle"))
    size = F.when(F.col("_size") > F.col("_middle"), BIG).otherwise(SMALL)
    named = sizes.join(F.broadcast(middle), how="cross").select("group", size.alias("_name"))
    sized = keywords.join(F.broadcast(named), on="group", how="inner")
    return members.unionByName(_members("keyword size", F.col("_name"), sized).distinct())


def only_largest(members: DataFrame, limit: int = LARGEST) -> DataFrame:
    """The members of the largest groups of each grouping."""
    sizes = members.groupBy("grouping", "group").agg(F.count("*").alias("_size"))
    rank = F.row_number().over(Window.partitionBy("grouping").orderBy(F.desc("_size"), "group"))
    largest = sizes.where(F.col("_size") >= effect.FEWEST).withColumn("_rank", rank).where(F.col("_rank") <= limit)
    return members.join(F.broadcast(largest.select("grouping", "group")), on=["grouping", "group"], how="left_semi")


def metrics(videos: DataFrame, snapshots: DataFrame, sentiment: DataFrame) -> DataFrame:
    """(video_id, metric, value, words): what groups are compared by; without rows where a value is missing."""
    views = F.nullif(F.col("view_count"), F.lit(0))
    counts = {
        "view_count": F.col("view_count"), "duration_seconds": F.col("duration_seconds"),
        "likes_per_view": F.col("like_count") / views, "comments_per_view": F.col("comment_count") / views,
    }  # fmt: skip
    kinds = F.create_map(*map(F.lit, chain(*KINDS.items())))
    kind = F.try_element_at(kinds, F.col("source"))
    counted = _long(with_newest_counts(videos, snapshots), [(F.lit(name), value) for name, value in counts.items()])
    felt = _long(
        sentiment, [(F.concat(F.lit(f"{name} of "), kind), F.col(name)) for name in SCORES], F.col("word_count")
    )
    return counted.unionByName(felt).where("value IS NOT NULL AND NOT isnan(value)")


def _long(rows: DataFrame, values: list[tuple[Column, Column]], words: Column | None = None) -> DataFrame:
    """A row a video and value, from pairs of metric and value."""
    behind = (F.lit(None) if words is None else words).cast("bigint")
    each = [F.struct(n.alias("metric"), v.cast("double").alias("value")) for n, v in values]
    return rows.select("video_id", F.explode(F.array(*each)).alias("_each"), behind.alias("words")).select(
        "video_id", "_each.*", "words"
    )


def comparisons(members: DataFrame, values: DataFrame) -> DataFrame:
    """One row a pair of groups and metric, with the columns of `comparisons`.

    A video of both groups counts in both, which makes the test more cautious. Videos of one keyword are alike, so that
    between big and small keywords a p-value says more about these keywords than about others.
    """
    grouped = only_largest(members).join(values, on="video_id", how="inner")
    needed = grouped.select("grouping", "metric", "group", "value", "words")
    pairs = needed.groupBy("grouping", "metric").applyInPandas(effect.compare, effect.PAIRS)
    adjusted = with_adjusted(pairs, ["grouping"], ["metric", "group_a", "group_b"])
    return adjusted.withColumns({
        "least_detectable": least_detectable(F.col("video_count_a"), F.col("video_count_b"))
    }).withColumn("verdict", verdict())  # fmt: skip


def with_adjusted(tests: DataFrame, within: Sequence[str | Column], order: Sequence[str]) -> DataFrame:
    """With `p_adjusted`: the p-value that holds when all tests of a family are counted; null where there is no p-value.

    A family has the same values of `within`, at most a few thousand rows, told apart by `order`. Holm 1979,
    Scandinavian Journal of Statistics 6(2).
    """
    p_value = F.col("p_value")
    every = Window.partitionBy(*within)
    ordered = every.orderBy(p_value.asc_nulls_last(), *order)
    left = F.count(p_value).over(every) - F.row_number().over(ordered) + 1
    so_far = ordered.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    raised = tests.withColumn("_raised", F.when(p_value.isNotNull(), F.least(left * p_value, F.lit(1.0))))
    adjusted = F.when(p_value.isNotNull(), F.max("_raised").over(so_far))
    return raised.withColumn("p_adjusted", adjusted).drop("_raised")


def least_detectable(count_a: Column, count_b: Column) -> Column:
    """The least Cliff's delta that groups so large show in 80 of 100 cases, at 5 % two-sided; at most 1.

    Noether 1987 (JASA 82(398)): N = (z_a/2 + z_b)^2 / (12 c (1 - c) (p - 1/2)^2), c being the first group's share of N,
    and delta = 2 p - 1.
    """
    z = NormalDist().inv_cdf(1 - LEVEL / 2) + NormalDist().inv_cdf(POWER)
    # c (1 - c) N = a b / N
    return F.least(2 * z / F.sqrt(12 * count_a * count_b / (count_a + count_b)), F.lit(1.0))


def verdict() -> Column:
    """What the row of a comparison says, in plain words."""
    delta, least = F.col("effect"), F.col("least_detectable")
    size = F.lit("a large")
    for limit, name in reversed(SIZES):
        size = F.when(F.abs(delta) < limit, name).otherwise(size)
    unseen = F.when(least < 1, F.format_string("an effect under %.2f would go unseen", least)).otherwise(
        "so few videos could hardly show any"
    )
    nothing = F.concat(F.lit("no difference that these data can show ("), unseen, F.lit(")"))
    higher, lower = (
        F.when(delta > 0, F.col(a)).otherwise(F.col(b)) for a, b in (("group_a", "group_b"), ("group_b", "group_a"))
    )
    found = F.format_string("%s: higher than %s, %s difference (delta %.2f)", higher, lower, size, F.abs(delta))
    return F.when((F.col("p_adjusted") < LEVEL) & (delta != 0), found).otherwise(nothing)
