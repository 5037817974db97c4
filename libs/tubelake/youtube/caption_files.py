"""Caption files (SubRip, WebVTT, TTML) as snippets, read by pycaption."""

import warnings
from typing import Any, Literal

from tubelake.youtube.tracks import Snippet

FileFormat = Literal["srt", "vtt", "ttml"]


class CaptionFileError(ValueError):
    """A file that is not of its format."""


def snippets(text: str, file_format: FileFormat) -> list[Snippet]:
    """The captions of a file in their order, times in seconds; a file without any has none."""
    import pycaption  # half a second, which only those pay who read files

    readers = {"srt": pycaption.SRTReader, "vtt": pycaption.WebVTTReader, "ttml": pycaption.DFXPReader}
    reader = readers[file_format]()
    if text.strip() and not reader.detect(text):
        raise CaptionFileError(f"not a {file_format} file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that TTML is read by an HTML parser, which forgives more
            captions = reader.read(text)
    except pycaption.CaptionReadNoCaptions:
        return []
    except (pycaption.CaptionReadError, RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise CaptionFileError(f"not a readable {file_format} file: {' '.join(str(error).split())}") from error
    return [_snippet(caption) for language in captions.get_languages() for caption in captions.get_captions(language)]


def _snippet(caption: Any) -> Snippet:
    """One caption; they come in microseconds."""
    start, duration = caption.start / 1_000_000, (caption.end - caption.start) / 1_000_000
    return {"text": caption.get_text(), "start": start, "duration": duration}
