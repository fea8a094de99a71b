"""The answers of OAI-PMH 2.0 as XML; what stands in which order is as its schema has it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from archive.export.xml_text import cleaned
from archive.oai.errors import OaiError

CONTENT_TYPE = "text/xml; charset=utf-8"

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
OAI_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
OAI_IDENTIFIER_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai-identifier.xsd"
DC = "http://purl.org/dc/elements/1.1/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element = Any


def element(tag: str, /, *content: "str | Element", **attributes: str | None) -> Element:
    """The element of the protocol with its content; attributes that are None are left out."""
    made = etree.Element(f"{{{OAI}}}{tag}", nsmap={None: OAI})
    for name, value in attributes.items():
        if value is not None:
            made.set(name, cleaned(value))
    for piece in content:
        if isinstance(piece, str):
            made.text = cleaned(piece)
        else:
            made.append(piece)
    return made


def moment(when: datetime) -> str:
    """2024-05-06T07:08:09Z"""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(address: str, given: Mapping[str, str], when: datetime, content: Element) -> bytes:
    """The whole answer to a request with the arguments `given`, sent to the base URL `address`, at the moment `when`."""
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{OAI} {OAI_SCHEMA}")
    root.append(element("responseDate", moment(when)))
    root.append(element("request", address, **given))
    root.append(content)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def error(told: OaiError) -> Element:
    """The error in the place of an answer."""
    return element("error", str(told), code=told.code.value)


def dublin_core(values: Iterable[tuple[str, str]]) -> Element:
    """The description of a record in oai_dc."""
    made = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": _XSI})
    made.set(f"{{{_XSI}}}schemaLocation", f"{OAI_DC} {OAI_DC_SCHEMA}")
    for name, value in values:
        etree.SubElement(made, f"{{{DC}}}{name}").text = cleaned(value)
    return made


def oai_identifier(host: str, sample: str) -> Element:
    """How identifiers are made (the guidelines for identifiers of OAI)."""
    made = etree.Element(f"{{{OAI_IDENTIFIER}}}oai-identifier", nsmap={None: OAI_IDENTIFIER, "xsi": _XSI})
    made.set(f"{{{_XSI}}}schemaLocation", f"{OAI_IDENTIFIER} {OAI_IDENTIFIER_SCHEMA}")
    parts = {"scheme": "oai", "repositoryIdentifier": host, "delimiter": ":", "sampleIdentifier": sample}
    for name, value in parts.items():
        etree.SubElement(made, f"{{{OAI_IDENTIFIER}}}{name}").text = value
    return made
