"""Which pictures of a video are tried, and which one is taken."""

import asyncio

import pytest

from tubelake.youtube.pictures import NOT_FOUND, Picture
from tubelake.youtube.thumbnails import candidates, largest

ALL = ["maxresdefault", "sddefault", "hqdefault", "mqdefault", "default"]
YTIMG = "https://i.ytimg.com/vi/AAAAAAAAAAA/"

CASES = {
    "nothing declared": (None, None, ALL),
    "the usual, which is often a lie": (f"{YTIMG}hqdefault.jpg", 480, ALL[2:]),
    "a wrong width": (f"{YTIMG}hqdefault.jpg", 9999, ALL[2:]),
    "the largest of old": (f"{YTIMG}maxresdefault.jpg", 1280, ALL),
    "a new size": (f"{YTIMG}qhddefault.jpg", 2560, ["qhddefault", "fhddefault", *ALL]),
    "the smallest": (f"{YTIMG}default.jpg", 120, ["default"]),
    "a name of its own": (f"{YTIMG}maxresdefault_live.jpg", 1280, ["maxresdefault_live", *ALL]),
    "a name of its own, small": (f"{YTIMG}hq720_custom.jpg", 400, ["hq720_custom", "mqdefault", "default"]),
    "a name of its own, no width": (f"{YTIMG}custom.jpg", None, ["custom", *ALL]),
    "no address": ("https://[bad", None, ["[bad", *ALL]),
    "a folder": ("https://i.ytimg.com/vi/", None, ["", *ALL]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_declared_picture_is_tried_first_and_then_each_smaller_one(case):
    declared, width, names = CASES[case]
    found = candidates("AAAAAAAAAAA", declared, width)
    assert list(found) == names
    expected = {name: f"{YTIMG}{name}.jpg" for name in names} | ({names[0]: declared} if declared else {})
    assert found == expected


def walk(answers: list[Picture | None]):
    """What is taken where the addresses answer in this order, and how many were asked."""
    left = iter(answers)
    asked = []

    async def ask(url: str) -> Picture | None:
        asked.append(url)
        return next(left)

    return asyncio.run(largest({"a": "A", "b": "B", "c": "C"}, ask)), asked


MISSING, BROKEN, GOOD = Picture("", 404, NOT_FOUND), Picture("", 503, "HTTP 503"), Picture("", 200)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([GOOD], ("a", GOOD, 1)),
        ([MISSING, MISSING, GOOD], ("c", GOOD, 3)),
        ([MISSING, BROKEN, GOOD], ("b", BROKEN, 2)),
        ([MISSING, MISSING, MISSING], ("c", MISSING, 3)),
        ([MISSING, None, GOOD], None),
    ],
)
def test_the_first_that_is_not_missing_is_the_outcome(answers, outcome):
    found, asked = walk(answers)
    assert found == outcome
    assert len(asked) == (outcome[2] if outcome else 2)
