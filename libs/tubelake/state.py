"""What a lake is like now, with the settings of a run, as some digits: the same ones mean the same results."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from tubelake import __version__, disk, tables
from tubelake.settings import Settings

_APART = {"lake", "run", "spark", "youtube"}  # how and where a run works, which changes no row


def digits(settings: Settings, *about: object) -> str | None:
    """A hash of each table's newest commit, of the settings, the files that they name, this version, and of `about`.

    None where the lake is in no folder. Secrets and the address of YouTube are left out. Needs no session.
    """
    commits = disk.commits(tables.ALL, settings.lake)
    if commits is None:
        return None
    chosen = json.loads(settings.model_dump_json(exclude=_APART))
    files = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in sorted(set(_files(chosen)))]
    told = [__version__, chosen, files, commits, about]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _files(value: object) -> Iterator[Path]:
    """The files that texts among the settings name, such as a model's, and those in the folders that they name."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _files(each)
    elif isinstance(value, list):
        for each in value:
            yield from _files(each)
    elif isinstance(value, str) and "/" in value:
        found = sorted(Path(value).parent.glob(Path(value).name)) if "*" in value else [Path(value)]
        for path in found:
            yield from (file for file in (path, *path.rglob("*")) if file.is_file())
