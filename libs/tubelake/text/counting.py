"""Words of windows and sentences, counted: what entropy, novelty and segments are made from."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.text.cohesion import Counts
from tubelake.text.words import find_words, is_content

LONGEST = 40  # letters of a word


def word_counts(texts: DataFrame) -> DataFrame:
    """(document_id, position, word, count): a row a window and word; `texts` have the words of a window in `words`.

    A window can have several texts. One with a text without words has a row whose word is null and whose count is 0.
    """
    each = texts.select("document_id", "position", F.explode_outer("words").alias("word"))
    return each.groupBy("document_id", "position", "word").agg(F.count("word").alias("count"))


def is_telling(word: str, language: str | None) -> bool:
    """Whether a word can say what a text is about: a content word that is not endless, as the strings of spam are."""
    return len(word) <= LONGEST and is_content(word, language)


def content_counts(texts: Sequence[str], language: str | None) -> Counts:
    """How often each content word is in each of the texts."""
    numbers = dict[str, int]()
    entries = [
        (unit, numbers.setdefault(word, len(numbers)), count)
        for unit, text in enumerate(texts)
        for word, count in Counter(find_words(text)).items()
        if is_telling(word, language)
    ]
    return Counts(*np.array(entries, dtype=np.int64).reshape(-1, 3).T)
