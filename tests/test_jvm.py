"""The Java that a session starts in: whether it is new enough, and the classes kept for faster starts."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tubelake import jvm, session, warm_up
from tubelake.errors import TubeLakeError, UsageError
from tubelake.settings import Spark


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
    assert jvm.java_version(fake_java(tmp_path, says, release) / "bin" / "java") == expected


def test_an_old_java_on_the_path_is_refused(tmp_path, monkeypatch):
    home = fake_java(tmp_path, 'openjdk version "11.0.2"')
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{home / 'bin'}:/usr/bin:/bin")
    with pytest.raises(
        UsageError, match=rf"^Java 17 or newer is needed and {re.escape(str(home))}/bin/java is Java 11: "
    ):
        jvm.check_java()


def test_java_home_comes_before_the_path(tmp_path, monkeypatch):
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    old, new = fake_java(tmp_path / "old", 'version "1.8.0_1"'), fake_java(tmp_path / "new", 'x version "17.0.1"')
    monkeypatch.setenv("PATH", f"{old / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("JAVA_HOME", str(new))
    jvm.check_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))  # Spark would not look further either
    with pytest.raises(UsageError, match=r"^Java 17 or newer is needed and JAVA_HOME=.*/none has none"):
        jvm.check_java()


def test_no_java_at_all(tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"^Java 17 or newer is needed and the PATH has none"):
        jvm.check_java()


@pytest.fixture
def user_cache(tmp_path, monkeypatch):
    """An empty cache folder of this user."""
    monkeypatch.setattr(jvm, "user_cache_path", lambda _: tmp_path)
    return tmp_path


def test_classes_are_used_once_they_are_kept(user_cache):
    assert jvm.class_options(["a.jar"], record=False) == ""
    archive = jvm.class_archive(["a.jar"])
    archive.touch()
    assert f"-XX:SharedArchiveFile={archive}" in jvm.class_options(["a.jar"], record=False)
    assert jvm.class_options(["b.jar"], record=False) == ""
    assert jvm.class_options(["a.jar"], record=True) == f"-XX:ArchiveClassesAtExit={jvm.being_written(archive)}"


def test_another_java_keeps_its_own_classes(user_cache, tmp_path, monkeypatch):
    archives = set()
    for name, release in (("one", 'JAVA_VERSION="17.0.1"'), ("two", 'JAVA_VERSION="21"')):
        (tmp_path / name).mkdir()
        monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / name, "", release)))
        archives.add(jvm.class_archive(["a.jar"]))
        (tmp_path / name / "release").write_text(release + " # an update")
        archives.add(jvm.class_archive(["a.jar"]))
    monkeypatch.setattr(jvm, "find_spec", lambda _: SimpleNamespace(origin="/another/environment/pyspark/__init__.py"))
    archives.add(jvm.class_archive(["a.jar"]))
    assert len(archives) == 5


def test_a_java_that_does_not_start_is_named(tmp_path):
    log = tmp_path / "spark.log"
    started = jvm.start({"spark.driver.memory": "1k"}, log)
    with pytest.raises(OSError, match=r"^Java ended with code 1$"):
        started.address()
    assert "Too small" in log.read_text()


def test_a_session_starts_with_the_kept_classes(user_cache, monkeypatch):
    monkeypatch.setattr(session, "known_jars", lambda _: ["a.jar"])
    jvm.class_archive(["a.jar"]).touch()
    options = session.session_conf(Spark())["spark.driver.extraJavaOptions"]
    assert "-XX:SharedArchiveFile=" in options
    assert "TieredStopAtLevel" not in options
    assert "TieredStopAtLevel=1" in session.session_conf(Spark(brief=True))["spark.driver.extraJavaOptions"]
    assert "-XX:" not in session.session_conf(Spark(master="yarn"))["spark.driver.extraJavaOptions"]


def test_warming_up_twice_does_nothing(user_cache, monkeypatch):
    monkeypatch.setattr(session, "known_jars", lambda _: ["a.jar"])
    archive = jvm.class_archive(["a.jar"])
    archive.touch()
    assert warm_up.warm_up(nlp=False) == f"sessions already start faster with {archive}"


def test_a_java_that_writes_no_archive(user_cache, monkeypatch):
    monkeypatch.setattr(warm_up, "WRITING_SECONDS", 0.0)
    with pytest.raises(TubeLakeError, match=r"^this Java wrote no class archive"):
        warm_up._keep(user_cache / "classes.jsa")
