"""Ask the archive as a harvester does, and look at each answer by the rules of the protocol's own schemas.

No package carries OAI-PMH.xsd and oai_dc.xsd, and tests fetch nothing: what the two ask for stands here in words.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from lxml import etree

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
OAI_DC = "{http://www.openarchives.org/OAI/2.0/oai_dc/}"
_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_DC_NAMES = {
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format"),
    *("identifier", "source", "language", "relation", "coverage", "rights"),
}
_CODES = {
    *("badVerb", "badArgument", "badResumptionToken", "cannotDisseminateFormat", "idDoesNotExist"),
    *("noMetadataFormats", "noRecordsMatch", "noSetHierarchy"),
}
_SECOND = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
_SET_SPEC = r"([A-Za-z0-9\-_.!~*'()])+(:[A-Za-z0-9\-_.!~*'()]+)*"
# Of each element its children in their order, as a pattern over their names, or its text.
_CHILDREN = {
    "OAI-PMH": r"responseDate request ((error )+|\w+ )",
    "Identify": r"repositoryName baseURL protocolVersion (adminEmail )+earliestDatestamp deletedRecord granularity "
    r"(compression )*(description )*",
    "ListMetadataFormats": r"(metadataFormat )+",
    "metadataFormat": r"metadataPrefix schema metadataNamespace ",
    "ListSets": r"(set )+(resumptionToken )?",
    "set": r"setSpec setName (setDescription )*",
    "GetRecord": r"record ",
    "ListRecords": r"(record )+(resumptionToken )?",
    "ListIdentifiers": r"(header )+(resumptionToken )?",
    "record": r"header (metadata )?(about )*",
    "header": r"identifier datestamp (setSpec )*",
}
_TEXTS = {
    "responseDate": _SECOND,
    "request": r"https?://\S+",
    "error": r"[^<>]+",
    "repositoryName": r".+",
    "baseURL": r"https?://\S+",
    "protocolVersion": r"2\.0",
    "adminEmail": r"\S+@(\S+\.)+\S+",
    "earliestDatestamp": _SECOND,
    "deletedRecord": r"no|persistent|transient",
    "granularity": r"YYYY-MM-DDThh:mm:ssZ",
    "metadataPrefix": r"[A-Za-z0-9\-_.!~*'()]+",
    "schema": r"http://\S+",
    "metadataNamespace": r"http://\S+",
    "setSpec": _SET_SPEC,
    "setName": r".+",
    "identifier": r"oai:[a-z0-9\-]+(\.[a-z0-9\-]+)+:[A-Za-z0-9\-_.!~*'();/?:@&=+$,%]+",
    "datestamp": _SECOND,
    "resumptionToken": r"\S*",
}
_ATTRIBUTES = {
    "request": {"verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken"},
    "error": {"code"},
    "header": {"status"},
    "resumptionToken": {"expirationDate", "completeListSize", "cursor"},
}

Answer = Any


def ask(client: Client, *, post: bool = False, **arguments: str) -> Answer:
    """The answer as XML, which is in order; `from_` is the argument `from`."""
    sent = {name.rstrip("_"): value for name, value in arguments.items()}
    return ask_pairs(client, list(sent.items()), post=post)


def ask_pairs(client: Client, pairs: Sequence[tuple[str, str]], *, post: bool = False) -> Answer:
    """The same with arguments that may stand more than once."""
    text = urlencode(pairs)
    form = "application/x-www-form-urlencoded"
    response = client.post("/oai", text, content_type=form) if post else client.get(f"/oai?{text}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert faults_of(root) == []
    return root


def faults_of(root: Answer) -> list[str]:
    """What is not as the schemas have it."""
    found = [] if root.tag == f"{OAI}OAI-PMH" else [f"begins with {root.tag}"]
    if root.get(_SCHEMA_LOCATION) != f"{OAI[1:-1]} {OAI[1:-1]}OAI-PMH.xsd":
        found.append("does not name its schema")
    for element in root.iter():
        if element.tag.startswith(OAI):
            found += _faults_of_one(element, element.tag.removeprefix(OAI))
        elif element.tag == f"{OAI_DC}dc":
            found += _faults_of_dc(element)
    return found


def _faults_of_one(element: Any, name: str) -> Iterator[str]:
    inside = "".join(child.tag.removeprefix(OAI) + " " for child in element)
    if name in _CHILDREN:
        if not re.fullmatch(_CHILDREN[name], inside):
            yield f"{name} holds {inside}"
    elif name in _TEXTS:
        if len(element) or not re.fullmatch(_TEXTS[name], element.text or "", re.S):
            yield f"{name} says {element.text!r}"
    elif name not in ("metadata", "description") or len(element) != 1:
        yield f"{name} is not known"
    if name != "OAI-PMH" and not set(element.attrib) <= _ATTRIBUTES.get(name, set()):
        yield f"{name} has {element.attrib}"
    if name == "error" and element.get("code") not in _CODES:
        yield f"no error is called {element.get('code')}"
    if name == "header" and element.get("status") not in (None, "deleted"):
        yield f"a header is {element.get('status')}"
    if name == "record" and (element[0].get("status") == "deleted") != (len(element) == 1):
        yield "a deleted record has a description, or another one none"


def _faults_of_dc(element: Any) -> Iterator[str]:
    if element.get(_SCHEMA_LOCATION) != f"{OAI_DC[1:-1]} http://www.openarchives.org/OAI/2.0/oai_dc.xsd":
        yield "oai_dc does not name its schema"
    for one in element:
        if (
            one.tag.removeprefix(DC) not in _DC_NAMES
            or len(one)
            or one.attrib
            or not (one.text or "").strip()
        ):
            yield f"oai_dc has {etree.tostring(one, encoding='unicode')}"


# --- what is in an answer ------------------------------------------------------------------------------
def code_of(root: Answer) -> str:
    """The error that the answer tells; "" for none."""
    return "".join(error.get("code") for error in root.iter(f"{OAI}error"))


def records_in(root: Answer) -> dict[str, dict[str, list[str]] | None]:
    """The description of each record by its identifier; None of those that were deleted."""
    return {
        record.findtext(f".//{OAI}identifier"): None
        if record.find(f"{OAI}metadata") is None
        else described(record)
        for record in root.iter(f"{OAI}record")
    }


def described(record: Any) -> dict[str, list[str]]:
    """The values of each element of Dublin Core."""
    found: dict[str, list[str]] = {}
    for one in record.iter(f"{OAI_DC}dc"):
        for element in one:
            found.setdefault(element.tag.removeprefix(DC), []).append(element.text)
    return found


def token_in(root: Answer) -> str:
    """The token to go on with; "" at the end of a list."""
    return root.findtext(f".//{OAI}resumptionToken") or ""


def whole_list(client: Client, **arguments: str) -> Iterator[Answer]:
    """Each part of a list, until it ends."""
    root = ask(client, **arguments)
    yield root
    while token := token_in(root):
        root = ask(client, verb=arguments["verb"], resumptionToken=token)
        yield root
