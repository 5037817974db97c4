"""Whether bytes are a whole picture: decoded once, under limits, with a reason where they are none."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile, UnidentifiedImageError

# Every scan of a progressive JPEG passes over the whole picture; usual are 10, and 100,000 would take hours.
MAX_SCANS = 100
_SCAN = b"\xff\xda"
TOO_MANY_PIXELS = "tooManyPixels"
NOT_A_PICTURE = "notAPicture"
BROKEN = "brokenPicture"


@dataclass(frozen=True)
class Examined:
    """What a file holds. `reason` is None for a whole picture; the rest is None where it could not be read."""

    reason: str | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    is_animated: bool | None = None


def examine(data: bytes, formats: tuple[str, ...], max_pixels: int) -> Examined:
    """Decode the first frame of a file in one of Pillow's `formats`. Never raises for what the file holds."""
    try:
        # Warnings are of sizes, which are judged here.
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=formats) as image:
            width, height = image.size
            if width * height > max_pixels:
                return Examined(f"{TOO_MANY_PIXELS}: more than {max_pixels:,}", width, height, image.format)
            _decode(image, data)
            return Examined(None, width, height, image.format, bool(getattr(image, "is_animated", False)))
    except UnidentifiedImageError:  # its words hold an address in memory: they differ each time
        return Examined(NOT_A_PICTURE)
    except Image.DecompressionBombError as error:
        return Examined(f"{TOO_MANY_PIXELS}: {error}")
    except Exception as error:  # noqa: BLE001 - what a decoder trips over comes as any type, and ends this picture only
        return Examined(f"{BROKEN}: {' '.join(str(error).split())[:200]}")


def _decode(image: Image.Image, data: bytes) -> None:
    """Read all of the first frame; a picture that ends early raises.

    A JPEG is read to its last coefficient all the same when its pixels are made at an eighth of the size: only the
    inverse transform gets cheaper, and that cannot fail.
    """
    check_scans(data)
    image.draft("L", (1, 1))
    with strict():
        image.load()


def check_scans(data: bytes) -> None:
    """Raises ValueError for a JPEG that would take hours to decode."""
    if data.count(_SCAN) > MAX_SCANS:
        raise ValueError(f"more than {MAX_SCANS} scans")


@contextmanager
def strict() -> Iterator[None]:
    """Pillow raises for a picture that ends early, whatever a library has asked for."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES  # face_recognition turns it on for all of the process
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
