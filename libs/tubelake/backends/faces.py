"""Pictures -> where faces are, and what each expresses. Whose they are is never asked: no encoding of a face is made.

Faces are found by dlib, as face_recognition has it: histograms of oriented gradients (Dalal and Triggs, CVPR 2005), or a
CNN (max-margin object detection; King, arXiv 1502.00046). It runs in a process of its own (`tubelake.vision.guarded`).
"""

import hashlib
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tubelake import devices
from tubelake.backends.libraries import need
from tubelake.errors import UsageError
from tubelake.vision import emotion, networks
from tubelake.vision.decode import decode
from tubelake.vision.emotion import EMOTIONS, Declared, Faces, Likely
from tubelake.vision.guarded import Read

Pixels = NDArray[np.uint8]  # (height, width, 3) in colour, (height, width) in gray
Css = tuple[int, int, int, int]  # (top, right, bottom, left), as face_recognition has boxes (px)
Locate = Callable[[Sequence[Pixels]], list[list[Css]]]

VERSION = 1  # of what is done here: another one has every picture read anew
PACKAGES = ("PIL", "dlib", "face_recognition", "face_recognition_models", "pkg_resources")
CNN_FILE = "mmod_human_face_detector.dat"
CNN_SHA256 = "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6"
# The detectors find faces of 80 px and more. In a usual thumbnail of 320 px, doubled twice, that is one of 20 px.
USUAL_SIDE = 320
AT_ONCE = 4  # pictures that the CNN looks at together, and that are in memory as pixels
# FER2013's frames, in sides of the box that the detector finds in them: 0.1 more on each side (median 1.12 to 1.34 in
# all), and a little higher. Measured on 213 faces of it: the network is right on 0.667 of the faces cut out like this, on
# 0.653 of the whole frames, 0.638 without the rise, and 0.479 with a margin of 0.3.
MARGIN, RISE = 0.1, 0.05


@dataclass(frozen=True)
class Options:
    face_model: Literal["hog", "cnn"]
    upsample: int
    emotion: Declared
    confidence: float
    threads: int
    device: str = devices.CPU
    must_have_gpu: bool = False


