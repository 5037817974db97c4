"""A warm session start, with and without Spark NLP. Baseline: the plain builder, whose Ivy resolves at each start.

Ours is warm after `tubelake warm-up`, which the benchmark runs first, and which `make setup` runs without Spark NLP.
"""

from statistics import median

from benchmarks.common import result, seconds_said
from tubelake.warm_up import warm_up

STARTS = 3
OURS = """
import time; started = time.perf_counter()
from pathlib import Path
from tubelake import session, settings
spark = session.get_session(settings.Spark(nlp={nlp}), Path("/dev/null"))
print("SECONDS", time.perf_counter() - started)
"""
PLAIN = """
import time; started = time.perf_counter()
from pyspark.sql import SparkSession
from tubelake import resources, session, submitted
builder = SparkSession.builder.master("local[*]")
conf = {{
    "spark.jars.packages": ",".join(session.packages(nlp={nlp})),
    "spark.jars.excludes": ",".join(session.NLP_EXCLUDES),
    "spark.jars.ivySettings": str(resources.path("conf") / "ivysettings.xml"),
    "spark.sql.extensions": submitted.DELTA_EXTENSION,
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}}
for name, value in conf.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
print("SECONDS", time.perf_counter() - started)
"""


def seconds(script: str, *, nlp: bool) -> float:
    """The median of some starts, each in a new process; one before them fills the caches."""
    taken = [seconds_said(script.format(nlp=nlp)) for _ in range(STARTS + 1)]
    return median(taken[1:])


def main() -> None:
    for nlp, limit in ((False, 4.0), (True, 6.0)):
        warm_up(nlp=nlp)
        plain, ours = seconds(PLAIN, nlp=nlp), seconds(OURS, nlp=nlp)
        print(
            f"{'with' if nlp else 'without'} Spark NLP: plain builder {plain:.1f} s, ours {ours:.1f} s, {plain / ours:.1f} times as fast"
        )
        result("warm session start", ours, limit, " s")


if __name__ == "__main__":
    main()
