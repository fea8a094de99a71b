"""Whether documents still hold, proposed from other documents and from dates, and what editors say of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from archive.ingest.parse.records import Reference, Validity
from archive.models import Document, Issue, Supplement, ValidityJudgement
from archive.publishing import ChangedMeanwhile, publish_issue, withdraw_issue
from archive.search import update
from archive.search.query import search_documents
from archive.supplementing import supply
from archive.validity_proposals import judge, open_proposals, take_back
from tests.accounts import make_account
from tests.factories import make_document, make_issue, make_parsed_issue, save_issue
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

NUMBER = "云政发〔2023〕5号"
SENTENCE = f"《古树名木办法》（{NUMBER}）同时废止。"


@pytest.fixture
def editor(db: None) -> User:
    return make_account()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def repealed() -> Document:
    issue = make_issue(label="1", documents=(make_document(1, number=NUMBER, title="古树名木办法"),))
    return issue.documents.get()


def ruling(sentence: str = SENTENCE, relation: str = "repeals", **changes: Any) -> Any:
    said = Reference(NUMBER, "", relation, sentence)
    document = make_document(1, references=(said,), number="云政发〔2024〕9号", signed_on=date(2024, 5, 1))
    return {"label": "2", "documents": (document,), **changes}


def states() -> dict[str, int]:
    return {value.value: value.count for value in search_documents("云岭 OR 古树").facets["validity"]}


def reindex() -> None:
    for issue in Issue.objects.all():
        update.index_issue(issue)
    assert not update.differences()


def test_a_repeal_is_proposed_and_confirmed_with_its_evidence(desk: Client, editor: User) -> None:
    document = repealed()
    draft = make_issue("draft", **ruling())
    assert open_proposals() == [], "a draft proposes nothing"
    publish_issue(draft)
    source = draft.documents.get()
    (proposal,) = open_proposals()
    assert (proposal.state, proposal.source, proposal.evidence, proposal.on) == (
        "repealed",
        source.pk,
        SENTENCE,
        date(2024, 5, 1),
    )
    page = get(desk, reverse("desk-validity"))
    assert SENTENCE in page.words
    assert reverse("desk-document", args=[source.issue_id, 1]) in page.links()
    form = page.form_with("key", proposal.key)
    response = desk.post(reverse("desk-validity-judge", args=[document.pk]), form | {"verdict": "confirm"})
    assert response.status_code == 302
    supplement = Supplement.objects.get()
    assert (supplement.validity, supplement.validity_by, supplement.validity_source) == (
        "repealed",
        editor,
        source,
    )
    assert (supplement.validity_on, supplement.validity_evidence) == (date(2024, 5, 1), SENTENCE)
    assert supplement.validity_at is not None
    assert open_proposals() == []
    words = get(Client(), document.get_absolute_url()).words
    assert "已废止" in words
    assert "编辑部" in words
    told = Client().get(f"/api/v1/documents/{document.public_id}").json()["supplied"]
    assert (told["state"], told["state_source"], told["state_evidence"]) == (
        "repealed",
        source.public_id,
        SENTENCE,
    )
    withdraw_issue(source.issue, "重排")
    told = Client().get(f"/api/v1/documents/{document.public_id}").json()["supplied"]
    assert (told["state"], told["state_source"], told["state_evidence"]) == ("repealed", None, "")
    assert SENTENCE not in get(Client(), document.get_absolute_url()).words, "nothing of what was withdrawn"


def test_what_was_declined_comes_back_only_with_other_evidence(desk: Client) -> None:
    document = repealed()
    make_issue(**ruling())
    reindex()
    assert states()["repealed"] == 1
    (proposal,) = open_proposals()
    judge(document, proposal.key, confirmed=False)
    reindex()
    assert states() == {"stands": 2}, "an editor's word goes before the derived one"
    assert SENTENCE not in get(Client(), document.get_absolute_url()).text("article").partition("引用本件")[0]
    save_issue(make_parsed_issue(**ruling()), file_size=1, replace=True)
    assert open_proposals() == [], "the same sentence, read again"
    save_issue(make_parsed_issue(**ruling(f"自本办法施行之日起，{SENTENCE}")), file_size=1, replace=True)
    (proposal,) = open_proposals()
    assert proposal.evidence.startswith("自本办法")
    reindex()
    assert states()["repealed"] == 1


def test_what_has_expired_is_proposed_with_its_sentence() -> None:
    last = timezone.localdate() - timedelta(days=3)
    said = Validity(expires_on=last, evidence=("本办法有效期五年。",))
    document = make_issue(documents=(make_document(1, validity=said),)).documents.get()
    (proposal,) = open_proposals()
    assert (proposal.state, proposal.source, proposal.evidence, proposal.on) == (
        "expired",
        None,
        "本办法有效期五年。",
        last,
    )
    judge(document, proposal.key, confirmed=False)
    assert open_proposals() == []
    reindex()
    assert states() == {"stands": 1}
    take_back(ValidityJudgement.objects.get())
    assert len(open_proposals()) == 1
    judge(document, proposal.key, confirmed=True)
    reindex()
    assert states() == {"expired": 1}
    take_back(ValidityJudgement.objects.get())
    assert Supplement.objects.get().validity == ""


def test_that_it_stands_ends_with_the_last_day_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in 2024 of what is in force until 2025, 有效 does not hold in 2026; said after that day, it does."""
    last = timezone.localdate() + timedelta(days=3)
    document = make_issue(documents=(make_document(1, validity=Validity(expires_on=last)),)).documents.get()
    supply(document, {"validity": "stands"})
    reindex()
    assert states() == {"stands": 1}
    Supplement.objects.update(validity_at=timezone.now() - timedelta(days=10))
    Document.objects.update(expires_on=timezone.localdate() - timedelta(days=2))
    reindex()
    assert states() == {"expired": 1}
    Supplement.objects.update(validity_at=timezone.now())
    reindex()
    assert states() == {"stands": 1}


