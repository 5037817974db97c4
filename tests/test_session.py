"""What a session needs before it starts: a Java that is new enough, a master that is there."""

import re
import socket
from pathlib import Path

import pytest

from tubelake import session
from tubelake.errors import UsageError


def fake_java(folder: Path, says: str, release: str | None = None) -> Path:
    """A folder with bin/java, as a Java is laid out; gives that folder."""
    (folder / "bin").mkdir()
    java = folder / "bin" / "java"
    java.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{says}\nEND\n")
    java.chmod(0o755)
    if release is not None:
        (folder / "release").write_text(release)
    return folder


VERSIONS = {
    "17": ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', None, 17),
    "21, early access": ('openjdk version "21-ea" 2023-09-19', None, 21),
    "11": ('java version "11.0.2" 2019-01-15 LTS', None, 11),
    "8": ('java version "1.8.0_402"', None, 8),
    "the file is believed first": ("nothing", 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\n', 17),
    "a file without a version": ('openjdk version "19"', 'IMPLEMENTOR="Debian"\n', 19),
    "no Java behind it": ("Unable to locate a Java Runtime.", None, None),
}


@pytest.mark.parametrize("case", VERSIONS)
def test_the_version_of_java(tmp_path, case):
    says, release, expected = VERSIONS[case]
    assert session.java_version(fake_java(tmp_path, says, release) / "bin" / "java") == expected


def test_an_old_java_on_the_path_is_refused(tmp_path, monkeypatch):
    home = fake_java(tmp_path, 'openjdk version "11.0.2"')
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{home / 'bin'}:/usr/bin:/bin")
    with pytest.raises(
        UsageError, match=rf"^Java 17 or newer is needed and {re.escape(str(home))}/bin/java is Java 11: "
    ):
        session.check_java()


def test_java_home_comes_before_the_path(tmp_path, monkeypatch):
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old, new = fake_java(tmp_path / "old", 'version "1.8.0_1"'), fake_java(tmp_path / "new", 'x version "17.0.1"')
    monkeypatch.setenv("PATH", f"{old / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("JAVA_HOME", str(new))
    session.check_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))  # Spark would not look further either
    with pytest.raises(UsageError, match=r"^Java 17 or newer is needed and JAVA_HOME=.*/none has none"):
        session.check_java()


def test_no_java_at_all(tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"^Java 17 or newer is needed and the PATH has none"):
        session.check_java()


@pytest.mark.parametrize("master", ["spark://127.0.0.1:1", "spark://127.0.0.1", "spark://127.0.0.1:99999"])
def test_a_master_that_is_not_there_is_refused(master):
    with pytest.raises(UsageError, match=f"^no Spark master answers at {master}: "):
        session.check_master(master)


def test_one_master_of_several_is_enough():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session.check_master(f"spark://127.0.0.1:1,127.0.0.1:{listening.getsockname()[1]}")
    session.check_master("local[2]")
    session.check_master(None)


def test_what_spark_submit_says_comes_with_what_delta_needs():
    submitted = {"spark.jars": "mine.jar", "spark.executor.memory": "4g", "spark.master": "local[*]"}
    ours = {"spark.jars": "delta.jar", "spark.executor.memory": "1g", "spark.master": "yarn"}
    joined = session._joined(ours, submitted)
    assert joined == {"spark.jars": "mine.jar,delta.jar", "spark.executor.memory": "4g", "spark.master": "yarn"}


MASTERS = [
    (None, {}, None),
    (None, {"spark.master": "yarn"}, "yarn"),
    (None, {"spark.master": "local[*]"}, None),  # so says spark-submit when it was told nothing
    ("local[2]", {"spark.master": "yarn"}, "local[2]"),
]


@pytest.mark.parametrize(("wanted", "submitted", "expected"), MASTERS)
def test_the_setting_comes_before_spark_submit(wanted, submitted, expected):
    assert session._master(wanted, submitted) == expected
