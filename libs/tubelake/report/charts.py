"""Rows -> charts in Vega-Lite.

Colours and letters are the page's own, so that they follow light and dark: `$accent` is the variable --accent of
report.css, put in by report.js, which leaves `values` as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Spec = dict[str, Any]
Values = Sequence[Mapping[str, Any]]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # a name: nothing is fetched from there
HEIGHT = 240  # px
CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440)  # minutes
CLOCK = (
    "(datum.value < 0 ? '-' : '') + (abs(datum.value) >= 60 ? floor(abs(datum.value) / 60) + ':' "
    "+ format(abs(datum.value) % 60, '02') : abs(datum.value)) + ':00'"
)


def chart(values: Values, mark: str | Mapping[str, Any], encoding: Mapping[str, Any], **more: Any) -> Spec:
    """A chart of one layer, as wide as its place on the page."""
    return {**_frame(values), "mark": mark, "encoding": dict(encoding), **more}


def layers(values: Values, *layered: Mapping[str, Any], **more: Any) -> Spec:
    """A chart of several layers over the same rows, unless a layer has `data` of its own."""
    return {**_frame(values), "layer": list(layered), **more}


def _frame(values: Values) -> Spec:
    return {"$schema": SCHEMA, "width": "container", "height": HEIGHT, "data": {"values": list(values)}}


def x(field: str, title: str, kind: str = "quantitative", **more: Any) -> dict[str, Any]:
    return {"x": _channel(field, title, kind, more)}


def y(field: str, title: str, kind: str = "quantitative", **more: Any) -> dict[str, Any]:
    return {"y": _channel(field, title, kind, more)}


def tooltip(**titles: str) -> dict[str, Any]:
    """What is shown of a mark under the pointer: a title for each field."""
    return {"tooltip": [{"field": field, "title": title} for field, title in titles.items()]}


def _channel(field: str, title: str, kind: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"field": field, "type": kind, "title": title, **more}


def histogram(bins: Values, what: str, *, is_log: bool) -> Spec:
    """Bars from `lower` to `upper`, as high as `video_count`; on a log axis only bins above 0 have a place."""
    scale = {"type": "log"} if is_log else {"zero": False}
    across = x("lower", what, scale=scale, axis={"format": "~s", "labelOverlap": True}) | {"x2": {"field": "upper"}}
    shown = [each for each in bins if each["lower"] > 0] if is_log else bins
    return chart(
        shown, {"type": "rect", "tooltip": True},
        across | y("video_count", "videos", stack=None) | {"y2": {"datum": 0}}
        | tooltip(lower="from", upper="to", video_count="videos"),
    )  # fmt: skip


def intervals(rows: Values, what: str, *, domain: tuple[float, float], label: str = "label") -> Spec:
    """A point with its interval a row: `value`, `low`, `high`; a rule at 0; in colour where it `is_clear`."""
    names = {"y": {"field": label, "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 320}}}
    colour = {"color": {"condition": {"test": "datum.is_clear", "value": "$accent"}, "value": "$soft"}}
    across = x("low", what, scale={"domain": list(domain)}) | {"x2": {"field": "high"}}
    return layers(
        rows,
        {"mark": {"type": "rule", "strokeDash": [3, 3]}, "encoding": {"x": {"datum": 0}}},
        {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": names | across | colour},
        {"mark": {"type": "point", "filled": True, "size": 60, "tooltip": {"content": "data"}},
         "encoding": names | x("value", what) | colour},
        height={"step": 22},
    )  # fmt: skip


def time_line(values: Values, what: str, unit: str, *, at: str, by: str | None = None) -> Spec:
    """A line over minutes or days (`at`); `by` gives a line for each of its values."""
    colour = {"color": {"field": by, "type": "nominal", "title": None}} if by else {}
    return chart(values, {"type": "line", "tooltip": True}, x(at, unit) | y(what, what) | colour)


def clock_axis(first: float, last: float) -> dict[str, Any]:
    """An axis over minutes that reads as a clock, such as 5:00 or 1:05:00, with at most nine ticks."""
    step = next((each for each in CLOCK_STEPS if (last - first) / each <= 8), CLOCK_STEPS[-1])
    start = int(first // step) * step
    ticks = [at for at in range(start, int(last) + step, step) if first <= at <= last]
    return {"values": ticks, "labelExpr": CLOCK, "grid": False}


def shares(rows: Values, what: str, kinds: Sequence[str]) -> Spec:
    """A bar a row of `label`, divided among `kind`s by `share`; of the last kind nothing is known, so it is left blank."""
    colours = {"domain": list(kinds), "range": ["$second", "$line", "$accent", "$ground"][: len(kinds)]}
    ordered = [{**row, "order": kinds.index(row["kind"])} for row in rows]
    return chart(
        ordered, {"type": "bar", "height": 16, "stroke": "$line", "strokeWidth": 1},
        {"y": {"field": "label", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 140}},
         "color": {"field": "kind", "type": "nominal", "title": None, "scale": colours, "sort": list(kinds),
                   "legend": {"columns": 2, "symbolStrokeWidth": 1}},
         "order": {"field": "order", "type": "quantitative"}}
        | x("share", what, axis={"format": "%", "tickCount": 5, "grid": False}, scale={"domain": [0, 1]})
        | {"tooltip": [
            {"field": "label", "title": "of"}, {"field": "kind", "title": "they are"}, {"field": "count", "title": "number"},
            {"field": "share", "title": "share", "format": ".1%"}]},
        height={"step": 28},
    )  # fmt: skip
