"""The bytes of a picture -> its pixels, under limits: the first step of everything that looks at one."""

import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from tubelake import images

Pixels = NDArray[np.uint8]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # what thumbnails.collect takes: Pillow reads 40 more, some by other programs
MAX_PIXELS = 20_000_000  # 60 MB as RGB; YouTube's largest pictures have 8,294,400
BEHIND = (128, 128, 128)  # what shows through: on grey both black and white letters can be read


def decode(data: bytes, max_pixels: int = MAX_PIXELS) -> Pixels:
    """RGB of the first frame, of shape (height, width, 3), upright as its EXIF data has it.

    Raises ValueError, with a word and perhaps details as in `pictures.reason`, for what is no whole picture.
    """
    too_many = f"{images.TOO_MANY_PIXELS}: more than {max_pixels:,}"
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=FORMATS) as image:
            is_small = image.width * image.height <= max_pixels
            if is_small:
                return _rgb(_loaded(image, data))
    except UnidentifiedImageError:
        raise ValueError(images.NOT_A_PICTURE) from None
    except Image.DecompressionBombError:
        raise ValueError(too_many) from None
    except Exception as error:  # noqa: BLE001 - what a decoder trips over comes as any type, and ends this picture only
        raise ValueError(f"{images.BROKEN}: {' '.join(str(error).split())[:200]}") from None
    raise ValueError(too_many)


def _loaded(image: Image.Image, data: bytes) -> Image.Image:
    images.check_scans(data)
    with images.strict():
        image.load()
    return ImageOps.exif_transpose(image)


def by_size(items: Sequence[bytes], said: list[dict[str, Any]], most: int) -> Iterator[list[tuple[int, Pixels]]]:
    """Pictures of one size, so many at a time, with their places; what is none gets {"error": why} in `said`."""
    batch: list[tuple[int, Pixels]] = []
    for at, item in enumerate(items):
        try:
            pixels = decode(item)
        except ValueError as error:
            said[at] = {"error": str(error)}
            continue
        if batch and (len(batch) == most or batch[0][1].shape != pixels.shape):
            yield batch
            batch = []
        batch.append((at, pixels))
    if batch:
        yield batch


def _rgb(image: Image.Image) -> Pixels:
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion cuts them off at 255
        grey = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        image = Image.new("RGB", image.size, BEHIND)
        image.paste(layers, mask=layers.getchannel("A"))
    return np.array(image.convert("RGB"))
