"""That what people write is shown without the names of people."""

import pytest
from tests.report.telling import reading

from tubelake.report.people import names_in, without_names


@pytest.mark.parametrize(
    ("text", "names", "told"),
    [
        (None, (), ""),
        ("hi @Some.Body-1, ok", (), "hi [name], ok"),
        ("hi @김철수!", (), "hi [name]!"),
        ("write to a.b+c@mail.example.org or @me", (), "write to [address] or [name]"),
        ("ANNA  real-name was here, annareal too", ("Anna Real Name",), "[name] was here, annareal too"),
        ("Fire! the fire, Firefly", ("Fire",), "[name]! the fire, Firefly"),
        ("VIEWER_12 and viewer 12", ("viewer_12",), "[name] and [name]"),
        ("a (b) [c] \\d", ("(b) [c]",), "a ([name]] \\d"),
    ],
)
def test_without_names(text, names, told):
    assert without_names(text, names) == told


def test_names_in(spark, lake):
    given = ["Anna Real Name", "the", "Zoë", "viewer-1", "Not There", "x", "김철수", None, "a b c d e", "★ Bo Ba ★"]
    writings = spark.createDataFrame([(name,) for name in given], "author_name string")

    texts = ["the ANNA real name x", "zoë, viewer 1!", None, "김철수 a b c d e", "bo ba"]
    assert names_in(reading(spark, lake), writings, texts) == [
        "Anna Real Name",
        "★ Bo Ba ★",
        "viewer-1",
        "Zoë",
        "김철수",
    ]
    assert names_in(reading(spark, lake), writings, []) == []
