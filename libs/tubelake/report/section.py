"""What a section of the report is: its words and figures, and the findings that stand at the top of the page."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element


class Finding(NamedTuple):
    """A result in one sentence, and what makes it doubtful in another. `weight`: 0 to 1, the greater the nearer to the top."""

    text: str
    doubt: str
    weight: float = 0.5


class Section(NamedTuple):
    """A part of the page: `id` is its address in it. One that could not be made is not whole."""

    id: str
    title: str
    body: Sequence[Element]
    findings: Sequence[Finding] = ()
    is_whole: bool = True
