"""What tests share: one Spark session, made by pytest-spark from our own session settings; lakes; the real data."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pytest_spark.config import SparkConfigBuilder
from tests import java

from tubelake import session, settings
from tubelake.emulator import Corpus, load_corpus, make_corpus
from tubelake.settings import Lake, Settings

ROOT = Path(__file__).parents[1]
# Spark NLP has no release for Spark 4: its tests are left out there, by name.
SPARK = settings.Spark(master="local[2,4]", nlp=find_spec("sparknlp") is not None, driver_memory="3g")


def pytest_configure(config: pytest.Config) -> None:
    session.set_worker_python()
    ours = {**session.session_conf(SPARK), "spark.sql.catalogImplementation": "in-memory"}
    ours["spark.driver.extraJavaOptions"] += f" {java.SIDE_BY_SIDE}"
    SparkConfigBuilder.initialize().setAll(list(ours.items()))


@pytest.fixture(scope="session")
def spark(spark_session: SparkSession) -> SparkSession:
    """The session that all tests share; it costs seconds to start, so nothing may stop it."""
    session.remember_jars(SPARK, spark_session)
    return spark_session


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(root=str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A synthetic YouTube of 600 videos, with exactly 240 for `cooking` and 30 for `lofi`."""
    folder = tmp_path_factory.mktemp("corpus")
    make_corpus(folder, 600, seed=7, matches={"cooking": 240, "lofi": 30})
    return load_corpus(folder)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it carry the marker `real_data`."""
    folder = (ROOT / os.environ.get("TUBELAKE_REAL_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"no real data in {folder}: CI must not skip what needs it")
        pytest.skip(f"no real data in {folder}: set TUBELAKE_REAL_DATA")
    return folder


@pytest.fixture
def settings_for(lake: Lake, tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings of a job on this test's lake: settings_for(url, "search.keywords=lofi")."""

    def make(endpoint: str, *overrides: str, run_id: str = "run-1") -> Settings:
        fixed = [
            f"lake.root={lake.root}", f"youtube.endpoint={endpoint}", "youtube.api_key=AIzaTestKey0123456789",
            f"run.logs={tmp_path / 'logs'}", f"run.id={run_id}", "collect.retry_base_seconds=0.01",
        ]  # fmt: skip
        return settings.load(overrides=[*fixed, *overrides], environ={})

    return make


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """One lake for all jobs of a module: each test has its own keyword and its own quota project."""
    return Lake(root=str(tmp_path_factory.mktemp("collecting") / "lake"))


@pytest.fixture
def wanted(shared: Lake, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Settings]:
    """Makes settings of a job on the module's lake: wanted(url, "search.keywords=lofi", run="first")."""

    def make(endpoint: str, *overrides: str, run: str) -> Settings:
        fixed = [
            f"lake.root={shared.root}", f"youtube.endpoint={endpoint}", "youtube.api_key=AIzaTestKey0123456789",
            f"run.logs={tmp_path}", f"run.id={run}", f"quota.project={request.node.name}",
            "collect.retry_base_seconds=0.01", "collect.attempts=3",
        ]  # fmt: skip
        return settings.load(overrides=[*fixed, *overrides], environ={})

    return make
