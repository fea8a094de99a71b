"""What each verb of OAI-PMH 2.0 answers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone

from archive.models import JournalEntry
from archive.oai import records, xml
from archive.oai.arguments import PREFIX, Asked, read_arguments
from archive.oai.dublin_core import document_to_dc
from archive.oai.errors import Code, OaiError
from archive.oai.identity import host, identifier_of, mail, public_id_of
from archive.oai.records import Record, Wanted
from archive.oai.sets import all_sets, sets_of
from archive.oai.tokens import Token
from archive.oai.xml import Element, element

# Records in one answer: some 150 kB.
IN_ONE = 100

# Nothing in the archive is older: what an empty one says of its first record.
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)

# From a path to the whole address.
AddressOf = Callable[[str], str]


def answer(sent: Iterable[tuple[str, str]], address: str, address_of: AddressOf) -> bytes:
    """The answer to what was sent to `address`, the base URL: what was asked for, or the error that says why not."""
    when, pairs = timezone.now(), list(sent)
    given = dict(pairs)
    try:
        asked = read_arguments(pairs)
        content = _VERBS[asked.verb](asked, address, address_of)
    except OaiError as told:
        content = xml.error(told)
        if told.code in (Code.BAD_VERB, Code.BAD_ARGUMENT):
            given = {}
    return xml.answer(address, given, when, content)


def _identify(asked: Asked, address: str, address_of: AddressOf) -> Element:
    return element(
        "Identify",
        element("repositoryName", settings.SITE["name"]),
        element("baseURL", address),
        element("protocolVersion", "2.0"),
        element("adminEmail", mail()),
        element("earliestDatestamp", xml.moment(records.earliest() or _BEFORE_ALL)),
        element("deletedRecord", "persistent"),
        element("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        element("description", xml.oai_identifier(host(), identifier_of("bcdfghjk"))),
    )


def _list_metadata_formats(asked: Asked, address: str, address_of: AddressOf) -> Element:
    if asked.identifier:
        _entry(asked.identifier)
    return element(
        "ListMetadataFormats",
        element(
            "metadataFormat",
            element("metadataPrefix", PREFIX),
            element("schema", xml.OAI_DC_SCHEMA),
            element("metadataNamespace", xml.OAI_DC),
        ),
    )


def _list_sets(asked: Asked, address: str, address_of: AddressOf) -> Element:
    found = all_sets()
    return element(
        "ListSets",
        *(element("set", element("setSpec", spec), element("setName", name)) for spec, name in found),
    )


def _get_record(asked: Asked, address: str, address_of: AddressOf) -> Element:
    (record,) = records.records_of([_entry(asked.identifier)])
    return element("GetRecord", _record(record, address_of))


def _list_records(asked: Asked, address: str, address_of: AddressOf) -> Element:
    entries, token = _part(asked)
    found = (_record(record, address_of) for record in records.records_of(entries))
    return element("ListRecords", *found, *token)


def _list_identifiers(asked: Asked, address: str, address_of: AddressOf) -> Element:
    entries, token = _part(asked)
    return element("ListIdentifiers", *(_header(record) for record in records.headers_of(entries)), *token)


_VERBS: Mapping[str, Callable[[Asked, str, AddressOf], Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListRecords": _list_records,
    "ListIdentifiers": _list_identifiers,
}


def _entry(identifier: str) -> JournalEntry:
    found = records.entry_of(public_id_of(identifier))
    if found is None:
        raise OaiError(Code.NO_RECORD, "this archive has no such record")
    return found


def _part(asked: Asked) -> tuple[list[JournalEntry], list[Element]]:
    """The next entries of a list, and the token that tells where it goes on: empty at the end of one that was parted."""
    wanted, token = Wanted(asked.set_spec, asked.since, asked.before), asked.token
    found = records.entries_after(wanted, token.sequence if token else 0, IN_ONE + 1)
    if not found and token:
        # All that was left has changed since, and left the bounds of the list with that.
        raise OaiError(Code.BAD_TOKEN, "what was left of the list has changed; ask for the list anew")
    if not found:
        raise OaiError(Code.NO_RECORDS, "nothing has changed there in that time")
    more, found = len(found) > IN_ONE, found[:IN_ONE]
    if not more and not token:
        return found, []
    before = token.given if token else 0
    given = before + len(found)
    size = max(token.size if token else records.how_many(wanted), given + more)
    text = ""
    if more:
        text = str(Token(asked.verb, found[-1].sequence, given, size, asked.arguments))
    return found, [element("resumptionToken", text, completeListSize=str(size), cursor=str(before))]


def _record(record: Record, address_of: AddressOf) -> Element:
    header, document = _header(record), record.document
    if document is None:
        return element("record", header)
    values = document_to_dc(document, address_of(document.get_absolute_url()))
    return element("record", header, element("metadata", xml.dublin_core(values)))


def _header(record: Record) -> Element:
    return element(
        "header",
        element("identifier", identifier_of(record.entry.key)),
        element("datestamp", xml.moment(record.entry.at)),
        *(element("setSpec", spec) for spec in sets_of(record.entry)),
        status=None if record.document else "deleted",
    )