def test_of_two_editors_the_second_is_told(desk: Client) -> None:
    document = repealed()
    make_issue(**ruling())
    (proposal,) = open_proposals()
    judge(document, proposal.key, confirmed=False)
    with pytest.raises(ChangedMeanwhile):
        judge(document, proposal.key, confirmed=True)
    response = desk.post(
        reverse("desk-validity-judge", args=[document.pk]),
        {"key": proposal.key, "verdict": "confirm"},
        follow=True,
    )
    assert "刚刚有人处理过" in Page.of(response).words
    assert not Supplement.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"key": "x"}, {"verdict": "confirm"}, {"key": "x", "verdict": "maybe"}])
def test_a_verdict_that_nobody_could_give(desk: Client, sent: dict[str, str]) -> None:
    document = repealed()
    assert desk.post(reverse("desk-validity-judge", args=[document.pk]), sent).status_code == 400
    assert desk.post(reverse("desk-validity-judge", args=[0]), sent).status_code == 404


def test_what_was_judged_can_be_taken_back_at_the_desk(desk: Client) -> None:
    document = repealed()
    make_issue(**ruling())
    (proposal,) = open_proposals()
    judged = judge(document, proposal.key, confirmed=True)
    assert reverse("desk-validity-back", args=[judged.pk]) in get(desk, reverse("desk-validity")).html
    assert desk.post(reverse("desk-validity-back", args=[judged.pk])).status_code == 302
    assert open_proposals() == [proposal]


def test_the_page_costs_the_same_however_many_proposals(desk: Client) -> None:
    def grow(first: int, n: int) -> None:
        for label in range(first, first + n):
            number = f"云政发〔2020〕{label}号"
            make_issue(label=str(label), documents=(make_document(1, number=number),))
            said = Reference(number, "", "repeals", f"{number}同时废止。")
            make_issue(label=f"增刊{label}", documents=(make_document(1, references=(said,)),))

    costs = []
    for first, n in ((1, 1), (2, 5)):
        grow(first, n)
        desk.get(reverse("desk-validity"))
        with CaptureQueriesContext(connection) as queries:
            page = get(desk, reverse("desk-validity"))
        costs.append(len(queries))
    assert len(page.all("input", name="key")) == 6
    assert costs[0] == costs[1]
