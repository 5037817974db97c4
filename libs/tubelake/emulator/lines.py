"""The files of a corpus: one JSON object a line, each with the place that an error about it names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tubelake.emulator.entries import micros


class CorpusError(ValueError):
    """A corpus that cannot be read: one line that names the file and the line number."""


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """The place ("FILE:LINE") and value of every line of `path` that is not blank; a missing file has none."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                place = f"{path}:{number}"
                yield place, _value(line, place)


def _value(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        msg = f"{place}: not JSON ({error})"
        raise CorpusError(msg) from None


def resource_problem(resource: Any, *, dated: bool) -> str | None:
    """What keeps `resource` from being served, in words; None where nothing does."""
    if not isinstance(resource, dict) or not isinstance(resource.get("id"), str) or not resource["id"]:
        return "not a resource with an id"
    if not isinstance(resource.get("snippet"), dict):
        return f"{resource['id']} has no snippet"
    if not dated:
        return None
    try:
        micros(resource["snippet"]["publishedAt"])
    except (KeyError, TypeError, ValueError):
        return f"{resource['id']} has no readable snippet.publishedAt"
    return None
