"""The one place that builds a Spark session: versions, jars, Delta, redaction, and where the noise goes."""

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from platformdirs import user_cache_path

from tubelake import connect, jvm, resources, submitted
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
# What Delta for Spark 4 names besides, and Spark has itself in the versions that fit each other.
SPARK_4_EXCLUDES = (
    "com.fasterxml.jackson.core:*",
    "com.fasterxml.jackson.datatype:*",
    "org.apache.hadoop:hadoop-client*",
    "org.apache.parquet:*",
    "org.apache.logging.log4j:*",
    "org.slf4j:*",
    "org.roaringbitmap:*",
)
# Which of Hadoop's modules reads an object store, by the scheme of its addresses. Google's own is not of Hadoop.
_STORES = {"s3a": "org.apache.hadoop:hadoop-aws", "abfss": "org.apache.hadoop:hadoop-azure"}
_JAVA_OPTIONS = "-Dio.netty.tryReflectionSetAccessible=true"  # Arrow's memory needs it from Java 9 on
# Nobody waits for a pause of a millisecond: the collector that does the least work takes 8 % less time than the usual.
_LOCAL_JAVA_OPTIONS = f"{_JAVA_OPTIONS} -XX:+UseParallelGC"
# The second compiler takes 40 % of a short session's time, and pays off after a minute.
_BRIEF_JAVA_OPTIONS = f"{_LOCAL_JAVA_OPTIONS} -XX:TieredStopAtLevel=1"
_STREAMING = "org.apache.spark.sql.execution.streaming"
# Spark's own expressions miss YOUTUBE_API_KEY and `?key=AIza...`.
REDACTED_NAMES = r"(?i)secret|password|token|access[._]?key|api[._]?key"
REDACTED_TEXTS = r"AIza[0-9A-Za-z_\-]{10,}|(?i)(?<=[?&]key=)[^&\s\"]+"


def get_session(spark: Spark, log_file: Path | None = None) -> "SparkSession":
    """The running session, or a new one: on a Connect server, or of a JVM that writes to `log_file`, not the console.

    Raises UsageError where Java is missing or too old, or the master or the server cannot be reached.
    """
    return starting(spark, log_file)()


def starting(spark: Spark, log_file: Path | None = None) -> "Callable[[], SparkSession]":
    """Begin to start that session; gives a function that waits for it. Both raise as `get_session` does."""
    if (active := _active()) is not None:
        return lambda: active
    if (server := connect.address(spark.master)) is not None:
        with _named_errors(log_file):
            remote = connect.session(server, client_conf(spark))
        return lambda: remote
    os.environ.pop(connect.REMOTE, None)  # beside it Spark would make no session of its own
    jvm.check_java()
    set_worker_python()
    with _named_errors(log_file):
        told = submitted.conf()
        if submitted.is_complete(told):
            return _session  # the user's own configuration is taken as it is
        spark = spark.model_copy(update={"master": submitted.master(spark.master, told)})
        submitted.check_master(spark.master)
        wanted = submitted.joined(session_conf(spark), told)
        # Secrets reach the session through the gateway: a JVM's command line is everyone's to read.
        public = {name: value for name, value in wanted.items() if not re.search(REDACTED_NAMES, name)}
        started = jvm.start(public, log_file)

    def wait() -> "SparkSession":
        with _named_errors(log_file):
            found = _session(wanted, gateway=jvm.connected(started))
        if not {"spark.jars", "spark.jars.packages"} & told.keys():  # else the user's own would be among them
            remember_jars(spark, found)
        if not spark.brief:  # what writes makes frames of rows, and each needs pandas: 2 s, while the JVM is busy
            Thread(target=import_module, args=("pandas",), daemon=True).start()
        return found

    return wait


@contextmanager
def _named_errors(log_file: Path | None) -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - py4j, pyspark and the JVM each raise their own
        raise UsageError(f"Spark did not start: {_first_line(error)}{_see(log_file)}") from None


