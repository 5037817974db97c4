"""Runs jobs: finds them, times them, says how each ended, and turns errors into exit codes."""

import importlib.util
import logging
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from platformdirs import user_log_path

from tubelake import console, overview, resources, session
from tubelake.errors import Postponed, TubeLakeError, UsageError, first_line, for_the_user
from tubelake.settings import Settings, changed
from tubelake.tables import JOB_RUNS

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
    open: int = 0  # what may go on at any time, such as a stream that is announced: the next run must look

    def __add__(self, other: "Report") -> "Report":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Report(*(mine + theirs for mine, theirs in pairs))

    def line(self, job: str, seconds: float) -> str:
        return f"{job}: {self.rows_in:,} rows in, {self.words(seconds)}"

    def words(self, seconds: float) -> str:
        calls = f", {self.calls:,} calls, {self.units:,} units" if self.calls else ""
        return f"{self.rows_out:,} rows out{calls}, {seconds:.1f} s"


def find_all() -> dict[str, Path]:
    """Every job's file by name."""
    return {file.stem: file for file in sorted(resources.path("jobs").glob("*.py")) if not file.stem.startswith("_")}


def find(name: str) -> Path:
    """The file of a job. Raises UsageError, naming the jobs there are, for a name that is none."""
    files = find_all()
    if name not in files:
        raise UsageError(f"there is no job {name!r}; the jobs are: {', '.join(files)}")
    return files[name]


def load(name: str) -> ModuleType:
    """The module of a job. Raises UsageError, naming the jobs there are, for a name that is none."""
    spec = importlib.util.spec_from_file_location(f"tubelake_job_{name}", find(name))
    if spec is None or spec.loader is None:
        raise UsageError(f"cannot load {find(name)}")
    module = importlib.util.module_from_spec(spec)
    with for_the_user():
        spec.loader.exec_module(module)
    return module


@contextmanager
def repeating(turn: Callable[[], object], last: Callable[[], object], every_seconds: float) -> Iterator[None]:
    """Takes turns beside the block, and a `last` one after it, also when the block ends with an error of ours.

    A turn that takes longer than `every_seconds` is followed by the next at once. The error of a turn ends the turns,
    and is raised when the block ends.
    """
    done = threading.Event()

    def repeat() -> None:
        wait = every_seconds
        while not done.wait(wait):
            began = time.monotonic()
            turn()
            wait = max(0.0, every_seconds - (time.monotonic() - began))

    with ThreadPoolExecutor(1) as threads:
        repeated = threads.submit(repeat)
        ended_by: TubeLakeError | None = None
        try:
            yield
        except TubeLakeError as error:
            ended_by = error
        finally:
            done.set()
            repeated.exception()  # waits for the turn that is under way
    repeated.result()
    last()
    if ended_by:
        raise ended_by


def with_run_id(settings: Settings) -> Settings:
    """The settings with a run id that sorts by time."""
    if settings.run.id:
        return settings
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return changed(settings, "run", id=run_id)


def log_file(settings: Settings) -> Path:
    """Where Spark, Ivy and the details of failures go."""
    folder = Path(settings.run.logs) if settings.run.logs else user_log_path("tubelake")
    return folder / f"{settings.run.id}.log"


def start(settings: Settings) -> "SparkSession":
    """A session for jobs on the lake of `settings`, with the log file open."""
    return starting(settings)()


