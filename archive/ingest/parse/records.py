"""The parsed issue: frozen records that parsing returns, `store` saves and `parse --json` prints.

Field names are those of the JSON contract (`gazette-issue/1`); `parse/as_json.py` writes them out.
Pages are pages of the file, counted from 1, and None for a text file.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One line of the printed contents (目录): category as printed without brackets, printed page."""

    category: str
    title: str
    number: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document's text in reading order.

    `kind` is one of recipient, paragraph, heading, subtitle, signature, date, note,
    attachment, table, roster. `section` is the index in `Document.sections` of the
    section it stands in (its own, for a heading or a run-in paragraph); None before the first.
    `table` and `roster` are indexes in `Document.tables` and `Document.rosters`; a table that lists a leading group
    has both.
    `confidence` is that of its least certain line where the text comes from character recognition, 0 to 1;
    None where the file itself holds the text. `recognised` says the same of each of these lines:
    (start, end, confidence), the line being `text[start:end]`; of a table, of each cell.
    `printed_page` is the number printed on the page where it begins, on a spread that of its half.
    `as_printed` is what the print says where an editor has corrected it.
    """

    kind: str
    text: str
    page: int | None = None
    section: int | None = None
    table: int | None = None
    roster: int | None = None
    confidence: float | None = None
    recognised: tuple[tuple[int, int, float], ...] = ()
    printed_page: int | None = None
    as_printed: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading. `level` counts from 1 inside its scheme; `parent` is an index in `Document.sections`."""

    level: int
    label: str
    heading: str
    run_in: bool = False
    page: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A plan printed in this issue that a notice carries (印发); `block` is the index of its title."""

    title: str
    block: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """One line of an 附件 list; `omitted` when it is printed with （略）. `label` is "" where none is printed."""

    label: str
    title: str
    omitted: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table; group rows are rows with empty cells.

    `as_printed` has (row, column, text) of each cell that an editor has corrected; row -1 is the head.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    page: int | None = None
    last_page: int | None = None
    as_printed: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a roster. `role` is "" where none is printed on or above the line."""

    role: str
    person: str
    post: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a leading group as listed (组长：石 峥 副市长)."""

    members: tuple[Member, ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person, one post. `action` is appoint, remove, nominate or nominate-removal."""

    action: str
    person: str
    post: str
    remark: str = ""
    person_as_printed: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document named in the text. `relation` is cites, based-on, forwards, amends or repeals.

    `number` is canonical, None when only a 《title》 is printed; `evidence` is the sentence.
    """

    number: str | None
    title: str
    relation: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Validity:
    """From when and until when a document says that it is in force; `evidence` are the sentences.

    A date is None where the text does not settle it: 有效期5年 without a day on which it begins.
    `expires_on` is the last day in force.
    """

    effective_on: date | None = None
    expires_on: date | None = None
    years: int | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an editor must look at. `document` is a position from 1, None for the whole issue."""

    code: str
    severity: str
    message: str
    document: int | None = None
    page: int | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """One official document of the issue, in the order printed; `position` counts from 1."""

    position: int
    title: str
    category: str = ""
    title_in_contents: str | None = None
    page_in_contents: int | None = None
    number: str | None = None
    number_as_printed: str | None = None
    number_in_contents: str | None = None
    issuer: str = ""
    kind: str = ""
    recipients: str = ""
    signed_by: tuple[str, ...] = ()
    signed_on: date | None = None
    note: str = ""
    first_page: int | None = None
    last_page: int | None = None
    printed_first_page: int | None = None
    printed_last_page: int | None = None
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tables: tuple[Table, ...] = ()
    rosters: tuple[Roster, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    references: tuple[Reference, ...] = ()
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The file: `kind` is pdf, text, docx or html; `text` is embedded, ocr or mixed; `pages` None for text."""

    name: str
    sha256: str
    kind: str
    pages: int | None
    text: str = "embedded"


# text, x0, top, x1, bottom, confidence
PrintedLine = tuple[str, float, float, float, float, float | None]


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page of the file: size in points, the page number printed on it, its lines with their boxes.

    A line is (text, x0, top, x1, bottom, confidence); the last is None where the file itself holds the text.
    `text` says where the text comes from: embedded, hidden (a text layer behind a scan), ocr, or "" for a
    page without any; `readable` is False for the last. `wants_ocr` says that its picture should be recognised:
    it has no text, or none that can be trusted.
    """

    number: int
    width: float
    height: float
    printed_number: int | None = None
    lines: tuple[PrintedLine, ...] = ()
    readable: bool = True
    text: str = "embedded"
    wants_ocr: bool = False
    # of a sheet with two printed pages side by side, the number of the right one
    printed_right: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingScore:
    """How well the whole issue was read, so that an editor knows where to look first. Counts, not shares.

    `characters` are all printed ones, white space aside; `characters_placed` those that stand in a document or
    in the contents; `characters_uncertain` those that recognition was not sure of.
    """

    contents_entries: int = 0
    contents_found: int = 0
    characters: int = 0
    characters_placed: int = 0
    characters_uncertain: int = 0


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """Everything that was read of one file."""

    source: Source
    gazette: str = ""
    year: int | None = None
    label: str = ""
    number: int | None = None
    total_number: int | None = None
    published_on: date | None = None
    frequency: str = ""
    organiser: str = ""
    contents: tuple[ContentsEntry, ...] = ()
    documents: tuple[ParsedDocument, ...] = ()
    findings: tuple[Finding, ...] = ()
    pages: tuple[PrintedPage, ...] = ()
    score: ReadingScore = ReadingScore()
