"""Jobs of imports, run as the command line runs them, on this test's lake."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tubelake import job, settings
from tubelake.settings import Lake


@pytest.fixture(scope="session")
def run_job(spark: SparkSession) -> Callable[..., job.Report]:
    """run_job(lake, "import_trending", "import.path=FILE") gives the job's report."""

    def run(lake: Lake, name: str, *overrides: str) -> job.Report:
        wanted = settings.load(overrides=[f"lake.root={lake.root}", *overrides], environ={})
        return job.load(name).run(spark, wanted)

    return run


@pytest.fixture(scope="session")
def commits() -> Callable[[Lake], list[str]]:
    """Every commit of every table of a lake, from its folders."""

    def found(lake: Lake) -> list[str]:
        return sorted(str(file.relative_to(lake.root)) for file in Path(lake.root).rglob("_delta_log/*.json"))

    return found
