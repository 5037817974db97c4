"""What was read off pictures against what stands on them."""

import pytest

from tubelake.emulator.accuracy import Accuracy, accuracy, words_read
from tubelake.emulator.recipes import Face, Recipe, Word

BOX = (0, 0, 100, 100)


@pytest.mark.parametrize(
    ("written", "read", "found"),
    [("TOP 10 Cats", "top cats", 2), ("no no no", "NO no", 2), ("a 1", "a 1", 0), ("word", None, 0), ("ÉTÉ", "été", 1)],
)
def test_a_word_counts_as_often_as_it_stands_there(written, read, found):
    assert words_read(written, read) == found


def test_pictures_count_that_were_both_drawn_and_read():
    words = (Word("STOP NOW", BOX), Word("HOW", BOX))
    drawn = {
        "a": Recipe("a", words=words, faces=(Face(BOX),)), "b": Recipe("b", faces=(Face(BOX), Face(BOX))),
        "c": Recipe("c", words=words), "d": Recipe("d"),
    }  # fmt: skip
    found = accuracy(drawn, {"a": "how NOW", "b": "", "d": None, "x": "HOW"}, {"a": 1, "b": 1, "c": 0, "d": None})
    assert found == Accuracy(pictures=3, words=3, words_read=2, faces=3, right_face_counts=1)
