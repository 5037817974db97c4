"""Timed text: a caption track as /api/timedtext gives it where no format is asked for."""

import html
from collections.abc import Mapping
from typing import Any

from tubelake.emulator.caption_formats import xml_text

_HEAD = '<?xml version="1.0" encoding="utf-8" ?>'
# Clients leave out an element without any text, but not one that holds markup only.
_BLANK = "<i></i>"


def timed_text(track: Mapping[str, Any]) -> str:
    """The track as XML. Texts are HTML inside it, so they are escaped twice; numbers keep every digit.

    What a client takes for a tag is lost, as in reality: it drops all between < and > after it has unescaped both
    times. Characters that XML cannot hold are left out.
    """
    return f"{_HEAD}<transcript>{''.join(map(_element, track['snippets']))}</transcript>"


def _element(snippet: Mapping[str, Any]) -> str:
    # XML would turn a carriage return into a line feed.
    shown = html.escape(snippet["text"], quote=False).replace("\r", "&#13;")
    text = xml_text(shown) or xml_text(_BLANK)
    return f'<text start="{snippet["start"]!r}" dur="{snippet["duration"]!r}">{text}</text>'
