"""The texts that are scored or embedded: which tables have them, and which of their columns."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from tubelake import tables
from tubelake.errors import UsageError
from tubelake.settings import Policy
from tubelake.tables import Table


@dataclass(frozen=True)
class Source:
    """A table with texts: rows in, (source, source_id, video_id, text, fetched_at) out; rows without a text are left out."""

    table: Table
    source_id: str
    text: str
    called: str | None = None  # not set: as its table

    @property
    def name(self) -> str:
        return self.called or self.table.name

    def texts(self, rows: DataFrame) -> DataFrame:
        return rows.where(F.col(self.text).isNotNull()).select(
            F.lit(self.name).alias("source"),
            F.col(self.source_id).alias("source_id"),
            "video_id",
            F.col(self.text).alias("text"),
            "fetched_at",
        )

    def keys(self, rows: DataFrame) -> DataFrame:
        """What of `text_scores` comes from these rows."""
        return self.texts(rows).select("source", "source_id")


SOURCES = (
    Source(tables.CHAT_MESSAGES, "message_id", "text"),
    Source(tables.COMMENTS, "comment_id", "text"),
    Source(tables.VIDEOS, "video_id", "title"),
    Source(tables.CAPTION_WINDOWS, "window_id", "text"),
)
EMBEDDED = (
    *SOURCES,
    Source(tables.VIDEOS, "video_id", "description", "descriptions"),
    Source(tables.PICTURE_TEXT, "video_id", "text"),
)


def named(names: Sequence[str]) -> tuple[Source, ...]:
    """The sources of texts with these names, each once. Raises UsageError for a name that is none."""
    known = {source.name: source for source in EMBEDDED}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"there is no source of texts {name!r}; {hint}they are: {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


NOTICE = (
    "sentiment is a metric derived from YouTube's data: YouTube's terms for these (amendment of 2026-05-04) bind whoever "
    "makes them; once you have accepted them, set policy.derived_metrics_accepted=true"
)


def derived_metrics_notice(policy: Policy) -> tuple[str, ...]:
    """What users of YouTube's data must know about scores of their own, until they say that they do."""
    if policy.derived_metrics_accepted:
        return ()
    return (NOTICE,)
