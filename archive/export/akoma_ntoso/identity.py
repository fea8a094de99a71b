"""What a document is called after the naming convention of Akoma Ntoso, and by whom and when it was made.

    /akn/cn/doc/通知/云岭市人民政府/2024-01-15/云政发〔2024〕1号/zho@2024-01-15/!main.xml

What the archive does not know of it is left out: no part of the country, and the year of the issue for a day that is
not known. Without a number its short id stands there, for something has to.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate

from archive.export.akoma_ntoso.elements import Element, element
from archive.models import Document

# From a path to the whole address.
AddressOf = Callable[[str], str]

COUNTRY, LANGUAGE = "cn", "zho"
# What means something in an address, or must not stand in one.
_NOT_IN_NAMES = re.compile(r"[\s\x00-\x20\x7f/\\?#%@!~:;<>\"'{}|^`\[\]\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Identity:
    """The names of a document; `day` and `day_name` are those of the work."""

    work: str
    expression: str
    day: date
    day_name: str
    published: date
    published_name: str
    changed: date


def identity_of(document: Document, kind_of_text: str) -> Identity:
    """The names of the document, being an `act` or a `doc`. Needs its issue."""
    issue = document.issue
    # Every issue has come into the archive one day, if nothing else is known.
    added = (localdate(issue.released_at or issue.added_at), "release-in-archive")
    published = (issue.published_on, "publication") if issue.published_on else added
    day = (document.signed_on, "generation") if document.signed_on else published
    known = document.signed_on or issue.published_on
    work = "/".join(
        filter(
            None,
            [
                "/akn",
                COUNTRY,
                kind_of_text,
                _in_name(document.kind),
                _in_name(document.issuer),
                known.isoformat() if known else str(issue.year or ""),
                _in_name(document.number) or document.public_id,
            ],
        )
    )
    expression = f"{work}/{LANGUAGE}@{known.isoformat() if known else ''}"
    return Identity(work, expression, *day, *published, localdate(issue.changed_at))


def identification(
    document: Document, names: Identity, component: str, title: str, author: str, address_of: AddressOf
) -> Element:
    """The identification of the document, or of a part of it. `author` is the eId of who issued it."""
    main = component == "main"
    page = address_of(document.get_absolute_url())
    return element(
        "identification",
        element(
            "FRBRWork",
            *_names(f"{names.work}/!{component}", names.work, page if main else ""),
            element("FRBRdate", date=names.day.isoformat(), name=names.day_name),
            element("FRBRauthor", href=f"#{author}"),
            element("FRBRcountry", value=COUNTRY),
            *([element("FRBRsubtype", value=document.kind)] if main and document.kind else []),
            *([element("FRBRnumber", value=document.number)] if main and document.number else []),
            *([element("FRBRname", value=title)] if title else []),
        ),
        element(
            "FRBRExpression",
            *_names(f"{names.expression}/!{component}", names.expression, ""),
            element("FRBRdate", date=names.published.isoformat(), name=names.published_name),
            element("FRBRauthor", href=f"#{author}"),
            element("FRBRlanguage", language=LANGUAGE),
        ),
        element(
            "FRBRManifestation",
            *_names(
                f"{names.expression}/!{component}.xml",
                f"{names.expression}.xml",
                address_of(reverse("document-akn", args=[document.public_id])) if main else "",
            ),
            element("FRBRdate", date=names.changed.isoformat(), name="change-in-archive"),
            element("FRBRauthor", href="#archive"),
            element("FRBRformat", value="application/akn+xml"),
        ),
        source="#archive",
    )


def _names(this: str, whole: str, alias: str) -> list[Element]:
    return [
        element("FRBRthis", value=this),
        element("FRBRuri", value=whole),
        *([element("FRBRalias", value=alias, name="archive")] if alias else []),
    ]


def _in_name(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text).strip("-.")
