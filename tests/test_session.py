"""What a session needs before it starts: a master that is there, and settings that fit together."""

import socket
import subprocess
import sys

import pytest

from tubelake import connect, jvm, session, submitted
from tubelake.backends import sparknlp
from tubelake.errors import UsageError
from tubelake.settings import Spark
from tubelake.vision import feeding


@pytest.mark.parametrize("master", ["spark://127.0.0.1:1", "spark://127.0.0.1", "spark://127.0.0.1:99999"])
def test_a_master_that_is_not_there_is_refused(master):
    with pytest.raises(UsageError, match=f"^no Spark master answers at {master}: "):
        submitted.check_master(master)


def test_one_master_of_several_is_enough():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        submitted.check_master(f"spark://127.0.0.1:1,127.0.0.1:{listening.getsockname()[1]}")
    submitted.check_master("local[2]")
    submitted.check_master(None)


def test_what_spark_submit_says_comes_with_what_delta_needs():
    told = {"spark.jars": "mine.jar", "spark.executor.memory": "4g", "spark.master": "local[*]"}
    ours = {"spark.jars": "delta.jar", "spark.executor.memory": "1g", "spark.master": "yarn"}
    joined = submitted.joined(ours, told)
    assert joined == {"spark.jars": "mine.jar,delta.jar", "spark.executor.memory": "4g", "spark.master": "yarn"}


def test_a_lake_in_an_object_store_brings_the_jars_of_the_hadoop_that_spark_has():
    def more(root: str, *packages: str) -> list[str]:
        return session.packages(nlp=False, more=session.reaching(root, Spark(packages=packages)).packages)[1:]

    hadoop = "org.apache.hadoop:hadoop-aws:" + jvm.hadoop_version()
    assert more("lake") == more("/shared/lake") == more("file:///shared/lake") == []
    assert more("s3a://bucket/lake") == [hadoop]
    assert more("s3a://bucket/lake", "a:b:1") == ["a:b:1", hadoop]
    assert more("s3a://bucket/lake", "org.apache.hadoop:hadoop-aws:3.4.0") == ["org.apache.hadoop:hadoop-aws:3.4.0"]


MASTERS = [
    (None, {}, None),
    (None, {"spark.master": "yarn"}, "yarn"),
    (None, {"spark.master": "local[*]"}, None),  # so says spark-submit when it was told nothing
    ("local[2]", {"spark.master": "yarn"}, "local[2]"),
]


@pytest.mark.parametrize(("wanted", "told", "expected"), MASTERS)
def test_the_setting_comes_before_spark_submit(wanted, told, expected):
    assert submitted.master(wanted, told) == expected


def test_a_session_that_this_thread_has_not_used_yet_is_taken_all_the_same(spark):
    """As a platform's task finds it: there is one, and this thread has asked it nothing."""
    spark._jvm.SparkSession.clearActiveSession()
    try:
        found = session.get_session(Spark(master="local[1]"))
        assert found.sparkContext is spark.sparkContext
    finally:
        spark._jvm.SparkSession.setActiveSession(spark._jsparkSession)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("sc://127.0.0.1:1", "sc://127.0.0.1:1"),
        ("sc://127.0.0.1:1/;token=secret", "sc://127.0.0.1:1"),
        ("sc://127.0.0.1:99999", "sc://127.0.0.1:99999"),
        ("sc://no.such.host.invalid", "sc://no.such.host.invalid"),
    ],
)
def test_a_connect_server_that_is_not_there_is_refused(address, place):
    with pytest.raises(UsageError, match=f"^no Spark Connect server answers at {place}: start it, or correct "):
        connect.session(address, {})


CONNECTS = [
    ("sc://host:1", None, "sc://host:1"),
    (None, "sc://host:2", "sc://host:2"),
    ("sc://host:1", "sc://host:2", "sc://host:1"),
    ("local[2]", "sc://host:2", None),
    (None, "local[*]", None),
    (None, None, None),
]


@pytest.mark.parametrize(("master", "remote", "expected"), CONNECTS)
def test_the_setting_comes_before_the_variable_of_spark_connect(monkeypatch, master, remote, expected):
    monkeypatch.setenv("SPARK_REMOTE", remote) if remote else monkeypatch.delenv("SPARK_REMOTE", raising=False)
    assert connect.address(master) == expected


def test_packages_that_a_client_of_connect_lacks_are_named(tmp_path):
    code = "import sys; sys.modules['grpc_status'] = None; from tubelake import cli; cli.main(sys.argv[1:])"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        master = f"spark.master=sc://127.0.0.1:{listening.getsockname()[1]}"
        sets = [part for each in (master, f"lake.root={tmp_path}", f"run.logs={tmp_path}") for part in ("--set", each)]
        done = subprocess.run(
            [sys.executable, "-c", code, "run", "status", *sets], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "install tubelake[connect]" in done.stderr


def test_what_needs_the_jvm_says_so_over_connect_and_what_can_do_without_does(monkeypatch):
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")  # as pyspark does where it makes such a session
    for needs in (sparknlp.check_session, lambda: feeding.way("petastorm")):
        with pytest.raises(UsageError, match=r"^\S.* cannot be done over Spark Connect: set spark\.master to another"):
            needs()
    assert feeding.way("auto") == "arrow"
