"""How the report writes minutes, titles in its own sentences, and titles that are the same."""

import vl_convert

from tubelake.report import charts, parts


def test_a_clock_axis_has_few_ticks_that_are_round():
    for first, last, ticks in (
        (0, 17, [0, 5, 10, 15]), (-3, 6, [-2, 0, 2, 4, 6]), (0, 1, [0, 1]), (0, 600, [0, 120, 240, 360, 480, 600]),
        (7, 47, [10, 15, 20, 25, 30, 35, 40, 45]), (0, 99_999, list(range(0, 99_999, 1440))),
    ):  # fmt: skip
        assert charts.clock_axis(first, last)["values"] == ticks


def test_a_clock_axis_reads_as_a_clock():
    rows = [{"at": at, "of": 1} for at in (-65, 0, 125)]
    axis = charts.clock_axis(-65, 125) | {"values": [-65, 0, 59, 60, 125], "labelOverlap": False}
    spec = charts.chart(rows, "point", charts.x("at", "time", axis=axis) | charts.y("of", "of"), width=900)
    drawn = vl_convert.vegalite_to_svg(spec)
    assert [label for label in ("-1:05:00", ">0:00", ">59:00", ">1:00:00", ">2:05:00") if label not in drawn] == []


def test_titles_are_told_apart_and_keep_their_direction_to_themselves():
    assert parts.unlike(["a", "b", "a", "a (2)", "a", " a\n"]) == ["a", "b", "a (2)", "a (2) (2)", "a (3)", "a (4)"]
    assert parts.named("x\u202ey\u2069 z") == "“\u2068xy z\u2069”"
    assert parts.named("long " * 30, 10) == "“\u2068long long…\u2069”"


def test_shares_fill_their_bars_and_leave_the_unknown_blank():
    rows = [{"label": "a", "kind": kind, "count": 1, "share": 0.25} for kind in "wxyz"]
    spec = charts.shares(rows, "share", list("wxyz"))
    assert spec["encoding"]["color"]["scale"]["range"][-1] == "$ground"
    assert [row["order"] for row in spec["data"]["values"]] == [0, 1, 2, 3]
