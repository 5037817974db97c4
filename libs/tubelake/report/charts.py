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
FIT = {"type": "fit-x", "contains": "padding"}
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
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": HEIGHT,
        "autosize": FIT,
        "data": {"values": list(values)},
    }


def _height(rows: Values, field: str, step: int) -> int:
    """Of a chart with a line of `step` pixels for each value of the field; Vega-Lite's own steps do not go with a fitted width."""
    return step * max(1, len({row[field] for row in rows}))


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
    across = x("lower", what, scale=scale, axis={"format": "~s", "grid": False}) | {"x2": {"field": "upper"}}
    shown = [each for each in bins if each["lower"] > 0] if is_log else bins
    return chart(
        shown, {"type": "rect", "tooltip": True},
        across | y("video_count", "videos", stack=None) | {"y2": {"datum": 0}}
        | tooltip(lower="from", upper="to", video_count="videos"),
    )  # fmt: skip


def counts(bins: Values, what: str, of: str) -> Spec:
    """Bars over whole numbers, as high as `video_count`; `lower` and `upper` are half below and half above each."""
    scale = {"domain": [bins[0]["lower"], bins[-1]["upper"]], "nice": False}
    across = x("lower", what, scale=scale, axis={"format": "d", "tickMinStep": 1, "grid": False}) | {
        "x2": {"field": "upper"}
    }
    return chart(
        bins, {"type": "rect", "tooltip": True},
        across | y("video_count", of, stack=None) | {"y2": {"datum": 0}} | tooltip(bin=what, video_count=of),
    )  # fmt: skip


def intervals(rows: Values, what: str, *, domain: tuple[float, float], label: str = "label") -> Spec:
    """A point with its interval a row: `value`, `low`, `high`; a rule at 0; in colour where it `is_clear`."""
    names = {"y": {"field": label, "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 280}}}
    colour = {"color": {"condition": {"test": "datum.is_clear", "value": "$accent"}, "value": "$soft"}}
    across = x("low", what, scale={"domain": list(domain)}, axis={"tickCount": 10}) | {"x2": {"field": "high"}}
    return layers(
        rows,
        {"mark": {"type": "rule", "strokeDash": [3, 3]}, "encoding": {"x": {"datum": 0}}},
        {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": names | across | colour},
        {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "tooltip": {"content": "data"}},
         "encoding": names | x("value", what) | colour},
        height=_height(rows, label, 22),
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
        {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 1}, "encoding": names | x("value", what) | told},
        height=_height(rows, "label", 22),
    )  # fmt: skip


def grid(values: Values, *, across: str, down: str, what: str) -> Spec:
    """A field of squares, each the darker the greater its `weight`, 0 to 1; in the order of their coming."""
    label = {"labelLimit": 200, "labelOverlap": False}
    scale = {"domain": [0, 1], "range": ["$behind", "$accent"], "interpolate": "rgb"}
    return chart(
        values, {"type": "rect", "tooltip": {"content": "data"}},
        x(across, "", "nominal", sort=None, axis={**label, "labelAngle": -35, "labelLimit": 140, "domain": False})
        | y(down, "", "nominal", sort=None, axis=label)
        | {"color": {"field": "weight", "type": "quantitative", "title": what, "scale": scale, "legend": {"format": "%", "titleFontWeight": "normal"}}},
        height=_height(values, down, 24),
    )  # fmt: skip


def heat_map(
    values: Values, across: tuple[str, str, Sequence[Any]], down: tuple[str, str, Sequence[Any]], what: str
) -> Spec:
    """A cell for each pair of places, the darker the greater `what`; `across` and `down` are a field, its title, all places."""
    placed = x(across[0], across[1], "ordinal", scale={"domain": list(across[2])}, axis={"labelAngle": 0}) | y(
        down[0], down[1] or "", "ordinal", scale={"domain": list(down[2])}
    )
    colour = {
        "color": {
            "field": what,
            "type": "quantitative",
            "title": what,
            "scale": {"range": ["$behind", "$accent"], "interpolate": "rgb"},
        }
    }
    shown = tooltip(**{across[0]: across[0], down[0]: down[0], what: what})
    return chart(values, {"type": "rect"}, placed | colour | shown, height=22 * len(down[2]))


def ccdf(values: Values, what: str, fitted: Sequence[str]) -> Spec:
    """On log-log axes `share` over `value`: points for what was seen, a line for each of the `fitted` curves (`what`)."""
    across = x("value", what, scale={"type": "log"}, axis={"format": "~s", "grid": False})
    up = y("share", "share of videos", scale={"type": "log"}, axis={"format": "~%"})
    kinds = {"field": "what", "type": "nominal", "title": None, "scale": {"domain": list(fitted)}}
    lines = [each for each in values if each["what"] in fitted]
    seen = [each for each in values if each["what"] not in fitted]
    return layers(
        seen,
        {"mark": {"type": "point", "filled": True, "size": 18, "color": "$soft", "tooltip": True}, "encoding": across | up},
        {"data": {"values": lines}, "mark": {"type": "line", "clip": True},
         "encoding": across | up | {"color": kinds, "strokeDash": kinds}},
        height=320,
    )  # fmt: skip


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
        height=_height(rows, "label", 28),
    )  # fmt: skip
