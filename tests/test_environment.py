"""One environment holds every package of the mission, and they work together in one session."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pandas as pd
import pytest
from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

PACKAGES = (
    "pyspark", "delta", "sparknlp", "pandas", "googleapiclient", "youtube_transcript_api", "textblob", "tensorflow",
    "keras_ocr", "face_recognition", "petastorm",
)  # fmt: skip
WORDS = "the cat sat on the mat and the dog sat on the rug while the music was playing"
MISSPELT = "the musik was plaing. the cat sat"
# keras-ocr is written for Keras 2; a wheel without this variable imports Keras 3 instead.
KERAS = {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


@pytest.fixture(scope="module")
def corrected(spark, tmp_path_factory):
    """Texts whose spelling Spark NLP has corrected, after a round trip through Delta."""
    pytest.importorskip("sparknlp", reason="Spark NLP has no release for Spark 4")
    from pyspark.ml import Pipeline
    from sparknlp.annotator import NorvigSweetingApproach, SentenceDetector, Tokenizer
    from sparknlp.base import DocumentAssembler

    folder = tmp_path_factory.mktemp("environment")
    dictionary = folder / "words.txt"
    dictionary.write_text("\n".join(WORDS.split()))
    pipeline = Pipeline(
        stages=[
            DocumentAssembler().setInputCol("text").setOutputCol("document"),
            SentenceDetector().setInputCols(["document"]).setOutputCol("sentence"),
            Tokenizer().setInputCols(["sentence"]).setOutputCol("token"),
            NorvigSweetingApproach().setInputCols(["token"]).setOutputCol("spell").setDictionary(str(dictionary)),
        ]
    )
    known, texts = (spark.createDataFrame([(1, text)], "id int, text string") for text in (WORDS, MISSPELT))
    words = pipeline.fit(known).transform(texts)
    rows = words.select("id", F.size("sentence").alias("sentences"), F.col("spell.result").alias("words"))
    rows.write.format("delta").save(str(folder / "table"))
    return spark.read.format("delta").load(str(folder / "table"))


def test_spark_nlp_and_delta(corrected):
    expected = ["the", "music", "was", "playing", ".", "the", "cat", "sat"]
    assertDataFrameEqual(corrected, [Row(id=1, sentences=2, words=expected)])


@pytest.mark.slow  # TensorFlow in a worker
def test_tensorflow_in_an_arrow_udf(corrected):
    @F.pandas_udf("float")
    def norm(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        os.environ.update(KERAS)
        import tensorflow as tf

        assert tf.keras.layers.Dense.__module__.startswith("tf_keras.")
        for words in batches:
            lengths = words.map(lambda each: [float(len(word)) for word in each])
            yield pd.Series([float(tf.norm(tf.constant(each))) for each in lengths])

    # The lengths 3 5 3 7 1 3 3 3 have the squares 9 25 9 49 1 9 9 9.
    row = corrected.select(norm("words").alias("norm")).collect()[0]
    assert row["norm"] == pytest.approx(120**0.5)


@pytest.mark.slow  # TensorFlow and all the others, from their files
def test_every_package_imports_in_one_process():
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]; print(len(sys.argv) - 1)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *PACKAGES],
        env={**os.environ, **KERAS}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == str(len(PACKAGES))
