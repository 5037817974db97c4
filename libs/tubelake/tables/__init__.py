"""Every table of the lake, declared once: columns with comments and units, key, layout."""

from tubelake.tables import bronze, control, gold, silver
from tubelake.tables.bronze import LABEL_REJECTS, PICTURES, RESPONSES, TRENDING_REJECTS, TRENDING_ROWS
from tubelake.tables.control import JOB_RUNS, QUOTA_BUCKETS
from tubelake.tables.gold import HISTOGRAMS, KEYWORD_STATISTICS
from tubelake.tables.model import CHANGE_FEED, Column, Table
from tubelake.tables.silver import (
    CAPTION_SNIPPETS,
    CAPTION_TRACKS,
    CHANNELS,
    CHART_ENTRIES,
    CHAT_MESSAGES,
    CHATS,
    COMMENTS,
    LABELLED_FACES,
    LABELLED_TEXTS,
    SEARCH_HITS,
    TRENDING_DAYS,
    VIDEO_SNAPSHOTS,
    VIDEOS,
)

__all__ = [
    "ALL",
    "CAPTION_SNIPPETS",
    "CAPTION_TRACKS",
    "CHANGE_FEED",
    "CHANNELS",
    "CHART_ENTRIES",
    "CHATS",
    "CHAT_MESSAGES",
    "COMMENTS",
    "HISTOGRAMS",
    "JOB_RUNS",
    "KEYWORD_STATISTICS",
    "LABELLED_FACES",
    "LABELLED_TEXTS",
    "LABEL_REJECTS",
    "PICTURES",
    "QUOTA_BUCKETS",
    "RESPONSES",
    "SEARCH_HITS",
    "TRENDING_DAYS",
    "TRENDING_REJECTS",
    "TRENDING_ROWS",
    "VIDEOS",
    "VIDEO_SNAPSHOTS",
    "Column",
    "Table",
]

ALL: tuple[Table, ...] = tuple(
    value for layer in (bronze, silver, gold, control) for value in vars(layer).values() if isinstance(value, Table)
)
