"""References in three forms, read back by what their formats say."""

from dataclasses import replace
from datetime import date

import pytest

from archive.export.citations import Cited, as_bibtex, as_gbt7714, as_ris

ONE = Cited(
    key="abcd2345",
    issuer="云岭市人民政府",
    title="云岭市人民政府关于加强古树名木保护工作的通知",
    number="云政发〔2023〕88号",
    signed_on=date(2023, 12, 29),
    gazette="云岭市人民政府公报",
    year=2024,
    label="1",
    published_on=date(2024, 2, 28),
    first_page=1,
    last_page=3,
    file_name="2024-1.pdf",
    address="https://gazette.example/documents/abcd2345/",
    seen_on=date(2026, 3, 5),
)


def read_bibtex(text: str) -> dict[str, str]:
    """The fields of one entry, by the rule of BibTeX: a value ends where its braces are even."""
    head, _, rest = text.partition(",\n")
    kind, _, key = head.removeprefix("@").partition("{")
    fields = {"ENTRYTYPE": kind, "ID": key}
    while not rest.startswith("}"):
        name, _, rest = rest.partition(" = {")
        depth, at = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[at], 0)
            at += 1
        fields[name.strip()] = rest[: at - 1]
        rest = rest[at:].removeprefix(",").lstrip("\n")
    assert rest == "}\n"
    return fields


def read_ris(text: str) -> list[tuple[str, str]]:
    assert text.endswith("ER  - \r\n")
    lines = text.split("\r\n")
    assert all(line[2:6] == "  - " for line in lines[:-1])
    return [(line[:2], line[6:]) for line in lines[:-2]]


def test_gbt7714_names_the_print_and_when_it_was_seen() -> None:
    assert as_gbt7714(ONE) == (
        "云岭市人民政府. 云岭市人民政府关于加强古树名木保护工作的通知: 云政发〔2023〕88号[J/OL]. "
        "云岭市人民政府公报, 2024(1): 1-3[2026-03-05]. https://gazette.example/documents/abcd2345/."
    )


def test_bibtex_names_the_print() -> None:
    assert read_bibtex(as_bibtex(ONE)) == {
        "ENTRYTYPE": "article",
        "ID": "abcd2345",
        "author": "{云岭市人民政府}",
        "title": "{云岭市人民政府关于加强古树名木保护工作的通知}",
        "journal": "云岭市人民政府公报",
        "year": "2024",
        "month": "2",
        "number": "1",
        "pages": "1--3",
        "origdate": "2023-12-29",
        "note": "云政发〔2023〕88号; 成文日期 2023-12-29",
        "url": "https://gazette.example/documents/abcd2345/",
        "urldate": "2026-03-05",
        "language": "chinese",
    }


def test_ris_names_the_print() -> None:
    assert read_ris(as_ris(ONE)) == [
        ("TY", "JOUR"),
        ("AU", "云岭市人民政府"),
        ("TI", "云岭市人民政府关于加强古树名木保护工作的通知"),
        ("T2", "云岭市人民政府公报"),
        ("PY", "2024"),
        ("DA", "2024/02/28/"),
        ("IS", "1"),
        ("SP", "1"),
        ("EP", "3"),
        ("N1", "云政发〔2023〕88号; 成文日期 2023-12-29"),
        ("UR", "https://gazette.example/documents/abcd2345/"),
        ("Y2", "2026/03/05/"),
        ("LA", "zh"),
        ("ID", "abcd2345"),
    ]


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(
        ONE,
        issuer="",
        number="",
        signed_on=None,
        gazette="",
        year=None,
        label="",
        published_on=None,
        first_page=None,
        last_page=None,
    )
    fields = read_bibtex(as_bibtex(bare))
    assert fields["ENTRYTYPE"] == "misc" and fields["howpublished"] == "2024-1.pdf"
    assert {"author", "journal", "year", "month", "number", "pages", "origdate", "note"}.isdisjoint(fields)
    assert {tag for tag, _ in read_ris(as_ris(bare))} == {"TY", "TI", "T2", "UR", "Y2", "LA", "ID"}
    assert as_gbt7714(bare) == f"{ONE.title}[J/OL]. 2024-1.pdf[2026-03-05]. {ONE.address}."


@pytest.mark.parametrize(("last", "pages"), [(1, "1"), (None, "1"), (2, "1--2")])
def test_one_page_is_no_span(last: int | None, pages: str) -> None:
    one = replace(ONE, last_page=last)
    assert read_bibtex(as_bibtex(one))["pages"] == pages
    assert dict(read_ris(as_ris(one)))["EP"] == pages[-1]


def test_an_issue_that_came_out_in_the_next_year_keeps_its_year() -> None:
    late = replace(ONE, published_on=date(2025, 1, 8))
    assert "month" not in read_bibtex(as_bibtex(late)) and "DA" not in dict(read_ris(as_ris(late)))


def test_no_title_ends_its_field() -> None:
    odd = replace(ONE, title="收费 {5%}\r\nER  - \nTY  - 第_1#组}，见\\x & $2 ~^")
    title = read_bibtex(as_bibtex(odd))["title"]
    assert title.startswith(r"{收费 {\textbraceleft}5\%{\textbraceright} ER - TY - 第\_1\#组")
    assert len(read_bibtex(as_bibtex(odd))) == len(read_bibtex(as_bibtex(ONE)))
    assert [tag for tag, _ in read_ris(as_ris(odd))] == [tag for tag, _ in read_ris(as_ris(ONE))]
