"""Spark NLP's annotators as the other way to tokenise."""

import pytest

from tubelake.text.annotator import with_annotations
from tubelake.text.words import find_words, is_content


@pytest.mark.slow
def test_sentences_words_and_content_words(spark):
    cases = {
        "The cat sat there. It didn't like Mondays!": ["The cat sat there.", "It didn't like Mondays!"],
        "안녕하세요 여러분": ["안녕하세요 여러분"], "": [], None: [],
    }  # fmt: skip
    texts = spark.createDataFrame([(text,) for text in cases], "said string")
    for row in with_annotations(texts, "said").collect():
        text = row["said"] or ""
        assert row["sentences"] == cases[row["said"]]
        assert row["words"] == find_words(text)
        assert row["content_words"] == [word for word in find_words(text) if is_content(word, "en")]
