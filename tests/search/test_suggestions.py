"""What is proposed while a reader types."""

import gc
import random
import weakref
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from haystack import connections

from archive.ingest.parse.records import Appointment, Member, Roster
from archive.models import Document, Issue
from archive.publishing import publish_issue, withdraw_issue
from archive.search import suggestions, update
from archive.search.query import search_documents
from archive.search.suggestions import MOST, number_key, suggest
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db


def shown(typed: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in suggest(typed)]


def of_kind(typed: str, kind: str) -> list[str]:
    return [one.text for one in suggest(typed) if one.kind == kind]


def published(*documents: object, label: str = "1", state: str = "published") -> Issue:
    issue = make_issue(label=label, state=state, documents=documents)
    update.index_issue(issue)
    return issue


@pytest.fixture
def archive() -> Issue:
    def titled(position: int, title: str, number: str, **changes: object) -> object:
        return make_document(
            position, title=title, number=number, signed_on=date(2022, 1, position), **changes
        )

    return published(
        titled(1, "阳泉市人民政府关于加强古树名木保护工作的通知", "阳政发〔2022〕1号"),
        titled(2, "阳泉市人民政府关于印发古树名木保护办法的通知", "阳政发〔2022〕15号"),
        titled(3, "阳泉市人民政府关于公布名录的通知", "阳政发〔2022〕10号"),
        titled(4, "阳泉市人民政府办公室关于设立古树名木保护小组的通知", "阳政办发〔2022〕1号"),
        titled(
            5,
            "关于晋玮等同志职务任免的通知",
            "阳政任〔2021〕1号",
            appointments=(
                Appointment("appoint", "晋玮", "市财政局局长", person_as_printed="晋　玮"),
                Appointment("remove", "石峥", "市水利局局长"),
            ),
            rosters=(Roster((Member("组长", "晋 玮", "市长"), Member("成员", "李晋玮", "副市长"))),),
        ),
        titled(6, "中华人民共和国国务院令", "国务院令第707号"),
    )


# --- numbers -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("阳政发[2022]", ["阳政发〔2022〕10号", "阳政发〔2022〕15号", "阳政发〔2022〕1号"]),
        (
            "阳政发2022 1",
            ["阳政发〔2022〕1号", "阳政发〔2022〕10号", "阳政发〔2022〕15号"],
        ),  # the very one first
        ("阳政发〔2022〕1号", ["阳政发〔2022〕1号"]),
        ("陽政發［２０２２］１５", ["阳政发〔2022〕15号"]),
        ("阳政发20221", ["阳政发〔2022〕1号", "阳政发〔2022〕10号", "阳政发〔2022〕15号"]),
        ("阳政发 2022 年 1 号", ["阳政发〔2022〕1号"]),
        ("阳政发〔2022〕第", ["阳政发〔2022〕10号", "阳政发〔2022〕15号", "阳政发〔2022〕1号"]),
        ("阳政发〔二〇二二〕十五号", ["阳政发〔2022〕15号"]),
        ("阳政办", ["阳政办发〔2022〕1号"]),
        ("[2022]1号", ["阳政办发〔2022〕1号", "阳政发〔2022〕1号"]),
        ("2022 15", ["阳政发〔2022〕15号"]),
        ("国务院令7", ["国务院令第707号"]),
        ("国务院令第707号", ["国务院令第707号"]),
        ("政发", []),
        ("阳政发〔2023〕", []),
    ],
)
@pytest.mark.usefixtures("archive")
def test_numbers_that_begin_so_in_any_spelling(typed: str, numbers: list[str]) -> None:
    assert of_kind(typed, "number") == numbers


def test_a_number_leads_to_its_document_and_shows_its_title(archive: Issue) -> None:
    (one,) = suggest("阳政发〔2022〕15号")
    document = archive.documents.get(position=2)
    assert (one.url, one.detail) == (document.get_absolute_url(), document.title)


def test_the_number_of_the_contents_leads_there_too() -> None:
    published(
        make_document(1, number="阳政办函〔2022〕46号", number_in_contents="阳政办函〔2022〕62号"),
    )
    assert of_kind("阳政办函2022 6", "number") == ["阳政办函〔2022〕62号"]
    assert of_kind("阳政办函2022 4", "number") == ["阳政办函〔2022〕46号"]


@pytest.mark.parametrize(
    ("folded", "key"),
    [
        ("阳政发[2022]1号", "阳政发 2022 1 "),
        ("阳政发2022 1", "阳政发 2022 1"),
        ("阳政发[202", "阳政发 202"),
        ("[2022]015号", "2022 15 "),
        ("公告[8届]第14号", "公告 8 届 14 "),
        ("青年发[2020]3号", "青年发 2020 3 "),
        ("", ""),
        ("号", "号"),
    ],
)
def test_the_key_of_a_number_has_its_parts_only(folded: str, key: str) -> None:
    assert number_key(folded) == key


