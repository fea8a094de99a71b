"""Elements of Akoma Ntoso, whatever the text that goes into them."""

from collections.abc import Iterable
from typing import Any

from lxml import etree

from archive.export.xml_text import cleaned

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
# Of what the standard has no place for: attributes and elements that others pass over.
OWN = "urn:gazette-archive:akoma-ntoso:1"
_NAMES = {None: NAMESPACE, "archive": OWN}

Element = Any


def element(tag: str, /, *content: "str | Element", **attributes: str | None) -> Element:
    """The element with its content; attributes that are None or "" are left out.

    `archive_x` is the attribute x of our own, `as_` one whose name Python keeps for itself.
    """
    return _filled(etree.Element(f"{{{NAMESPACE}}}{tag}", nsmap=_NAMES), content, attributes)


def own(tag: str, /, *content: "str | Element", **attributes: str | None) -> Element:
    """An element of our own."""
    return _filled(etree.Element(f"{{{OWN}}}{tag}", nsmap=_NAMES), content, attributes)


def append(parent: Element, content: "Iterable[str | Element]") -> None:
    """Put text and elements at the end of what the parent holds."""
    for piece in content:
        if not isinstance(piece, str):
            parent.append(piece)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + cleaned(piece)
        else:
            parent.text = (parent.text or "") + cleaned(piece)


def _filled(made: Element, content: "Iterable[str | Element]", attributes: dict[str, str | None]) -> Element:
    for name, value in attributes.items():
        if value:
            short = name.removeprefix("archive_")
            made.set(f"{{{OWN}}}{short}" if short != name else name.rstrip("_"), cleaned(value))
    append(made, content)
    return made
