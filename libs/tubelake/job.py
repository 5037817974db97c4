"""Runs jobs: finds them, orders them by what they read and write, times them, and turns errors into exit codes."""

import graphlib
import importlib.util
import logging
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from platformdirs import user_log_path

from tubelake import console, resources, session, store
from tubelake.errors import QuotaSpent, TubeLakeError, UsageError
from tubelake.settings import Settings
from tubelake.tables import JOB_RUNS, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger("tubelake")


@dataclass(frozen=True)
class Report:
    """What a job did, for its closing line and `job_runs`."""

    rows_in: int = 0
    rows_out: int = 0
    calls: int = 0
    units: int = 0
    failed: int = 0  # requests that the next run will ask again
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Report") -> "Report":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Report(*(mine + theirs for mine, theirs in pairs))

    def line(self, job: str, seconds: float) -> str:
        calls = f", {self.calls:,} calls, {self.units:,} units" if self.calls else ""
        return f"{job}: {self.rows_in:,} rows in, {self.rows_out:,} rows out{calls}, {seconds:.1f} s"


def find_all() -> dict[str, Path]:
    """Every job's file by name."""
    return {file.stem: file for file in sorted(resources.path("jobs").glob("*.py")) if not file.stem.startswith("_")}


def load(name: str) -> ModuleType:
    """The module of a job. Raises UsageError, naming the jobs there are, for a name that is none."""
    files = find_all()
    if name not in files:
        raise UsageError(f"there is no job {name!r}; the jobs are: {', '.join(files)}")
    spec = importlib.util.spec_from_file_location(f"tubelake_job_{name}", files[name])
    if spec is None or spec.loader is None:
        raise UsageError(f"cannot load {files[name]}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_order(names: Sequence[str]) -> list[str]:
    """The jobs, each after those that write what it reads."""
    modules = {name: load(name) for name in names}
    graph = {
        name: {other for other in names if other != name and _feeds(modules[other], modules[name])} for name in names
    }
    return list(graphlib.TopologicalSorter(graph).static_order())


def _feeds(writer: ModuleType, reader: ModuleType) -> bool:
    return any(_overlap(written, read) for written in writer.WRITES for read in reader.READS)


def _overlap(one: Table, other: Table) -> bool:
    same = (one.layer, one.name) == (other.layer, other.name)
    return same and (one.part is None or other.part is None or one.part == other.part)


def pipeline_jobs() -> list[str]:
    """The jobs that write tables, in order."""
    return in_order([name for name in find_all() if load(name).WRITES])


def with_run_id(settings: Settings) -> Settings:
    """The settings with a run id that sorts by time."""
    if settings.run.id:
        return settings
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return settings.model_copy(update={"run": settings.run.model_copy(update={"id": run_id})})


def log_file(settings: Settings) -> Path:
    """Where Spark, Ivy and the details of failures go."""
    folder = Path(settings.run.logs) if settings.run.logs else user_log_path("tubelake")
    return folder / f"{settings.run.id}.log"


def start(settings: Settings) -> "SparkSession":
    """A session for jobs on the lake of `settings`, with the log file open."""
    store.check(settings.lake)
    file = log_file(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(file)
    except OSError as error:
        raise UsageError(f"cannot write the log file {file}: {error.strerror}; set run.logs to a folder you own") from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    log.setLevel(logging.INFO)
    return session.get_session(settings.spark, file)


def run(spark: "SparkSession", name: str, settings: Settings) -> int:
    """Run one job, say its closing line and note it in `job_runs`; gives the exit code."""
    started, clock = datetime.now(UTC), time.monotonic()
    report, outcome, message, code = Report(), "done", "", 0
    try:
        report = load(name).run(spark, settings)
        if report.failed:
            message = f"{report.failed:,} requests failed after their retries; run again to ask only those"
            outcome, code = "failed", TubeLakeError.exit_code
    except TubeLakeError as error:
        report = Report(calls=error.calls, units=error.units)
        outcome, message, code = error.outcome, str(error), error.exit_code
    except Exception as error:  # anything else is a defect or a broken machine: one line here, the whole in the log
        log.exception("%s failed", name)
        outcome, message, code = "failed", f"{first_line(error)} (details: {log_file(settings)})", 1
    closing = report.line(name, time.monotonic() - clock)
    for note in report.notes:
        console.say(note)
    if code != UsageError.exit_code:
        console.say(closing)
    if message:
        console.complain(f"{name}: {message}")
    log.info("%s [%s] %s", closing, outcome, message)
    if outcome != "usage" and (report.rows_out or report.calls or code):
        _note(spark, settings, name, started, time.monotonic() - clock, report, outcome, message or closing)
    return code


def _note(
    spark: "SparkSession", settings: Settings, name: str, started: datetime, seconds: float, report: Report,
    outcome: str, message: str,
) -> None:  # fmt: skip
    """One row of `job_runs`. A lake that cannot take it must not hide how the job itself ended."""
    counts = (report.rows_in, report.rows_out, report.calls, report.units)
    row = (settings.run.id, name, started, seconds, *counts, outcome, message)
    try:
        store.ensure(spark, JOB_RUNS, settings.lake)
        store.append(spark.createDataFrame([row], JOB_RUNS.ddl), JOB_RUNS, settings.lake)
    except Exception:
        log.exception("job_runs could not be written")


def run_all(names: Sequence[str], settings: Settings) -> int:
    """Run jobs one after the other in one session; gives the exit code.

    A spent quota does not hold up the jobs that build from what was fetched; any other failure ends the run.
    """
    settings = with_run_id(settings)
    worst = 0
    try:
        spark = start(settings)
        for name in names:
            code = run(spark, name, settings)
            worst = max(worst, code) if code in (0, QuotaSpent.exit_code) else code
            if code not in (0, QuotaSpent.exit_code):
                break
    except TubeLakeError as error:
        console.complain(str(error))
        return error.exit_code
    return worst


def main(file: str) -> None:
    """Run the job in `file` by itself, as `spark-submit jobs/NAME.py --set section.key=value` does."""
    from tubelake import cli

    cli.main(["run", Path(file).stem, *sys.argv[1:]])


def first_line(error: Exception) -> str:
    """The one line of an error that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
