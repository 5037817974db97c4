"""Everything a user can set, as one frozen typed tree."""

from tubelake.settings.loading import ENV_PREFIX, changed, explained, load, names, value
from tubelake.settings.reading import Embeddings, EmotionTraining, Spelling, Text, Vision
from tubelake.settings.sections import (
    Captions,
    Collect,
    Lake,
    Policy,
    Privacy,
    Quota,
    Recall,
    Search,
    Settings,
    Spark,
    Thumbnails,
)

__all__ = [
    "ENV_PREFIX",
    "Captions",
    "Collect",
    "Embeddings",
    "EmotionTraining",
    "Lake",
    "Policy",
    "Privacy",
    "Quota",
    "Recall",
    "Search",
    "Settings",
    "Spark",
    "Spelling",
    "Text",
    "Thumbnails",
    "Vision",
    "changed",
    "explained",
    "load",
    "names",
    "value",
]
