"""The text of a comment as the API shows it: HTML with links and times to jump to, or plain."""

import html
import re

# A link, or a time in the video such as 3:45 or 1:02:03.
_MARKED = re.compile(
    r"(?P<link>https?://[^\s<>\"]+)|(?<![\d:.])(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d\d)(?![\d:])"
)


def as_html(text: str, video_id: str) -> str:
    """`text` as HTML, its times linked to their place in the video."""
    pieces, at = [], 0
    for found in _MARKED.finditer(text):
        pieces += [_escaped(text[at : found.start()]), _linked(found, video_id)]
        at = found.end()
    pieces.append(_escaped(text[at:]))
    return "".join(pieces).replace("\n", "<br>")


def _linked(found: re.Match[str], video_id: str) -> str:
    target = found["link"]
    if target is None:
        seconds = int(found["h"] or 0) * 3600 + int(found["m"]) * 60 + int(found["s"])
        target = f"https://www.youtube.com/watch?v={video_id}&t={seconds}"
    return f'<a href="{_escaped(target)}">{_escaped(found[0])}</a>'


def _escaped(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;")
