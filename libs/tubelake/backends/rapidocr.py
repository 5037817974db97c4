"""Words of pictures by PP-OCR (Du et al., arXiv 2009.09941; its weights v6 come with the package rapidocr).

RapidOCR takes pictures one by one, blown up to 736 px, and pads each line of text to 320 px. Here pictures of a size are
searched together at about their own size, and the lines of all pictures of a batch are read by their lengths.
"""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tubelake.backends.libraries import need, onnx_device, onnx_providers
from tubelake.errors import UsageError
from tubelake.vision.decode import Pixels, by_size
from tubelake.vision.lines import Box, Part, Sign, Word, parts, reading_order, told
from tubelake.vision.weights import Options, check_files

Quad = NDArray[np.float32]  # 4 corners (x, y), clockwise from where the text begins (px)

PACKAGES = ("rapidocr", "onnxruntime", "cv2", "pyclipper", "shapely")
DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
# Longer side at which words are looked for (px): a smaller picture is blown up, a larger one reduced. Of the real
# thumbnails' listed words it finds 76 % at 320, 84 % at 448, 87 % at 512 and as many at 640.
LEAST_SIDE, MOST_SIDE = 512, 640
LEAST_SCORE = 0.3  # of a line of text; recognition is a second judge, so more lines than RapidOCR's 0.5 gives are tried
TOGETHER = 4  # pictures that are searched at once: more are no faster, and take memory
LINES_TOGETHER = 16
LINE_HEIGHT = 48  # of lines that are read (px), as the model was trained
LEAST_WIDTH, MOST_WIDTH = 160, 2048  # (px); shorter lines are padded, longer ones squeezed
_STEP = 32  # (px): few distinct widths, and the detector needs multiples


class Models(NamedTuple):
    detector: Any  # sessions of onnxruntime
    recogniser: Any
    alphabet: Sequence[str]
    boxes: Any  # probability map -> quads: RapidOCR's own
    device: str


class Line(NamedTuple):
    """A line of text that was found, straightened."""

    picture: int
    quad: Quad
    pixels: Pixels  # (48, width, 3)


def files(_weights: str | None = None) -> list[Path]:
    """The model's files. Raises UsageError where a package lacks. Loads nothing."""
    need(PACKAGES, "reading words")
    spec = find_spec("rapidocr")
    found = [Path(str(spec.origin)).parent / "models" / name for name in (DETECTOR, RECOGNISER)]  # type: ignore[union-attr]
    if missing := [file.name for file in found if not file.is_file()]:
        raise UsageError(f"the package rapidocr lacks {', '.join(missing)}: install tubelake[vision] again")
    return found


def rules() -> str:
    """Versions and settings that the words depend on besides the weights."""
    return f"rapidocr {version('rapidocr')}, side {LEAST_SIDE} to {MOST_SIDE}, lines from {LEAST_SCORE:g}"


def load(options: Options) -> Any:
    """Pictures -> the columns of `picture_text` of each, or {"error": why} of one that is none."""
    check_files(files(), options.model_hash)
    return partial(_read, _models(options))


def _models(options: Options) -> Models:
    import cv2
    import onnxruntime  # type: ignore[import-untyped]
    from rapidocr.ch_ppocr_det.utils import DBPostProcess

    cv2.setNumThreads(options.threads)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
    settings.log_severity_level = 3
    settings.enable_cpu_mem_arena = False  # it keeps what the widest lines took, for a gain of 4 %
    device = onnx_device(files()[0], options.device, must_have_gpu=options.must_have_gpu)
    providers = onnx_providers(device)
    detector, recogniser = (onnxruntime.InferenceSession(str(file), settings, providers=providers) for file in files())
    signs = recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
    boxes = DBPostProcess(thresh=0.3, box_thresh=LEAST_SCORE, unclip_ratio=1.6, use_dilation=True)
    return Models(detector, recogniser, ["", *signs, " "], boxes, device)