def starting(settings: Settings) -> "Callable[[], SparkSession]":
    """Begin to start that session, which takes seconds; gives a function that waits for it."""
    file = log_file(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(file)
    except OSError as error:
        raise UsageError(
            f"cannot write the log file {file}: {error.strerror}; set run.logs to a folder you own"
        ) from None
    for old in [old for old in logging.getLogger().handlers if isinstance(old, logging.FileHandler)]:
        logging.getLogger().removeHandler(old)
        old.close()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    log.setLevel(logging.INFO)
    begun = session.starting(session.reaching(settings.lake.root, settings.spark), file)
    from tubelake import store  # imports pyspark, while the JVM starts

    store.check(settings.lake)
    return begun


@dataclass(frozen=True)
class Ended:
    """How a job ended: its outcome as `job_runs` has it, its exit code, and whether jobs after it may run."""

    job: str
    started: datetime
    seconds: float
    report: Report
    outcome: str = "done"
    message: str = ""
    code: int = 0
    go_on: bool = True

    @property
    def state(self) -> str:
        """Its outcome; where that is done and there was nothing to do: up to date."""
        is_idle = self.outcome == "done" and not (self.report.rows_out or self.report.calls)
        return "up to date" if is_idle else self.outcome

    @property
    def line(self) -> str:
        return self.report.line(self.job, self.seconds)


def run(spark: "SparkSession", name: str, settings: Settings) -> int:
    """Run one job, say its closing line and note it in `job_runs`; gives the exit code."""
    ended = _attempt(spark, name, settings)
    _say_closing(ended)
    _note(spark, settings, [ended])
    return ended.code


def run_all(
    names: Sequence[str] | Callable[[], Sequence[str]], settings: Settings, apart: Mapping[str, Settings] | None = None,
    then: Callable[[Sequence[Ended]], None] | None = None,
) -> int:  # fmt: skip
    """Run jobs one after the other in one session, and sum them up where they are several; gives the exit code.

    `names` may be a function that gives them: it is asked, and what the jobs import is loaded, while the session starts.
    `apart` are the settings of jobs that have their own; they have the run id of all. `then` is told how each ended.
    A spent quota and requests that failed do not hold up the jobs that build from what was fetched; any other failure
    ends the run.
    """
    settings = with_run_id(settings)
    try:
        session_of = starting(settings)
        chosen = names() if callable(names) else names
        for name in chosen:
            load(name)
        from tubelake import migrations  # imports pyspark: only once the JVM starts

        spark = migrations.brought_up(session_of(), settings.lake)
    except TubeLakeError as error:
        console.complain(str(error))
        return error.exit_code
    ended = _run_each(spark, chosen, settings, apart or {})
    if len(chosen) > 1:
        from tubelake import summary

        summary.show(spark, chosen, ended, settings.lake)
    if then:
        then(ended)
    return next((end.code for end in ended if not end.go_on), max((end.code for end in ended), default=0))


def _run_each(
    spark: "SparkSession", names: Sequence[str], settings: Settings, apart: Mapping[str, Settings]
) -> list[Ended]:
    """Run jobs in turn, until one ends the run, and note them in `job_runs`."""
    ended: list[Ended] = []
    try:
        with overview.shown(names) as view:
            for name in names:
                view.begin(name)
                end = _attempt(spark, name, apart.get(name, settings))
                ended.append(end)
                _say_closing(end, brief=view.is_shown)
                view.end(name, end.state, end.report.words(end.seconds))
                if not end.go_on:
                    break
    finally:
        _note(spark, settings, ended)
    return ended


def _attempt(spark: "SparkSession", name: str, settings: Settings) -> Ended:
    started, clock = datetime.now(UTC), time.monotonic()
    report, outcome, message, code, go_on = Report(), "done", "", 0, True
    try:
        module = load(name)
        with for_the_user():
            report = module.run(spark, settings)
        if report.failed:
            message = f"{report.failed:,} requests failed after their retries; run again to ask only those"
            outcome, code = "failed", TubeLakeError.exit_code
    except TubeLakeError as error:
        report = Report(calls=error.calls, units=error.units)
        outcome, message, code, go_on = error.outcome, str(error), error.exit_code, isinstance(error, Postponed)
    except Exception as error:  # anything else is a defect or a broken machine: one line here, the whole in the log
        log.exception("%s failed", name)
        outcome, message, code, go_on = "failed", f"{first_line(error)} (details: {log_file(settings)})", 1, False
    log.info("%s [%s] %s", report.line(name, time.monotonic() - clock), outcome, message)
    return Ended(name, started, time.monotonic() - clock, report, outcome, message, code, go_on)


def _say_closing(end: Ended, *, brief: bool = False) -> None:
    """What a job told, and unless `brief` how it ended."""
    for note in end.report.notes:
        console.say(note)
    if brief:
        return
    only_shows = end.code == 0 and not (load(end.job).WRITES or end.report.rows_out)
    if not only_shows and end.outcome != "usage":
        console.say(end.line)
    if end.message:
        console.complain(f"{end.job}: {end.message}")


def _note(spark: "SparkSession", settings: Settings, ended: Sequence[Ended]) -> None:
    """The rows of `job_runs`, in one commit. A lake that cannot take them must not hide how the jobs ended."""
    told = [end for end in ended if end.outcome != "usage" and end.state != "up to date"]
    if not told:
        return
    rows = [
        (
            settings.run.id, end.job, end.started, end.seconds, end.report.rows_in, end.report.rows_out, end.report.calls,
            end.report.units, end.outcome, end.message or end.line,
        )
        for end in told
    ]  # fmt: skip
    from tubelake import store

    try:
        store.ensure(spark, JOB_RUNS, settings.lake)
        store.append(spark.createDataFrame(rows, JOB_RUNS.ddl), JOB_RUNS, settings.lake)
    except Exception:
        log.exception("job_runs could not be written")


def main(file: str) -> None:
    """Run the job in `file` by itself, as `spark-submit jobs/NAME.py --set section.key=value` does."""
    from tubelake import cli

    cli.main(["run", Path(file).stem, *sys.argv[1:]])
