"""HTML as a tree: what is text stays text, whatever it holds, because only the tree is ever written out."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

Child = Element | str | None
Attribute = str | float | bool | None

# HTML has no control characters; half a pair of UTF-16 cannot be written as UTF-8.
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with U+FFFD for each character that HTML cannot hold."""
    return _NO_CHARACTERS.sub("\ufffd", text)


def tag(kind: str, /, *children: Child, **attributes: Attribute) -> Element:
    """An element. `class_` and `aria_label` are class and aria-label; null attributes and children are left out."""
    element = Element(kind)
    for key, value in attributes.items():
        if value is not None and value is not False:
            element.set(key.rstrip("_").replace("_", "-"), "" if value is True else _written(value))
    for child in children:
        put(element, child)
    return element


def put(element: Element, child: Child) -> None:
    """Add a child, or text, at the end of the element."""
    if isinstance(child, Element):
        element.append(child)
    elif child and len(element):
        element[-1].tail = (element[-1].tail or "") + clean(child)
    elif child:
        element.text = (element.text or "") + clean(child)


def style(css: str) -> Element:
    """A style sheet of our own: the one text that is written as it is."""
    holder = Element("head")
    SubElement(holder, "style").text = css
    return holder[0]


def html(element: Element) -> str:
    """The element as HTML."""
    return tostring(element, encoding="unicode", method="html")


def _written(value: str | float) -> str:
    return clean(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
