"""Every table of the lake, declared once: columns with comments and units, key, layout."""

from tubelake.tables import bronze, control, features, gold, readings, silver, text, vision
from tubelake.tables.bronze import LABEL_REJECTS, PICTURES, RESPONSES, TRENDING_REJECTS, TRENDING_ROWS
from tubelake.tables.control import JOB_RUNS, QUOTA_BUCKETS
from tubelake.tables.features import (
    FEATURE_ASSOCIATIONS,
    THUMBNAIL_FEATURES,
    THUMBNAIL_HISTOGRAMS,
    THUMBNAIL_STATISTICS,
    VIDEO_FEATURES,
)
from tubelake.tables.gold import CCDF, HISTOGRAMS, KEYWORD_STATISTICS, POWER_LAWS, SEARCH_RECALL
from tubelake.tables.model import CHANGE_FEED, Column, Table
from tubelake.tables.readings import (
    ASPECTS,
    CHAT_EXAMPLES,
    CHAT_MINUTES,
    CHATTERS,
    COMPARISONS,
    NOVEL_SEGMENTS,
    SUPER_CHATS,
    TOP_TERMS,
    VIDEO_SENTIMENT,
)
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
from tubelake.tables.text import CAPTION_SEGMENTS, CAPTION_WINDOWS, CHAT_SEGMENTS, TEXT_SCORES, WINDOW_ENTROPY
from tubelake.tables.vision import CORRECTED_TEXTS, EMBEDDINGS, FACES, PICTURE_FACES, PICTURE_TEXT

__all__ = [
    "ALL",
    "ASPECTS",
    "CAPTION_SEGMENTS",
    "CAPTION_SNIPPETS",
    "CAPTION_TRACKS",
    "CAPTION_WINDOWS",
    "CCDF",
    "CHANGE_FEED",
    "CHANNELS",
    "CHART_ENTRIES",
    "CHATS",
    "CHATTERS",
    "CHAT_EXAMPLES",
    "CHAT_MESSAGES",
    "CHAT_MINUTES",
    "CHAT_SEGMENTS",
    "COMMENTS",
    "COMPARISONS",
    "CORRECTED_TEXTS",
    "EMBEDDINGS",
    "FACES",
    "FEATURE_ASSOCIATIONS",
    "HISTOGRAMS",
    "JOB_RUNS",
    "KEYWORD_STATISTICS",
    "LABELLED_FACES",
    "LABELLED_TEXTS",
    "LABEL_REJECTS",
    "NOVEL_SEGMENTS",
    "PICTURES",
    "PICTURE_FACES",
    "PICTURE_TEXT",
    "POWER_LAWS",
    "QUOTA_BUCKETS",
    "RESPONSES",
    "SEARCH_HITS",
    "SEARCH_RECALL",
    "SUPER_CHATS",
    "TEXT_SCORES",
    "THUMBNAIL_FEATURES",
    "THUMBNAIL_HISTOGRAMS",
    "THUMBNAIL_STATISTICS",
    "TOP_TERMS",
    "TRENDING_DAYS",
    "TRENDING_REJECTS",
    "TRENDING_ROWS",
    "VIDEOS",
    "VIDEO_FEATURES",
    "VIDEO_SENTIMENT",
    "VIDEO_SNAPSHOTS",
    "WINDOW_ENTROPY",
    "Column",
    "Table",
]

ALL: tuple[Table, ...] = tuple(
    value
    for layer in (bronze, silver, text, vision, gold, readings, features, control)
    for value in vars(layer).values()
    if isinstance(value, Table)
)
