"""Corrections by Spark NLP's Norvig checker, trained in the job on the dictionary: frames in, frames out, in the JVM."""

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
    """Each word is repeated by the logarithm of its count: the checker counts the words of what it is trained on."""
    from pyspark.ml import Pipeline
    from sparknlp.annotator import NorvigSweetingApproach, Tokenizer
    from sparknlp.base import DocumentAssembler

    counts = counts_of(dictionary)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "words.txt"
        file.write_text("\n".join(counts), encoding="utf-8")
        checker = NorvigSweetingApproach().setDictionary(file.as_uri(), r"\S+").setDoubleVariants(True)
        stages = [
            DocumentAssembler().setInputCol(_TEXT).setOutputCol(_DOCUMENT),
            Tokenizer().setInputCols([_DOCUMENT]).setOutputCol(_TOKEN),
            checker.setInputCols([_TOKEN]).setOutputCol(_CHECKED),
        ]
        rows = [(word, count.bit_length()) for word, count in counts.items()]
        given = SparkSession.active().createDataFrame(rows, f"{_TEXT} string, times int")
        repeated = given.select(F.array_join(F.array_repeat(_TEXT, F.col("times")), " ").alias(_TEXT))
        return Pipeline(stages=stages).fit(repeated)
