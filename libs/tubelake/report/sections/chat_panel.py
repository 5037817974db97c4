"""What the report shows of one live chat: its time line, peaks, chatters, super chats, best and worst messages."""

from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake.export.markup import tag
from tubelake.report import charts, parts
from tubelake.report.charts import Spec
from tubelake.report.people import Names, without_names
from tubelake.report.sections.chat_rows import Chat, Peak

SMOOTHED = 2  # bars before and after over which the mood is averaged
LABELLED = 5  # peaks whose word stands in the chart
AXIS = {"minExtent": 48, "maxExtent": 48}  # px: the charts stand below each other, minute under minute
ROLES = {"is_owner": "owner", "is_moderator": "moderator", "is_member": "member", "is_verified": "verified"}


def panel(chat: Chat, names: Names) -> Iterator[Element]:
    about = chat.about
    yield parts.figures(list(_figures(chat)))
    if chat.minutes:
        values = values_of(chat)
        yield _pace(chat, values, names)
        yield _mood(chat, values)
    if chat.peaks:
        yield _peaks(chat, names)
    people = [*_chatters(chat), *_paid(chat)]
    if people:
        yield tag("div", *people, class_="side")
    sides = [each for side in ("positive", "negative") for each in _examples(chat, side, names)]
    if sides:
        yield tag("div", *sides, class_="side")
    if about["video_id"]:
        yield parts.paragraph(parts.link(about["video_id"], "See the stream"))


def _figures(chat: Chat) -> Iterator[tuple[str, parts.Cell, str]]:
    about = chat.about
    yield "messages", about["message_count"], "with words"
    if about["author_count"] is not None:
        yield "authors", about["author_count"], ""
    if about["first_minute"] is not None:
        yield "minutes", about["last_minute"] - about["first_minute"] + 1, "from the first message to the last"
        scored = about["rated_count"] - about["unscored_count"]
        yield "positive", parts.percent(share_of(about)), f"of {scored:,} scored messages"
        yield "negative", parts.percent(share_of(about, "negative_count")), "of the same"
    paid = sum(row["paid_count"] for row in chat.paid)
    if paid:
        yield "super chats", paid, f"in {len(chat.paid)} currencies" if len(chat.paid) > 1 else ""


def share_of(about: Row, name: str = "positive_count") -> float | None:
    """The share of the scored messages; null without any."""
    if about["rated_count"] is None:
        return None
    scored = about["rated_count"] - about["unscored_count"]
    return about[name] / scored if scored else None


def values_of(chat: Chat) -> list[dict[str, Any]]:
    """A row for each run of `step` minutes from the first to the last, silent ones too.

    `mood` is the mean over the runs around, each weighing as many messages as were scored in it.
    """
    known = {row["minute"]: row for row in chat.minutes}
    values = [_value(at, chat.step, known.get(at)) for at in range(min(known), max(known) + 1, chat.step)]
    for at, value in enumerate(values):
        near = values[max(0, at - SMOOTHED) : at + SMOOTHED + 1]
        scored = sum(each["scored"] for each in near)
        weighed = sum(each["polarity"] * each["scored"] for each in near if each["polarity"] is not None)
        value["mood"] = round(weighed / scored, 3) if value["scored"] else None
    return values


def _value(minute: int, step: int, row: Row | None) -> dict[str, Any]:
    count, polarity = (row["message_count"], row["mean_polarity"]) if row else (0, None)
    return {
        "minute": minute, "middle": minute + step / 2, "end": minute + step, "clock": parts.clock(minute * 60),
        "pace": round(count / step, 2), "scored": count - row["unscored_count"] if row else 0,
        "polarity": parts.rounded(polarity, 3),
    }  # fmt: skip


def peak_values(chat: Chat, names: Names) -> list[dict[str, Any]]:
    """A row a peak; the greatest ones have their first word."""
    greatest = sorted(chat.peaks, key=lambda peak: -(peak.times or 0))[:LABELLED]
    return [
        {"middle": peak.minute + 0.5, "pace": peak.message_count, "clock": parts.clock(peak.minute * 60),
         "word": next(iter(words_of(peak, names)), "") if peak in greatest else ""}
        for peak in chat.peaks
    ]  # fmt: skip


def words_of(peak: Peak, names: Names) -> list[str]:
    """The words of a peak, without those that are somebody's name."""
    return [word for word in peak.words if without_names(word, names) == word]


def _across(values: charts.Values, field: str) -> dict[str, Any]:
    first, last = values[0]["minute"], values[-1]["end"]
    axis = charts.clock_axis(first, last)
    return charts.x(field, "time in the stream", axis=axis, scale={"domain": [first, last], "nice": False})


