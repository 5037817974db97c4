"""Words of 200,000 chat messages: our regular expression in Spark SQL against Spark NLP's annotators, same session."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from benchmarks.chat_texts import make_messages
from benchmarks.common import computed, result, settings_for, warm_session
from tubelake.text.annotator import with_annotations
from tubelake.text.words import words

MESSAGES = 200_000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        wanted = settings_for(Path(name), "http://127.0.0.1:1", "spark.master=local[2]", "spark.nlp=true")
        spark = warm_session(wanted)
        texts = spark.createDataFrame(pd.DataFrame({"text": make_messages(MESSAGES, np.random.default_rng(6))}))
        path = f"{name}/texts"
        texts.write.format("delta").save(path)
        texts = spark.read.format("delta").load(path)
        ours = texts.select("text", words(F.col("text")).alias("words"))
        theirs = with_annotations(texts, "text").select("text", "words")
        for frame in (ours.limit(1000), theirs.limit(1000)):
            computed(frame)
        fast, slow = computed(ours), computed(theirs)
        both = ours.withColumnRenamed("words", "ours").join(theirs, on="text", how="inner").distinct()
        same = both.agg(F.avg(F.expr("cast(ours = words AS double)"))).collect()[0][0]
        print(
            f"{MESSAGES:,} messages: ours {fast:.1f} s, Spark NLP {slow:.1f} s; the same words in {same:.0%} of the texts"
        )
        result("times as fast as Spark NLP's annotators", slow / fast, 1.0, at_least=True)


if __name__ == "__main__":
    main()
