"""What a lake is like now, with the settings of a run, as some digits: the same ones mean the same results."""

import hashlib
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
    chosen = settings.model_dump(mode="json", exclude=_APART)
    texts = [text for section in chosen.values() for text in section.values() if text and isinstance(text, str)]
    files = sorted({file for text in texts for file in _files(text)})
    seen = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return hashlib.sha256(repr([__version__, chosen, seen, commits, about]).encode()).hexdigest()[:32]


def _files(address: str) -> Iterator[Path]:
    """The files that a setting names, such as a model's: by a pattern, as one, or as all that are in a folder."""
    named = Path(address)
    for path in named.parent.glob(named.name) if "*" in named.name else [named]:
        yield from (file for file in (path, *path.rglob("*")) if file.is_file())
