"""Words of the real thumbnails, read by the whole job on two cores. Baselines: RapidOCR as it comes, in a plain loop, and
the detector of keras-ocr alone (with random weights: its speed does not depend on them).

Recall is of the words of two characters and more that a person read off 48 of them; small text was skipped.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.common import real_data, result, settings_for, stopwatch, warm_session
from benchmarks.pictures import MB, lay, listed_words, many, mark_processes, memory, thumbnails
from tubelake import job, store, tables
from tubelake.emulator.accuracy import tokens, words_read
from tubelake.settings import Settings

LOOP_PICTURES, DETECTED, MANY = 24, 8, 1000
DEFAULTS = """
import json, sys, time
from rapidocr import RapidOCR
engine = RapidOCR(params={"Global.log_level": "error"})
engine(sys.argv[1])
start = time.perf_counter()
read = {file: " ".join(engine(file).txts or ()) for file in sys.argv[1:]}
print(json.dumps([len(read) / (time.perf_counter() - start), read]))
"""
DETECTOR = """
import json, os, sys, time
os.environ["TF_USE_LEGACY_KERAS"], os.environ["TF_CPP_MIN_LOG_LEVEL"] = "1", "3"
import numpy as np
from PIL import Image
from keras_ocr.detection import Detector
detector = Detector(weights=None)
pictures = np.array([np.asarray(Image.open(file).convert("RGB").resize((480, 360))) for file in sys.argv[1:]])
detector.detect(pictures[:2], verbose=0)
start = time.perf_counter()
detector.detect(pictures, batch_size=4, verbose=0)
print(json.dumps([len(pictures) / (time.perf_counter() - start)]))
"""


def recall(listed: dict[str, str], read: dict[str, str]) -> float:
    """Share of the listed words that were read, each as often as it is listed."""
    found = sum(words_read(text, read[video_id]) for video_id, text in listed.items())
    return found / sum(len(tokens(text)) for text in listed.values())


def apart(code: str, files: Sequence[Path]) -> list:
    """What a program says that is run in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def read(spark: SparkSession, wanted: Settings) -> tuple[float, int, dict[str, str]]:
    """Pictures a second of the job, the models' memory after it (kB), and what was read."""
    with stopwatch() as taken:
        report = job.load("read_thumbnails").run(spark, wanted)
    rows = store.read(spark, tables.PICTURE_TEXT, wanted.lake).select("video_id", "text").collect()
    print(f"{report.rows_in} pictures in {taken[0]:.1f} s", *report.notes, flush=True)
    return (
        report.rows_in / taken[0],
        max(memory("onnxruntime_pybind11").values()),
        {row["video_id"]: row["text"] for row in rows},
    )


def main() -> None:
    mark_processes()
    files = sorted((real_data() / "corpus/thumbnails").glob("*.jpg"))
    listed = listed_words()
    with tempfile.TemporaryDirectory() as name:
        first, second, third = (settings_for(Path(name) / lake, "http://127.0.0.1:1") for lake in ("a", "b", "c"))
        spark = warm_session(first)
        lay(spark, first, many(8))
        read(spark, first)
        lay(spark, second, thumbnails().items())
        rate, few_memory, words = read(spark, second)
        sample = [file for file in files if file.stem in listed][:LOOP_PICTURES]
        slow, theirs = apart(DEFAULTS, sample)
        (detector,) = apart(DETECTOR, sample[:DETECTED])
        lay(spark, third, many(MANY))
        many_rate, many_memory, _ = read(spark, third)
    sampled = {file.stem: listed[file.stem] for file in sample}
    said = {Path(file).stem: text for file, text in theirs.items()}
    print(f"RapidOCR as it comes: {slow:.2f} pictures/s, recall {recall(sampled, said):.3f} of {len(sample)} pictures'")
    print(
        f"TubeLake: {rate:.2f} pictures/s, recall {recall(sampled, words):.3f} of the same; keras-ocr's detector: {detector:.2f}"
    )
    result("recall of the listed words", recall(listed, words), 0.86, at_least=True)
    result("times as fast as RapidOCR as it comes", rate / slow, 3.0, at_least=True)
    result("times as fast as keras-ocr's detector", rate / detector, 3.0, at_least=True)
    result(f"seconds a picture, {MANY} against {len(files)}", rate / many_rate, 1.3)
    result(
        f"memory of a model's process, {MANY} against {len(files)} ({many_memory // MB} MB)",
        many_memory / few_memory,
        1.3,
    )


if __name__ == "__main__":
    main()
