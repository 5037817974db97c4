"""Pixels of every kind of picture; what is none has a reason, whatever other libraries have asked of Pillow."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFile
from tests.youtube.test_pictures import NO_PICTURES
from tests.youtube.test_pictures import PICTURES as KINDS

from tubelake.vision.decode import by_size, decode


def saved(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def palette() -> bytes:
    image = Image.new("P", (4, 2), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    return saved(image, "PNG")


def deep(value: int) -> bytes:
    return saved(Image.fromarray(np.full((2, 4), value, np.uint16)), "PNG")


def frames() -> bytes:
    first, second = (Image.new("RGB", (4, 2), color) for color in ((255, 0, 0), (0, 0, 255)))
    return saved(first, "GIF", save_all=True, append_images=[second])


def turned() -> bytes:
    """Stored lying on its side: to be shown turned by a quarter (orientation 6)."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(Image.new("RGB", (2, 4), (10, 200, 10)), "PNG", exif=exif)


COLOURS = {  # what: (bytes, RGB of its first pixel); each is 4 wide, 2 high
    "RGB": (saved(Image.new("RGB", (4, 2), (1, 2, 3)), "PNG"), (1, 2, 3)),
    "grey": (saved(Image.new("L", (4, 2), 77), "PNG"), (77, 77, 77)),
    "two colours": (saved(Image.new("1", (4, 2), 1), "PNG"), (255, 255, 255)),
    "palette": (palette(), (200, 100, 50)),
    "CMYK": (saved(Image.new("CMYK", (4, 2), (0, 255, 255, 0)), "JPEG", quality=100), (254, 0, 0)),
    "16 bits": (deep(0x8000), (128, 128, 128)),
    "16 bits, dark": (deep(0x0100), (1, 1, 1)),
    "invisible": (saved(Image.new("RGBA", (4, 2), (255, 0, 0, 0)), "PNG"), (128, 128, 128)),
    "opaque": (saved(Image.new("RGBA", (4, 2), (9, 8, 7, 255)), "PNG"), (9, 8, 7)),
    "transparent palette": (saved(Image.new("P", (4, 2), 0), "GIF", transparency=0), (128, 128, 128)),
    "animated": (frames(), (255, 0, 0)),
    "turned": (turned(), (10, 200, 10)),
}


@pytest.mark.parametrize("case", COLOURS)
def test_the_first_frame_becomes_rgb(case):
    data, expected = COLOURS[case]
    pixels = decode(data)
    assert (pixels.shape, pixels.dtype) == ((2, 4, 3), np.uint8)
    assert np.abs(pixels[0, 0].astype(int) - expected).max() <= 2


def test_every_kind_that_is_collected_can_be_decoded():
    for case, (data, (_, width, height, _)) in KINDS.items():
        assert decode(data).shape == (height, width, 3), case


@pytest.mark.parametrize("case", NO_PICTURES)
def test_what_is_no_picture_says_why(case, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as face_recognition has it
    data, reason = NO_PICTURES[case]
    with pytest.raises(ValueError, match="notAPicture" if case == "empty" else reason or "brokenPicture|notAPicture"):
        decode(data)
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_picture_over_the_limit_is_not_decoded():
    data = COLOURS["RGB"][0]
    assert decode(data, max_pixels=8).shape == (2, 4, 3)
    with pytest.raises(ValueError, match="tooManyPixels: more than 7"):
        decode(data, max_pixels=7)


def test_pictures_of_one_size_come_together_and_bad_ones_keep_their_place():
    small, large = (saved(Image.new("RGB", size), "PNG") for size in ((4, 2), (5, 3)))
    said = [{} for _ in range(6)]
    batches = list(by_size([small, b"<html>", small, small, large, small], said, 2))
    assert [[at for at, _ in batch] for batch in batches] == [[0, 2], [3], [4], [5]]
    assert said == [{}, {"error": "notAPicture"}, {}, {}, {}, {}]