def _active() -> "SparkSession | None":
    if "pyspark" not in sys.modules:
        return None
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if (active := SparkSession.getActiveSession()) is not None:
        return active
    # Active is what this thread has used: a platform's task, or another thread, has a session without that.
    is_running = not has_jvm() or SparkContext._active_spark_context is not None  # noqa: SLF001 - the only way to ask
    return SparkSession.builder.getOrCreate() if is_running else None


def _session(conf: Mapping[str, str] | None = None, gateway: "JavaGateway | None" = None) -> "SparkSession":
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    told = None if conf is None else SparkConf(loadDefaults=False).setAll(list(conf.items()))
    return SparkSession(SparkContext(conf=told, gateway=gateway))


def set_worker_python() -> None:
    """Python workers start from this variable, not from the driver's interpreter, and would miss every package."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def session_conf(spark: Spark) -> dict[str, str]:
    """The Spark settings of a session; later entries win over Spark's own defaults, `spark.conf` over all."""
    master = spark.master or "local[*,4]"  # 4 tries: with one, a killed Python worker ends the job
    conf = {
        "spark.master": master,
        "spark.app.name": "tubelake",
        "spark.driver.memory": spark.driver_memory,
        "spark.driver.extraJavaOptions": _JAVA_OPTIONS,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.extensions": submitted.DELTA_EXTENSION,
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.warehouse.dir": str(user_cache_path("tubelake") / "warehouse"),  # else a folder where one stands
        "spark.speculation": "false",  # a speculative task would call the API a second time
        "spark.redaction.regex": REDACTED_NAMES,
        "spark.redaction.string.regex": REDACTED_TEXTS,
        "spark.sql.redaction.string.regex": REDACTED_TEXTS,
        "spark.databricks.delta.snapshotPartitions": "4",  # Delta's 50 tasks a commit are for logs far longer than ours
        "spark.databricks.delta.allFilesInCrc.enabled": "false",  # a list of all files in each commit, which nobody reads
        **(_local_conf(spark) if master.startswith("local") else {}),
        **_compiler_conf(spark.compile_queries, local=master.startswith("local")),
        **_jars_conf(spark, local=master.startswith("local")),
    }
    return {**conf, **spark.conf}


def client_conf(spark: Spark) -> dict[str, str]:
    """What a session on a Connect server is told: the rest is its server's own."""
    return {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        **_compiler_conf(spark.compile_queries, local=False),
        **spark.conf,
    }


def _local_conf(spark: Spark) -> dict[str, str]:
    """Small partition counts take a MERGE on a laptop from 17 s to under 3 s."""
    streaming = _STREAMING if _spark_line()[0] == "3" else f"{_STREAMING}.checkpointing"
    return {
        "spark.driver.extraJavaOptions": _local_java_options(spark),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(spark.shuffle_partitions or os.cpu_count() or 2),
        "spark.databricks.delta.snapshotPartitions": "1",
        # The usual ones start a program some 16 times a commit, to ask of files whether they are links: a quarter of its time.
        "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
        "spark.sql.streaming.checkpointFileManagerClass": f"{streaming}.FileSystemBasedCheckpointFileManager",
        "spark.sql.adaptive.enabled": "false",  # to plan again after each stage costs a small query more than it gains
        "spark.sql.ui.explainMode": "simple",  # the default writes every query's plan twice, also for a UI that is off
        "spark.sql.maxPlanStringLength": "1000",  # nor is the whole of it read by anyone
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    }


def _local_java_options(spark: Spark) -> str:
    return _BRIEF_JAVA_OPTIONS if spark.brief else _LOCAL_JAVA_OPTIONS


