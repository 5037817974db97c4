"""Pseudonyms of authors: a keyed hash, so that who has the tables but not the key cannot try out names."""

import hashlib
import hmac
from collections.abc import Sequence

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.pandas.functions import pandas_udf

from tubelake.errors import UsageError
from tubelake.settings import Privacy

DIGITS = 32  # 128 bits: no two authors share a pseudonym


def key_of(settings: Privacy) -> bytes | None:
    """The key where pseudonyms are wanted, else None. Raises UsageError where they are wanted without a key."""
    if not settings.pseudonyms:
        return None
    if settings.key is None or not settings.key.get_secret_value():
        raise UsageError(
            "privacy.pseudonyms need a key: export TUBELAKE_PRIVACY_KEY=... (such as the output of `openssl rand -hex 32`) "
            "and keep it: the same key gives the same pseudonyms"
        )
    return settings.key.get_secret_value().encode()


def pseudonym(name: str, key: bytes) -> str:
    """The pseudonym of a name: HMAC-SHA-256 (RFC 2104), shortened, in hexadecimal digits."""
    return hmac.new(key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:DIGITS]


def fingerprint(key: bytes | None) -> str | None:
    """A few digits that tell one key from another and say nothing about either."""
    return pseudonym("fingerprint of this key", key)[:8] if key else None


def with_pseudonyms(rows: DataFrame, columns: Sequence[str], key: bytes | None) -> DataFrame:
    """`rows` with pseudonyms in these columns; null stays null. Without a key they are left as they are."""
    if key is None:
        return rows

    @pandas_udf("string")  # type: ignore[untyped-decorator,call-overload]  # in Python, because in a SQL plan the key could be read
    def hashed(names: pd.Series) -> pd.Series:
        return names.map(lambda name: pseudonym(name, key), na_action="ignore")

    return rows.withColumns({column: hashed(column) for column in columns})
