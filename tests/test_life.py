"""The life of a document: what print says and what editors have confirmed, each with its sentence and its very line."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.ingest.parse.records import Block, Reference, Validity
from archive.life import Event, Life, Step, life_of, line_address
from archive.models import Document, Supplement
from archive.publishing import withdraw_issue
from archive.validity_proposals import judge, open_proposals, take_back
from archive.views.document import with_parts
from tests.accounts import make_account
from tests.factories import make_document, make_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

NUMBER = "云政发〔2023〕5号"
REPEAL = f"《古树名木办法》（{NUMBER}）“同时废止”。"
AMEND = f"对《古树名木办法》（{NUMBER}）第三条作出修改。"
IN_FORCE = "本办法自2023年6月1日起施行，有效期二年。"


@pytest.fixture
def editor(db: None) -> User:
    return make_account()


def old(**changes: Any) -> Document:
    validity = Validity(date(2023, 6, 1), date(2025, 5, 31), None, (IN_FORCE,))
    blocks = (Block("paragraph", "甲。", page=2), Block("paragraph", IN_FORCE, page=2))
    document = make_document(
        1, number=NUMBER, title="古树名木办法", signed_on=date(2023, 5, 1), validity=validity, blocks=blocks
    )
    return make_issue(year=2023, label="1", documents=(document,), **changes).documents.get()


def ruling(relation: str = "repeals", sentence: str = REPEAL, label: str = "2", **changes: Any) -> Document:
    document = make_document(
        1,
        number=f"云政发〔2024〕{label}号",
        signed_on=date(2024, int(label), 1),
        references=(Reference(NUMBER, "", relation, sentence),),
        blocks=(Block("paragraph", f"一、前面的话。{sentence}后面的话。", page=2),),
    )
    return make_issue(label=label, documents=(document,), **changes).documents.get()


def life(document: Document) -> Life:
    return life_of(with_parts(Document.objects.all()).get(pk=document.pk))


def steps(document: Document) -> list[tuple[Step, date | None]]:
    return [(event.step, event.on) for event in life(document).events]


def confirm(document: Document, editor: User, state: str) -> Any:
    (proposal,) = [one for one in open_proposals(document) if one.state == state]
    return judge(document, proposal.key, confirmed=True, user=editor)


PRINTED = [
    (Step.SIGNED, date(2023, 5, 1)),
    (Step.IN_FORCE, date(2023, 6, 1)),
    (Step.UNTIL, date(2025, 5, 31)),
]


def test_what_print_says_of_the_document_itself() -> None:
    document = old()
    issued = (Step.ISSUED, document.issue.published_on)
    assert steps(document) == sorted([*PRINTED, issued], key=lambda step: step[1] or date.max)
    in_force = next(event for event in life(document).events if event.step == Step.IN_FORCE)
    assert (in_force.sentence, in_force.by) == (IN_FORCE, None)
    assert in_force.line.startswith(f"{document.get_absolute_url()}?q=")


def test_a_plain_document_has_no_life_to_tell(client: Client) -> None:
    document = make_issue().documents.get(position=4)
    assert not life(document).is_eventful
    assert "本件沿革" not in get(client, document.get_absolute_url()).words


def test_what_nobody_has_judged_is_not_told_as_having_happened(client: Client) -> None:
    document = old()
    ruling()
    assert [step for step, _on in steps(document)].count(Step.REPEALED) == 0
    assert life(document).undecided == 1
    html = get(client, document.get_absolute_url()).html
    section = html[html.index('class="life"') : html.index("</section>", html.index('class="life"'))]
    assert "另有 1 处公文写明修改或废止本件，编辑部尚未认定" in section and "<b>废止</b>" not in section


def test_what_an_editor_has_confirmed_is_told_with_document_and_sentence(editor: User) -> None:
    document, source = old(), ruling()
    judged = confirm(document, editor, "repealed")
    event = next(event for event in life(document).events if event.step == Step.REPEALED)
    assert event == Event(
        Step.REPEALED,
        date(2024, 2, 1),
        source,
        REPEAL,
        line_address(source, REPEAL),
        timezone.localdate(judged.made_at),
    )
    assert life(document).undecided == 0
    take_back(judged, user=editor)
    assert Step.REPEALED not in dict(steps(document)) and life(document).undecided == 1


def test_the_link_leads_to_the_very_line(client: Client, editor: User) -> None:
    document, source = old(), ruling()
    confirm(document, editor, "repealed")
    page = get(client, document.get_absolute_url())
    (line,) = [link for link in page.links() if link.startswith(f"{source.get_absolute_url()}?")]
    path, _, anchor = line.partition("#")
    target = Page.of(client.get(path))
    assert anchor == "hit-1" and target.all("mark", id="hit-1")
    assert "".join(target.texts["mark"]) == f"《古树名木办法》（{NUMBER}）"
    own = next(event.line for event in life(document).events if event.step == Step.IN_FORCE)
    assert "".join(Page.of(client.get(own.partition("#")[0])).texts["mark"]) == IN_FORCE


@pytest.mark.parametrize("sentence", ["", "“”", "\n"])
def test_where_there_is_no_sentence_there_is_no_line(sentence: str) -> None:
    assert line_address(old(), sentence) == ""


def test_a_declined_proposal_is_told_nowhere(client: Client, editor: User) -> None:
    document = old()
    ruling()
    (proposal,) = [one for one in open_proposals(document) if one.state == "repealed"]
    judge(document, proposal.key, confirmed=False, user=editor)
    assert Step.REPEALED not in dict(steps(document)) and life(document).undecided == 0


def test_amended_then_repealed_in_the_order_of_their_days(editor: User) -> None:
    document = old()
    ruling("amends", AMEND, "3")
    ruling("repeals", REPEAL, "4")
    confirm(document, editor, "amended")
    confirm(document, editor, "repealed")
    changes = [(event.step, event.on) for event in life(document).events if event.is_change]
    assert changes == [(Step.AMENDED, date(2024, 3, 1)), (Step.REPEALED, date(2024, 4, 1))]


def test_expired_takes_the_place_of_the_last_day(editor: User) -> None:
    document = old()
    confirm(document, editor, "expired")
    assert (Step.EXPIRED, date(2025, 5, 31)) in steps(document) and Step.UNTIL not in dict(steps(document))
    event = next(event for event in life(document).events if event.step == Step.EXPIRED)
    assert event.line == line_address(document, IN_FORCE)


def test_an_editors_word_goes_before_what_was_confirmed(editor: User) -> None:
    document = old()
    ruling()
    confirm(document, editor, "repealed")
    Supplement.objects.filter(document=document).update(
        validity="stands", validity_on=None, validity_evidence="来函说明", validity_source=None
    )
    told = dict(steps(document))
    assert Step.REPEALED not in told and told[Step.STANDS] == timezone.localdate()
    stands = next(event for event in life(document).events if event.step == Step.STANDS)
    assert (stands.sentence, stands.line) == ("来函说明", "")


def test_nothing_of_a_withdrawn_source_is_told(client: Client, editor: User) -> None:
    document, source = old(), ruling()
    confirm(document, editor, "repealed")
    withdraw_issue(source.issue, "排印有误")
    event = next(event for event in life(document).events if event.step == Step.REPEALED)
    assert (event.by, event.sentence, event.line) == (None, "", "")
    page = get(client, document.get_absolute_url())
    assert REPEAL not in page.words and source.public_id not in page.html
    # A judgement that is no longer the editor's word says nothing at all.
    Supplement.objects.filter(document=document).update(validity="")
    assert Step.REPEALED not in dict(steps(document))


def test_sentences_are_text(client: Client) -> None:
    document = old()
    evil = '<script>alert("x")</script>施行'
    Document.objects.filter(pk=document.pk).update(validity_evidence=[evil])
    html = get(client, document.get_absolute_url()).html
    assert evil not in html and "&lt;script&gt;" in html


def test_a_longer_life_costs_no_more_queries(client: Client, editor: User) -> None:
    document, counts = old(), []
    for label in ("2", "3", "4", "5"):
        ruling("amends", f"{label}、{AMEND}", label)
        confirm_new = [one for one in open_proposals(document) if one.state == "amended"]
        for one in confirm_new:
            judge(document, one.key, confirmed=True, user=editor)
        Supplement.objects.filter(document=document).update(validity="")
        with CaptureQueriesContext(connection) as captured:
            get(client, document.get_absolute_url())
        counts.append(len(captured))
    assert len({*counts}) == 1 and len([e for e in life(document).events if e.is_change]) == 4


def test_a_future_last_day_is_no_expiry() -> None:
    document = old()
    later = timezone.localdate() + timedelta(days=30)
    Document.objects.filter(pk=document.pk).update(expires_on=later)
    assert (Step.UNTIL, later) in steps(document)
