"""Puts jobs into the order in which they feed each other, and says which of them a pipeline runs."""

import graphlib
import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType

from tubelake import disk, state
from tubelake.errors import UsageError
from tubelake.export.files import write_whole
from tubelake.job import Ended, find_all, load
from tubelake.settings import Lake, Settings, value
from tubelake.tables import Table


def graph(names: Sequence[str]) -> dict[str, list[str]]:
    """The jobs that each of these jobs comes after: those that write what it reads, and those of its AFTER."""
    modules = {name: load(name) for name in names}
    after = {name: getattr(module, "AFTER", ()) for name, module in modules.items()}
    return {
        name: [o for o in names if o != name and (o in after[name] or _feeds(modules[o], modules[name]))]
        for name in names
    }


def in_order(names: Sequence[str]) -> list[str]:
    """The jobs, each after those that `graph` puts before it."""
    return list(graphlib.TopologicalSorter(graph(names)).static_order())


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


@cache
def filled_by(table: Table) -> str:
    """The job that fills the table: what to run where it is missing. Of several, one that every pipeline runs."""

    def is_optional(name: str) -> bool:
        return any(hasattr(load(name), word) for word in ("OPTIONAL", "NEEDS"))

    return min(writers_of(table), key=is_optional)


def jobs_of(settings: Settings, also: Collection[str] = ()) -> list[str]:
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


def remember(settings: Settings, asked: object, ended: Sequence[Ended]) -> None:
    """Note in the lake's folder that this run has left nothing to do. `asked` is what it was told besides its settings."""
    root, is_over = disk.folder(settings.lake), all(end.outcome == "done" and not end.report.open for end in ended)
    if root and is_over:
        told = {"state": _state(settings, asked), "ended_at": datetime.now(UTC).isoformat()}
        with suppress(UsageError):  # without the note the next run looks at everything, as it would have
            write_whole(root / disk.NOTES, [json.dumps(told)])


def ended_before(settings: Settings, asked: object) -> datetime | None:
    """When the same run has left nothing to do, at most `run.again_minutes` ago; None where something changed since."""
    root = disk.folder(settings.lake)
    try:
        told = json.loads((root / disk.NOTES).read_text(encoding="utf-8")) if root else {}
        ended_at = datetime.fromisoformat(told["ended_at"])
        is_same = told["state"] == _state(settings, asked)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_fresh = datetime.now(UTC) - ended_at < timedelta(minutes=settings.run.again_minutes)
    return ended_at if is_same and is_fresh else None


def _state(settings: Settings, asked: object) -> str | None:
    return state.digits(settings, asked, settings.youtube.endpoint, settings.run.now)


def report_file(lake: Lake, given: Path | None) -> Path | None:
    """Where the report goes: the file given, else report.html in the lake's folder; None: a lake that is no folder."""
    root = disk.folder(lake)
    return given or (root / "report.html" if root else None)


def make_report(settings: Settings, out: Path) -> None:
    """Write the report of the lake in the session that has run the jobs, where it is not current, and say where it is."""
    from tubelake.report import build

    build.write(settings, out, again=False)
