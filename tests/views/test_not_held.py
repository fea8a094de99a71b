"""Numbers that documents cite and the archive does not hold."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.ingest.parse.records import Reference
from archive.models import Issue
from archive.not_held import numbers_not_held, with_citing
from archive.publishing import withdraw_issue
from archive.search.update import index_issue
from tests.factories import make_document, make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db
PATH = "/documents/not-held/"


def citing(*numbers: str, label: str = "1", own: str = "云政发〔2024〕1号", **changes: Any) -> Issue:
    """An issue whose documents each cite one of the numbers; the first document has the number `own`."""
    documents = tuple(
        make_document(
            n,
            number=own if n == 1 else f"云政函〔2024〕{label}{n}号",
            references=(Reference(number, f"关于{number}的意见", "cites", f"见{number}。"),),
        )
        for n, number in enumerate(numbers, 1)
    )
    return make_issue(label=label, documents=documents, **changes)


def listed() -> list[tuple[str, int]]:
    return [(one.number, one.count) for one in with_citing(numbers_not_held(), 5)]


def test_the_most_cited_come_first_with_title_and_documents(client: Client) -> None:
    issue = citing("国发〔2020〕1号", "国发〔2020〕2号", "国发〔2020〕2号")
    assert listed() == [("国发〔2020〕2号", 2), ("国发〔2020〕1号", 1)]
    page = get(client, PATH)
    assert page.texts["h2"][:2] == ["国发〔2020〕2号", "国发〔2020〕1号"]
    assert "关于国发〔2020〕2号的意见" in page.words and "2 件引用" in page.words
    assert {one.get_absolute_url() for one in issue.documents.all()} <= set(page.links())


def test_what_is_held_is_not_listed() -> None:
    # By its own number, by a part of a joint one, by what its contents print; also where two documents have it.
    citing(
        *("云政发〔2024〕1号", "浙税二〔1994〕95号", "云政发〔2011〕9号", "云政函〔2024〕77号"),
        own="云政发〔2024〕1号",
    )
    joint = make_document(1, number="浙税二〔1994〕95号、〔1994〕财办24号")
    printed = make_document(2, number="云政发〔2011〕8号", number_in_contents="云政发〔2011〕9号")
    twins = [make_document(n, number="云政函〔2024〕77号") for n in (3, 4)]
    make_issue(label="2", documents=(joint, printed, *twins))
    assert listed() == []


def test_what_readers_may_not_see_neither_cites_nor_is_held(client: Client) -> None:
    citing("云政发〔2020〕5号")
    make_issue("draft", label="2", documents=(make_document(1, number="云政发〔2020〕5号"),))
    hidden = citing("云政发〔2020〕6号", label="3", own="云政发〔2020〕7号")
    assert listed() == [("云政发〔2020〕5号", 1), ("云政发〔2020〕6号", 1)]
    withdraw_issue(hidden, "排印有误")
    assert listed() == [("云政发〔2020〕5号", 1)]
    assert "6号" not in get(client, PATH).words


def test_an_index_that_is_behind_tells_nothing_of_what_was_withdrawn(client: Client) -> None:
    issue = citing("云政发〔2020〕6号")
    index_issue(issue)
    assert "6号" in get(client, PATH).words
    withdraw_issue(issue, "排印有误")
    assert list(numbers_not_held()) == ["云政发〔2020〕6号"] and "6号" not in get(client, PATH).words
    index_issue(issue)
    assert list(numbers_not_held()) == []


def test_a_title_alone_is_no_number() -> None:
    said = (Reference("", "古树名木办法", "cites", "见《古树名木办法》。"),)
    make_issue(documents=(make_document(1, number="云政发〔2024〕1号", references=said),))
    assert listed() == []


def test_pages_and_documents_have_an_end(client: Client) -> None:
    citing(*(f"国发〔2020〕{n}号" for n in range(1, 61)))
    citing(*["国发〔2019〕1号"] * 8, label="2", own="云政发〔2024〕2号")
    first, second, third = (get(client, PATH, page=page) for page in ("1", "2", "3"))
    assert first.texts["h2"][0] == "国发〔2019〕1号" and "另有 5 件" in first.words
    assert "61 个文号" in first.words
    numbers = [
        text for page in (first, second, third) for text in page.texts["h2"] if text.startswith("国发")
    ]
    assert len(numbers) == len(set(numbers)) == 61
    assert second.all("ol", start="31") and PATH in second.links() and "?page=2" in first.links()
    assert get(client, PATH, page="999").texts["h2"] == third.texts["h2"]
    assert get(client, PATH, page="甲").texts["h2"] == first.texts["h2"]


def test_the_number_is_searched_as_one_phrase(client: Client) -> None:
    citing("国发〔2020〕1号")
    assert "/search/?q=%22" in "".join(get(client, PATH).links())


def test_an_archive_that_lacks_nothing_says_so(client: Client) -> None:
    assert "都已收录" in get(client, PATH).words


def test_titles_are_text(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    said = (Reference("国发〔2020〕1号", evil, "cites", "见。"),)
    make_issue(documents=(make_document(1, title=evil, number="云政发〔2024〕1号", references=said),))
    assert evil not in get(client, PATH).html


def test_it_is_found_from_the_numbers(client: Client) -> None:
    citing("国发〔2020〕1号")
    assert reverse("numbers-not-held") in get(client, "/documents/").links()


def test_queries_do_not_grow(client: Client) -> None:
    counts = []
    for label, numbers in (("1", 3), ("2", 25)):
        citing(
            *(f"国发〔202{label}〕{n}号" for n in range(1, numbers + 1)),
            label=label,
            own=f"甲〔2024〕{label}号",
        )
        with CaptureQueriesContext(connection) as captured:
            page: Page = get(client, PATH)
        assert len(page.texts["h2"]) >= numbers
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6
