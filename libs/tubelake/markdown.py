"""Markdown of what a person reads: the cards of models."""

from collections.abc import Sequence


def document(parts: Sequence[Sequence[str]]) -> str:
    """Blocks of text, one under the other."""
    return "\n\n".join(block for part in parts for block in part) + "\n"


def bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
