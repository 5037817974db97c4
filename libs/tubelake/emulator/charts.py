"""The charts of most popular videos: by category, in another order in every region."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

from tubelake.emulator import errors
from tubelake.emulator.corpus import Corpus
from tubelake.emulator.draws import draw
from tubelake.emulator.entries import Resource, counter

Chart: TypeAlias = Callable[[str, str], Sequence[Resource]]
ALL_CATEGORIES = "0"
_LENGTH = 200
# How much more a region can watch a video than another one does.
_TASTE = 16


def make_chart(corpus: Corpus, seed: int) -> Chart:
    """The chart of a region and a category: at most 200 videos. No region is the whole world.

    A category that does not exist, or has no video, is the real 404.
    """

    @lru_cache(maxsize=256)
    def chart(region: str, category: str) -> Sequence[Resource]:
        chosen = [video for video in corpus.videos.values() if _belongs(video, category)]
        if category != ALL_CATEGORIES and (category not in corpus.categories or not chosen):
            raise errors.video_chart_not_found()
        chosen.sort(key=lambda video: (-_watched(video, region, seed), video["id"]))
        return tuple(chosen[:_LENGTH])

    return chart


def _belongs(video: Resource, category: str) -> bool:
    return category in {ALL_CATEGORIES, video["snippet"].get("categoryId")}


def _watched(video: Resource, region: str, seed: int) -> float:
    """The views of a video, weighted with how a region likes it."""
    taste = _TASTE ** draw(seed, "chart", region, video["id"]) if region else 1.0
    return counter(video, "viewCount") * taste
