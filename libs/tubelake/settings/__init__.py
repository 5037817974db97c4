"""Everything a user can set, as one frozen typed tree."""

from tubelake.settings.loading import ENV_PREFIX, changed, explained, load, names, value
from tubelake.settings.sections import Captions, Collect, Lake, Privacy, Quota, Search, Settings, Spark, Thumbnails

__all__ = [
    "ENV_PREFIX",
    "Captions",
    "Collect",
    "Lake",
    "Privacy",
    "Quota",
    "Search",
    "Settings",
    "Spark",
    "Thumbnails",
    "changed",
    "explained",
    "load",
    "names",
    "value",
]
