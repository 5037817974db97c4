"""Words where a picture has them -> words in the order in which they are read: what all readers of words share."""

from collections.abc import Sequence
from typing import Any, NamedTuple

VERSION = 1  # of these rules; raise it when they change
LEAST_CONFIDENCE = 0.5  # a word that a model is less sure of is left out: RapidOCR's own threshold
_SAME_LINE = 0.5  # of the height of the lower of two boxes
_SIDE_BY_SIDE = 0.5  # of the width of the narrower: two boxes that share more stand one over the other


class Box(NamedTuple):
    """Upright box (px)."""

    left: float
    top: float
    right: float
    bottom: float


class Word(NamedTuple):
    text: str
    confidence: float  # 0 to 1
    box: Box


class Sign(NamedTuple):
    """A character of a line of text."""

    text: str
    confidence: float
    at: float  # where its middle is along the line: 0 at its begin, 1 at its end


class Part(NamedTuple):
    """A word of a line of text, from `start` to `end` along it (0 to 1)."""

    text: str
    confidence: float
    start: float
    end: float


def parts(signs: Sequence[Sign]) -> list[Part]:
    """The words of a line, which blanks part. A word is as sure as its signs are on average."""
    half = _pitch(signs) / 2
    found = []
    for word in _between_blanks(signs):
        confidence = sum(sign.confidence for sign in word) / len(word)
        text = "".join(sign.text for sign in word)
        found.append(Part(text, confidence, max(0.0, word[0].at - half), min(1.0, word[-1].at + half)))
    return found


def _between_blanks(signs: Sequence[Sign]) -> list[list[Sign]]:
    words: list[list[Sign]] = [[]]
    for sign in signs:
        if sign.text.isspace():
            words.append([])
        else:
            words[-1].append(sign)
    return [word for word in words if word]


def _pitch(signs: Sequence[Sign]) -> float:
    """From one sign to the next, on average, along the line."""
    return (signs[-1].at - signs[0].at) / (len(signs) - 1) if len(signs) > 1 else 1.0


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """The places of the boxes in reading order: lines from top to bottom, each from left to right.

    What overlaps in height by half of the lower one is of one line, unless it stands over or under another box of it.
    """
    lines: list[list[int]] = []
    for at in sorted(range(len(boxes)), key=lambda at: (boxes[at].left, boxes[at].top)):
        own = next((line for line in lines if _belongs(boxes[at], [boxes[other] for other in line])), None)
        if own is None:
            lines.append([at])
        else:
            own.append(at)
    return [at for line in sorted(lines, key=lambda line: _middle([boxes[at] for at in line])) for at in line]


def _belongs(box: Box, line: Sequence[Box]) -> bool:
    nearest = line[-1]  # boxes come from left to right; text that rises or falls is one line with its neighbour
    shared = min(box.bottom, nearest.bottom) - max(box.top, nearest.top)
    if shared < _SAME_LINE * min(box.bottom - box.top, nearest.bottom - nearest.top):
        return False
    return not any(
        min(box.right, other.right) - max(box.left, other.left)
        > _SIDE_BY_SIDE * min(box.right - box.left, other.right - other.left)
        for other in line
    )


def _middle(line: Sequence[Box]) -> float:
    return sum(box.top + box.bottom for box in line) / len(line)


def told(words: Sequence[Word], width: int, height: int) -> dict[str, Any]:
    """The columns of `picture_text` for words in reading order, found in a picture of this size (px)."""
    sure = [word for word in words if word.confidence >= LEAST_CONFIDENCE]
    rows = [
        {
            "text": word.text,
            "confidence": round(word.confidence, 4),
            "left": _within(word.box.left, width),
            "top": _within(word.box.top, height),
            "right": _within(word.box.right, width),
            "bottom": _within(word.box.bottom, height),
        }
        for word in sure
    ]
    return {"text": " ".join(word.text for word in sure), "word_count": len(sure), "words": rows}


def _within(place: float, size: int) -> int:
    return min(max(round(place), 0), size)