def _compiler_conf(compile_queries: bool | None, *, local: bool) -> dict[str, str]:
    """A job runs dozens of queries, Delta's own among them, and compiling each costs more than all of its rows."""
    if compile_queries or (compile_queries is None and not local):
        return {}
    return {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


def _spark_line() -> list[str]:
    """The two numbers of the installed Spark's line. Workers of a cluster have Spark without its package: only drivers ask."""
    return version("pyspark").split(".")[:2]


def packages(*, nlp: bool, more: Sequence[str] = ()) -> list[str]:
    """Maven coordinates that fit the installed Python packages, and `more`; those without a version are of Hadoop's."""
    line = _spark_line()
    scala, delta = ("2.12", "delta-spark") if line[0] == "3" else ("2.13", f"delta-spark_{'.'.join(line)}")
    wanted = [f"io.delta:{delta}_{scala}:{version('delta-spark')}"]
    if nlp:
        wanted.append(f"com.johnsnowlabs.nlp:spark-nlp_{scala}:{version('spark-nlp')}")
    return [*wanted, *(each if each.count(":") > 1 else f"{each}:{jvm.hadoop_version()}" for each in more)]


def reaching(root: str, spark: Spark) -> Spark:
    """The settings of a session that reaches a lake at this address: with Hadoop's jars for its object store."""
    module = _STORES.get(urlparse(root).scheme)
    if module is None or any(package.startswith(module) for package in spark.packages):
        return spark
    return spark.model_copy(update={"packages": (*spark.packages, module)})


def _excludes() -> tuple[str, ...]:
    return NLP_EXCLUDES if _spark_line()[0] == "3" else SPARK_4_EXCLUDES


def _jars_conf(spark: Spark, *, local: bool) -> dict[str, str]:
    """Jars by path once Ivy has resolved them: resolving again costs 1-3 s a start, and copying them as much."""
    jars = known_jars(spark)
    if jars and local:
        options = f"{_local_java_options(spark)} {jvm.class_options(jars, record=spark.record_classes)}"
        return {"spark.driver.extraClassPath": os.pathsep.join(jars), "spark.driver.extraJavaOptions": options}
    if jars:
        return {"spark.jars": ",".join(jars)}
    return {
        "spark.jars.packages": ",".join(packages(nlp=spark.nlp, more=spark.packages)),
        "spark.jars.excludes": ",".join(_excludes()),
        "spark.jars.ivySettings": spark.ivy_settings or str(resources.path("conf") / "ivysettings.xml"),
    }


def _jar_list(spark: Spark) -> Path:
    wanted = json.dumps([packages(nlp=spark.nlp, more=spark.packages), _excludes()])
    return user_cache_path("tubelake") / f"jars-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}.json"


def known_jars(spark: Spark) -> list[str]:
    """The jars that an earlier session resolved, as paths; none before the first."""
    try:
        jars: list[str] = json.loads(_jar_list(spark).read_text())
    except (OSError, ValueError):
        return []
    return jars if all(Path(jar).is_file() for jar in jars) else []


def remember_jars(spark: Spark, session: "SparkSession") -> None:
    """Note which jars Ivy resolved for this session, so that the next one needs no Ivy."""
    resolved = session.conf.get("spark.jars", "") or ""
    jars = [jar.removeprefix("file://") for jar in resolved.split(",") if jar]
    if not jars or known_jars(spark) or not all(Path(jar).is_file() for jar in jars):
        return
    file = _jar_list(spark)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(jars))


def parallelism(spark: "SparkSession") -> int:
    """Tasks that run side by side. Spark Connect has no way to ask, there Spark's usual 8 is assumed."""
    try:
        return int(spark.sparkContext.defaultParallelism)
    except Exception:  # noqa: BLE001 - Connect raises its own error types, which this line may not import
        return 8


def has_jvm() -> bool:
    """Whether Python reaches the classes of its session's JVM: over Spark Connect it does not."""
    from pyspark.sql.utils import is_remote

    return not is_remote()


def check_jvm(what: str) -> None:
    """Raises UsageError, naming `what` needs them, where Python does not reach the JVM's classes."""
    if not has_jvm():
        raise UsageError(f"{what} cannot be done over Spark Connect: set spark.master to another, such as local[*]")


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if "Exception" in line), lines[0] if lines else type(error).__name__)


def _see(log_file: Path | None) -> str:
    return f" (details: {log_file})" if log_file else ""
