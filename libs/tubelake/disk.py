"""A lake in a folder of this file system, as the file system tells of it: without Spark, and so at once."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlparse

from tubelake.settings import Lake
from tubelake.tables import Table

NOTES = ".tubelake"  # a file in a lake's folder: how its last pipeline ended


def folder(lake: Lake) -> Path | None:
    """The lake's folder on this file system, or None on an object store or in a catalog."""
    parts = urlparse(lake.root)
    if lake.catalog or parts.scheme not in ("", "file"):
        return None
    return Path(parts.path if parts.scheme else lake.root).absolute()


def log_folder(table: Table, lake: Lake) -> Path | None:
    """The folder of Delta's log of the table, if it is on this file system and there is one."""
    root = folder(lake)
    log = root / table.layer / table.name / "_delta_log" if root else None
    return log if log and log.is_dir() else None


def commits(tables: Iterable[Table], lake: Lake) -> dict[str, str] | None:
    """The file of each table's newest commit, by the name of the table; None where the lake is in no folder."""
    if folder(lake) is None:
        return None
    logs = {table.full_name: log_folder(table, lake) for table in tables}
    return {name: max((file.name for file in log.glob("*.json")), default="") for name, log in logs.items() if log}