def pace_chart(values: charts.Values, peaks: charts.Values) -> Spec:
    """Bars of messages a minute, with a dot and a word on the peaks."""
    up = charts.y("pace", "messages a minute", axis=AXIS | {"tickMinStep": 1, "tickCount": 5})
    told = charts.tooltip(clock="from", pace="messages a minute", scored="scored messages")
    bars = _across(values, "minute") | {"x2": {"field": "end"}} | up | {"y2": {"datum": 0}} | told
    dots = _across(values, "middle") | up | charts.tooltip(clock="peak from", pace="messages in that minute")
    return charts.layers(
        values, {"mark": {"type": "rect"}, "encoding": bars},
        *(
            {"data": {"values": list(peaks)}, "mark": mark, "encoding": dots | more}
            for mark, more in (
                ({"type": "point", "filled": True, "size": 50, "color": "$second", "opacity": 1}, {}),
                ({"type": "text", "dy": -11, "fontSize": 12}, {"text": {"field": "word"}}),
            )
            if peaks
        ),
        height=180,
    )  # fmt: skip


def mood_chart(values: charts.Values) -> Spec:
    """The mean polarity as a line around 0, under the bars of the pace."""
    most = max((abs(value["mood"]) for value in values if value["mood"] is not None), default=0)
    edge = max(0.2, min(1.0, most * 1.1))
    across = _across(values, "middle")
    up = charts.y(
        "mood", "mean polarity", scale={"domain": [-edge, edge]}, axis=AXIS | {"format": "+.1f", "tickCount": 5}
    )
    told = charts.tooltip(
        clock="from", mood="mean polarity around it", polarity="of these messages alone", scored="scored"
    )
    return charts.layers(
        values,
        {"mark": {"type": "rule"}, "encoding": {"y": {"datum": 0}}},
        {"mark": {"type": "line", "interpolate": "monotone"}, "encoding": across | up},
        {"mark": {"type": "point", "filled": True, "size": 14, "color": "$accent"}, "encoding": across | up | told},
        height=120,
    )  # fmt: skip


def _pace(chat: Chat, values: charts.Values, names: Names) -> Element:
    notes = [f"Each bar is the mean of {chat.step} minutes."] if chat.step > 1 else []
    if chat.peaks:
        notes.append("Orange: peaks, minutes with far more messages than the ten before and the ten after.")
    rows = [(value["clock"], value["pace"], value["scored"], value["polarity"]) for value in values]
    headers = ["from", "messages a minute", "scored messages", "mean polarity"]
    return parts.figure(
        pace_chart(values, peak_values(chat, names)), "Messages a minute", headers, rows, " ".join(notes)
    )


def _mood(chat: Chat, values: charts.Values) -> Element:
    width = (2 * SMOOTHED + 1) * chat.step
    note = (
        f"From -1, bad, to 1, good: the mean of the scored messages of {width} minutes around. Gaps: nothing there was "
        "scored, which is not neutral."
    )
    return parts.figure(mood_chart(values), "Mean polarity", note=note)


def _peaks(chat: Chat, names: Names) -> Element:
    video = chat.about["video_id"]
    rows = [
        (
            moment(video, peak.minute * 60), peak.message_count, parts.rounded(peak.times, 1),
            parts.quoted(word_list(words_of(peak, names))),
            tag("ul", *(_message(video, each["seconds"], each["text"], names) for each in peak.examples)),
        )
        for peak in chat.peaks
    ]  # fmt: skip
    return parts.table("Peaks", ["minute from", "messages", "times usual", "words", "such as"], rows)


def _message(video: str | None, seconds: float, text: str, names: Names) -> Element:
    return tag("li", moment(video, seconds), " ", parts.quoted(without_names(text, names), 200))


def moment(video: str | None, seconds: float | None) -> Element:
    """A second of the stream, with a link to it where the video is known."""
    told = parts.clock(seconds) or "not known"
    return parts.link(video, told, seconds) if video else parts.quoted(told)


def _chatters(chat: Chat) -> Iterator[Element]:
    if chat.chatters:
        roles = [word_list([role for name, role in ROLES.items() if row[name]]) for row in chat.chatters]
        rows = [
            (
                f"chatter\u00a0{at}, {role}" if role else f"chatter\u00a0{at}", row["message_count"], parts.rounded(row["share"] * 100, 1),
                parts.rounded(row["median_gap_seconds"], 1), parts.rounded(row["mean_polarity"], 2),
            )
            for at, (row, role) in enumerate(zip(chat.chatters, roles, strict=True), 1)
        ]  # fmt: skip
        headers = ["who", "messages", "% of all", "median gap (s)", "mean polarity"]
        yield tag("div", parts.table("The most talkative", headers, rows))


def _paid(chat: Chat) -> Iterator[Element]:
    if chat.paid:
        rows = [
            (row["currency"], row["paid_count"], row["author_count"], float(row["amount"]), float(row["largest"]))
            for row in chat.paid
        ]
        headers = ["currency", "super chats", "people", "in all", "the largest"]
        yield tag("div", parts.table("Super chats", headers, rows))


def _examples(chat: Chat, side: str, names: Names) -> Iterator[Element]:
    found = [row for row in chat.examples if row["side"] == side]
    if found:
        video = chat.about["video_id"]
        rows = [
            (
                moment(video, row["offset_seconds"]), parts.quoted(without_names(row["text"], names)),
                parts.rounded(row["polarity"], 2),
            )
            for row in found
        ]  # fmt: skip
        yield tag("div", parts.table(f"The most {side} messages", ["at", "message", "polarity"], rows))


def word_list(words: Sequence[str]) -> str:
    return ", ".join(words)
