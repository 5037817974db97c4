"""Records of labelled texts -> columns of `labelled_texts`, and the records without a text or a label."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow.compute as pc

from tubelake.imports.records import Converted, Kind, Records

# In lower case; the first that the file has counts.
TEXT_NAMES = ("text", "comment", "comments", "sentence", "review", "tweet", "content", "message", "body")
LABEL_NAMES = ("label", "sentiment", "class", "category", "target", "polarity", "emotion")


def kind(text_column: str | None, label_column: str | None) -> Kind:
    """CSV files with a column of texts and one of labels, by these names or by usual ones."""
    places = partial(_places, text_column=text_column, label_column=label_column)
    return Kind(places, partial(_convert, text_column=text_column, label_column=label_column))


def _convert(records: Records, names: Sequence[str], _path: str, **given: str | None) -> Converted:
    columns = dict(zip(("text", "label"), (records.columns[at] for at in _places(names, **given)), strict=True))
    wrong: dict[int, str] = {}
    for name, column in columns.items():
        for at in np.flatnonzero(_blank(column)):
            wrong.setdefault(int(at), f"no {name}")
    return Converted(columns, wrong)


def _blank(column: Any) -> Any:
    return pc.equal(pc.fill_null(pc.utf8_trim_whitespace(column), ""), "").to_numpy(zero_copy_only=False)


def _places(names: Sequence[str], text_column: str | None, label_column: str | None) -> tuple[int, int]:
    return _place(names, text_column, TEXT_NAMES, "text"), _place(names, label_column, LABEL_NAMES, "label")


def _place(names: Sequence[str], given: str | None, usual: Sequence[str], what: str) -> int:
    lower = [name.lower() for name in names]
    for name in [given.lower()] if given else usual:
        if name in lower:
            return lower.index(name)
    has = ", ".join(names)[:200]
    raise ValueError(f"it has no column of {what}s; set labels.{what}_column to one of its columns: {has}")
