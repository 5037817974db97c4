"""Text cells of a column -> typed values, and the places of those that are none."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tubelake.imports.records import Numbers

Typed = tuple[Any, Numbers]  # an Arrow array, and the places of texts that could not be read

DAY, MOMENT = pa.date32(), pa.timestamp("us", tz="UTC")
_COUNT = re.compile(r"\s*(\d{1,18})(?:\.0+)?\s*", re.ASCII)  # pandas writes 12.0 where a column has gaps
_KAGGLE_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d\d)", re.ASCII)  # YY.DD.MM
_DAY_OF_2017 = re.compile(r"(\d\d)\.(\d\d)", re.ASCII)  # DD.MM: Kaggle's first set, of 2017, writes no year
_ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII)
_VIDEO_ID = r"^([0-9A-Za-z_-]{11}|#NAME\?)$"  # Excel takes an id that begins with - for a formula


def by_value(texts: Any, parse: Callable[[str], Any], kind: Any) -> Typed:
    """What `parse` gives, asked once a distinct text: days, flags and categories have few. It gives None for no value."""
    encoded = texts.dictionary_encode()
    parsed = [parse(text) for text in encoded.dictionary.to_pylist()]
    values = pa.array(parsed, kind).take(encoded.indices)
    return values, _places(pc.and_(texts.is_valid(), values.is_null()))


def counts(texts: Any) -> Typed:
    """Whole numbers from 0 on."""
    try:
        numbers = texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return by_value(texts, _count, pa.int64())
    if (pc.min(numbers).as_py() or 0) < 0:
        return by_value(texts, _count, pa.int64())
    return numbers, np.array([], np.int64)


def days(texts: Any) -> Typed:
    return by_value(texts, day, DAY)


def moments(texts: Any) -> Typed:
    """Times in UTC; those that name no zone are in UTC."""
    return by_value(texts, _moment, MOMENT)


def flags(texts: Any) -> Typed:
    return by_value(texts, lambda text: {"true": True, "false": False}.get(text.strip().lower()), pa.bool_())


def video_ids(texts: Any) -> Typed:
    """The texts; an empty one is wrong too."""
    return texts, _places(pc.invert(pc.fill_null(pc.match_substring_regex(texts, _VIDEO_ID), False)))


def _places(mask: Any) -> Numbers:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False)) if pc.any(mask).as_py() else np.array([], np.int64)


def _count(text: str) -> int | None:
    match = _COUNT.fullmatch(text)
    return int(match[1]) if match else None


def day(text: str) -> date | None:
    """The day that 18.14.06 (YY.DD.MM), 14.06 (DD.MM of 2017) or an ISO date or time says; None where it says none."""
    text = text.strip()
    try:
        if match := _KAGGLE_DAY.fullmatch(text):
            return date(2000 + int(match[1]), int(match[3]), int(match[2]))
        if match := _DAY_OF_2017.fullmatch(text):
            return date(2017, int(match[2]), int(match[1]))
        match = _ISO_DAY.fullmatch(text)
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
