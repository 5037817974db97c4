"""Faces and emotions against what people have said of the same pictures, and pictures a second of each detector.

Faces: 36 thumbnails and 14 photographs whose faces a person counted and was sure of. Emotions: 280 faces of FER2013's
public test part, 40 a class; a person is right on about 65 % of that set (Goodfellow et al., arXiv 1307.0414). All run
through the backend, as the job does. Baseline: the loop of the origin, the CNN on pictures squeezed to 90 by 120 px, and
the faces as they are for a network that wants them between -1 and 1.
"""

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.common import real_data, result, stopwatch
from tubelake import console
from tubelake.backends import faces
from tubelake.devices import CPU
from tubelake.settings import Vision
from tubelake.vision import emotion

CNN_SAMPLE, CNN_UPSAMPLE = 8, 1
ORIGIN_SIZE = (90, 120)
THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.55, 0.6, 0.7)

Counted = Sequence[tuple[Path, int]]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def thumbnails() -> Counted:
    told = [row for row in rows(real_data() / "labels/thumbnail_text.csv") if row["face_count_certain"] == "1"]
    folder = real_data() / "corpus/thumbnails"
    return [(folder / f"{row['video_id']}.jpg", int(row["clear_human_faces"])) for row in told]


def photographs() -> Counted:
    return [
        (real_data() / "faces" / row["file"], int(row["faces"]))
        for row in rows(real_data() / "faces/hand_read_ground_truth.csv")
    ]


def counted(name: str, pictures: Counted, count: Callable[[list[Path]], list[int]]) -> tuple[list[bool], list[str]]:
    """Of which pictures the count is right, and a line of the table; the models are loaded before."""
    with stopwatch() as taken:
        found = count([file for file, _ in pictures])
    right = [mine == theirs for mine, (_, theirs) in zip(found, pictures, strict=True)]
    rate = f"{len(right) / taken[0]:.3g}"
    return right, [name, str(len(right)), f"{np.mean(right):.3f}", str(sum(found)), rate]


def by_backend(options: faces.Options) -> Callable[[list[Path]], list[int]]:
    read = faces.load(options)
    return lambda files: [row["face_count"] for row in read([file.read_bytes() for file in files])]


def by_loop(upsample: int, model: str, size: tuple[int, int] | None) -> Callable[[list[Path]], list[int]]:
    """One picture after the other, as the origin did; no emotions."""
    import face_recognition

    def count(files: list[Path]) -> list[int]:
        found = []
        for file in files:
            picture = Image.open(file).convert("RGB")
            pixels = np.asarray(picture.resize(size) if size else picture)
            found.append(len(face_recognition.face_locations(pixels, upsample, model)))
        return found

    return count


def compare_detectors(options: faces.Options) -> list[bool]:
    """Shows all of them; gives on which of all pictures the default is right."""
    small, large = thumbnails(), photographs()
    default = by_backend(options)
    right, line = counted("hog, doubled twice (default)", small, default)
    more_right, photo_line = counted("the same, photographs", large, default)
    once = replace(options, upsample=1)
    cnn = replace(options, face_model="cnn", upsample=CNN_UPSAMPLE)
    lines = [
        line,
        photo_line,
        counted("hog, doubled once", small, by_backend(once))[1],
        counted("hog, doubled once, the sample", small[:CNN_SAMPLE], by_backend(once))[1],
        counted("cnn, doubled once, the sample", small[:CNN_SAMPLE], by_backend(cnn))[1],
        counted("loop: hog, doubled twice", small, by_loop(2, "hog", None))[1],
        counted("origin's loop: cnn, 90 by 120 px", small, by_loop(1, "cnn", ORIGIN_SIZE))[1],
    ]
    console.show("faces", ["detector", "pictures", "exact counts", "faces found", "pictures/s"], lines)
    return right + more_right


def compare_emotions(declared: emotion.Declared) -> tuple[float, float, float]:
    """Shows accuracy by threshold; gives that of all faces, and share and accuracy of those that get a label by default."""
    files = sorted((real_data() / "faces/fer2013_sample").glob("*/*"))
    labels = np.array([emotion.EMOTIONS.index(file.parent.name) for file in files])
    squares = np.stack([faces.squared(np.asarray(Image.open(file).convert("L")), declared.size) for file in files])
    with stopwatch() as loading:
        likely = emotion.load(declared, 1, CPU)
    with stopwatch() as taken:
        found = likely(squares)
    raw = emotion.load(replace(declared, scale="none"), 1, CPU)(squares)
    print(f"emotions: {len(files) / taken[0]:,.0f} faces/s on one thread, loaded in {loading[0]:.1f} s")
    print(f"the same faces without scaling, as the origin gave them: {np.mean(raw.argmax(axis=1) == labels):.3f} right")
    right, sure = found.argmax(axis=1) == labels, found.max(axis=1)
    lines = [[f"{at:g}", f"{np.mean(sure >= at):.3f}", f"{np.mean(right[sure >= at]):.3f}"] for at in THRESHOLDS]
    console.show("emotions", ["vision.emotion_confidence", "faces with a label", "of those right"], lines)
    each = [f"{name} {np.mean(right[labels == at]):.2f}" for at, name in enumerate(emotion.EMOTIONS)]
    print(f"right of each emotion: {', '.join(each)}")
    is_labelled = sure >= Vision().emotion_confidence
    return float(np.mean(right)), float(np.mean(is_labelled)), float(np.mean(right[is_labelled]))


def labelled_share(options: faces.Options) -> float:
    """Of all faces in all real thumbnails, those that get a label."""
    read = faces.load(options)
    files = sorted((real_data() / "corpus/thumbnails").glob("*.jpg"))
    found = [face["emotion"] for row in read([file.read_bytes() for file in files]) for face in row["found"]]
    print(f"{len(found)} faces in {len(files)} real thumbnails")
    return sum(label is not None for label in found) / len(found)


def main() -> None:
    vision = Vision()
    declared = emotion.find(vision.emotion_model)
    options = faces.Options(vision.face_model, vision.face_upsample, declared, vision.emotion_confidence, 1)
    right = compare_detectors(options)
    accuracy, share, labelled_accuracy = compare_emotions(declared)
    reached = [
        result("exact face counts of 50 pictures", float(np.mean(right)), 0.90, at_least=True),
        result("exact face counts of 36 thumbnails", float(np.mean(right[:36])), 0.90, at_least=True),
        result("emotions of 280 faces that are right", accuracy, 0.62, at_least=True),
        result("faces of FER2013 with a label", share, 0.60, at_least=True),
        result("labels that are right", labelled_accuracy, accuracy, at_least=True),
        result("faces in real thumbnails with a label", labelled_share(options), 0.60, at_least=True),
    ]
    if not all(reached):
        sys.exit(1)


if __name__ == "__main__":
    main()
