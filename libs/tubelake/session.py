"""The one place that builds a Spark session: versions, jars, Delta, redaction, and where the noise goes."""

import hashlib
import json
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from tubelake import resources
from tubelake.errors import UsageError
from tubelake.settings import Spark

if TYPE_CHECKING:
    from py4j.java_gateway import JavaGateway
    from pyspark.sql import SparkSession

# Spark NLP's neural engines are not on Maven Central, and everything else that is left out is never called:
# 130 MB instead of 1.4 GB. Its cloud-storage jars must stay, its `Feature` class loads them.
NLP_EXCLUDES = (
    "com.johnsnowlabs.nlp:tensorflow-cpu_2.12",
    "com.johnsnowlabs.nlp:jsl-llamacpp-cpu_2.12",
    "com.johnsnowlabs.nlp:jsl-openvino-cpu_2.12",
    "com.microsoft.onnxruntime:onnxruntime",
    "org.apache.poi:poi-ooxml",
    "org.apache.poi:poi-scratchpad",
)
# Spark's own expressions miss YOUTUBE_API_KEY and `?key=AIza...`.
REDACTED_NAMES = r"(?i)secret|password|token|access[._]?key|api[._]?key"
REDACTED_TEXTS = r"AIza[0-9A-Za-z_\-]{10,}|(?i)(?<=[?&]key=)[^&\s\"]+"


def get_session(spark: Spark, log_file: Path | None = None) -> "SparkSession":
    """The running session, or a new one whose JVM writes to `log_file` instead of the console.

    Raises UsageError where Java is missing or too old, or the master cannot be reached.
    """
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    check_java()
    # Python workers start from this, not from the driver's environment, and would miss every package.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    conf = SparkConf(loadDefaults=False).setAll(list(session_conf(spark).items()))
    try:
        gateway = None if submitted else _launch(conf, log_file)
        context = SparkContext(conf=None if submitted else conf, gateway=gateway)
    except Exception as error:
        raise UsageError(f"Spark did not start: {_first_line(error)}{_see(log_file)}") from None
    _remember_jars(spark, context.getConf().get("spark.jars") or "")
    return SparkSession(context)


def session_conf(spark: Spark) -> dict[str, str]:
    """The Spark settings of a session; later entries win over Spark's own defaults, `spark.conf` over all."""
    master = spark.master or "local[*,4]"  # 4 tries: with one, a killed Python worker ends the job
    conf = {
        "spark.master": master,
        "spark.app.name": "tubelake",
        "spark.driver.memory": spark.driver_memory,
        "spark.driver.extraJavaOptions": "-Dio.netty.tryReflectionSetAccessible=true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.speculation": "false",  # a speculative task would call the API a second time
        "spark.redaction.regex": REDACTED_NAMES,
        "spark.redaction.string.regex": REDACTED_TEXTS,
        "spark.sql.redaction.string.regex": REDACTED_TEXTS,
        **(_local_conf(spark.shuffle_partitions) if master.startswith("local") else {}),
        **_jars_conf(spark, local=master.startswith("local")),
    }
    return {**conf, **spark.conf}


def _local_conf(partitions: int) -> dict[str, str]:
    """Small partition counts take a MERGE on a laptop from 17 s to under 3 s."""
    return {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    }


def packages(*, nlp: bool) -> list[str]:
    """Maven coordinates that fit the installed Python packages."""
    spark_line = version("pyspark").split(".")
    scala, delta = ("2.12", "delta-spark") if spark_line[0] == "3" else ("2.13", f"delta-spark_{'.'.join(spark_line[:2])}")
    wanted = [f"io.delta:{delta}_{scala}:{version('delta-spark')}"]
    if nlp:
        wanted.append(f"com.johnsnowlabs.nlp:spark-nlp_{scala}:{version('spark-nlp')}")
    return wanted


def _jars_conf(spark: Spark, *, local: bool) -> dict[str, str]:
    """Jars by path once Ivy has resolved them: resolving again costs 1-3 s a start, and copying them as much."""
    jars = _known_jars(spark)
    if jars and local:
        return {"spark.driver.extraClassPath": os.pathsep.join(jars)}
    if jars:
        return {"spark.jars": ",".join(jars)}
    return {
        "spark.jars.packages": ",".join(packages(nlp=spark.nlp)),
        "spark.jars.excludes": ",".join(NLP_EXCLUDES),
        "spark.jars.ivySettings": spark.ivy_settings or str(resources.path("conf") / "ivysettings.xml"),
    }


def _jar_list(spark: Spark) -> Path:
    wanted = json.dumps([packages(nlp=spark.nlp), NLP_EXCLUDES])
    return user_cache_path("tubelake") / f"jars-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}.json"


def _known_jars(spark: Spark) -> list[str]:
    try:
        jars: list[str] = json.loads(_jar_list(spark).read_text())
    except (OSError, ValueError):
        return []
    return jars if all(Path(jar).is_file() for jar in jars) else []


def _remember_jars(spark: Spark, resolved: str) -> None:
    jars = [jar.removeprefix("file://") for jar in resolved.split(",") if jar]
    if not jars or _known_jars(spark) or not all(Path(jar).is_file() for jar in jars):
        return
    file = _jar_list(spark)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(jars))


def _launch(conf: "object", log_file: Path | None) -> "JavaGateway":
    from pyspark.java_gateway import launch_gateway

    if log_file is None:
        return launch_gateway(conf=conf)
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        return launch_gateway(conf=conf, popen_kwargs={"stdout": log, "stderr": log})


def check_java() -> None:
    """Raises UsageError unless Java is on the PATH or under JAVA_HOME."""
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise UsageError("Java 17 or newer is needed and none was found: install one, or set JAVA_HOME")


def parallelism(spark: "SparkSession") -> int:
    """Tasks that run side by side. Spark Connect has no way to ask, there Spark's usual 8 is assumed."""
    try:
        return int(spark.sparkContext.defaultParallelism)
    except Exception:  # noqa: BLE001 - Connect raises its own error types, which this line may not import
        return 8


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if "Exception" in line), lines[0] if lines else type(error).__name__)


def _see(log_file: Path | None) -> str:
    return f" (details: {log_file})" if log_file else ""
