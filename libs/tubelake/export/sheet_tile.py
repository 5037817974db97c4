"""One picture of a contact sheet: the thumbnail, what was found in it drawn over it, and the same in words below."""

import base64
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.etree.ElementTree import Element

from tubelake import console
from tubelake.export.markup import Child, tag
from tubelake.export.previews import Preview
from tubelake.vision.emotion import EMOTIONS

Said = Mapping[str, Any]  # a row of `sheet.chosen`
Face = Mapping[str, Any]

WATCH = "https://www.youtube.com/watch?v="
UNSURE = "unsure"  # a face whose likeliest emotion is not likely enough
DOUBTFUL = 0.8  # a word below it is drawn with a broken line: 44 of 399 in real thumbnails, about 38 of them misread
LONGEST = 1_000  # characters of a text that a page shows
MOST_MARKS = 200  # words, and faces, drawn on one picture; faces told in words: MOST_CHIPS
MOST_CHIPS = 12
# A label's letters are a 26th of the frame's width, in which pictures are shown: 12 px of 320.
FRAME, LETTERS, LETTER_WIDTH, LABEL_HEIGHT = 16 / 9, 1 / 26, 0.56, 1.35


class Label(NamedTuple):
    """Where a label stands in the picture (px), and what it says."""

    left: float
    top: float
    width: float
    height: float
    text: str

    def overlaps(self, other: "Label") -> bool:
        is_beside = self.left >= other.left + other.width or other.left >= self.left + self.width
        return not (is_beside or self.top >= other.top + other.height or other.top >= self.top + self.height)


def tile(number: int, said: Said, preview: Preview) -> Element:
    """A list item for the picture."""
    title = said["title"] or said["video_id"]
    readings = _readings(said) if said["reason"] is None else None  # what could not be had, nothing reads
    link = tag("a", title, href=WATCH + quote(said["video_id"], safe=""), rel="noreferrer", dir="auto", lang="")
    return tag(
        "li",
        tag("article", _picture(said, preview, title), tag("h3", link), _facts(number, said), readings),
        class_="tile", id=f"p{number}",
    )  # fmt: skip


def _picture(said: Said, preview: Preview, title: str) -> Element:
    if preview.jpeg is None or preview.width is None or preview.height is None:
        why = tag("p", "This picture could not be read", tag("span", preview.error or "it is gone"), class_="none")
        return tag("div", why, class_="picture")
    source = "data:image/jpeg;base64," + base64.b64encode(preview.jpeg).decode()
    image = tag("img", src=source, alt=f"Thumbnail of {title}", width=preview.width, height=preview.height)
    return tag("div", image, _marks(said, preview.width, preview.height), class_="picture")


def _marks(said: Said, width: int, height: int) -> Element:
    """What was found, in the picture's own pixels. All of it stands in words below, so readers of screens skip it."""
    words, faces = (said["words"] or [])[:MOST_MARKS], (said["found"] or [])[:MOST_MARKS]
    return tag(
        "svg",
        tag("g", *map(_word_box, words), class_="boxes"),
        tag("g", *map(_word_as_read, words), class_="letters"),
        tag("g", *_faces(faces, width, height), class_="faces"),
        class_="marks", viewBox=f"0 0 {width} {height}", aria_hidden="true",
    )  # fmt: skip


def _word_box(word: Said) -> Element:
    is_doubtful = word["confidence"] is not None and word["confidence"] < DOUBTFUL
    hint = tag("title", word["text"], f", {word['confidence']:.0%} sure" if word["confidence"] is not None else None)
    return tag(
        "g", tag("rect", **_box(word), class_="case"), tag("rect", hint, **_box(word), class_="line"),
        class_="word doubtful" if is_doubtful else "word",
    )  # fmt: skip


def _word_as_read(word: Said) -> Element:
    """The word in letters that fill its box."""
    height = max(1, word["bottom"] - word["top"])
    return tag(
        "text", word["text"], x=word["left"], y=word["bottom"] - 0.22 * height, font_size=0.85 * height,
        textLength=max(1, word["right"] - word["left"]), lengthAdjust="spacingAndGlyphs",
    )  # fmt: skip


def _box(found: Said) -> dict[str, int]:
    return {
        "x": found["left"], "y": found["top"],
        "width": max(1, found["right"] - found["left"]), "height": max(1, found["bottom"] - found["top"]),
    }  # fmt: skip


def _faces(faces: Sequence[Face], width: int, height: int) -> Iterator[Element]:
    """All boxes, then all labels: no box is drawn over a label."""
    labels: list[Label] = []
    for face in faces:
        labels.append(_label(face, labels, width, height))
        corner = min(face["right"] - face["left"], face["bottom"] - face["top"]) / 10
        yield tag(
            "g", tag("rect", **_box(face), rx=corner, class_="case"), tag("rect", **_box(face), rx=corner, class_="line"),
            class_=f"face {emotion_of(face)}",
        )  # fmt: skip
    for face, label in zip(faces, labels, strict=True):
        yield tag(
            "g",
            tag("rect", x=label.left, y=label.top, width=label.width, height=label.height, rx=label.height / 6),
            tag(
                "text", label.text, x=label.left + label.height / 4, y=label.top + 0.76 * label.height,
                font_size=label.height / LABEL_HEIGHT, textLength=label.width - label.height / 2,
            ),
            class_=f"label {emotion_of(face)}",
        )  # fmt: skip


