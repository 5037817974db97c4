"""Bytes of a picture -> its pixels."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

MOST_PIXELS = 64_000_000


def rgb(data: bytes) -> NDArray[np.uint8]:
    """The first frame as (height, width, 3). Raises ValueError with a short reason for what is no whole picture."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES  # face_recognition turns it on for all of the process
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(data)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(f"tooManyPixels: more than {MOST_PIXELS:,}")
            return np.asarray(image.convert("RGB"))
    except UnidentifiedImageError:
        raise ValueError("notAPicture") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"brokenPicture: {' '.join(str(error).split())[:200]}") from None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