# --- titles --------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("archive")
def test_titles_that_begin_so_come_before_those_that_have_it_inside() -> None:
    assert of_kind("古树", "title") == [
        "阳泉市人民政府关于印发古树名木保护办法的通知",
        "阳泉市人民政府办公室关于设立古树名木保护小组的通知",
        "阳泉市人民政府关于加强古树名木保护工作的通知",
    ]
    assert of_kind("印发古树", "title") == ["阳泉市人民政府关于印发古树名木保护办法的通知"]
    assert of_kind("陽泉市人民政府办", "title") == ["阳泉市人民政府办公室关于设立古树名木保护小组的通知"]


@pytest.mark.usefixtures("archive")
def test_what_was_typed_is_shown_in_the_title() -> None:
    (one,) = suggest("保護 辦法")
    assert one.text[one.start : one.end] == "保护办法"
    assert one.detail == "阳政发〔2022〕15号"


# --- people --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["晋玮", "晋 玮", "晉瑋", "晋　玮", '"晋玮'])
@pytest.mark.usefixtures("archive")
def test_people_are_found_however_their_names_are_set(typed: str) -> None:
    found = [one for one in suggest(typed) if one.kind == "person"]
    assert [(one.text, one.documents) for one in found] == [("晋玮", 1), ("李晋玮", 1)]
    (query,) = parse_qs(urlsplit(found[0].url).query)["q"]
    assert query == 'person:"晋玮"'
    assert search_documents(query).total == 1


def test_every_person_of_the_archive_is_proposed_and_found_by_field(archive: Issue) -> None:
    update.index_issue(make_issue(label="2"))
    for document in Document.objects.prefetch_related("appointments", "rosters"):
        people = {one.person for one in document.appointments.all()}
        people |= {m["person"] for roster in document.rosters.all() for m in roster.members}
        for person in people:
            (one,) = (s for s in suggest(person) if s.kind == "person" and s.text == "".join(person.split()))
            (query,) = parse_qs(urlsplit(one.url).query)["q"]
            found = search_documents(query)
            assert document.pk in {hit.document.pk for hit in found.hits}
            assert found.total >= one.documents


# --- together ------------------------------------------------------------------------------------------
def test_no_kind_crowds_out_the_others() -> None:
    named = Appointment("appoint", "王国务", "局长")
    published(
        *(
            make_document(n, title=f"国务要情第{n}期", number=f"国务办发〔2022〕{n}号", appointments=(named,))
            for n in range(1, 21)
        )
    )
    kinds = [one.kind for one in suggest("国务")]
    assert kinds == ["number"] * 4 + ["title"] * 3 + ["person"]
    assert [one.kind for one in suggest("国务办")] == ["number"] * MOST
    assert [one.kind for one in suggest("国务要情")] == ["title"] * MOST
    assert [one.documents for one in suggest("王国务")] == [20]


@pytest.mark.parametrize("typed", ["", "阳", " 阳 ", "　", "\u200b\u200b阳", '""阳"', "x"])
@pytest.mark.usefixtures("archive")
def test_less_than_two_characters_propose_nothing(typed: str) -> None:
    assert suggest(typed) == []


def test_without_an_index_nothing_is_proposed() -> None:
    make_issue()
    assert suggest("古树") == []


@pytest.mark.usefixtures("archive")
def test_any_string_will_do() -> None:
    choose = random.Random(8)
    for _ in range(500):
        typed = "".join(
            chr(choose.choice([*range(0x250), *range(0x3000, 0x3100), 0x9633, 0xD800, 0x10FFFF]))
            for _ in range(12)
        )
        assert len(suggest(typed)) <= MOST
    assert suggest("阳泉" * 10_000) == []


# --- what readers may see ------------------------------------------------------------------------------
def test_publishing_and_withdrawing_are_followed_at_once(archive: Issue) -> None:
    draft = published(
        make_document(1, title="关于珍稀植物的通知", number="阳政发〔2022〕99号"), label="2", state="draft"
    )
    assert suggest("珍稀植物") == suggest("阳政发2022 99") == []
    publish_issue(draft)
    update.index_issue(draft)
    assert [kind for kind, _ in shown("珍稀植物")] == ["title"]
    withdraw_issue(draft, reason="重印")
    assert suggest("珍稀植物") == suggest("阳政发2022 99") == []
    assert suggest("石峥") != []
    # What the index has not heard of yet is not shown either.
    Issue.objects.filter(pk=archive.pk).update(state="withdrawn", withdrawn_at=timezone.now())
    for typed in ("石峥", "阳政发", "古树", "晋玮"):
        assert suggest(typed) == []


def test_a_document_withdrawn_alone_is_not_proposed(archive: Issue) -> None:
    archive.documents.filter(position=5).update(withdrawn_at=timezone.now())
    assert suggest("石峥") == suggest("阳政任") == suggest("关于晋玮") == []
    assert suggest("阳政发") != []


def test_what_was_made_for_a_snapshot_goes_with_it(archive: Issue) -> None:
    snapshot = connections["default"].get_backend().index.snapshot()
    suggest("古树")
    held = weakref.ref(suggestions._made[snapshot])
    del snapshot
    published(make_document(1, title="关于珍稀植物的通知"), label="2")
    assert suggest("珍稀植物")
    gc.collect()
    assert held() is None