def _label(face: Face, others: Sequence[Label], width: int, height: int) -> Label:
    """Above the face, below it or in it: where it is within the picture and covers no other label, if it can."""
    text = f"{emotion_of(face)} {_percent(face['emotion_confidence'])}"
    size = max(width, height * FRAME) * LETTERS
    high, wide = size * LABEL_HEIGHT, len(text) * size * LETTER_WIDTH + size * LABEL_HEIGHT / 2
    lefts = [max(0.0, min(float(left), width - wide)) for left in (face["left"], face["right"] - wide)]
    tops = [face["top"] - high, float(face["bottom"]), float(face["top"]), face["bottom"] - high]
    fitting = [top for top in tops if 0 <= top <= height - high] or [0.0]
    places = [Label(left, top, wide, high, text) for top in fitting for left in lefts]
    return next((place for place in places if not any(map(place.overlaps, others))), places[0])


def emotion_of(face: Face) -> str:
    """Its emotion, or that none is likely enough."""
    return face["emotion"] if face["emotion"] in EMOTIONS else UNSURE


def _percent(share: float | None) -> str:
    return "?" if share is None else f"{100 * share:.0f}%"


def _facts(number: int, said: Said) -> Element:
    views = None if said["view_count"] is None else console.counted(said["view_count"], "view")
    channel = tag("bdi", said["channel_title"], lang="") if said["channel_title"] else None
    known: list[Child] = [f"#{number}", channel, said["published_at"] and said["published_at"][:10], views]
    return tag("p", *_joined([each for each in known if each is not None], " · "), class_="facts")


def _joined(children: Sequence[Child], between: str) -> Iterator[Child]:
    for at, child in enumerate(children):
        yield from (between, child) if at else (child,)


def _readings(said: Said) -> Element:
    lines = [("Read", _text(said)), ("Corrected", _correction(said)), ("Faces", _chips(said))]
    return tag("dl", *(tag("div", tag("dt", name), line) for name, line in lines if line is not None), class_="said")


def _text(said: Said) -> Element:
    if said["text_error"]:
        return tag("dd", f"could not be read: {said['text_error']}", class_="error")
    if said["text"] is None:
        return tag("dd", "not yet", class_="quiet")
    if not said["text"].strip():
        return tag("dd", "no words", class_="quiet")
    return tag("dd", *marked(said["text"], said["corrected_text"] or said["text"], "del"), dir="auto", lang="")


def _correction(said: Said) -> Element | None:
    """Null where the text stays as it is, which the summary says of most."""
    if said["corrected_text"] in (None, said["text"]):
        return None
    return tag("dd", *marked(said["corrected_text"], said["text"], "ins"), dir="auto", lang="")


def marked(text: str, other: str, name: str) -> list[Child]:
    """The text, cut at LONGEST characters, with the words that differ from `other` in elements of this name."""
    words, others = ([*re.findall(r"\s+|\S+", each[:LONGEST])] for each in (text, other))
    same = difflib.SequenceMatcher(None, words, others, autojunk=False)
    pieces: list[Child] = []
    for kind, start, end, _, _ in same.get_opcodes():
        piece = "".join(words[start:end])
        pieces.append(piece if kind == "equal" or not piece.strip() else tag(name, piece))
    return [*pieces, "…" if len(text) > LONGEST else None]


def _chips(said: Said) -> Element:
    if said["faces_error"]:
        return tag("dd", f"could not be looked for: {said['faces_error']}", class_="error")
    if said["face_count"] is None:
        return tag("dd", "not yet", class_="quiet")
    if not said["found"]:
        return tag("dd", "none", class_="quiet")
    faces = said["found"]
    more = len(faces) - MOST_CHIPS
    count = tag("b", f"{said['face_count']:,}")
    return tag("dd", count, *map(_chip, faces[:MOST_CHIPS]), f"and {more:,} more" if more > 0 else None, class_="chips")


def _chip(face: Face) -> Element:
    """The emotion with its probability; of a face that is unsure the two likeliest."""
    if emotion_of(face) != UNSURE:
        told = f"{face['emotion']} {_percent(face['emotion_confidence'])}"
    else:
        likely = sorted(((face[name] or 0.0, name) for name in EMOTIONS), reverse=True)[:2]
        told = f"{UNSURE}: {', '.join(f'{name} {_percent(share)}' for share, name in likely)}"
    return tag("span", swatch(emotion_of(face)), told, class_="chip")


def swatch(emotion: str) -> Element:
    """How boxes of this emotion are drawn."""
    line = tag("line", x1=3, y1=6, x2=29, y2=6, class_="line")
    return tag("svg", line, class_=f"swatch face {emotion}", viewBox="0 0 32 12", aria_hidden="true")
