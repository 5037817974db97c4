"""Words are read as people read them: line by line, and what a line has between blanks is a word with its own box."""

import pytest

from tubelake.vision.lines import Box, Sign, Word, parts, reading_order, told

# What: boxes (left, top, right, bottom) as they stand, in the order in which they are read.
CASES = {
    "nothing": [],
    "one line": [(0, 0, 30, 20), (40, 2, 80, 22), (90, 0, 99, 20)],
    "two lines": [(50, 0, 90, 20), (0, 30, 40, 50), (45, 31, 90, 51)],
    "a line that rises": [(0, 60, 40, 80), (45, 52, 85, 72), (90, 44, 130, 64), (0, 90, 40, 110)],
    "a large word beside two small lines": [(0, 0, 100, 100), (110, 10, 200, 40), (110, 60, 200, 90)],
    "lines that touch": [(0, 0, 90, 22), (2, 18, 88, 40), (0, 36, 90, 58)],
    "a dot at the foot of a word": [(0, 0, 60, 40), (62, 32, 68, 40), (0, 50, 60, 90)],
    "columns": [(0, 0, 50, 20), (100, 1, 150, 21), (0, 30, 50, 50), (100, 31, 150, 51)],
}


@pytest.mark.parametrize("case", CASES)
def test_reading_order(case):
    boxes = [Box(*box) for box in CASES[case]]
    for given in (boxes, boxes[::-1], boxes[1::2] + boxes[::2]):
        assert [given[at] for at in reading_order(given)] == boxes


def signs(text: str) -> list[Sign]:
    """Signs of equal width along a line."""
    return [Sign(sign, 0.9, (at + 0.5) / len(text)) for at, sign in enumerate(text)]


def test_a_line_is_parted_at_its_blanks():
    found = parts(signs("AB  CDE F"))
    assert [part.text for part in found] == ["AB", "CDE", "F"]
    assert [(round(part.start * 9), round(part.end * 9)) for part in found] == [(0, 2), (4, 7), (8, 9)]
    assert [part.text for part in parts(signs("最高です"))] == ["最高です"]
    assert parts(signs("   ")) == parts([]) == []
    assert parts([Sign("I", 0.7, 0.5)])[0][1:] == (0.7, 0.0, 1.0)


def test_a_word_is_as_sure_as_its_signs():
    unsure = [
        Sign(sign, sure, at / 4) for at, (sign, sure) in enumerate([("a", 1.0), ("b", 0.5), (" ", 0.1), ("c", 0.2)])
    ]
    assert [part.confidence for part in parts(unsure)] == [pytest.approx(0.75), pytest.approx(0.2)]


def test_unsure_words_are_left_out_and_boxes_stay_in_the_picture():
    words = [
        Word("WOW", 0.91234, Box(-3.4, 10.6, 50, 20)),
        Word("??", 0.49, Box(0, 0, 9, 9)),
        Word("ok", 0.5, Box(90, 0, 120, 9)),
    ]
    row = told(words, 100, 60)
    assert (row["text"], row["word_count"]) == ("WOW ok", 2)
    assert row["words"][0] == {"text": "WOW", "confidence": 0.9123, "left": 0, "top": 11, "right": 50, "bottom": 20}
    assert row["words"][1]["right"] == 100
    assert told([], 1, 1) == {"text": "", "word_count": 0, "words": []}
