"""Texts of the API as typed values: what is missing or malformed is null, never a false 0."""

from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F

from tubelake.parse.columns import count, duration_seconds, largest_thumbnail, moment, unescaped

DURATIONS = {
    "PT0S": 0,
    "PT33S": 33,
    "PT15M33S": 933,
    "PT1H": 3_600,
    "PT1H0M5S": 3_605,
    "P1DT2H": 93_600,
    "P1DT2H3M4S": 93_784,
    "P2D": 172_800,
    "P0D": 0,
    "P1W": 604_800,
    "PT90M": 5_400,
    "PT1.5S": 1,
    "PT3155760000S": 3_155_760_000,
    "": None,
    "P": None,
    "PT": None,
    "P1DT": 86_400,
    "T1H": None,
    "1H": None,
    "PT1H ": None,
    "PT-5S": None,
    "PT5M1H": None,
    "P1Y": None,
    "unknown": None,
    "99": None,
    None: None,
}
MOMENTS = {
    "2019-08-28T09:29:43.000Z": datetime(2019, 8, 28, 9, 29, 43, tzinfo=UTC),
    "2019-08-28T09:29:43Z": datetime(2019, 8, 28, 9, 29, 43, tzinfo=UTC),
    "2019-08-28T09:29:43.123456Z": datetime(2019, 8, 28, 9, 29, 43, 123456, tzinfo=UTC),
    "2019-08-28T09:29:43+09:00": datetime(2019, 8, 28, 0, 29, 43, tzinfo=UTC),
    "2005-04-24T03:31:52Z": datetime(2005, 4, 24, 3, 31, 52, tzinfo=UTC),
    "2024-02-30T00:00:00Z": None,
    "yesterday": None,
    "": None,
    None: None,
}
TEXTS = {
    "Tom &amp; Jerry": "Tom & Jerry",
    "it&#39;s &quot;big&quot;": 'it\'s "big"',
    "a &lt;b&gt;": "a <b>",
    "&amp;lt; is an entity": "&lt; is an entity",
    "&amp;amp;": "&amp;",
    "&nbsp; &unknown; & alone": "&nbsp; &unknown; & alone",
    "요리 🍜 été": "요리 🍜 été",
    "": "",
    None: None,
}
COUNTS = {
    "0": 0, "7": 7, "1234567890123": 1_234_567_890_123, "": None, "many": None, "1.5": None, "-1": None,
    "99999999999999999999": None, None: None,
}  # fmt: skip


@pytest.mark.parametrize("ansi", ["false", "true"])  # Spark 4 is strict unless told otherwise
def test_texts_become_values(spark, ansi):
    cases = [
        *[("duration", text, str(value)) for text, value in DURATIONS.items()],
        *[("moment", text, str(value and value.replace(tzinfo=None))) for text, value in MOMENTS.items()],
        *[("text", text, str(value)) for text, value in TEXTS.items()],
        *[("count", text, str(value)) for text, value in COUNTS.items()],
    ]
    kind, text = F.col("kind"), F.col("text")
    spark.conf.set("spark.sql.ansi.enabled", ansi)
    try:
        rows = spark.createDataFrame(cases, "kind string, text string, expected string").select(
            kind, text, "expected",
            F.when(kind == "duration", duration_seconds(text)).alias("duration"),
            F.when(kind == "moment", moment(text)).alias("moment"),
            F.when(kind == "text", unescaped(text)).alias("unescaped"),
            F.when(kind == "count", count(text)).alias("count"),
        ).collect()  # fmt: skip
    finally:
        spark.conf.unset("spark.sql.ansi.enabled")
    names = {"duration": "duration", "moment": "moment", "text": "unescaped", "count": "count"}
    wrong = [(row["text"], row[names[row["kind"]]]) for row in rows if str(row[names[row["kind"]]]) != row["expected"]]
    assert wrong == []
    assert len(rows) == len(cases)


def test_the_largest_thumbnail_has_the_most_pixels(spark):
    sizes = {"default": (120, 90), "maxres": (1280, 720), "standard": (640, 480)}
    pictures = {name: {"url": name, "width": width, "height": height} for name, (width, height) in sizes.items()}
    unknown = {"url": "unknown", "width": None, "height": None}
    cases = [
        (1, pictures, "maxres"),
        (2, {"default": pictures["default"], "unknown": unknown}, "default"),
        (3, {"unknown": unknown}, "unknown"),
        (4, {}, None),
        (5, None, None),
    ]
    ddl = "id int, t map<string,struct<url:string,width:int,height:int>>, expected string"
    frame = spark.createDataFrame(cases, ddl).select(
        "id", "expected", largest_thumbnail(F.col("t"))["url"].alias("url")
    )
    assert [row["id"] for row in frame.collect() if row["url"] != row["expected"]] == []
