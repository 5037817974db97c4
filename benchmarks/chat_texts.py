"""Chat messages in any number, made from the words of real ones: as long, as repetitive, about half of them distinct."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

from tubelake import store, tables
from tubelake.parse.columns import with_missing
from tubelake.settings import Settings

CHAT = Path(os.environ.get("TUBELAKE_REAL_DATA", "../shared/data")) / "corpus" / "chat.jsonl"
START = datetime(2026, 11, 1, tzinfo=UTC)
AT_ONCE = 250_000  # messages that are made and written at once


def real_messages() -> list[str]:
    with CHAT.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["snippet"].get("displayMessage") for line in lines]
    return [text for text in texts if text]


def make_messages(count: int, random: np.random.Generator) -> np.ndarray:
    """Half of them real ones as they came; half the beginning of one and the end of another, nearly all of them new."""
    real = real_messages()
    as_they_came = random.choice(np.array(real, dtype=object), count // 2)
    several = [words for words in (text.split() for text in dict.fromkeys(real)) if len(words) > 1]
    pairs = random.integers(0, len(several), (count - count // 2, 2))
    spliced = [" ".join([*one[: -(-len(one) // 2)], *other[len(other) // 2 :]]) for one, other in _of(several, pairs)]
    messages = np.concatenate((as_they_came, np.array(spliced, dtype=object)))
    random.shuffle(messages)
    return messages


def _of(texts: list[list[str]], pairs: np.ndarray) -> Iterator[tuple[list[str], list[str]]]:
    return ((texts[one], texts[other]) for one, other in pairs)


def fill_chat(spark: SparkSession, wanted: Settings, count: int, seed: int = 6) -> None:
    """Write so many messages into `chat_messages`."""
    store.ensure(spark, tables.CHAT_MESSAGES, wanted.lake)
    random = np.random.default_rng(seed)
    for first in range(0, count, AT_ONCE):
        texts = make_messages(min(AT_ONCE, count - first), random)
        numbers = range(first, first + len(texts))
        given = pd.DataFrame({
            "message_id": [f"m{number:09d}" for number in numbers], "text": texts, "event": "text",
            "chat_id": [f"chat{number % 20}" for number in numbers], "video_id": "v",
            "published_at": [START + timedelta(seconds=number / 50) for number in numbers], "fetched_at": START,
        })  # fmt: skip
        rows = spark.createDataFrame(given)
        store.append(with_missing(rows, tables.CHAT_MESSAGES), tables.CHAT_MESSAGES, wanted.lake)
