"""Trains the model of the backend `trained`: Spark's logistic regression over sentence embeddings."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from tubelake.backends import minilm
from tubelake.backends.base import Options
from tubelake.backends.trained import Regression, polarities
from tubelake.measures import class_weights

PENALTIES = (0.0003, 0.001, 0.003, 0.01, 0.03)
MOST_STEPS = 200


class Fitted(NamedTuple):
    regression: Regression
    penalty: float
    losses: dict[float, float]  # log loss on the fold that was left out, by penalty


def with_embeddings(texts: DataFrame, options: Options) -> DataFrame:
    """Adds `embedding`, the vector of `scored_text`, which must not be null."""

    @pandas_udf("array<float>")  # type: ignore[untyped-decorator,call-overload]
    def embedding(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        embed = minilm.load(options).embed
        for batch in batches:
            yield pd.Series(list(embed(batch.tolist())))

    return texts.withColumn("embedding", embedding("scored_text"))


def with_polarity(texts: DataFrame, regression: Regression) -> DataFrame:
    """Adds `polarity`, as the backend `trained` gives it, to texts with an embedding."""

    @pandas_udf("double")  # type: ignore[untyped-decorator,call-overload]
    def polarity(batches: Iterator[pd.Series]) -> Iterator[pd.Series]:
        for batch in batches:
            yield pd.Series(polarities(regression, np.stack(batch.to_list())))

    return texts.withColumn("polarity", polarity("embedding"))


def fit(texts: DataFrame, counts: Mapping[str, int]) -> Fitted:
    """Train on texts with embedding, sentiment and fold, of which there are so many a sentiment.

    Each label weighs the same in all, however many texts have it. The penalty is the one with the least log loss on
    fold 0 after training on the others; with it all folds are trained on. Texts kept for measuring are none of these.
    """
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.evaluation import MulticlassClassificationEvaluator
    from pyspark.ml.functions import array_to_vector

    labels = sorted(counts)
    rows = texts.select(
        array_to_vector(F.col("embedding")).alias("features"), "fold",
        _by_sentiment({label: float(place) for place, label in enumerate(labels)}).alias("label"),
        _by_sentiment(class_weights(counts)).alias("weight"),
    )  # fmt: skip
    method = LogisticRegression(family="multinomial", weightCol="weight", maxIter=MOST_STEPS)
    loss = MulticlassClassificationEvaluator(metricName="logLoss", weightCol="weight")  # type: ignore[arg-type]
    others, left_out = rows.where("fold <> 0"), rows.where("fold = 0")
    losses = {
        penalty: loss.evaluate(method.fit(others, {method.regParam: penalty}).transform(left_out))
        for penalty in PENALTIES
    }
    best = min(losses, key=losses.__getitem__)
    model = method.fit(rows, {method.regParam: best})
    numbers = model.coefficientMatrix.toArray(), model.interceptVector.toArray()
    return Fitted(Regression(tuple(labels), *numbers), best, losses)


def _by_sentiment(values: Mapping[str, float]) -> Column:
    pairs = [F.lit(part) for pair in values.items() for part in pair]
    return F.create_map(*pairs)[F.col("sentiment")]
