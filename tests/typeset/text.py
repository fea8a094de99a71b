"""The issue as a plain text file: one paragraph a line, as an office exports its pages."""

from collections.abc import Iterator

from tests.typeset.records import (
    Appointment,
    Attachments,
    Document,
    Heading,
    Issue,
    Item,
    Note,
    Paragraph,
    Roster,
    Signature,
    Subtitle,
    Table,
    UnderTitle,
    chinese_date,
    spaced,
)
from tests.typeset.setting import blocks


def issue_text(issue: Issue, pages: list[int]) -> str:
    """The text of the issue; `pages` are the printed pages for the contents."""
    return (
        "\n".join([*_front(issue, pages), *(line for d in issue.documents for line in _document(d))]) + "\n"
    )


def _front(issue: Issue, pages: list[int]) -> Iterator[str]:
    yield issue.gazette
    yield from ("", issue.pinyin, "", issue.label, "", f"（总第{issue.total}期）", "")
    yield f"{issue.organiser}　主办"
    yield from ("", f"{chinese_date(issue.published)}出版（{issue.frequency}）", "", "目　录")
    category = ""
    for document, page in zip(issue.documents, pages, strict=True):
        if document.category != category:
            category = document.category
            yield from ("", f"【{category}】", "")
        number = f"（{document.listed_number}）" if document.listed_number else ""
        yield f"{document.listed_title}{number}……………（{page}）"
    yield ""


def _document(document: Document) -> Iterator[str]:
    yield ""
    yield from document.title_lines
    yield from ("", document.number, "") if document.number else ("",)
    for item in blocks(document):
        yield from _item(item)
        yield ""


def _item(item: Item | str) -> Iterator[str]:
    match item:
        case str():
            yield item
        case Heading() | Paragraph() | Appointment():
            yield item.printed
        case Note() | UnderTitle():
            yield item.text
        case Subtitle():
            yield from item.lines
            if item.bracket:
                yield item.bracket
        case Signature():
            yield from item.names
            yield chinese_date(item.on)
        case Attachments():
            for index, (label, title, omitted) in enumerate(item.items):
                head = "附件：" if not index else ""
                yield f"{head}{label + '.' if label else ''}{title}{'（略）' if omitted else ''}"
        case Roster():
            for role, person, post in item.members:
                yield f"{spaced(role) + '：' if role else ''}{spaced(person)}\t{post}"
        case Table():
            yield "\t".join(item.columns)
            for row in item.rows:
                yield "\t".join(row)
