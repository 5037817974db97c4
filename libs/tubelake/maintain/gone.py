"""Which videos are gone from YouTube, and where the log names them: frames in, frames out."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.collect import search, videos
from tubelake.collect.tombstones import is_tombstone, tombstone

PROOFS = (videos.DETAILS, videos.COUNTS)  # asked for ids, these answer with all of them that are there
# Playlists go on listing a video that became private, so only these show that one is there.
SIGHTINGS = (*PROOFS, search.METHOD)


def gone_videos(log: DataFrame) -> DataFrame:
    """`video_id` of each video of `responses` that was once seen, and that the newest good answer about it lacks."""
    good = log.where("reason IS NULL AND status = 200")
    asked = videos.asked_ids(good.where(F.col("method").isin(*PROOFS)), "fetched_at")
    newest = asked.groupBy("video_id").agg(F.max("fetched_at").alias("asked_at"))
    sighted_at = F.when(F.col("method").isin(*SIGHTINGS), F.col("fetched_at"))
    seen = (
        good.select(F.explode("item_ids").alias("video_id"), sighted_at.alias("sighted_at"))
        .groupBy("video_id")
        .agg(F.max("sighted_at").alias("seen_at"))
    )
    both = newest.join(seen, on="video_id", how="inner").where(~is_tombstone(F.col("video_id")))
    return both.where("seen_at IS NULL OR seen_at < asked_at").select("video_id")


def ids_of_facts() -> Column:
    """Every id that an answer's facts name: its items, and what was asked about. A search's words are no ids."""
    given = F.map_filter(F.from_json("params", F.lit("map<string,string>")), lambda name, _: name != "q")
    asked = F.flatten(F.transform(F.map_values(given), lambda value: F.split(value, ",")))
    subject = F.array(F.when(_is_no_search(), F.col("subject")))
    nothing = F.array().cast("array<string>")
    return F.concat(*(F.coalesce(ids, nothing) for ids in (F.col("item_ids"), asked, subject)))


def ids_of_body() -> Column:
    """What stands in a JSON body as a value and looks like the id of a video. A link within a text does not count."""
    return F.coalesce(F.regexp_extract_all("body", F.lit(r'"([\w-]{11})"'), 1), F.array().cast("array<string>"))


def naming(answers: DataFrame, ids: Column, gone: DataFrame) -> DataFrame:
    """(request_id, method, video_id) of answers whose `ids` name a video of `gone`, each once."""
    named = answers.select("request_id", "method", F.explode(F.array_distinct(ids)).alias("video_id"))
    return named.join(gone, on="video_id", how="left_semi").select("request_id", "method", "video_id")


def with_tombstones(log: DataFrame, gone: DataFrame) -> DataFrame:
    """Rows of `responses` that name a video of `gone`, with its tombstone in the place of its id."""
    stones = F.map_from_entries(F.collect_list(F.struct("video_id", tombstone(F.col("video_id")))))
    named = naming(log, ids_of_facts(), gone).groupBy("request_id").agg(stones.alias("stones"))
    rows = log.join(named, on="request_id", how="inner")
    changed = {
        "item_ids": F.transform("item_ids", _stone_or_same),
        "params": F.when(_is_no_search(), _with_stones(F.col("params"))).otherwise(F.col("params")),
        "subject": F.when(_is_no_search(), _stone_or_same(F.col("subject"))).otherwise(F.col("subject")),
    }
    return rows.withColumns(changed).drop("stones")


def _stone_or_same(name: Column) -> Column:
    """The tombstone of a name that is an id, or that begins with one, as names of caption tracks do: ID/en/manual."""
    video_id, rest = F.substring_index(name, "/", 1), F.regexp_extract(name, "/.*", 0)
    return F.coalesce(F.concat(F.try_element_at(F.col("stones"), video_id), rest), name)


def _with_stones(text: Column) -> Column:
    """The text with each id of `stones` replaced."""
    entries = F.map_entries("stones")
    return F.aggregate(entries, text, lambda left, entry: F.replace(left, entry["key"], entry["value"]))


def _is_no_search() -> Column:
    """A search's subject and words are the user's own, also where they happen to be an id."""
    return F.get_json_object("params", "$.q").isNull()
