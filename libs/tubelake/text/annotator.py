"""Words and sentences by Spark NLP's annotators: the other way to tokenise, for those who go on with its pipelines."""

from functools import cache
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake.backends.sparknlp import check_session
from tubelake.text.words import STOP_WORDS

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel

_DOCUMENT, _SENTENCES, _TOKENS, _NORMAL, _CONTENT = (
    f"_annotator_{stage}" for stage in ("document", "sentences", "tokens", "normal", "content")
)


def with_annotations(texts: DataFrame, text: str) -> DataFrame:
    """Adds `sentences`, `words` (small letters, no punctuation) and `content_words` (no stop words) of a column.

    Null and empty texts have empty ones. Raises UsageError where the session has no Spark NLP (spark.nlp=true).
    """
    check_session()
    annotated = _pipeline(text).transform(texts)
    found = {"sentences": _SENTENCES, "words": _NORMAL, "content_words": _CONTENT}
    results = {
        name: F.coalesce(F.col(f"{stage}.result"), F.array().cast("array<string>")) for name, stage in found.items()
    }
    return annotated.withColumns(results).drop(_DOCUMENT, _SENTENCES, _TOKENS, _NORMAL, _CONTENT)


@cache
def _pipeline(text: str) -> "PipelineModel":
    from pyspark.ml import Pipeline
    from pyspark.sql import SparkSession
    from sparknlp.annotator import Normalizer, SentenceDetector, StopWordsCleaner, Tokenizer
    from sparknlp.base import DocumentAssembler

    stages = [
        DocumentAssembler().setInputCol(text).setOutputCol(_DOCUMENT),
        SentenceDetector().setInputCols([_DOCUMENT]).setOutputCol(_SENTENCES),
        Tokenizer().setInputCols([_SENTENCES]).setOutputCol(_TOKENS),
        Normalizer().setInputCols([_TOKENS]).setOutputCol(_NORMAL).setLowercase(True).setCleanupPatterns([r"[^\pL\pM\pN']"]),
        StopWordsCleaner().setInputCols([_NORMAL]).setOutputCol(_CONTENT).setStopWords(sorted(STOP_WORDS["en"])),
    ]  # fmt: skip
    empty = SparkSession.active().createDataFrame([], f"{text} string")
    return Pipeline(stages=stages).fit(empty)
