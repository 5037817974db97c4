"""How much of what stands on pictures was read off them, where that is known."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from tubelake.emulator.recipes import Recipe


class Accuracy(NamedTuple):
    """Over all pictures: words that stand there, those that were read, pictures with the right number of faces."""

    pictures: int
    words: int
    words_read: int
    faces: int
    right_face_counts: int


def accuracy(
    recipes: Mapping[str, Recipe], texts: Mapping[str, str | None], face_counts: Mapping[str, int | None]
) -> Accuracy:
    """By video id what was drawn, what was read and how many faces were seen; counts the pictures that all three have."""
    both = [recipe for video_id, recipe in recipes.items() if video_id in texts and video_id in face_counts]
    written = [" ".join(word.text for word in recipe.words) for recipe in both]
    found = [words_read(text, texts[recipe.video_id]) for text, recipe in zip(written, both, strict=True)]
    return Accuracy(
        len(both), sum(len(tokens(text)) for text in written), sum(found), sum(len(recipe.faces) for recipe in both),
        sum(len(recipe.faces) == face_counts[recipe.video_id] for recipe in both),
    )  # fmt: skip


def words_read(written: str, read: str | None) -> int:
    """How many of the words that are written were read, each as often as it stands there at most."""
    return (Counter(tokens(written)) & Counter(tokens(read))).total()


def tokens(text: str | None) -> list[str]:
    """Words of two characters and more: a person who lists what a picture says leaves out single ones."""
    return re.findall(r"\w\w+", (text or "").casefold())
