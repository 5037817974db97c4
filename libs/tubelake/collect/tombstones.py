"""What the log says in the place of the id of a video that is gone, so that nothing asks for it again."""

from pyspark.sql import Column
from pyspark.sql import functions as F

GONE = "gone:"
_DIGITS = 16


def tombstone(video_id: Column) -> Column:
    """The tombstone of an id; that of a tombstone is itself, and null stays null.

    It is a hash and not a blank. So the pages of a search keep how many results they had and which were new, from
    which the frontier reads off how far it has come; and an id that is named again is known to be gone.
    """
    stone = F.concat(F.lit(GONE), F.substring(F.sha2(video_id, 256), 1, _DIGITS))
    return F.when(is_tombstone(video_id), video_id).otherwise(stone)


def is_tombstone(video_id: Column) -> Column:
    return video_id.startswith(GONE)
