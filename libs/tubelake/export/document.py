"""How every page of ours begins: it asks nobody for anything, follows light and dark, and runs no script but its own."""

import base64
import hashlib
import importlib.resources
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from tubelake import __version__
from tubelake.export.markup import style, tag


def head(title: str, css: str, scripts: Sequence[str] = (), named: Mapping[str, str] | None = None) -> Element:
    """The head of a page with this style sheet; `scripts` are those that its body holds, `named` what else it tells."""
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(scripts)),
        tag("meta", http_equiv="x-dns-prefetch-control", content="off"),  # links would be looked up before a click
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content=f"TubeLake {__version__}"),
        *(tag("meta", name=name, content=content) for name, content in (named or {}).items()),
        tag("title", title),
        style(css),
    )  # fmt: skip


def _policy(scripts: Sequence[str]) -> str:
    """The browser itself refuses whatever would leave this file, and any script but those with these hashes."""
    hashes = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts)
    allowed = "script-src " + " ".join(f"'sha256-{each}'" for each in hashes) + "; " if scripts else ""
    return f"default-src 'none'; {allowed}img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def text_of(package: str, name: str) -> str:
    """A file that lies beside the modules of a package, such as a style sheet."""
    return (importlib.resources.files(package) / name).read_text(encoding="utf-8")
