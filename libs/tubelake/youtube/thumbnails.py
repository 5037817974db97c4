"""The pictures of a video: which there may be, largest first, and the largest that there is."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from tubelake.youtube.pictures import Picture

ADDRESS = "https://i.ytimg.com/vi/{video_id}/{name}.jpg"
# Width by name (px), largest first. The first three are new in September 2026; a video that has one declares it.
WIDTHS: Mapping[str, int] = {
    "uhddefault": 3840, "qhddefault": 2560, "fhddefault": 1920,
    "maxresdefault": 1280, "sddefault": 640, "hqdefault": 480, "mqdefault": 320, "default": 120,
}  # fmt: skip
Ask: TypeAlias = Callable[[str], Awaitable[Picture | None]]
LARGEST_UNDECLARED = WIDTHS["maxresdefault"]


def candidates(video_id: str, declared: str | None, width: int | None) -> dict[str, str]:
    """Address by name, largest first: the declared one, if any, and the standard ones that are smaller.

    What a video declares is often more than it has: of most videos only the smaller ones exist.
    """
    name = (declared or "").rpartition("/")[2].partition(".")[0]
    largest_known = WIDTHS.get(name) or width or LARGEST_UNDECLARED
    standard = {
        smaller: ADDRESS.format(video_id=video_id, name=smaller)
        for smaller, wide in WIDTHS.items()
        if wide <= largest_known and smaller != name
    }
    return {name: declared, **standard} if declared else standard


async def largest(wanted: Mapping[str, str], ask: Ask) -> tuple[str, Picture, int] | None:
    """(name, outcome, tries) of the first that is not missing, or of the last; None where `ask` gave None."""
    outcome = None
    for tries, (name, address) in enumerate(wanted.items(), start=1):
        picture = await ask(address)
        if picture is None:
            return None
        outcome = name, picture, tries
        if not picture.is_missing:
            break
    return outcome
