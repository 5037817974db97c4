"""Runs jobs: finds them, orders them by what they read and write, times them, and turns errors into exit codes."""

import graphlib
import importlib.util
import logging
import secrets
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from platformdirs import user_log_path

from tubelake import console, resources, session
from tubelake.errors import Postponed, TubeLakeError, UsageError, for_the_user
from tubelake.settings import Settings, changed, value
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


def in_order(names: Sequence[str]) -> list[str]:
    """The jobs, each after those that write what it reads, and after those of its AFTER."""
    modules = {name: load(name) for name in names}
    after = {name: getattr(module, "AFTER", ()) for name, module in modules.items()}
    graph = {
        name: {o for o in names if o != name and (o in after[name] or _feeds(modules[o], modules[name]))}
        for name in names
    }
    return list(graphlib.TopologicalSorter(graph).static_order())


def _feeds(writer: ModuleType, reader: ModuleType) -> bool:
    """Whether one job writes what the other reads. What a job itself writes is its memory and not its input."""
    inputs = [read for read in reader.READS if read not in reader.WRITES]
    return any(_overlap(written, read) for written in writer.WRITES for read in inputs)


def _overlap(one: Table, other: Table) -> bool:
    same = (one.layer, one.name) == (other.layer, other.name)
    return same and (one.part is None or other.part is None or one.part == other.part)


def writers() -> list[str]:
    """The jobs that write tables, but for the one that tidies all of them."""
    return [name for name in find_all() if load(name).WRITES and getattr(load(name), "OPTIONAL", "") != "maintenance"]


def writers_of(table: Table) -> list[str]:
    """The jobs that write the table, of those that can be loaded here."""
    found = []
    for name in find_all():
        with suppress(UsageError):
            module = load(name)
            is_upkeep = getattr(module, "OPTIONAL", "") == "maintenance"
            found += [name] if not is_upkeep and any(_overlap(each, table) for each in module.WRITES) else []
    return found


def pipeline_jobs(settings: Settings, also: Collection[str] = ()) -> list[str]:
    """The jobs of a pipeline that write tables, in order.

    A job that is OPTIONAL (a word, or several) is among them if `also` names it, one that NEEDS a setting if that has a
    value, one with both for either reason.
    """
    modules = {name: load(name) for name in find_all()}
    return in_order([name for name, module in modules.items() if module.WRITES and _is_asked(module, settings, also)])


def _is_asked(module: ModuleType, settings: Settings, also: Collection[str]) -> bool:
    optional, needs = getattr(module, "OPTIONAL", None), getattr(module, "NEEDS", None)
    if optional is None and needs is None:
        return True
    words = (optional,) if isinstance(optional, str) else optional or ()
    return not set(words).isdisjoint(also) or (needs is not None and bool(value(settings, needs)))


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
    begun = session.starting(settings.spark, file)
    from tubelake import store  # imports pyspark, while the JVM starts

    store.check(settings.lake)
    return begun


@dataclass(frozen=True)
class Ended:
    """How a job ended: its exit code, whether jobs after it may run, and its row of `job_runs` (None: none)."""

    code: int
    go_on: bool
    row: tuple[Any, ...] | None


def run(spark: "SparkSession", name: str, settings: Settings) -> int:
    """Run one job, say its closing line and note it in `job_runs`; gives the exit code."""
    ended = _attempt(spark, name, settings)
    _note(spark, settings, [ended])
    return ended.code


def run_all(names: Sequence[str] | Callable[[], Sequence[str]], settings: Settings) -> int:
    """Run jobs one after the other in one session; gives the exit code.

    `names` may be a function that gives them: it is asked, and what the jobs import is loaded, while the session starts.
    A spent quota and requests that failed do not hold up the jobs that build from what was fetched; any other failure
    ends the run.
    """
    settings = with_run_id(settings)
    ended: list[Ended] = []
    try:
        session_of = starting(settings)
        chosen = names() if callable(names) else names
        for name in chosen:
            load(name)
        spark = session_of()
    except TubeLakeError as error:
        console.complain(str(error))
        return error.exit_code
    try:
        for name in chosen:
            ended.append(_attempt(spark, name, settings))
            if not ended[-1].go_on:
                break
    finally:
        _note(spark, settings, ended)
    return next((end.code for end in ended if not end.go_on), max((end.code for end in ended), default=0))


def _attempt(spark: "SparkSession", name: str, settings: Settings) -> Ended:
    started, clock = datetime.now(UTC), time.monotonic()
    report, outcome, message, code, go_on, quiet = Report(), "done", "", 0, True, False
    try:
        module = load(name)
        with for_the_user():
            report = module.run(spark, settings)
        quiet = not (module.WRITES or report.rows_out)  # it only shows something
        if report.failed:
            message = f"{report.failed:,} requests failed after their retries; run again to ask only those"
            outcome, code = "failed", TubeLakeError.exit_code
    except TubeLakeError as error:
        report = Report(calls=error.calls, units=error.units)
        outcome, message, code, go_on = error.outcome, str(error), error.exit_code, isinstance(error, Postponed)
    except Exception as error:  # anything else is a defect or a broken machine: one line here, the whole in the log
        log.exception("%s failed", name)
        outcome, message, code, go_on = "failed", f"{first_line(error)} (details: {log_file(settings)})", 1, False
    seconds = time.monotonic() - clock
    _say_closing(name, report, seconds, message, quiet=quiet or outcome == "usage")
    log.info("%s [%s] %s", report.line(name, seconds), outcome, message)
    counts = (report.rows_in, report.rows_out, report.calls, report.units)
    row = (settings.run.id, name, started, seconds, *counts, outcome, message or report.line(name, seconds))
    idle = outcome == "usage" or not (report.rows_out or report.calls or code)
    return Ended(code, go_on, None if idle else row)


def _say_closing(name: str, report: Report, seconds: float, message: str, *, quiet: bool) -> None:
    for note in report.notes:
        console.say(note)
    if not quiet:
        console.say(report.line(name, seconds))
    if message:
        console.complain(f"{name}: {message}")


def _note(spark: "SparkSession", settings: Settings, ended: Sequence[Ended]) -> None:
    """The rows of `job_runs`, in one commit. A lake that cannot take them must not hide how the jobs ended."""
    rows = [end.row for end in ended if end.row]
    if not rows:
        return
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


def first_line(error: Exception) -> str:
    """The one line of an error that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
