"""Column functions that several resources need. Missing and malformed values become null, never a false 0."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from tubelake.tables import Table
from tubelake.youtube.outcomes import FINAL_REASONS, FINAL_STATUSES

# No more digits than fit: Spark 4 fails on a number that is too large, where Spark 3 gives null.
_DURATION = r"^P(?:(\d{1,12})W)?(?:(\d{1,12})D)?(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.\d+)?S)?)?$"
_SECONDS = (604_800, 86_400, 3_600, 60, 1)


def duration_seconds(text: Column) -> Column:
    """Whole seconds of an ISO-8601 duration such as P1DT2H3M4S."""
    parts = (F.regexp_extract(text, _DURATION, group) for group in range(1, 6))
    terms = [
        F.when(part == "", 0).otherwise(part.cast("bigint")) * unit for part, unit in zip(parts, _SECONDS, strict=True)
    ]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return F.when(text.rlike(_DURATION) & text.rlike(r"\d"), total)


def count(text: Column) -> Column:
    """The number that a text of digits writes; null for any other text."""
    return F.when(text.rlike(r"^\d{1,18}$"), text).cast("bigint")


def flag(text: Column) -> Column:
    """Whether the text says true; null where it says neither true nor false."""
    return F.when(text.isin("true", "false"), text == "true")


def moment(text: Column) -> Column:
    """The UTC time of an ISO-8601 text; null where it is none."""
    return F.try_to_timestamp(text)


def unescaped(text: Column) -> Column:
    """The text without the five HTML entities that the API writes; & comes last, or &amp;lt; would become <."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = F.replace(text, F.lit(entity), F.lit(character))
    return text


def is_final(status: Column, reason: Column) -> Column:
    """Whether an answer says that asking again is pointless; null for a good one without a status."""
    return reason.isin(*FINAL_REASONS) | status.isin(*FINAL_STATUSES)


def items(answers: DataFrame, schema: str) -> DataFrame:
    """One row an item of good answers: the columns of `answers` and `item`, parsed by the DDL `schema`."""
    good = answers.where("reason IS NULL AND status = 200")
    body = F.from_json("body", F.lit(f"struct<items:array<{schema}>>"))
    rest = (column for column in answers.columns if column != "body")
    return good.select(*rest, F.explode(body.getField("items")).alias("item"))


def with_missing(rows: DataFrame, table: Table) -> DataFrame:
    """The rows with the columns of the table that they do not have, all null."""
    missing = (column for column in table.columns if column.name not in rows.columns)
    return rows.withColumns({column.name: F.lit(None).cast(column.type) for column in missing})


def largest_thumbnail(thumbnails: Column) -> Column:
    """The entry with the most pixels of a map of thumbnails; null where there are none."""
    entries = F.transform(
        F.map_values(thumbnails), lambda t: F.struct((t["width"] * t["height"]).alias("pixels"), t.alias("entry"))
    )
    return F.array_max(entries)["entry"]
