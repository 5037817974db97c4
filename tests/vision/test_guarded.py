"""A model is loaded once in its process, and anew only where the process was ended."""

import sys
from pathlib import Path

import pytest
from PIL import Image
from tests.vision.test_decode import saved

from tubelake.vision import guarded
from tubelake.vision.guarded import Model


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model that notes each time that it is loaded, in the file that is its options."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(Path(__file__).parent)])
    yield Model("breaking", str(tmp_path / "loads"))
    guarded.end()


def loads(model: Model) -> int:
    return len(Path(model.options).read_text().split())


def test_a_model_is_loaded_once_and_again_after_a_crash(model):
    picture = saved(Image.new("RGB", (8, 5)), "PNG")

    def read(*endings: bytes) -> tuple[list[str], int]:
        said = guarded.read(model, [picture + ending for ending in endings], 30.0)
        return [row.get("text") or row["error"][:7] for row in said], loads(model)

    assert [read(b""), read(b"", b""), read(b"")] == [(["5 high"], 1), (["5 high"] * 2, 1), (["5 high"], 1)]
    # The crash ends the process twice: with all pictures of the batch, and alone.
    assert read(b"", b"crash", b"") == (["5 high", "crashed", "5 high"], 3)
    assert read(b"") == (["5 high"], 3)


def test_a_model_that_has_held_too_much_is_started_anew(model):
    picture = saved(Image.new("RGB", (8, 5)), "PNG")
    for ending, expected in ((b"", 1), (b"grow", 1), (b"", 2), (b"", 2)):
        assert [row["text"] for row in guarded.read(model, [picture + ending], 30.0, memory_mb=500)] == ["5 high"]
        assert loads(model) == expected
