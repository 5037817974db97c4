"""Records of the Kaggle "Trending YouTube" files -> columns of `trending_rows`, and the records that are no rows."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tubelake.imports import categories, cells
from tubelake.imports.records import Converted, Kind, Records

# How files call our columns, in lower case; of several in one file the first here counts.
NAMES: Mapping[str, Sequence[str]] = {
    "video_id": ("video_id", "videoid"),
    "trending_date": ("trending_date", "date"),
    "title": ("title",),
    "channel_id": ("channel_id", "channelid"),
    "channel_title": ("channel_title", "channeltitle"),
    "category_id": ("category_id", "categoryid"),
    "published_at": ("publish_time", "published_at", "publishedat"),
    "tags": ("tags",),
    "view_count": ("views", "view_count"),
    "like_count": ("likes", "like_count"),
    "dislike_count": ("dislikes", "dislike_count"),
    "comment_count": ("comment_count", "comment_total"),
    "thumbnail_url": ("thumbnail_link",),
    "is_comments_disabled": ("comments_disabled",),
    "is_ratings_disabled": ("ratings_disabled",),
    "is_error_or_removed": ("video_error_or_removed",),
    "description": ("description",),
    "country": ("country",),
}
_TYPES: Mapping[str, tuple[Callable[[Any], cells.Typed], str]] = {
    "video_id": (cells.video_ids, "a video id"),
    "trending_date": (cells.days, "a day"),
    "published_at": (cells.moments, "a time"),
    **dict.fromkeys(("view_count", "like_count", "dislike_count", "comment_count"), (cells.counts, "a count")),
    **dict.fromkeys(
        ("is_comments_disabled", "is_ratings_disabled", "is_error_or_removed"), (cells.flags, "TRUE or FALSE")
    ),
}
_INDEX = re.compile(r"|unnamed:.*", re.IGNORECASE)  # the row numbers that pandas writes
_COUNTRY = re.compile(r"(?<![A-Za-z])([A-Z]{2})_?(?:videos|youtube)")  # USvideos.csv, US_youtube_trending_data.csv
_DAY = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d\d)(?!\d)")  # 20.12.08_US_videos.csv: a file a day
SHOWN = 40  # characters of a wrong cell in its reason


class Layout(NamedTuple):
    places: dict[str, int]  # of our columns in the file
    others: dict[str, int]  # of all other columns but an index


def layout(names: Sequence[str]) -> Layout:
    """Raises ValueError, in words for the user, for names that leave open which column is which."""
    places, others = dict[str, int](), dict[str, int]()
    for at, name in enumerate(names):
        if name in others:
            raise ValueError(f"it has two columns {name}; rename one")
        if not _INDEX.fullmatch(name):
            others[name] = at
    for ours, theirs in NAMES.items():
        found = next((name for alias in theirs for name in others if name.lower() == alias), None)
        if found is not None:
            places[ours] = others.pop(found)
    if "video_id" not in places:
        raise ValueError(f"it has no column video_id; its columns are: {', '.join(names)[:200]}")
    return Layout(places, others)


def kind(cohort: str, category_names: Mapping[str, Mapping[str, str]]) -> Kind:
    """Trending files whose videos belong to `cohort`; names of categories by country and id."""
    return Kind(layout, partial(convert, cohort=cohort, category_names=category_names))


def convert(
    records: Records, names: Sequence[str], path: str, *, cohort: str, category_names: Mapping[str, Mapping[str, str]]
) -> Converted:
    """The columns of `trending_rows` but those that say where a record stands, which come from the piece."""
    found, size = layout(names), len(records.numbers)
    texts = {ours: records.columns[at] for ours, at in found.places.items()}
    columns, wrong = _typed(texts, {ours: names[at] for ours, at in found.places.items()})
    columns["cohort"] = pa.repeat(cohort, size)
    columns.setdefault("country", _repeated(country_in(path), size, pa.string()))
    columns.setdefault("trending_date", _repeated(day_in(path), size, cells.DAY))
    if "category_id" in columns:
        columns["category"] = _categories(columns["country"], columns["category_id"], category_names)
    if found.others:
        columns["other"] = _maps({name: records.columns[at] for name, at in found.others.items()}, size)
    return Converted(columns, wrong)


def country_in(path: str) -> str | None:
    match = _COUNTRY.search(Path(path).name)
    return match[1] if match else None


def day_in(path: str) -> Any:
    match = _DAY.search(Path(path).name)
    return cells.day(match[1]) if match else None


def _typed(texts: Mapping[str, Any], their_names: Mapping[str, str]) -> tuple[dict[str, Any], dict[int, str]]:
    columns, wrong = dict[str, Any](texts), dict[int, str]()
    for name, (parse, meant) in _TYPES.items():
        if name not in texts:
            continue
        columns[name], places = parse(texts[name])
        for at in places:
            said = (texts[name][int(at)].as_py() or "")[:SHOWN]
            wrong.setdefault(int(at), f"{their_names[name]} is {said!r}, not {meant}" if said else f"no {meant[2:]}")
    return columns, wrong


def _repeated(value: object, size: int, kind: Any) -> Any:
    return pa.nulls(size, kind) if value is None else pa.repeat(pa.scalar(value, kind), size)


def _categories(countries: Any, ids: Any, names: Mapping[str, Mapping[str, str]]) -> Any:
    """The name of each category; null where nothing knows it."""
    keys = pc.binary_join_element_wise(pc.fill_null(countries, ""), ids, "/")

    def named(key: str) -> str | None:
        country, _, category_id = key.partition("/")
        return categories.name(names, country, category_id.strip())

    return cells.by_value(keys, named, pa.string())[0]


def _maps(others: Mapping[str, Any], size: int) -> Any:
    """A map a record, of the cells that are not empty."""
    width = len(others)
    keys = pa.array(list(others)).take(pa.array(np.tile(np.arange(width), size)))
    in_rows = pa.array(np.arange(width * size).reshape(width, size).T.ravel())
    values = pa.concat_arrays(list(others.values())).take(in_rows)
    filled = values.is_valid()
    ends = np.concatenate([[0], np.cumsum(filled.to_numpy(zero_copy_only=False))])
    offsets = pa.array(ends[::width].astype(np.int32))
    return pa.MapArray.from_arrays(offsets, keys.filter(filled), values.filter(filled))
