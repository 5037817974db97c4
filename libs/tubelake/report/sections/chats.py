"""Live chats: how each was followed and ended, its mood, and a panel for each of those with the most messages."""

from collections.abc import Iterator, Sequence
from math import comb, sqrt
from statistics import NormalDist
from xml.etree.ElementTree import Element

from pyspark.sql import Row

from tubelake import tables
from tubelake.report import charts, parts
from tubelake.report.lake import Reading
from tubelake.report.people import Names
from tubelake.report.section import Finding, Section
from tubelake.report.sections.chat_panel import panel, share_of, word_list, words_of
from tubelake.report.sections.chat_rows import MOST_LISTED, Chat, Peak, chats_of

ENDS = {
    "ended": "the stream ended", "disabled": "its chat was switched off", "not found": "YouTube no longer found it",
    "forbidden": "YouTube refused it", "quota": "the quota was used up", "stopped": "following was stopped",
}  # fmt: skip
KINDS = ("negative", "neither", "positive", "unscored")
FEWEST_SCORED = 50  # messages, for a word about the mood
FEW = 4  # times as many authors must there be as are listed, for a word about how much those wrote


def section(reading: Reading) -> Section:
    listed, chats, names = chats_of(reading)
    if not listed:
        nothing = parts.missing("No live chat was followed.", tables.CHAT_MESSAGES, option="chat")
        return Section("chats", "Live chats", [nothing])
    labels = dict(zip((row["chat_id"] for row in listed), parts.unlike(map(title_of, listed)), strict=True))
    panels = {labels[chat.about["chat_id"]]: list(panel(chat, names)) for chat in chats}
    body = [
        parts.paragraph(_lead(listed)), *_mood(chats, labels), parts.tabs("Live chats", panels), _table(listed, labels),
        *_lacking(reading),
    ]  # fmt: skip
    return Section("chats", "Live chats", body, list(_findings(chats, labels, names)))


def title_of(row: Row) -> str:
    return str(row["title"] or row["video_id"] or row["chat_id"])


def _lead(listed: Sequence[Row]) -> str:
    messages, chats = sum(row["message_count"] for row in listed), len(listed)
    many = f"The {chats:,} with the most" if chats == MOST_LISTED else f"{chats:,} live chat{'s' * (chats != 1)}"
    return (
        f"{many}, {messages:,} messages with words. Authors are shown as chatter 1, chatter 2 and so on, by how much they "
        "wrote in that chat; in what is quoted, names, mentions and e-mail addresses are replaced."
    )


def _mood(chats: Sequence[Chat], labels: dict[str, str]) -> Iterator[Element]:
    rows = [(labels[chat.about["chat_id"]], chat.about) for chat in chats if chat.about["positive_count"] is not None]
    if not rows:
        return
    values = [
        {"label": label, "kind": kind, "count": count, "share": count / max(1, sum(counts_of(about).values()))}
        for label, about in rows
        for kind, count in counts_of(about).items()
    ]
    listed: list[Sequence[parts.Cell]] = [(parts.quoted(label), *counts_of(about).values()) for label, about in rows]
    yield parts.figure(
        charts.shares(values, "share of the messages", KINDS),
        "The mood of each chat", ["chat", *KINDS], listed,
        "Neither: scored, and neither good nor bad words weigh more, mostly because there are none. Unscored is not "
        "neutral: the language of the message is not read, or it has no words.",
    )  # fmt: skip


def counts_of(about: Row) -> dict[str, int]:
    """How many messages of the chat are of each of `KINDS`."""
    good, bad, unscored = about["positive_count"], about["negative_count"], about["unscored_count"]
    rated = about["rated_count"]
    return dict(zip(KINDS, (bad, rated - good - bad - unscored, good, unscored), strict=True))


def _table(listed: Sequence[Row], labels: dict[str, str]) -> Element:
    rows = [
        (
            parts.link(row["video_id"], labels[row["chat_id"]]) if row["video_id"] else parts.quoted(labels[row["chat_id"]]),
            row["message_count"], row["author_count"], parts.clock(lasted(row)), row["poll_count"], row["units"], how_ended(row),
        )
        for row in listed
    ]  # fmt: skip
    headers = ["stream", "messages", "authors", "followed for", "polls", "units of quota", "ended, because"]
    return parts.table("All chats that were followed", headers, rows)


def lasted(row: Row) -> float | None:
    """Seconds from the first poll to the last one."""
    first, last = row["first_polled_at"], row["last_polled_at"]
    return (last - first).total_seconds() if first and last else None


