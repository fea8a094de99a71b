"""What is compared of a document read and its truth: each measure makes of both something that must be equal."""

import re
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]


def close(text: str | None) -> str:
    """As printed, without white space: where a line was broken is not what is compared."""
    return re.sub(r"\s+", "", text or "")


def headings(document: Record) -> list[tuple[int, str]]:
    return [
        (section["level"], close(section["label"] + section["heading"]))
        for section in document["sections"]
        if not section["run_in"]
    ]


def run_ins(document: Record) -> list[str]:
    return [
        close(section["label"] + section["heading"]).rstrip("。")
        for section in document["sections"]
        if section["run_in"]
    ]


def texts(document: Record) -> list[str]:
    """All text that is neither a table, a roster nor a list of attachments, in reading order."""
    apart = {"table", "roster", "attachment"}
    return [close(block["text"]) for block in document["blocks"] if block["kind"] not in apart]


def text_pages(document: Record) -> list[tuple[str, int | None]]:
    """On which page each block begins."""
    apart = {"table", "roster", "attachment"}
    return [(close(b["text"])[:12], b["page"]) for b in document["blocks"] if b["kind"] not in apart]


def pages(document: Record) -> list[int | None]:
    return [document[name] for name in ("first_page", "last_page", "printed_first_page", "printed_last_page")]


def attachments(document: Record) -> list[tuple[str, str, bool]]:
    return [(a["label"], close(a["title"]), a["omitted"]) for a in document["attachments"]]


def tables(document: Record) -> list[list[list[str]]]:
    return [
        [[close(cell) for cell in row] for row in (table["columns"], *table["rows"])]
        for table in document["tables"]
    ]


def rosters(document: Record) -> list[list[tuple[str, str, str]]]:
    return [
        [(close(m["role"]), close(m["person"]), close(m["post"])) for m in roster["members"]]
        for roster in document["rosters"]
    ]


def appointments(document: Record) -> list[tuple[str, str, str, str]]:
    return [
        (a["action"], close(a["person"]), close(a["post"]), close(a["remark"]))
        for a in document["appointments"]
    ]


def references(document: Record) -> list[tuple[str, str]]:
    """(number, or 《title》 where none is printed, relation); a title alone counts when it is repealed or amended."""
    return sorted(
        (close(r["number"]) or f"《{close(r['title']).strip('《》')}》", r["relation"])
        for r in document["references"]
        if r["number"] or r["relation"] in ("repeals", "amends")
    )


def enclosures(document: Record) -> list[str]:
    return [close(enclosure["title"]) for enclosure in document["enclosures"]]


def signers(document: Record) -> list[str]:
    return [close(name) for name in document["signed_by"]]


def field(name: str) -> Callable[[Record], str]:
    return lambda document: close(str(document[name]))


MEASURES: dict[str, Callable[[Record], Any]] = {
    **{
        name: field(name)
        for name in (
            "category",
            "title",
            "title_in_contents",
            "page_in_contents",
            "number",
            "number_in_contents",
            "recipients",
            "signed_on",
            "note",
        )
    },
    "signed_by": signers,
    "pages": pages,
    "headings": headings,
    "run_in": run_ins,
    "texts": texts,
    "text_pages": text_pages,
    "enclosures": enclosures,
    "attachments": attachments,
    "tables": tables,
    "rosters": rosters,
    "appointments": appointments,
    "references": references,
}
