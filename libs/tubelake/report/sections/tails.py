"""Whether counts are long-tailed: on log-log axes, the share of videos with so much or more, and what was fitted to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F
from scipy import stats

from tubelake import tables
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, collected, grouped
from tubelake.report.section import Finding, Section
from tubelake.report.sections.keywords import NAMES
from tubelake.stats.metrics import ALL, METRICS

MOST_KEYWORDS = 8  # those with most videos, and all videos together
POINTS = 40  # of a fitted curve
BELOW = 0.3  # of the least share that was seen: further down a curve says nothing about these videos
FITTED = ("power law", "log-normal", "exponential")
HEADERS = (
    "of", "videos in the tail", "tail from", "exponent", "95 % interval", "p", "against log-normal", "against exponential",
)  # fmt: skip


def section(reading: Reading) -> Section:
    laws = collected(_of_largest(reading.rows(tables.POWER_LAWS)))
    if not laws:
        nothing = parts.missing("No tail has been fitted yet.", tables.POWER_LAWS)
        return Section("tails", "Long tails", [nothing])
    named = F.col("keyword").isin(*{row["keyword"] for row in laws})
    points = collected(reading.rows(tables.CCDF).where(named).orderBy("keyword", "metric", "value"))
    panels = {
        keyword or "all videos": [_table(rows), *_figures(rows, points)]
        for keyword, rows in grouped(laws, "keyword").items()
    }
    return Section("tails", "Long tails", [_intro(), parts.tabs("Keywords", panels)], list(_findings(laws)))


def _of_largest(laws: DataFrame) -> DataFrame:
    """The fits of the keywords with most videos, all videos first."""
    sizes = laws.groupBy("keyword").agg(F.max("video_count").alias("_videos"))
    first = sizes.orderBy(F.col("keyword") != ALL, F.desc("_videos"), "keyword").limit(MOST_KEYWORDS + 1)
    place = F.coalesce(*(F.when(F.col("metric") == metric, at) for at, metric in enumerate(METRICS)))
    order = (F.col("keyword") != ALL, F.desc("_videos"), "keyword", place)
    return laws.join(F.broadcast(first), on="keyword", how="inner").orderBy(*order)


def _intro() -> Element:
    return parts.paragraph(
        "Each curve says which share of the videos has so much or more. A power law is a straight line on these axes; a "
        "log-normal bends down slowly, an exponential falls like a stone. The fit follows Clauset, Shalizi and Newman "
        "(2009): p below 0.1 rules a power law out, a positive ratio speaks for it and against the other, and a ratio "
        "with a p above 0.1 decides nothing."
    )


def _table(laws: Sequence[Row]) -> Element:
    fitted = [row for row in laws if row["alpha"] is not None]
    if not fitted:
        return parts.paragraph(*(f"{_name(row)}: {row['verdict']}. " for row in laws))
    return parts.table("Tails", HEADERS, [_cells(row) for row in fitted])


def _cells(row: Row) -> tuple[parts.Cell, ...]:
    against = (f"{row[f'{other}_ratio']:.1f} (p {row[f'{other}_p']:.2f})" if row[f"{other}_ratio"] is not None else ""
               for other in ("lognormal", "exponential"))  # fmt: skip
    interval = f"{row['alpha_low']:.2f} to {row['alpha_high']:.2f}" if row["alpha_low"] is not None else ""
    p = f"{row['p_value']:.2f}" if row["p_value"] is not None else ""
    return (_name(row), row["tail_count"], row["xmin"], f"{row['alpha']:.2f}", interval, p, *against)


def _name(row: Row) -> str:
    return str(NAMES.get(row["metric"], row["metric"]))


def _figures(laws: Sequence[Row], points: Sequence[Row]) -> Iterator[Element]:
    shown: dict[str, list[Element]] = {}
    for law in laws:
        curve = [p for p in points if (p["keyword"], p["metric"]) == (law["keyword"], law["metric"])]
        if curve:
            shown[_name(law)] = [_figure(law, curve)]
    if shown:
        yield parts.tabs("Counts", shown)


def _figure(law: Row, curve: Sequence[Row]) -> Element:
    seen = [{"value": p["value"], "share": p["share_at_or_above"], "what": "videos"} for p in curve]
    values = seen + fitted_curves(law.asDict(), curve[-1]["value"], BELOW * curve[-1]["share_at_or_above"])
    rows = [(each["value"], parts.number(each["share"])) for each in seen]
    return parts.figure(
        charts.ccdf(values, _name(law), FITTED), f"Share of videos with so many {_name(law)} or more",
        [_name(law), "share"], rows, f"{law['verdict'][:1].upper()}{law['verdict'][1:]}.",
    )  # fmt: skip


def fitted_curves(law: Mapping[str, Any], greatest: float, least: float) -> list[dict[str, Any]]:
    """(value, share, what) of each distribution fitted to the tail, from its beginning to the greatest value or `least` share."""
    xmin, share = law["xmin"], law["tail_share"]
    if xmin is None or greatest <= xmin:
        return []
    at = np.geomspace(xmin, greatest, POINTS)
    return [
        {"value": float(value), "share": float(share * above), "what": name}
        for name, survival in _survivals(law).items()
        for value, above in zip(at, survival(at) / survival(at[:1]), strict=True)
        if share * above >= least
    ]


def _survivals(law: Mapping[str, Any]) -> dict[str, Callable[[Any], Any]]:
    """P(X >= x) of each fitted distribution, up to a factor."""
    found: dict[str, Callable[[Any], Any]] = {"power law": lambda x: x ** (1 - law["alpha"])}
    if law["lognormal_mu"] is not None:
        found["log-normal"] = lambda x: stats.norm.sf((np.log(x) - law["lognormal_mu"]) / law["lognormal_sigma"])
    if law["exponential_rate"] is not None:
        found["exponential"] = lambda x: np.exp(-law["exponential_rate"] * (x - law["xmin"]))
    return found


def _findings(laws: Sequence[Row]) -> Iterator[Finding]:
    """What the views of all videos, and of the largest keyword, look like."""
    for row in [each for each in laws if each["metric"] == "view_count" and each["alpha"] is not None][:2]:
        whose = f"“{row['keyword']}”" if row["keyword"] else "all videos"
        told = f"Views of {whose}: {row['verdict']}."
        doubt = f"Fitted to the {row['tail_count']:,} videos from {parts.number(row['xmin'])} views on; the videos found are no random sample."
        yield Finding(told, doubt, 0.7)
