"""A document as a reference: a line after GB/T 7714, an entry of BibTeX, a record of RIS.

What is cited is the print, seen here: gazette, year, issue and printed pages, then the day on which it was looked at and
its address, which GB/T 7714-2015 asks of whatever is cited as online ([J/OL]): `…测绘科学, 2008, 33(5): 8-9[2009-10-25]. http…`.
The document number is further information of the title, as the standard has it for numbers of reports. In the forms
that have no place for it, number and day of the document stand in the note, since a document of December is printed in an
issue of the next year. What is not known is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from archive.models import Document

# A control character would end a line of RIS; nothing printed holds one.
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
# BibTeX counts braces even behind a backslash.
_TEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True, slots=True)
class Cited:
    """What a reference names. Texts are "" and the rest None where it is not known; pages are those printed."""

    key: str
    issuer: str
    title: str
    number: str
    signed_on: date | None
    gazette: str
    year: int | None
    label: str
    published_on: date | None
    first_page: int | None
    last_page: int | None
    file_name: str
    address: str
    seen_on: date

    @property
    def pages(self) -> tuple[int, ...]:
        """The first and the last printed page, one where they are the same, none where they are not known."""
        if self.first_page is None:
            return ()
        last = self.last_page or 0
        return (self.first_page, last) if last > self.first_page else (self.first_page,)

    @property
    def note(self) -> str:
        """Number and day of the document."""
        day = f"成文日期 {self.signed_on.isoformat()}" if self.signed_on else ""
        return "; ".join(filter(None, [self.number, day]))


def cited(document: Document, address: str, seen_on: date) -> Cited:
    """What a reference to the document names; `address` is absolute, looked at on `seen_on`. Needs its issue and gazette."""
    issue = document.issue
    return Cited(
        key=document.public_id,
        issuer=document.issuer,
        title=document.title,
        number=document.number,
        signed_on=document.signed_on,
        gazette=str(issue.gazette or ""),
        year=issue.year,
        label=issue.label,
        published_on=issue.published_on,
        first_page=document.printed_first_page,
        last_page=document.printed_last_page,
        file_name=issue.file_name,
        address=address,
        seen_on=seen_on,
    )


def as_gbt7714(one: Cited) -> str:
    """The reference in one line, as Chinese papers print it."""
    title = one.title + (f": {one.number}" if one.number else "")
    author = f"{one.issuer}. " if one.issuer else ""
    return f"{author}{title}[J/OL]. {as_printed_at(one)}[{one.seen_on.isoformat()}]. {one.address}."


def as_printed_at(one: Cited) -> str:
    """Where it is printed: 云岭市人民政府公报, 2024(1): 1-3."""
    where = f"{one.gazette}, {one.year}({one.label})" if one.gazette else one.file_name
    return f"{where}: {'-'.join(map(str, one.pages))}" if one.pages else where


def as_bibtex(one: Cited) -> str:
    """One entry: an article of the gazette, or what was published otherwise."""
    in_year = one.published_on is not None and one.published_on.year == one.year
    fields = {
        # In braces of its own, so that the name of an office is taken for one name.
        "author": f"{{{_tex(one.issuer)}}}" if one.issuer else "",
        "title": f"{{{_tex(one.title)}}}",
        "journal": _tex(one.gazette),
        "howpublished": "" if one.gazette else _tex(one.file_name),
        "year": str(one.year or ""),
        "month": str(one.published_on.month) if one.published_on and in_year else "",
        "number": _tex(one.label),
        "pages": "--".join(map(str, one.pages)),
        "origdate": one.signed_on.isoformat() if one.signed_on else "",
        "note": _tex(one.note),
        "url": one.address,
        "urldate": one.seen_on.isoformat(),
        "language": "chinese",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    kind = "article" if one.gazette else "misc"
    return f"@{kind}{{{one.key},\n" + ",\n".join(lines) + "\n}\n"


def as_ris(one: Cited) -> str:
    """One record; each tag on a line of its own, that ends as RIS asks."""
    return (
        "".join(f"{tag}  - {_plain(value)}".rstrip(" ") + "\r\n" for tag, value in _ris(one)) + "ER  - \r\n"
    )


def _ris(one: Cited) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if one.gazette else "GEN"
    day = one.published_on
    values = {
        "AU": one.issuer,
        "TI": one.title,
        "T2": one.gazette or one.file_name,
        "PY": str(one.year or ""),
        "DA": day.strftime("%Y/%m/%d/") if day is not None and day.year == one.year else "",
        "IS": one.label,
        "SP": str(one.pages[0]) if one.pages else "",
        "EP": str(one.pages[-1]) if one.pages else "",
        "N1": one.note,
        "UR": one.address,
        "Y2": one.seen_on.strftime("%Y/%m/%d/"),
        "LA": "zh",
        "ID": one.key,
    }
    yield from ((tag, value) for tag, value in values.items() if value)


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in _plain(text))


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
