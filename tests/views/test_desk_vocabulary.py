"""The vocabulary at the desk: what is learnt, confirmed and struck out, what the parser makes of it, and namesakes."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.ingest.knowledge import known_from_archive
from archive.ingest.parse.issue import body_of_code
from archive.ingest.parse.known import Known
from archive.ingest.parse.misreadings import name_variants
from archive.ingest.parse.records import Appointment
from archive.ingest.parse.signs import read_kind
from archive.models import Namesake, Term
from archive.vocabulary import confirm, forget, offices_of, order_of_categories, strike, words_of
from tests.accounts import make_account
from tests.factories import make_document, make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    client.force_login(make_account())
    return client


def states(kind: str) -> dict[str, str]:
    return {word.word: word.state for word in words_of(kind)}


# --- what the parser is told ---------------------------------------------------------------------------
def test_what_is_confirmed_counts_at_once_and_what_is_struck_is_not_learnt_again() -> None:
    make_issue()
    assert states("code")["云政任字"] == "learnt"
    assert "云水函" not in known_from_archive().codes
    confirm("code", "云水函", belongs_to="云岭市水利局")
    strike("code", "云政任字")
    known = known_from_archive()
    assert "云水函" in known.codes
    assert "云政任字" not in known.codes
    assert known.issuers == {("云水函", "云岭市水利局")}
    make_issue(label="2")
    assert "云政任字" not in known_from_archive().codes
    assert states("code")["云政任字"] == "struck"
    forget("code", "云政任字")
    assert "云政任字" in known_from_archive().codes


def test_the_body_of_a_learnt_code_is_the_one_that_has_it_most_often() -> None:
    make_issue()
    bodies = {word.word: word.belongs_to for word in words_of("code")}
    assert bodies["云政办函"] == "云岭市人民政府办公室"


def test_a_confirmed_code_names_the_issuer_where_nothing_else_does() -> None:
    known = Known(issuers=frozenset({("云政办函", "云岭市人民政府办公室")}))
    assert body_of_code("云政办函〔2024〕3号", known) == "云岭市人民政府办公室"
    assert body_of_code("云政函〔2024〕3号", known) == ""
    assert body_of_code(None, known) == ""


def test_kinds_are_those_of_the_print_and_the_vocabulary() -> None:
    title = "云岭市2024年行政许可事项一览表"
    assert read_kind(title) == ""
    assert read_kind(title, {"一览表"}) == "一览表"
    assert read_kind("关于开展普查的通知", (), {"通知"}) == ""


def test_places_are_those_of_the_city_as_editors_have_them() -> None:
    """孟县 for 盂县 is proposed as long as the city has a 盂县."""
    variants, _in_use = name_variants("阳泉市", frozenset())
    assert variants["孟县"] == "盂县"
    assert "孟县" not in name_variants("阳泉市", frozenset(), frozenset({"盂县"}))[0]
    strike("place", "盂县")
    confirm("place", "云盂县")
    known = known_from_archive()
    assert (known.places, known.not_places) == ({"云盂县"}, {"盂县"})


def test_places_are_seeded_from_the_cities_of_the_gazettes() -> None:
    make_issue(gazette="阳泉市人民政府公报")
    assert states("place")["盂县"] == "learnt"


def test_categories_have_the_order_of_the_editors(client: Client) -> None:
    confirm("category", "人事任免", position=1)
    confirm("category", "政府文件", position=2)
    assert order_of_categories() == ["人事任免", "政府文件"]
    assert [word.word for word in words_of("category")] == ["人事任免", "政府文件"]


# --- the page ------------------------------------------------------------------------------------------
def test_words_are_settled_on_the_page(desk: Client) -> None:
    make_issue()
    page = get(desk, reverse("desk-vocabulary"))
    form = page.form_with("word", "云政办函")
    assert form["belongs_to"] == "云岭市人民政府办公室"
    assert desk.post(reverse("desk-term"), form | {"act": "confirm"}).status_code == 302
    assert states("code")["云政办函"] == "confirmed"
    assert "已确认" in get(desk, reverse("desk-vocabulary")).words
    desk.post(reverse("desk-term"), form | {"act": "strike"})
    assert states("code")["云政办函"] == "struck"
    desk.post(reverse("desk-term"), {"kind": "code", "word": "云政办函", "act": "forget"})
    assert states("code")["云政办函"] == "learnt"
    desk.post(reverse("desk-term"), {"kind": "category", "word": "新栏目", "position": "3", "act": "confirm"})
    assert Term.objects.get(word="新栏目").position == 3
    assert "云政办函" not in get(desk, reverse("desk-vocabulary"), kind="code", q="任字").words


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"kind": "code", "word": "", "act": "confirm"},
        {"kind": "nothing", "word": "甲", "act": "confirm"},
        {"kind": "code", "word": "甲", "act": "burn"},
        {"kind": "category", "word": "甲", "act": "confirm", "position": "first"},
        {"kind": "code", "word": "甲" * 101, "act": "confirm"},
    ],
)
def test_a_form_that_nobody_was_given(desk: Client, sent: dict[str, str]) -> None:
    assert desk.post(reverse("desk-term"), sent).status_code == 400
    assert not Term.objects.exists()


# --- people of one name --------------------------------------------------------------------------------
def two_of_a_name() -> list[str]:
    for n, post in enumerate(("市林业局局长", "市水利局副局长"), 1):
        appointed = (Appointment("appoint", "林岚", post, "", "林 岚"),)
        documents = (make_document(1, appointments=appointed, signed_on=date(2020 + n, 1, 1)),)
        make_issue(label=str(n), documents=documents)
    return [office.document.public_id for office in offices_of("林岚")]


def test_an_editor_says_whether_two_appointments_are_of_one_person(desk: Client) -> None:
    first, _second = two_of_a_name()
    page = get(desk, reverse("desk-vocabulary"), kind="person")
    assert "林岚" in page.words
    page = get(desk, reverse("desk-vocabulary"), kind="person", person="林岚")
    assert page.words.index("市林业局局长") < page.words.index("市水利局副局长")
    form = page.form_with("first", first)
    for verdict, said in (("same", True), ("different", False), ("forget", None)):
        assert desk.post(reverse("desk-namesake"), form | {"verdict": verdict}).status_code == 302
        assert offices_of("林岚")[1].same_as_before is said
    assert not Namesake.objects.exists()


def test_a_person_who_comes_again_behind_a_namesake_is_compared_with_an_earlier_one(desk: Client) -> None:
    first, _second = two_of_a_name()
    again = (Appointment("appoint", "林岚", "市审计局局长", "", "林岚"),)
    make_issue(label="3", documents=(make_document(1, appointments=again, signed_on=date(2023, 1, 1)),))
    third = offices_of("林岚")[2]
    assert [one.public_id for one in third.earlier] == [first]
    page = get(desk, reverse("desk-vocabulary"), kind="person", person="林岚")
    form = {"person": "林岚", "first": first, "second": third.document.public_id}
    assert page.form_with("first", first)  # the one before, and in the third's list the one that is earlier
    assert [option["value"] for option in page.all("option")] == [first]
    for verdict, said, words in (
        ("same", True, "与此件是同一人："),
        ("different", False, "与此件不是同一人："),
    ):
        assert desk.post(reverse("desk-namesake"), form | {"verdict": verdict}).status_code == 302
        assert [(one.public_id, same) for one, same in offices_of("林岚")[2].said] == [(first, said)]
        assert offices_of("林岚")[2].earlier == []
        assert words in get(desk, reverse("desk-vocabulary"), kind="person", person="林岚").words
    desk.post(reverse("desk-namesake"), form | {"verdict": "forget"})
    assert not Namesake.objects.exists()


@pytest.mark.parametrize(
    "change", [{"verdict": "x"}, {"second": "a2345678"}, {"person": "别人"}, {"second": ""}]
)
def test_a_word_on_people_that_nobody_could_give(desk: Client, change: dict[str, str]) -> None:
    first, second = two_of_a_name()
    sent = {"person": "林岚", "first": first, "second": second, "verdict": "same"} | change
    response = desk.post(reverse("desk-namesake"), sent)
    assert response.status_code == 400
    assert "表单不完整" in Page.of(response).words
    assert not Namesake.objects.exists()


@pytest.mark.parametrize("kind", ["code", "category", "kind", "place", "person"])
def test_every_tab_costs_the_same_however_many_words(desk: Client, kind: str) -> None:
    costs = []
    for label, many in (("1", 2), ("2", 2), ("3", 12), ("4", 12)):
        numbers = [f"云甲{n}函〔2024〕{n}号" for n in range(many)]
        documents = [
            make_document(
                n,
                number=number,
                category=f"栏目{n}",
                kind=f"文种{n}",
                appointments=(Appointment("appoint", f"林岚{n}", "局长", "", ""),),
            )
            for n, number in enumerate(numbers, 1)
        ]
        make_issue(label=label, documents=tuple(documents))
        desk.get(reverse("desk-vocabulary"), {"kind": kind})
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("desk-vocabulary"), {"kind": kind, "person": "林岚1"}).status_code == 200
        costs.append(len(queries))
    assert costs[1] == costs[3]
    assert max(costs) < 15
