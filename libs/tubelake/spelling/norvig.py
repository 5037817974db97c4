"""Corrections by Spark NLP's Norvig checker, made in the job from the dictionary: frames in, frames out, in the JVM."""

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tubelake.backends.sparknlp import check_session
from tubelake.spelling.dictionary import Dictionary, counts_of

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel

NAME = "sparknlp"
_TEXT, _DOCUMENT, _TOKEN, _CHECKED = "word", "_spelling_document", "_spelling_token", "_spelling_checked"


def correct_frame(asked: DataFrame, dictionary: Dictionary) -> DataFrame:
    """(word, correction) of each `word` (small letters), which should be distinct; itself where none is near.

    Raises UsageError where the session has no Spark NLP (spark.nlp=true).
    """
    check_session()
    checked = _trained(dictionary).transform(asked.select(_TEXT))
    return checked.select("word", F.coalesce(F.col(f"{_CHECKED}.result")[0], F.col("word")).alias("correction"))


@lru_cache(maxsize=1)
def _trained(dictionary: Dictionary) -> "PipelineModel":
    """The checker counts words in a file: there each is as often as its count has binary digits.

    One edit is tried and not two: two take 0.2 s a word. The words that it must have to be trained on add to none.
    """
    from pyspark.ml import Pipeline
    from sparknlp.annotator import NorvigSweetingApproach, Tokenizer
    from sparknlp.base import DocumentAssembler

    counts = counts_of(dictionary)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "words.txt"
        file.write_text(
            "".join(f"{word} " * count.bit_length() + "\n" for word, count in counts.items()), encoding="utf-8"
        )
        checker = NorvigSweetingApproach().setDictionary(file.as_uri(), r"\S+")
        stages = [
            DocumentAssembler().setInputCol(_TEXT).setOutputCol(_DOCUMENT),
            Tokenizer().setInputCols([_DOCUMENT]).setOutputCol(_TOKEN),
            checker.setInputCols([_TOKEN]).setOutputCol(_CHECKED),
        ]
        commonest = max(counts, key=lambda word: (counts[word], word))
        repeated = " ".join([commonest] * counts[commonest].bit_length())
        return Pipeline(stages=stages).fit(SparkSession.active().createDataFrame([(repeated,)], f"{_TEXT} string"))
