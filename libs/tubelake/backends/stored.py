"""Models that train_sentiment makes, as files: FOLDER/BACKEND/model.json with its checksum, and CARD.md beside it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tubelake.errors import UsageError

FILE, CARD = "model.json", "CARD.md"


class Stored(NamedTuple):
    content: dict[str, Any]
    sha256: str


def folder(model: str, backend: str) -> Path:
    """Where the backend's model lies in the folder that text.model names."""
    return Path(model).expanduser().absolute() / backend


def write(place: Path, content: Mapping[str, Any], card: str) -> Stored:
    """Put model and card into the folder `place`. A reader finds the old model or the new one, never a part of one."""
    stored = Stored(dict(content), digest(content))
    text = json.dumps({"sha256": stored.sha256, "model": content}, indent=1, ensure_ascii=False)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, data in ((CARD, card), (FILE, text)):
            part = place / f".{name}.part"
            part.write_text(data, encoding="utf-8")
            part.replace(place / name)
    except OSError as error:
        raise UsageError(
            f"cannot write a model to {place}: {error.strerror}; set text.model to a folder you own"
        ) from None
    return stored


def read(place: Path) -> Stored:
    """What `write` put there. Raises UsageError where there is nothing, or it has been changed since."""
    try:
        found = json.loads((place / FILE).read_bytes())
        stored = Stored(found["model"], found["sha256"])
    except OSError:
        raise UsageError(
            f"there is no model in {place}: run train_sentiment with --set text.sentiment_backend={place.name}, "
            "or set text.model"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{place / FILE} is no model of train_sentiment: train it anew") from None
    if digest(stored.content) != stored.sha256:
        raise UsageError(f"{place / FILE} does not fit its checksum: train it anew, or restore it")
    return stored


def digest(content: Mapping[str, Any]) -> str:
    """Of the content, however the file is laid out."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
