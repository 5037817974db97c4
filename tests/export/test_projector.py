"""The projector's two files agree row by row, whatever stands in the texts."""

import json

import pytest
from pyspark.sql import functions as F

from tubelake import store
from tubelake.errors import UsageError
from tubelake.export import projector

DDL = "text string, video_id string, count bigint, vector array<float>"
BREAKING = {
    "tabs\tand\nlines\r\nand \u2028 \u2029 \x85 \x0b \x0c \x1c \x1d \x1e \0 end": "tabs and lines and end",
    "\n\n  description of\ttwo\tcells\n": "description of two cells",
    "": "(none)",
    " \t\n\u00a0 ": "(none)",
    None: "(none)",
    '"quoted, and =sum(A1)"': '"quoted, and =sum(A1)"',
    "한국어 제목 😂\u200d": "한국어 제목 😂\u200d",
    "long " * 200_000: ("long " * 200_000).strip(),
}


def frame(spark, texts):
    rows = [(text, f"v{at}", at, [float(at), -0.5, 1e-9]) for at, text in enumerate(texts)]
    return spark.createDataFrame(rows, DDL)


def read(prefix, *, header: bool):
    """As the projector reads: lines, without blank ones, trimmed; the first of the labels is a header if there are several."""
    vectors, meta = (
        [
            line
            for line in prefix.with_name(f"{prefix.name}_{name}.tsv").read_bytes().decode().split("\n")
            if line.strip()
        ]
        for name in ("vecs", "meta")
    )
    numbers = [[float(cell) for cell in line.split("\t")] for line in vectors]
    labels = [line.split("\t") for line in meta]
    return numbers, labels[1:] if header else labels, labels[0] if header else None


@pytest.mark.parametrize("batch", [1000, 3])
def test_descriptions_with_anything_in_them(spark, tmp_path, monkeypatch, batch):
    monkeypatch.setattr(projector, "BATCH", batch)
    rows = frame(spark, BREAKING)
    tokenless = (
        rows.limit(1).withColumn("vector", F.lit(None).cast("array<float>")).withColumn("video_id", F.lit("none"))
    )
    assert projector.write(rows.unionByName(tokenless), tmp_path / "new" / "all", ("text", "video_id", "count")) == len(
        BREAKING
    )
    numbers, labels, header = read(tmp_path / "new" / "all", header=True)
    assert header == ["text", "video_id", "count"]
    expected = list(BREAKING.values())
    assert sorted(int(count) for _, _, count in labels) == list(range(len(expected)))
    for vector, (text, video_id, count) in zip(numbers, labels, strict=True):
        at = int(count)
        assert " ".join(text.split(" ")).split() == expected[at].split()
        assert video_id == f"v{at}"
        assert vector == pytest.approx([at, -0.5, 1e-9])
    text = (tmp_path / "new/all_meta.tsv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == len(expected) + 1  # no sign in a text ends a line for any reader
    assert {file.name for file in (tmp_path / "new").iterdir()} == {"all_vecs.tsv", "all_meta.tsv"}


def test_one_column_of_labels_has_no_header_and_nothing_is_nothing(spark, tmp_path):
    assert projector.write(frame(spark, ["a", "b"]), tmp_path / "one", ("text",)) == 2
    assert read(tmp_path / "one", header=False) == (
        [[0, -0.5, pytest.approx(1e-9)], [1, -0.5, pytest.approx(1e-9)]],
        [["a"], ["b"]],
        None,
    )
    assert projector.write(frame(spark, ["a"]).limit(0), tmp_path / "one", ("text",)) == 0
    assert read(tmp_path / "one", header=False) == ([], [], None)
    assert projector.write(frame(spark, ["a"]).limit(0), tmp_path / "none", ("text", "count")) == 0
    assert (tmp_path / "none_meta.tsv").read_text() == "text\tcount\n"


def test_what_fails_leaves_the_old_files(spark, tmp_path):
    rows = frame(spark, ["a", "b"])
    projector.write(rows, tmp_path / "x", ("text",))
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    broken = F.when(F.col("text") == "b", F.raise_error(F.lit("gone")).cast("string")).otherwise(F.col("text"))
    with pytest.raises(store.UNREADABLE, match="gone"):
        projector.write(rows.withColumn("text", broken), tmp_path / "x", ("text",))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    with pytest.raises(UsageError, match="give another --out"):
        projector.write(rows, tmp_path / "x_vecs.tsv" / "below", ("text",))


@pytest.mark.real_data
def test_real_descriptions(spark, tmp_path, real_data):
    """The failure of the origin: descriptions have line ends, tabs and nothing at all."""
    texts = [json.loads(line)["snippet"].get("description") for line in (real_data / "corpus/videos.jsonl").open()]
    assert sum("\n" in (text or "") for text in texts) > 5
    assert projector.write(frame(spark, texts), tmp_path / "real", ("text", "video_id")) == len(texts)
    numbers, labels, _ = read(tmp_path / "real", header=True)
    assert len(numbers) == len(labels) == len(texts)
    for vector, (text, video_id) in zip(numbers, labels, strict=True):
        assert video_id == f"v{int(vector[0])}"
        assert (
            text.split()[:3] == (texts[int(vector[0])] or "(none)").replace("\0", " ").split()[:3] or text == "(none)"
        )
