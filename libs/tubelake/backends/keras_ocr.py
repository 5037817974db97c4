"""Words of pictures by keras-ocr: CRAFT (Baek et al., CVPR 2019) finds them, a CRNN (Shi et al., TPAMI 2017) reads them.

It knows a to z and 0 to 9. Its weights are in no package: they are downloaded once, or lie in `vision.ocr_weights`.
"""

import os
import urllib.request
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tubelake.backends.libraries import need, tensorflow, tensorflow_device
from tubelake.backends.model_files import file_digest
from tubelake.errors import UsageError
from tubelake.vision.decode import Pixels, by_size
from tubelake.vision.lines import Box, Word, reading_order, told
from tubelake.vision.weights import Options, check_files

PACKAGES = ("keras_ocr", "tensorflow", "tf_keras", "cv2")
RELEASE = "https://github.com/faustomorales/keras-ocr/releases/download/v0.8.4"
WEIGHTS = {  # of that release, and their SHA-256
    "craft_mlt_25k.h5": "7283ce2ff05a0617e9740c316175ff3bacdd7215dbdf1a726890d5099431f899",
    "crnn_kurapan.h5": "a7d8086ac8f5c3d6a0a828f7d6fbabcaf815415dd125c32533013f85603be46d",
}
STALL_SECONDS = 30.0
ENLARGED, LONGEST = 2.0, 1280  # pictures are doubled as keras-ocr does, but to no more than this (px)
TOGETHER = 4  # pictures that are searched at once


class Models(NamedTuple):
    detector: Any
    recogniser: Any
    device: str


def files(weights: str | None = None) -> list[Path]:
    """The weights of detector and recogniser, downloaded where no folder is given.

    Raises UsageError where a package or a file lacks, or cannot be downloaded. Loads nothing.
    """
    need(PACKAGES, "reading words")
    if weights is None:
        cache = Path(os.environ.get("KERAS_OCR_CACHE_DIR") or Path.home() / ".keras-ocr")  # where keras-ocr has them
        return [_downloaded(cache / name, digest) for name, digest in WEIGHTS.items()]
    found = [Path(weights) / name for name in WEIGHTS]
    if missing := [file.name for file in found if not file.is_file()]:
        raise UsageError(f"vision.ocr_weights={weights} has no {' and no '.join(missing)}: {_where()}")
    return found


def _where() -> str:
    names = " and ".join(WEIGHTS)
    return f"put {names} of {RELEASE} into a folder and set vision.ocr_weights to it, or vision.ocr_backend=rapidocr"


def _downloaded(file: Path, digest: str) -> Path:
    """The file of that SHA-256, downloaded where it is missing."""
    if file.is_file() and file_digest(file).hex() == digest:
        return file
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _download(f"{RELEASE}/{file.name}", part)
        why = "" if file_digest(part).hex() == digest else "its SHA-256 is another than that of the release"
    except OSError as error:
        why = str(error)
    if why:
        part.unlink(missing_ok=True)
        raise UsageError(f"keras-ocr's weights {file.name} could not be downloaded ({why}): {_where()}")
    return part.replace(file)


def _download(url: str, file: Path) -> None:
    with urllib.request.urlopen(url, timeout=STALL_SECONDS) as answer, file.open("wb") as copy:  # noqa: S310 - ours
        while piece := answer.read(1 << 20):
            copy.write(piece)


def rules() -> str:
    """Versions and settings that the words depend on besides the weights."""
    return f"keras-ocr {version('keras-ocr')}, enlarged {ENLARGED:g} times up to {LONGEST}"


def load(options: Options) -> Any:
    """Pictures -> the columns of `picture_text` of each, or {"error": why} of one that is none."""
    found = files(options.weights)
    check_files(found, options.model_hash)
    return partial(_read, _models(found, options))


def _models(found: Sequence[Path], options: Options) -> Models:
    tensorflow(options.threads)
    device = tensorflow_device(options.device, options.threads, must_have_gpu=options.must_have_gpu)
    from keras_ocr import detection, recognition

    detector = detection.Detector(weights=None)
    recogniser = recognition.Recognizer(alphabet=recognition.DEFAULT_ALPHABET, weights=None)
    for model, file in zip((detector.model, recogniser.model), found, strict=True):
        try:
            model.load_weights(str(file))
        except (OSError, ValueError) as error:
            why = " ".join(str(error).split())[:100]
            raise UsageError(f"{file} holds no weights of keras-ocr ({why}): {_where()}") from None
    return Models(detector, recogniser, device)


def _read(models: Models, items: list[bytes]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = [{} for _ in items]
    for batch in by_size(items, said, TOGETHER):
        height, width = batch[0][1].shape[:2]
        for (at, _), words in zip(batch, _words(models, [pixels for _, pixels in batch]), strict=True):
            said[at] = told(words, width, height) | {"device": models.device}
    return said


def _words(models: Models, pictures: Sequence[Pixels]) -> list[list[Word]]:
    """The words of each of some pictures of one size, in reading order."""
    import cv2
    from keras_ocr import detection, tools

    height, width = pictures[0].shape[:2]
    scale = min(ENLARGED, LONGEST / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    scaled = [cv2.resize(pixels, size) for pixels in pictures]
    inputs = np.array([detection.compute_input(pixels) for pixels in scaled])
    quads = detection.getBoxes(models.detector.model.predict_on_batch(inputs))
    rows, columns = models.recogniser.model.input_shape[1:3]
    grey = [cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) for pixels in scaled]
    cut = [
        tools.warpBox(image=picture, box=quad, target_height=rows, target_width=columns)
        for picture, found in zip(grey, quads, strict=True)
        for quad in found
    ]
    read = iter(_spelled(models.recogniser, cut))
    return [_in_order([Word(*next(read), _box(quad / scale)) for quad in found]) for found in quads]


def _spelled(recogniser: Any, cut: Sequence[Pixels]) -> list[tuple[str, float]]:
    """What is written on each word's picture, and how sure that is: the mean of its letters.

    The likeliest letter of each step, repeats and blanks dropped (best path of Graves et al., ICML 2006).
    """
    if not cut:
        return []
    steps = recogniser.model.predict_on_batch(np.array(cut, np.float32)[..., np.newaxis] / 255)
    best = steps.argmax(axis=2)
    blank = recogniser.blank_label_idx
    kept = (best != blank) & (np.diff(best, axis=1, prepend=-1) != 0)
    sure = steps.max(axis=2)
    return [
        ("".join(recogniser.alphabet[sign] for sign in row[keep]), float(certain[keep].mean()) if keep.any() else 0.0)
        for row, keep, certain in zip(best, kept, sure, strict=True)
    ]


def _in_order(words: Sequence[Word]) -> list[Word]:
    written = [word for word in words if word.text]
    return [written[at] for at in reading_order([word.box for word in written])]


def _box(quad: NDArray[Any]) -> Box:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
