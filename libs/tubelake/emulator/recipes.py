"""Pictures that a corpus describes instead of storing: what stands where, checked on reading."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tubelake.emulator.lines import CorpusError, json_lines

WIDTH, HEIGHT = 1280, 720
# By the name of the file: width and height in pixels. Those of 4:3 have bars above and below the picture.
SIZES: Mapping[str, tuple[int, int]] = {
    "default": (120, 90),
    "mqdefault": (320, 180),
    "hqdefault": (480, 360),
    "sddefault": (640, 480),
    "maxresdefault": (1280, 720),
    "fhddefault": (1920, 1080),
    "qhddefault": (2560, 1440),
    "uhddefault": (3840, 2160),
}

# The size of the pictures that a corpus stores.
STORED_SIZE = "mqdefault"
# The face in a portrait that is a square of side 1: left, top, width, height.
PORTRAIT_FACE = (46 / 190, 60 / 190, 100 / 190, 118 / 190)


def _known_size(name: str) -> str:
    if name not in SIZES:
        msg = f"there is no size {name!r}; there are {', '.join(SIZES)}"
        raise ValueError(msg)
    return name


_Offset: TypeAlias = Annotated[int, Field(ge=0, lt=WIDTH)]
_Length: TypeAlias = Annotated[int, Field(gt=0, le=WIDTH)]
Box: TypeAlias = tuple[_Offset, _Offset, _Length, _Length]
_Colour: TypeAlias = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]


@dataclass(frozen=True)
class Word:
    """A text that fills a box: left, top, width, height in pixels of the picture at 1280 by 720."""

    text: Annotated[str, Field(min_length=1, max_length=100)]
    box: Box
    colour: _Colour = "#ffffff"
    outline: _Colour = "#000000"


@dataclass(frozen=True)
class Face:
    """A face that fills a box; `brightness` 1 is the photograph's own."""

    box: Box
    mirrored: bool = False
    brightness: Annotated[float, Field(ge=0.1, le=3)] = 1.0


@dataclass(frozen=True)
class Recipe:
    """The picture of a video: a background drawn from a seed, faces, words over them, and the sizes that exist."""

    video_id: str
    sizes: tuple[Annotated[str, AfterValidator(_known_size)], ...] = tuple(SIZES)[:5]
    background: int = 0
    words: tuple[Word, ...] = ()
    faces: tuple[Face, ...] = ()


_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Recipe)


def load_recipes(path: Path) -> dict[str, Recipe]:
    """The recipes of a file by video; of two for one video the last counts."""
    found = (_recipe(line, place) for place, line in json_lines(path))
    return {recipe.video_id: recipe for recipe in found}


def _recipe(line: object, place: str) -> Recipe:
    try:
        return _RECIPE.validate_python(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "line"
        msg = f"{place}: not the recipe of a thumbnail: {where}: {first['msg']}"
        raise CorpusError(msg) from None
