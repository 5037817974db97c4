"""A caption track as a file: SubRip, WebVTT, SubViewer and TTML as captions.download gives them."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TTML = """<?xml version="1.0" encoding="utf-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="{}">
<body><div>
{}
</div></body>
</tt>
"""


@dataclass(frozen=True)
class Cue:
    """One caption: when it comes and goes, in milliseconds, and its lines, none of them blank."""

    start: int
    end: int
    lines: tuple[str, ...]


def cues(track: Mapping[str, Any]) -> Iterator[Cue]:
    """The captions of a track in their order."""
    for snippet in track["snippets"]:
        lines = str(snippet["text"]).replace("\r\n", "\n").split("\n")
        start = float(snippet["start"])
        end = start + float(snippet["duration"])
        # A blank line would end the cue in every format but TTML.
        yield Cue(round(start * 1000), round(end * 1000), tuple(line for line in lines if line.strip()))


def srt(track: Mapping[str, Any]) -> str:
    """Numbered cues, a comma before the milliseconds."""
    return "".join(
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{_text(cue)}\n\n"
        for number, cue in enumerate(cues(track), start=1)
    )


def vtt(track: Mapping[str, Any]) -> str:
    """A header and cues whose text is escaped: it could hold tags."""
    head = f"WEBVTT\nKind: captions\nLanguage: {track['language_code']}\n\n"
    return head + "".join(
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{html.escape(_text(cue), quote=False)}\n\n"
        for cue in cues(track)
    )


def sbv(track: Mapping[str, Any]) -> str:
    """Cues without numbers, hours without a leading zero."""
    return "".join(
        f"{_time(cue.start, '.', hours=1)},{_time(cue.end, '.', hours=1)}\n{_text(cue)}\n\n" for cue in cues(track)
    )


def ttml(track: Mapping[str, Any]) -> str:
    """An XML document, without the characters that XML cannot hold."""
    paragraphs = (
        f'<p begin="{_time(cue.start, ".")}" end="{_time(cue.end, ".")}">{"<br/>".join(map(xml_text, cue.lines))}</p>'
        for cue in cues(track)
    )
    return _TTML.format(xml_text(track["language_code"]), "\n".join(paragraphs))


FORMATS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"sbv": sbv, "srt": srt, "vtt": vtt, "ttml": ttml}


def _text(cue: Cue) -> str:
    return "\n".join(cue.lines)


def xml_text(text: str) -> str:
    """`text` as XML holds it: escaped, and without the characters that it cannot hold."""
    return html.escape(_NOT_IN_XML.sub("", text))


def _time(milliseconds: int, point: str, hours: int = 2) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:0{hours}}:{minute:02}:{second:02}{point}{rest:03}"
