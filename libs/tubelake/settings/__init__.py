"""Everything a user can set, as one frozen typed tree."""

from tubelake.settings.loading import ENV_PREFIX, changed, explained, load, names, value
from tubelake.settings.sections import (
    Captions,
    Collect,
    Lake,
    Policy,
    Privacy,
    Quota,
    Search,
    Settings,
    Spark,
    Text,
    Thumbnails,
)

__all__ = [
    "ENV_PREFIX",
    "Captions",
    "Collect",
    "Lake",
    "Policy",
    "Privacy",
    "Quota",
    "Search",
    "Settings",
    "Spark",
    "Text",
    "Thumbnails",
    "changed",
    "explained",
    "load",
    "names",
    "value",
]
