"""What of people leaves the lake: pseudonyms in place of names, and texts without handles, addresses and keys.

All of it works on Arrow columns, with expressions of RE2: its time grows with the text's length and no faster, whatever a
viewer has written.
"""

import secrets
from collections.abc import Callable, Collection
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column
from pyspark.sql.pandas.functions import pandas_udf

from tubelake import privacy
from tubelake.settings import Privacy

E_MAIL, HANDLE, CHANNEL, KEY = "(e-mail)", "@user", "(channel)", "(key)"
_AT = "(?:@|\N{FULLWIDTH COMMERCIAL AT}|%40)"
_SIGN = r"[\pL\pN\pM_]"
_MAILS = rf"[\pL\pN\pM._%+'-]+{_AT}[\pL\pN\pM_-]+(?:\.[\pL\pN\pM_-]+)+"
# Handles are letters and digits of any script with _ - . and the middle dot between; in a link they follow a stroke.
_HANDLES = rf"{_AT}{_SIGN}(?:[_.\x{{b7}}-]*{_SIGN})*"
_CHANNELS = r"\bUC[0-9A-Za-z_-]{22}"
_KEYS = r"AIza[0-9A-Za-z_-]{10,}"
Change = Callable[[pa.Array], pa.Array]


class People(NamedTuple):
    """How an export treats people. Without a key their names stay."""

    key: bytes | None
    told: str  # the line that says so

    def __repr__(self) -> str:
        return f"People({self.told!r})"  # never the key


def treated(settings: Privacy, *, names: bool) -> People:
    """Pseudonyms by the lake's own key where there is one, else by a key that lives as long as this export."""
    if names:
        return People(
            None, "names of people, their handles and e-mail addresses are in the files as they are in the lake"
        )
    own = settings.key.get_secret_value().encode() if settings.key else b""
    if own:
        by = f"your privacy.key ({privacy.fingerprint(own)}): the same key gives the same ones in every export"
    else:
        by = "a key of this export alone: they agree between its files, not with another's; TUBELAKE_PRIVACY_KEY keeps them"
    return People(own or secrets.token_bytes(32), f"people have pseudonyms, made with {by}")


def covered(
    batch: pa.RecordBatch, persons: Collection[str], said: Collection[str], key: bytes | None
) -> pa.RecordBatch:
    """The batch as it may leave the lake. Text that is no UTF-8 has U+FFFD for each wrong byte."""

    def change(name: str) -> Change:
        if key is not None and name in persons:
            return lambda names: _pseudonyms(names, key)
        return lambda texts: without_people(texts, handles=name in said) if key is not None else _without_keys(texts)

    names = batch.schema.names
    columns = [mapped(mapped(array, readable), change(name)) for name, array in zip(names, batch.columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=names)


def mapped(array: pa.Array, change: Change) -> pa.Array:
    """The array with every text in it changed, however deep it lies; null stays null."""
    kind = array.type
    if pa.types.is_string(kind):
        return change(array)
    if pa.types.is_list(kind):
        return _rebuilt(array, 2, [mapped(array.values, change)])
    if pa.types.is_struct(kind):
        return _rebuilt(array, 1, [mapped(array.field(at), change) for at in range(kind.num_fields)])
    if pa.types.is_map(kind):
        pair = [mapped(array.keys, change), mapped(array.items, change)]
        return _rebuilt(array, 2, [pa.StructArray.from_arrays(pair, fields=[kind.key_field, kind.item_field])])
    return array


def _rebuilt(array: pa.Array, buffers: int, children: list[pa.Array]) -> pa.Array:
    """The array with other children: which of it is null, and where each of it begins, stays."""
    kept = array.buffers()[:buffers]
    return pa.Array.from_buffers(array.type, len(array), kept, array.null_count, array.offset, children)


def readable(texts: pa.Array) -> pa.Array:
    """The texts as UTF-8: Spark holds any bytes as a string, and half a pair of UTF-16 comes as such."""
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        bytes_of = texts.cast(pa.binary(), safe=False).to_pylist()
        return pa.array([None if each is None else each.decode("utf-8", "replace") for each in bytes_of], pa.string())
    return texts


def without_people(texts: pa.Array, *, handles: bool) -> pa.Array:
    """Texts without e-mail addresses and API keys, and if asked without @handles and ids of channels; null stays null."""
    texts = _without_keys(texts)
    if _any(texts, _AT):
        texts = pc.replace_substring_regex(texts, _MAILS, E_MAIL)
        texts = pc.replace_substring_regex(texts, _HANDLES, HANDLE) if handles else texts
    return pc.replace_substring_regex(texts, _CHANNELS, CHANNEL) if handles and _any(texts, "UC") else texts


def cover(*, handles: bool) -> Callable[[str], Column]:
    """`without_people` as a function of a column of Spark; null stays null."""

    @pandas_udf("string")  # type: ignore[untyped-decorator,call-overload]
    def covered_texts(texts: pd.Series) -> pd.Series:
        safe = without_people(pa.array(texts, pa.string(), from_pandas=True), handles=handles)
        return pd.Series(safe.to_pylist(), dtype=object)

    return covered_texts  # type: ignore[no-any-return]


def _without_keys(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, _KEYS, KEY) if _any(texts, "AIza") else texts


def _any(texts: pa.Array, sign: str) -> bool:
    """Whether any text has the sign: most have none, and looking is ten times as fast as replacing."""
    return bool(pc.any(pc.match_substring_regex(texts, sign)).as_py())


def _pseudonyms(names: pa.Array, key: bytes) -> pa.Array:
    distinct = names.dictionary_encode()
    made = [privacy.pseudonym(name, key) for name in distinct.dictionary.to_pylist()]
    return pa.array(made, pa.string()).take(distinct.indices)