def _read(models: Models, items: list[bytes]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = [{} for _ in items]
    sizes: dict[int, tuple[int, int]] = {}
    found: list[Line] = []
    for batch in by_size(items, said, TOGETHER):
        sizes.update({at: (pixels.shape[0], pixels.shape[1]) for at, pixels in batch})
        found += _lines(models, batch)
    words = _surest(found, _signs(models, [line.pixels for line in found]))
    for at, (height, width) in sizes.items():
        said[at] = told(_in_order(words.get(at, [])), width, height) | {"device": models.device}
    return said


def _surest(found: Sequence[Line], read: Sequence[list[Sign]]) -> dict[int, list[tuple[Line, list[Part]]]]:
    """The lines of each picture with their words; of a line that was read both ways, the surer reading."""
    best: dict[tuple[int, Box], tuple[float, Line, list[Part]]] = {}
    for line, signs in zip(found, read, strict=True):
        place = line.picture, _box(line.quad)
        sure = sum(sign.confidence for sign in signs) / max(len(signs), 1)
        if place not in best or sure > best[place][0]:
            best[place] = sure, line, parts(signs)
    lines: dict[int, list[tuple[Line, list[Part]]]] = {}
    for (picture, _), (_, line, words) in best.items():
        lines.setdefault(picture, []).append((line, words))
    return lines


def _lines(models: Models, batch: Sequence[tuple[int, Pixels]]) -> list[Line]:
    """The lines of text in pictures of one size."""
    import cv2

    height, width = batch[0][1].shape[:2]
    wanted = min(max(height, width, LEAST_SIDE), MOST_SIDE) / max(height, width)
    rows, columns = (max(_STEP, round(side * wanted / _STEP) * _STEP) for side in (height, width))
    # The models were trained on blue, green, red.
    scaled = np.stack([cv2.resize(pixels[:, :, ::-1], (columns, rows)) for _, pixels in batch])
    (maps,) = models.detector.run(None, {"x": _normal(scaled)})
    found = []
    for (at, pixels), is_text in zip(batch, maps, strict=True):
        quads, _ = models.boxes(is_text[None], (height, width))
        found += [Line(at, turned, _straight(pixels, turned)) for quad in quads for turned in _readings(quad)]
    return found


def _normal(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """(n, height, width, 3) from 0 to 255 -> (n, 3, height, width) from -1 to 1."""
    return np.ascontiguousarray((pixels.astype(np.float32) / 127.5 - 1).transpose(0, 3, 1, 2))


def _readings(corners: NDArray[Any]) -> list[Quad]:
    """The quad from where its text may begin: text on its side may run up or down."""
    quad = np.asarray(corners, np.float32)
    width, height = _lengths(quad)
    return [quad] if height < 1.5 * width else [np.roll(quad, -1, axis=0), np.roll(quad, 1, axis=0)]


def _straight(pixels: Pixels, quad: Quad) -> Pixels:
    """A line cut out, 48 px high."""
    import cv2

    width, height = _lengths(quad)
    columns = min(max(math.ceil(LINE_HEIGHT * width / max(height, 1)), LINE_HEIGHT // 3), MOST_WIDTH)
    target = np.array([[0, 0], [columns, 0], [columns, LINE_HEIGHT], [0, LINE_HEIGHT]], np.float32)
    turned = cv2.getPerspectiveTransform(quad, target)
    cut = cv2.warpPerspective(pixels, turned, (columns, LINE_HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return cut[:, :, ::-1].astype(np.uint8, copy=False)


def _lengths(quad: Quad) -> tuple[float, float]:
    """Width and height (px): of the two sides each, the longer."""
    top, right, bottom, left = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    return float(max(top, bottom)), float(max(right, left))


def _signs(models: Models, cut: Sequence[Pixels]) -> list[list[Sign]]:
    """What is written on each line; those of like length are read together, so that little is padded."""
    read: list[list[Sign]] = [[] for _ in cut]
    by_width = sorted(range(len(cut)), key=lambda at: cut[at].shape[1])
    for batch in _alike(by_width, [_padded_width(pixels) for pixels in cut]):
        width = _padded_width(cut[batch[-1]])
        padded = np.zeros((len(batch), 3, LINE_HEIGHT, width), np.float32)
        for row, at in zip(padded, batch, strict=True):
            row[:, :, : cut[at].shape[1]] = _normal(cut[at][None])[0]
        (probabilities,) = models.recogniser.run(None, {"x": padded})
        for at, steps in zip(batch, probabilities, strict=True):
            read[at] = _most_likely(steps, models.alphabet, width / cut[at].shape[1])
    return read


def _padded_width(pixels: Pixels) -> int:
    return max(LEAST_WIDTH, math.ceil(pixels.shape[1] / _STEP) * _STEP)


def _alike(by_width: Sequence[int], widths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for at in by_width:
        if batch and (len(batch) == LINES_TOGETHER or widths[at] > 1.25 * widths[batch[0]]):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _most_likely(steps: NDArray[np.float32], alphabet: Sequence[str], stretch: float) -> list[Sign]:
    """The likeliest sign of each step, repeats and blanks dropped (best path of Graves et al., ICML 2006).

    `steps` is (steps, signs): probabilities along the padded line, which is `stretch` times as long as the text.
    """
    best = steps.argmax(axis=1)
    kept = np.flatnonzero((best != 0) & (np.diff(best, prepend=-1) != 0))
    scale = stretch / len(steps)
    return [Sign(alphabet[best[at]], float(steps[at, best[at]]), min((at + 0.5) * scale, 1.0)) for at in kept]


def _in_order(lines: Sequence[tuple[Line, list[Part]]]) -> list[Word]:
    order = reading_order([_box(line.quad) for line, _ in lines])
    return [
        Word(part.text, part.confidence, _box(_piece(lines[at][0].quad, part))) for at in order for part in lines[at][1]
    ]


def _piece(quad: Quad, part: Part) -> Quad:
    """The part of a line that a word takes."""
    begin, along_top, along_bottom = quad[[0, 3]], quad[1] - quad[0], quad[2] - quad[3]
    along = np.stack([along_top, along_bottom])
    return np.concatenate([begin + part.start * along, begin + part.end * along])


def _box(quad: Quad) -> Box:
    left, top = quad.min(axis=0)
    right, bottom = quad.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
