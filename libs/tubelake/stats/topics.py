"""Words of videos -> topics by Spark MLlib, and how much each keyword, category or cohort is about them."""

from pyspark.ml.clustering import LDA
from pyspark.ml.feature import CountVectorizer
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from tubelake.stats.terms import TOP, with_share
from tubelake.text.words import content_words

FEWEST_VIDEOS = 20  # with words: fewer have no topics in common
VOCABULARY = 5_000
ITERATIONS = 20
A_TURN = 2_000  # videos that one iteration looks at: with all of a large lake, an iteration teaches no more
SEED = 7
TOPIC_WORDS = 8
MOSTLY = 0.5


def documents_of(texts: DataFrame) -> DataFrame:
    """(video_id, words): all words that carry meaning of each video that has any."""
    said = F.flatten(F.collect_list(content_words(F.col("text"), F.col("language"))))
    return texts.groupBy("video_id").agg(said.alias("words")).where(F.size("words") > 0)


def topic_weights(documents: DataFrame, k: int) -> DataFrame:
    """(video_id, topic, term, weight): how much of a video is about each of `k` topics, `term` being a topic's words.

    The topics are found by latent Dirichlet allocation, online (Hoffman, Blei, Bach 2010), here and now: `documents` are
    read many times, and should be kept. None for too few of them.
    """
    count = documents.count()
    if count < FEWEST_VIDEOS:
        return documents.sparkSession.createDataFrame([], "video_id string, topic int, term string, weight double")
    # In one order, so that the same lake gives much the same topics: words that are equally common still stand in any order.
    ordered = documents.repartition("video_id").sortWithinPartitions("video_id")
    vectorizer = CountVectorizer(inputCol="words", outputCol="features", vocabSize=VOCABULARY).fit(ordered)
    vectors = vectorizer.transform(ordered).drop("words").persist()
    fraction = min(1.0, max(0.05, A_TURN / count))
    try:
        model = LDA(k=k, seed=SEED, optimizer="online", maxIter=ITERATIONS, subsamplingRate=fraction).fit(vectors)
        rows = model.describeTopics(TOPIC_WORDS).orderBy("topic").collect()
    finally:
        vectors.unpersist()
    names = [" ".join(vectorizer.vocabulary[number] for number in row["termIndices"]) for row in rows]
    weights = model.transform(vectors).select(
        "video_id", F.posexplode(vector_to_array(F.col("topicDistribution"))).alias("topic", "weight")
    )
    return weights.withColumn("term", F.get(F.array(*map(F.lit, names)), F.col("topic")))


def topics(members: DataFrame, weights: DataFrame, limit: int = TOP) -> DataFrame:
    """One row a grouping, group and topic, with the columns of `top_terms`, from `topic_weights`.

    A group's topics are ranked by how much heavier they weigh in it than in all videos.
    """
    means = members.join(weights, on="video_id", how="inner").groupBy("grouping", "group", "topic", "term").agg(
        F.mean("weight").alias("strength"), F.count_if(F.col("weight") > MOSTLY).alias("video_count")
    )  # fmt: skip
    overall = weights.groupBy("topic").agg(F.mean("weight").alias("_usual"))
    order = [F.desc(F.col("strength") - F.col("_usual")), F.col("topic")]
    rank = F.row_number().over(Window.partitionBy("grouping", "group").orderBy(*order))
    joined = means.join(F.broadcast(overall), on="topic", how="inner").withColumn("rank", rank)
    return with_share(joined.where(F.col("rank") <= limit).withColumn("kind", F.lit("topic")), members)
