"""Pictures that are drawn when they are asked for: the same recipe gives the same bytes with the same Pillow."""

import io
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps, UnidentifiedImageError

from tubelake.emulator.recipes import HEIGHT, PORTRAIT_FACE, SIZES, STORED_SIZE, WIDTH, Face, Recipe, Word

# NASA's photograph of Eileen Collins, in the public domain, as scikit-image ships it: her head, as a square.
_PORTRAIT = (128, 8, 318, 198)
# What words stand on is never lighter than this, of 255.
_LIGHTEST = 110
_SHAPES = 14
_BLUR = 4
_LETTER_HEIGHT, _STROKE = 120, 8
_GREY, _LIGHT_GREY = 130, 165
_QUALITY = 85


@lru_cache(maxsize=256)
def drawn(recipe: Recipe, size: str) -> bytes:
    """The JPEG of a recipe in one of the sizes."""
    picture = _background(recipe.background)
    for face in recipe.faces:
        _add_face(picture, face)
    for word in recipe.words:
        _add_word(picture, word)
    return _jpeg(_fitted(picture, size))


def stored(path: Path, size: str) -> bytes | None:
    """A stored picture as it is in its own size, and made smaller; None in larger ones, and where it is no picture."""
    if size == STORED_SIZE:
        return path.read_bytes()
    if SIZES[size] > SIZES[STORED_SIZE]:
        return None
    try:
        with Image.open(path) as picture:
            return _jpeg(_fitted(picture.convert("RGB"), size))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError):
        return None


@lru_cache(maxsize=1)
def placeholder() -> bytes:
    """The grey JPEG of 120 by 90 that comes with a 404."""
    picture = Image.new("RGB", SIZES["default"], (_GREY,) * 3)
    for left in (36, 54, 72):
        ImageDraw.Draw(picture).ellipse((left, 39, left + 12, 51), fill=(_LIGHT_GREY,) * 3)
    return _jpeg(picture)


def _fitted(picture: Image.Image, size: str) -> Image.Image:
    """`picture` as wide as a size, with black bars above and below where the size is higher."""
    wide, high = SIZES[size]
    inner = round(wide * HEIGHT / WIDTH)
    scaled = picture if picture.size == (wide, inner) else _scaled(picture, (wide, inner))
    framed = Image.new("RGB", (wide, high))
    framed.paste(scaled, (0, (high - inner) // 2))
    return framed


def _scaled(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    # The gap lets Pillow make large steps first: half the time, and no difference that one sees.
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _jpeg(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=_QUALITY)
    return data.getvalue()


def _background(seed: int) -> Image.Image:
    """A dark gradient with dark shapes, blurred: busy as a photograph, yet every light word stands out."""
    random = Random(seed)
    # Drawn small and made larger, which blurs it in a third of the time.
    wide, high = WIDTH // _BLUR, HEIGHT // _BLUR
    slope = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize((wide, high))
    picture = ImageOps.colorize(slope, _dark(random), _dark(random))
    draw = ImageDraw.Draw(picture)
    for _ in range(_SHAPES):
        x, y = random.randint(-wide // 6, wide), random.randint(-high // 4, high)
        corners = (x, y, x + random.randint(wide // 30, wide // 3), y + random.randint(high // 20, high // 2))
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape(corners, fill=_dark(random))
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)


def _dark(random: Random) -> tuple[int, int, int]:
    return random.randrange(_LIGHTEST), random.randrange(_LIGHTEST), random.randrange(_LIGHTEST)


def _add_word(picture: Image.Image, word: Word) -> None:
    """Draw a word so that it and its outline fill its box exactly."""
    font = _font()
    left, top, right, bottom = font.getbbox(word.text, stroke_width=_STROKE)
    layer = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))))
    ImageDraw.Draw(layer).text(
        (-left, -top), word.text, word.colour, font, stroke_width=_STROKE, stroke_fill=word.outline
    )
    x, y, wide, high = word.box
    fitting = layer.resize((wide, high), Image.Resampling.LANCZOS)
    picture.paste(fitting, (x, y), fitting)


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(_LETTER_HEIGHT)
    if not isinstance(font, ImageFont.FreeTypeFont):
        msg = "this Pillow has no FreeType; install one from PyPI"
        raise ImportError(msg)  # noqa: TRY004 - not the type is wrong, a library is missing
    return font


def _add_face(picture: Image.Image, face: Face) -> None:
    """Put the portrait where its face fills the box; what does not fit into the picture is cut off."""
    left, top, wide, high = PORTRAIT_FACE
    portrait = _portrait()
    if face.mirrored:
        portrait, left = ImageOps.mirror(portrait), 1 - left - wide
    x, y, box_width, box_height = face.box
    width, height = round(box_width / wide), round(box_height / high)
    scaled = portrait.resize((width, height), Image.Resampling.BICUBIC)
    shown = ImageEnhance.Brightness(scaled).enhance(face.brightness)
    picture.paste(shown, (x - round(left * width), y - round(top * height)))


@lru_cache(maxsize=1)
def _portrait() -> Image.Image:
    # Found without an import, which would take half a second.
    package = find_spec("skimage")
    if package is None or package.origin is None:
        msg = "faces are drawn from a photograph of scikit-image, which is not installed"
        raise ImportError(msg)
    with Image.open(Path(package.origin).parent / "data" / "astronaut.png") as photograph:
        return photograph.convert("RGB").crop(_PORTRAIT)
