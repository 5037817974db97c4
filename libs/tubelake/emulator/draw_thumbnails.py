"""The thumbnails of synthetic videos as recipes: which words and faces stand where, and which sizes exist."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from random import Random
from typing import Any

from tubelake.emulator import vocabulary
from tubelake.emulator.entries import Resource
from tubelake.emulator.recipes import HEIGHT, PORTRAIT_FACE, WIDTH

# Most words on real thumbnails shout.
_SHOUTS = (
    "WOW",
    "NEW",
    "FREE",
    "EPIC",
    "WHY",
    "HOW",
    "STOP",
    "LIVE",
    "FINAL",
    "BEST",
    "WORST",
    "100%",
    "TOP 10",
    "2026",
)
_COLOURS = ("#ffffff", "#ffe600", "#7dfff0", "#ff9df2")
_OUTLINE = "#000000"
_NO_PICTURE = 0.03
# The resource of a video may promise a size that its picture does not have.
_LARGEST_IS_MISSING = 0.03
_ROWS = 3
# Below or above the faces; what is left is for one row of words.
_STRIP = 200
_MARGIN = 20
# Letters of the font that Pillow ships: how wide a capital is, on average, for its height.
_LETTER = 0.9
_LOWEST, _HIGHEST = 80, 150


def recipes(videos: Iterable[Resource], seed: int) -> Iterator[dict[str, Any]]:
    """A line of `thumbnails.jsonl` for almost every video; boxes are pixels of a picture of 1280 by 720."""
    random = Random(f"thumbnails {seed}")
    for video in videos:
        if random.random() >= _NO_PICTURE:
            yield _recipe(random, video)


def _recipe(random: Random, video: Resource) -> dict[str, Any]:
    sizes = [PurePosixPath(entry["url"]).stem for entry in video["snippet"]["thumbnails"].values()]
    if len(sizes) > 1 and random.random() < _LARGEST_IS_MISSING:
        sizes.pop()
    face_count = random.choices((0, 1, 2, 3), (60, 28, 9, 3))[0]
    strip_top = random.choice((0, HEIGHT - _STRIP))
    if face_count:
        faces = _faces(random, face_count, 0 if strip_top else _STRIP)
        words = list(_row(random, strip_top, _STRIP)) if random.random() < 0.8 else []
    else:
        faces = []
        tops = random.sample(range(_ROWS), random.choices(range(_ROWS + 1), (15, 35, 30, 20))[0])
        height = HEIGHT // _ROWS
        words = [word for row in sorted(tops) for word in _row(random, row * height, height)]
    return {
        "video_id": video["id"],
        "sizes": sizes,
        "background": random.getrandbits(32),
        "words": words,
        "faces": faces,
    }


def _row(random: Random, top: int, height: int) -> Iterator[dict[str, Any]]:
    """One or two words side by side, each as high as fits."""
    chosen = [_word(random) for _ in range(random.choice((1, 1, 2)))]
    cell = (WIDTH - _MARGIN) // len(chosen)
    for number, text in enumerate(chosen):
        fitting = (cell - _MARGIN) / (_LETTER * len(text))
        high = int(min(random.randint(_LOWEST, _HIGHEST), fitting, height - _MARGIN))
        wide = int(high * _LETTER * len(text))
        left = _MARGIN + number * cell + random.randint(0, cell - _MARGIN - wide)
        box = [left, top + random.randint(0, height - high), wide, high]
        yield {"text": text, "box": box, "colour": random.choice(_COLOURS), "outline": _OUTLINE}


def _word(random: Random) -> str:
    return random.choice(_SHOUTS) if random.random() < 0.5 else random.choice(vocabulary.WORDS["en"]).upper()


def _faces(random: Random, count: int, top: int) -> list[dict[str, Any]]:
    """Portraits side by side, none over another."""
    cell = WIDTH // count
    largest = min(HEIGHT - _STRIP, cell)
    made = []
    for number in range(count):
        side = random.randint(largest * 4 // 5, largest)
        left = number * cell + random.randint(0, cell - side)
        upper = top + random.randint(0, HEIGHT - _STRIP - side)
        is_mirrored = random.random() < 0.5
        box = _face_box(left, upper, side, is_mirrored=is_mirrored)
        made.append({"box": box, "mirrored": is_mirrored, "brightness": round(random.uniform(0.75, 1.25), 2)})
    return made


def _face_box(left: int, top: int, side: int, *, is_mirrored: bool) -> Sequence[int]:
    x, y, width, height = PORTRAIT_FACE
    x = 1 - x - width if is_mirrored else x
    return [left + round(x * side), top + round(y * side), round(width * side), round(height * side)]
