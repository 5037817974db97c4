"""Thumbnails: how many have words and faces, and the most viewed of them to look at, with what was read off each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from pyspark.sql import Row
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.export import sheet
from tubelake.export.markup import Child, clean, html, tag
from tubelake.export.previews import Form, Preview
from tubelake.export.sheet_page import emotions
from tubelake.export.sheet_tile import UNSURE, Said, emotion_of, tile
from tubelake.report import charts, parts
from tubelake.report.lake import Reading, collected
from tubelake.report.section import Finding, Section
from tubelake.stats.features import groups
from tubelake.stats.metrics import ALL
from tubelake.vision.emotion import EMOTIONS

MOST_PICTURES = 400
MOST_BYTES = 6_000_000  # of the page, for the pictures and what is said of them
FORM = Form(
    320, 180, 75
)  # 13 kB a real thumbnail, so that some 300 have room; the page shows them no wider than 340 px
FIRST = 24  # pictures that are shown until the reader wants all; report.css has this number too
MOST_NUMBER = 99  # words or faces on a picture, in the distributions
MOST_KEYWORDS = 30
LONGEST = 600  # characters of a picture's texts that the search looks through
WORDS, FACES = "thumbnail_ocr_length", "face_count"
LAYERS = (("boxes", "word boxes", True), ("faces", "faces", True), ("letters", "words as read", False))
DOUBT = (
    "A model read them: it finds about 87 of 100 words that a person reads on thumbnails, and misses most small faces. "
    "An emotion is what a face shows to a model that is right in two of three cases, not what somebody feels."
)


def section(reading: Reading) -> Section:
    frames = sheet.Frames(*map(reading.rows, sheet.TABLES))
    counts, listed = _looked_at(frames)
    if not counts["pictures"]:
        told = parts.missing("There are no thumbnails in this lake.", tables.PICTURES, option="thumbnails")
        return Section("gallery", "Thumbnails", [told])
    made = sheet.previews_of(listed, frames.pictures, FORM)
    body = [
        *_summary(counts), *_distributions(reading), *_by_keyword(reading),
        *gallery(listed, made, counts["pictures"] - counts["refused"]),
    ]  # fmt: skip
    return Section("gallery", "Thumbnails", body, list(_findings(counts)))


def _looked_at(frames: sheet.Frames) -> tuple[dict[str, int], Sequence[Row]]:
    """How many pictures show what, and the most viewed of those that could be had."""
    rows = sheet.described(frames).join(groups(frames.hits, "keyword"), on="video_id", how="left").persist()
    try:
        good = {"that could be had": F.col("reason").isNull()}
        return sheet.counted(rows, {}).asDict(), sheet.chosen(rows, good, "views", MOST_PICTURES).collect()
    finally:
        rows.unpersist()


def _summary(counts: Mapping[str, int]) -> Iterator[Element]:
    read, seen, pictures = counts["read"], counts["looked_at"], counts["pictures"]
    lacking = [f"{counts['missing']:,} videos have none"] if counts["missing"] else []
    lacking += [f"{counts['refused']:,} could not be had"] if counts["refused"] else []
    shown: list[tuple[str, parts.Cell, str]] = [("thumbnails", pictures, ", ".join(lacking))]
    if read:
        without = parts.percent((read - counts["with_text"]) / read)
        shown += [("with words", counts["with_text"], f"of {read:,} read"), ("without words", without, "")]
    if counts["spelt"]:
        shown.append(("with a word corrected", counts["corrected"], f"of {counts['spelt']:,} looked at"))
    if seen:
        shown.append(("with faces", counts["with_faces"], f"of {seen:,} looked at"))
    yield parts.figures(shown)
    if (legend := emotions(counts, "h3")) is not None:
        yield legend
    if not read:
        yield parts.missing("Nobody has read the words on them.", tables.PICTURE_TEXT)
    if not seen:
        yield parts.missing("Nobody has looked for faces on them.", tables.PICTURE_FACES)


def _distributions(reading: Reading) -> Iterator[Element]:
    """How many pictures have how many words, and how many faces."""
    bins = reading.rows(tables.THUMBNAIL_HISTOGRAMS).where(
        (F.col("keyword") == ALL) & F.col("metric").isin(WORDS, FACES)
    )
    rows = collected(bins.where(F.col("bin") <= MOST_NUMBER).orderBy("metric", "bin"), 2 * (MOST_NUMBER + 1))
    if not rows:
        yield parts.missing("There are no counts of words and faces a picture.", tables.THUMBNAIL_HISTOGRAMS)
        return
    drawn = [_distribution(what, [row for row in rows if row["metric"] == metric])
             for metric, what in ((WORDS, "words on a picture"), (FACES, "faces on a picture"))]  # fmt: skip
    yield tag("div", *drawn, class_="side")


def _distribution(what: str, bins: Sequence[Row]) -> Element | None:
    if not bins:
        return None
    values = [row.asDict() for row in bins]
    total = sum(row["video_count"] for row in bins)
    numbers = [(row["bin"], row["video_count"]) for row in bins]
    return parts.figure(
        charts.counts(values, what, "pictures"), what.capitalize(), ["number", "pictures"], numbers,
        f"{total:,} pictures; the bar at 0 are those without." + (f" Those with over {MOST_NUMBER} are left out."
        if len(bins) > MOST_NUMBER else ""),
    )  # fmt: skip


def _by_keyword(reading: Reading) -> Iterator[Element]:
    """Words and faces of each keyword's pictures, side by side."""
    told = reading.rows(tables.THUMBNAIL_STATISTICS).where(
        (F.col("keyword") != ALL) & F.col("metric").isin(WORDS, FACES)
    )
    columns = F.struct("value_count", "zero_share", "mean")
    each = told.groupBy("keyword").agg(
        F.max("video_count").alias("pictures"),
        *(F.max(F.when(F.col("metric") == metric, columns)).alias(metric) for metric in (WORDS, FACES)),
    )
    rows = collected(each.orderBy(F.desc("pictures"), "keyword"), MOST_KEYWORDS)
    if rows:
        listed = [
            (parts.quoted(row["keyword"]), row["pictures"], *_shares(row[WORDS]), *_shares(row[FACES])) for row in rows
        ]
        headers = ["keyword", "pictures", "with words", "words each", "with faces", "faces each"]
        yield parts.table("By keyword", headers, listed)


