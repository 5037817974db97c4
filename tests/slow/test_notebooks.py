"""The notebooks as an analyst runs them, one after the other on the demo's lake: each in a kernel of its own."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2_400)]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def run(demo, monkeypatch):
    """Runs a notebook on the demo's lake: what its cells printed and showed as text, and how many figures there are."""
    assert demo.done.returncode == 0, demo.done.stdout + demo.done.stderr
    monkeypatch.setenv("TUBELAKE_LAKE_ROOT", str(demo.lake))
    monkeypatch.setenv("TUBELAKE_RUN_LOGS", str(demo.folder / "logs"))
    monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)

    def execute(name: str) -> tuple[str, int]:
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", 4)
        where = {"metadata": {"path": str(NOTEBOOKS)}}
        NotebookClient(notebook, timeout=900, kernel_name="python3", resources=where).execute()
        outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
        data = [output.get("data", {}) for output in outputs]
        printed = "".join(
            output.get("text", "") + output.get("data", {}).get("text/plain", "") + "\n" for output in outputs
        )
        return printed, sum("image/png" in each for each in data)

    return execute


def test_from_keyword_to_statistics(run):
    printed, figures = run("01_from_keyword_to_statistics")
    assert re.search(r"both read (?:2[0-9]|[3-9]\d) equal rows", printed)
    assert "QueryBuilder: [0, 2]\nParquet files: [0, 1, 2]" in printed
    assert "to_pyarrow_table: " in printed
    found = int(re.findall(r"the loop found (\d+) of 700 videos", printed)[0])
    assert 400 < found <= 500
    assert "What it will cost" in printed
    assert figures >= 3


def test_words_and_feelings(run):
    printed, figures = run("02_words_and_feelings")
    assert "polarity -0.125, subjectivity 0.9" in printed
    assert re.search(r"\[really, horrible\]\s+-1\.0+\s+1\.0", printed)
    assert "caption_windows" in printed
    assert "no difference that these data can show" in printed
    assert figures >= 4


def test_what_thumbnails_say(run):
    printed, figures = run("03_what_thumbnails_say")
    faces, with_emotion, unsure = map(
        int, re.findall(r"(\d+) faces = (\d+) with an emotion \+ (\d+) unsure", printed)[0]
    )
    assert faces == with_emotion + unsure > 5
    still_read, words = map(int, re.findall(r"(\d+) of (\d+) words are still read", printed)[0])
    assert 0 < still_read < words
    assert "WORLD RECORD" in printed
    assert figures >= 3


def test_live_chat(run):
    printed, figures = run("04_live_chat")
    messages, kept = map(int, re.findall(r"(\d+) messages in the stream, (\d+) in the lake, each once", printed)[0])
    assert messages == kept > 100
    assert re.search(r"ended", printed)
    assert figures >= 3


def test_on_databricks(run):
    printed, _ = run("05_on_databricks")
    assert "not on Databricks" in printed
    assert "main.silver.videos" in printed
    assert re.search(r"build_statistics: \d+ rows in, 0 rows out", printed)
    assert "not-a-real-key" not in printed
