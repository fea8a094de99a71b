"""Which states lead to which, and that the index follows only what is committed."""

import pytest
from django.db import transaction

from archive.models import Document, Issue
from archive.publishing import PublishingError, discard_issue, publish_issue, withdraw_issue
from archive.search.update import indexed_ids
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db(transaction=True)


def test_publishing_opens_an_issue() -> None:
    issue = publish_issue(make_issue("draft"))
    assert issue.is_published
    assert issue.released_at is not None
    assert list(Issue.objects.published()) == [issue]
    assert indexed_ids() == set(Document.objects.values_list("pk", flat=True))


def test_publishing_twice_is_publishing_once() -> None:
    first = publish_issue(make_issue("draft"))
    again = publish_issue(first)
    assert again.released_at == Issue.objects.get().released_at == first.released_at


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"gazette": ""}, "刊名"),
        ({"label": ""}, "期号"),
        ({"gazette": "", "label": ""}, "刊名、期号"),
    ],
)
def test_without_an_address_there_is_no_publishing(changes: dict[str, str], missing: str) -> None:
    issue = make_issue("draft", **changes)
    with pytest.raises(PublishingError, match=f"缺少{missing}"):
        publish_issue(issue)
    assert not Issue.objects.published().exists()


def test_withdrawing_closes_it_and_publishing_opens_it_again() -> None:
    issue = publish_issue(make_issue("draft"))
    released = issue.released_at
    withdrawn = withdraw_issue(issue, "  印刷有误 ")
    assert (withdrawn.state, withdrawn.withdrawn_reason) == ("withdrawn", "印刷有误")
    assert indexed_ids() == set()
    again = publish_issue(withdrawn)
    assert (again.state, again.withdrawn_reason, again.released_at) == ("published", "", released)
    assert len(indexed_ids()) == 4


@pytest.mark.parametrize(("state", "reason"), [("draft", "理由"), ("withdrawn", "理由"), ("published", " ")])
def test_what_cannot_be_withdrawn(state: str, reason: str) -> None:
    issue = make_issue(state)
    with pytest.raises(PublishingError):
        withdraw_issue(issue, reason)
    assert Issue.objects.get().state == state


def test_discarding_deletes_a_draft_alone() -> None:
    discard_issue(make_issue("draft"))
    assert not Issue.objects.exists()
    for state, label in (("published", "2"), ("withdrawn", "3")):
        with pytest.raises(PublishingError):
            discard_issue(make_issue(state, label=label))
    assert Issue.objects.count() == 2


def test_an_outer_transaction_that_fails_leaves_the_index_alone() -> None:
    issue = make_issue("draft")
    with transaction.atomic():
        publish_issue(issue)
        transaction.set_rollback(True)
    assert Issue.objects.get().state == "draft"
    assert indexed_ids() == set()


def test_references_follow_what_comes_and_goes() -> None:
    target = make_issue("draft", label="8", documents=(make_document(1, number="云省政发〔2020〕7号"),))
    citing = make_issue("draft").documents.get(position=1).references.get(number="云省政发〔2020〕7号")
    assert citing.target == target.documents.get()
    publish_issue(target)
    withdraw_issue(target, "重复")
    citing.refresh_from_db()
    assert citing.target is None
    publish_issue(target)
    citing.refresh_from_db()
    assert citing.target == target.documents.get()

    twin = make_issue("draft", label="9", documents=(make_document(1, number="云省政发〔2020〕7号"),))
    citing.refresh_from_db()
    assert citing.target is None
    discard_issue(twin)
    citing.refresh_from_db()
    assert citing.target == target.documents.get()