def _shares(told: Row | None) -> tuple[parts.Cell, parts.Cell]:
    """The share with any, and the mean; empty for a keyword of which nothing was read."""
    if told is None or told["zero_share"] is None:
        return None, None
    return parts.percent(1 - told["zero_share"]), round(told["mean"], 2)


def gallery(listed: Sequence[Row], made: Mapping[str, Preview], total: int) -> Iterator[Element]:
    """Filters, then pictures: as many of these as MOST_BYTES have room for."""
    shown = [row.asDict(recursive=True) for row in listed]
    items = list(within(MOST_BYTES, (_item(at, said, made) for at, said in enumerate(shown, 1))))
    kept = shown[: len(items)]
    yield tag("h3", "Look at them")
    which = f"All {total:,}, the" if len(kept) == total else f"{len(kept):,} of {total:,}, the"
    yield parts.paragraph(
        f"{which} most viewed first. Boxes show where words and faces were found, a broken line is a doubtful word; "
        "struck out is what the spelling check changed."
    )
    yield _filters(kept)
    yield tag("ol", *items, class_="gallery", id="pictures")
    if len(items) > FIRST:
        yield tag("p", tag("label", "Show all that pass the filters", for_="show-all"), class_="more")


def within(most: int, items: Iterator[Element]) -> Iterator[Element]:
    """The first elements that take no more than so many bytes on the page."""
    left = most
    for item in items:
        left -= len(html(item).encode())
        if left < 0:
            return
        yield item


def _item(number: int, said: Said, made: Mapping[str, Preview]) -> Element:
    """The picture as the contact sheet shows it, with what filters compare."""
    item = tile(number, said, made.get(said["video_id"], Preview(error="it is gone")))
    for image in item.iter("img"):
        image.set("loading", "lazy")
        image.set("decoding", "async")
    for link in item.iter("a"):
        link.set("target", "_blank")
        link.set("rel", "noreferrer noopener")
    texts = " ".join(filter(None, (said["title"], said["channel_title"], said["text"], said["corrected_text"])))
    item.set("data-text", clean(texts[:LONGEST]))
    item.set("data-emotion", "|".join(_emotions(said)))
    item.set("data-keyword", "|".join(map(_choice, said["keywords"] or [])))
    item.set("data-words", "yes" if said["word_count"] else "no")
    item.set("data-faces", "yes" if said["face_count"] else "no")
    return item


def _emotions(said: Said) -> list[str]:
    found = {emotion_of(face) for face in said["found"] or []}
    return [name for name in (*EMOTIONS, UNSURE) if name in found]


def _choice(keyword: str) -> str:
    """As filters compare it: they part choices by a line, and trim them."""
    return clean(" ".join(keyword.replace("|", "/").split()))


def _filters(shown: Sequence[Said]) -> Element:
    felt = Counter(name for said in shown for name in _emotions(said))
    found = Counter(choice for said in shown for choice in {_choice(each) for each in said["keywords"] or []})
    boxes = (
        tag("label", tag("input", type="checkbox", id=f"show-{name}", checked=is_on), told)
        for name, told, is_on in LAYERS
    )
    every = tag("label", tag("input", type="checkbox", id="show-all"), f"all, not only {FIRST}")
    return tag(
        "form",
        tag("label", "Search", tag("input", type="search", name="text", placeholder="title, channel, words")),
        _select("emotion", {name: felt[name] for name in (*EMOTIONS, UNSURE) if felt[name]}),
        _select("keyword", dict(found.most_common(MOST_KEYWORDS))),
        tag("label", tag("input", type="checkbox", name="words"), "with words"),
        tag("label", tag("input", type="checkbox", name="faces"), "with faces"),
        tag("button", "Clear", type="reset"), tag("output"),
        tag("div", tag("span", "Show"), *boxes, every if len(shown) > FIRST else None, class_="also"),
        data_filters="pictures", aria_label="Filter the pictures",
    )  # fmt: skip


def _select(name: str, counts: Mapping[str, int]) -> Element | None:
    """A choice of what the pictures have, with how many have it; none where there is nothing to choose."""
    options: list[Child] = [tag("option", f"{each} ({count:,})", value=each) for each, count in counts.items()]
    if not options:
        return None
    return tag("label", name.capitalize(), tag("select", tag("option", "any", value=""), *options, name=name))


def _findings(counts: Mapping[str, Any]) -> Iterator[Finding]:
    read, seen = counts["read"], counts["looked_at"]
    told = [f"{parts.percent(counts['with_text'] / read)} of {read:,} thumbnails carry words"] if read else []
    told += [f"{parts.percent(counts['with_faces'] / seen)} of {seen:,} show a face"] if seen else []
    if told:
        yield Finding(", and ".join(told) + ".", DOUBT, 0.45)