def how_ended(row: Row) -> str:
    """Why following ended, in words; null has its own."""
    if row["first_polled_at"] is None:
        return "not known: the log of polls is gone"
    return ENDS.get(row["end_reason"], row["end_reason"]) or "still followed, or the run was killed"


def _lacking(reading: Reading) -> Iterator[Element]:
    if not reading.has(tables.CHAT_MESSAGES):
        yield parts.missing("The messages themselves are missing.", tables.CHAT_MESSAGES, option="chat")
    wanted = {
        tables.CHAT_MINUTES: "the time line and the mood", tables.CHATTERS: "the most talkative",
        tables.SUPER_CHATS: "the super chats", tables.CHAT_EXAMPLES: "the best and the worst messages",
    }  # fmt: skip
    gone = {table: what for table, what in wanted.items() if not reading.has(table)}
    if gone:
        yield parts.missing(f"Missing: {word_list(list(gone.values()))}.", *gone)


def _findings(chats: Sequence[Chat], labels: dict[str, str], names: Names) -> Iterator[Finding]:
    peaks = [(peak, chat) for chat in chats for peak in chat.peaks if peak.times]
    if peaks:
        peak, chat = max(peaks, key=lambda each: each[0].times or 0)
        yield _of_peak(peak, labels[chat.about["chat_id"]], names)
    rated = [chat.about for chat in chats if share_of(chat.about) is not None and scored(chat.about) >= FEWEST_SCORED]
    if len(rated) > 1:
        yield _of_mood(rated, labels)
    if chats and (chats[0].about["author_count"] or 0) > FEW * len(chats[0].chatters) > 0:
        yield _of_talkers(chats[0], labels[chats[0].about["chat_id"]])


def scored(about: Row) -> int:
    return int(about["rated_count"] - about["unscored_count"])


def _of_peak(peak: Peak, label: str, names: Names) -> Finding:
    said = word_list(words_of(peak, names))
    told = (
        f"The chat of {parts.named(label)} was loudest at {parts.clock(peak.minute * 60)}: {peak.message_count:,} messages in that "
        f"minute, {peak.times:.1f} times what is usual around it{f'; words: {said}' if said else ''}."
    )
    doubt = (
        f"What was written, not why. {peak.unscored_count:,} of these messages are unscored; usual is the median of the "
        f"ten minutes before and after, {peak.usual:g}."
    )
    return Finding(told, doubt, min(0.9, 0.5 + 0.05 * (peak.times or 0)))


def _of_mood(rated: Sequence[Row], labels: dict[str, str]) -> Finding:
    best, worst = max(rated, key=lambda row: share_of(row) or 0), min(rated, key=lambda row: share_of(row) or 0)
    if not _surely_differ(best, worst, len(rated)):
        least, most = (parts.percent(share_of(row)) for row in (worst, best))
        told = f"None of {len(rated)} chats is surely friendlier than another: {least} to {most} of their scored messages are positive."
        return Finding(told, "Such a spread comes about by chance; a word list reads no irony.", 0.3)
    told = (
        f"The friendliest chat is that of {parts.named(labels[best['chat_id']])}: {parts.percent(share_of(best))} of its scored messages "
        f"are positive; the least friendly that of {parts.named(labels[worst['chat_id']])}, with {parts.percent(share_of(worst))}."
    )
    unscored = " and ".join(parts.percent(row["unscored_count"] / row["rated_count"]) for row in (best, worst))
    return Finding(told, f"{unscored} of the messages there are unscored; a word list reads no irony.", 0.55)


def _surely_differ(best: Row, worst: Row, chats: int) -> bool:
    """Whether two shares of positive messages differ more than the extremes of so many equal chats would.

    The z-test of two proportions at 5 %, corrected for the number of pairs (Bonferroni).
    """
    hits, counts = [row["positive_count"] for row in (best, worst)], [scored(row) for row in (best, worst)]
    share = sum(hits) / sum(counts)
    error = sqrt(share * (1 - share) * sum(1 / count for count in counts))
    critical = NormalDist().inv_cdf(1 - 0.025 / comb(chats, 2))
    return error > 0 and hits[0] / counts[0] - hits[1] / counts[1] > critical * error


def _of_talkers(chat: Chat, label: str) -> Finding:
    share, top = sum(row["share"] for row in chat.chatters), len(chat.chatters)
    told = (
        f"In the largest chat, that of {parts.named(label)}, {top} of {chat.about['author_count']:,} authors wrote "
        f"{parts.percent(share)} of the messages."
    )
    return Finding(told, "Bots and moderators count like everybody else.", 0.4)