class Box(NamedTuple):
    """Of a face in its picture (px)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)


class Seen(NamedTuple):
    """The faces of one picture, the largest first, and each cut out for the emotion model: (side, side), gray."""

    boxes: list[Box]
    faces: list[Pixels]


def load(options: Options) -> Read:
    """Gives the function from pictures to what `picture_faces` says of each. Raises UsageError for what is missing."""
    check(options.face_model)
    declared = options.emotion
    device = networks.device_of(declared.path, options.device, options.threads, must_have_gpu=options.must_have_gpu)
    likely = emotion.load(declared, options.threads, device)
    with warnings.catch_warnings(action="ignore"):  # it asks for its files in a way that is deprecated
        import face_recognition

    def locate(pictures: Sequence[Pixels]) -> list[list[Css]]:
        if options.face_model == "hog":
            return [face_recognition.face_locations(picture, 0) for picture in pictures]
        return [
            found for alike in _alike(pictures) for found in face_recognition.batch_face_locations(alike, 0, len(alike))
        ]

    def read(items: list[bytes]) -> list[dict[str, Any]]:
        groups = (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
        seen = [each for group in groups for each in _look(group, locate, options)]
        return [{**row, "device": device} for row in _rows(seen, likely, options.confidence)]

    return read


def model_hash(options: Options) -> str:
    """Of the face model, the emotion model and its declaration; none is loaded."""
    finder = f"dlib {dlib_version()}" if options.face_model == "hog" else CNN_SHA256  # dlib has the first in its code
    feeler = options.emotion
    told = f"{finder} {feeler.sha256} {','.join(feeler.labels)} {feeler.size} {feeler.scale}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def rules(options: Options) -> str:
    """What rows depend on besides the models."""
    return (
        f"faces {VERSION}, dlib {dlib_version()}, upsample {options.upsample}, margin {MARGIN:g}, rise {RISE:g}, "
        f"confidence {options.confidence:g}"
    )


def dlib_version() -> str:
    for name in ("dlib-bin", "dlib"):  # wheels, or built here, which can use a GPU
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    raise UsageError("finding faces needs dlib: install tubelake[vision]")


def check(face_model: str) -> None:
    """Raises UsageError where a package is missing, or the file of the CNN is missing or is another one."""
    need(PACKAGES, "finding faces")
    package = find_spec("face_recognition_models")
    if face_model == "hog" or package is None or package.origin is None:
        return
    file = Path(package.origin).parent / "models" / CNN_FILE
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != CNN_SHA256:
        raise UsageError(f"the face model {file} is missing or has changed: reinstall face_recognition_models")


def _look(items: Sequence[bytes], locate: Locate, options: Options) -> list[Seen | str]:
    """What is found in each picture, or why it is none."""
    read = [_shown_and_gray(item, options.upsample) for item in items]
    found = iter(locate([shown for shown, _ in (each for each in read if not isinstance(each, str))]))
    return [each if isinstance(each, str) else _seen(*each, next(found), options.emotion.size) for each in read]


def _shown_and_gray(data: bytes, upsample: int) -> tuple[Pixels, Pixels] | str:
    """The picture as the detector is to see it, and in gray as it is: 4 bytes a pixel at most are kept of it."""
    try:
        image = Image.fromarray(decode(data))
    except ValueError as error:
        return str(error)
    longer = max(image.size)
    scale = min(longer, USUAL_SIDE) * 2**upsample / longer
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR)), np.asarray(image.convert("L"))


def _seen(shown: Pixels, gray: Pixels, found: Sequence[Css], side: int) -> Seen:
    boxes = sorted({_box(css, shown, gray) for css in found}, key=lambda box: (-box.area, box))
    return Seen(boxes, [cut_out(gray, box, side) for box in boxes])


def _box(css: Css, shown: Pixels, gray: Pixels) -> Box:
    """The box of a face in the picture itself, within it, from the one (top, right, bottom, left) in what was shown."""
    top, right, bottom, left = css
    height, width = gray.shape
    across, down = width / shown.shape[1], height / shown.shape[0]
    return Box(
        max(0, math.floor(left * across)), max(0, math.floor(top * down)),
        min(width, math.ceil(right * across)), min(height, math.ceil(bottom * down)),
    )  # fmt: skip


def cut_out(gray: Pixels, box: Box, side: int) -> Pixels:
    """The square around a face, (side, side); what of it is beyond the picture repeats the picture's edge."""
    width, height = box.right - box.left, box.bottom - box.top
    wide = max(1, round(max(width, height) * (1 + 2 * MARGIN)))
    left = round((box.left + box.right - wide) / 2)
    top = round((box.top + box.bottom - wide) / 2 - RISE * height)
    rows, columns = (
        np.clip(np.arange(start, start + wide), 0, most - 1)
        for start, most in ((top, gray.shape[0]), (left, gray.shape[1]))
    )
    return squared(gray[np.ix_(rows, columns)], side)


def squared(gray: Pixels, side: int) -> Pixels:
    """The picture made (side, side)."""
    return np.asarray(Image.fromarray(gray).resize((side, side), Image.Resampling.BILINEAR))


def _alike(pictures: Sequence[Pixels]) -> Iterator[list[Pixels]]:
    """Neighbours of one size together: the CNN takes no others at once."""
    return (list(group) for _, group in groupby(pictures, key=lambda picture: picture.shape))


def _rows(seen: Sequence[Seen | str], likely: Callable[[Faces], Likely], confidence: float) -> Iterator[dict[str, Any]]:
    """What is said of each picture. The faces of all of them are one batch for the emotion model."""
    faces = [face for each in seen if not isinstance(each, str) for face in each.faces]
    of_faces = iter(likely(np.stack(faces)) if faces else ())
    for each in seen:
        if isinstance(each, str):
            yield {"error": each}
        else:
            yield _row([_face(box, next(of_faces), confidence) for box in each.boxes])


def _row(found: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {emotion: sum(face["emotion"] == emotion for face in found) for emotion in EMOTIONS}
    return {"face_count": len(found), **counts, "found": found}


def _face(box: Box, likely: NDArray[np.float64], confidence: float) -> dict[str, Any]:
    best = int(np.nanargmax(likely))
    return {
        **box._asdict(),
        "emotion": EMOTIONS[best] if likely[best] >= confidence else None,
        "emotion_confidence": float(likely[best]),
        **{name: None if math.isnan(value) else float(value) for name, value in zip(EMOTIONS, likely, strict=True)},
    }
