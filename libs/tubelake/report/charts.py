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
ROWS = {"autosize": {"type": "fit-x", "contains": "padding"}}  # of charts as high as they have rows


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
        height={"step": 22}, **ROWS,
    )  # fmt: skip


def spreads(rows: Values, what: str, *, is_log: bool, axis_format: str = "~s") -> Spec:
    """A point with a line a row, such as a median and quartiles: `label`, `low`, `value`, `high`."""
    names = {"y": {"field": "label", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 160}}}
    scale = {"type": "log"} if is_log else {"zero": False}
    across = x("low", what, scale=scale, axis={"format": axis_format}) | {"x2": {"field": "high"}}
    told = tooltip(label="", low="first quartile", value="median", high="third quartile")
    return layers(
        rows,
        {"mark": {"type": "rule", "strokeWidth": 2, "color": "$soft"}, "encoding": names | across},
        {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": names | x("value", what) | told},
        height={"step": 22}, **ROWS,
    )  # fmt: skip


def grid(values: Values, *, across: str, down: str, what: str) -> Spec:
    """A field of squares, each the darker the greater its `weight`, 0 to 1; in the order of their coming."""
    label = {"labelLimit": 300, "labelOverlap": False}
    scale = {"domain": [0, 1], "range": ["$behind", "$accent"]}
    return chart(
        values, {"type": "rect", "tooltip": {"content": "data"}},
        x(across, "", "nominal", sort=None, axis={**label, "labelAngle": -35, "labelLimit": 140, "domain": False})
        | y(down, "", "nominal", sort=None, axis=label)
        | {"color": {"field": "weight", "type": "quantitative", "title": what, "scale": scale, "legend": {"format": "%"}}},
        height={"step": 24}, **ROWS,
    )  # fmt: skip


def time_line(values: Values, what: str, unit: str, *, at: str, by: str | None = None) -> Spec:
    """A line over minutes or days (`at`); `by` gives a line for each of its values."""
    colour = {"color": {"field": by, "type": "nominal", "title": None}} if by else {}
    return chart(values, {"type": "line", "tooltip": True}, x(at, unit) | y(what, what) | colour)
