"""Corrections in the archive: made, found by readers, kept through every later reading, undone."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from archive.ingest.correct.change import Change
from archive.ingest.correcting import (
    Conflict,
    NothingToCorrect,
    correct,
    correct_word,
    join_to_previous,
    redact,
    settle,
    undo,
)
from archive.ingest.from_rows import document_record, with_parts
from archive.ingest.parse.records import ParsedIssue
from archive.ingest.store import store_issue
from archive.models import Correction, Document, DocumentAlias, Finding, Issue
from archive.search.query import search_documents
from archive.search.update import index_issue
from tests.factories import make_parsed_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue() -> Issue:
    return store_issue(make_parsed_issue(), file_size=1).issue


@pytest.fixture
def editor() -> User:
    return User.objects.create_user("editor", is_staff=True)


def read_again(parsed: ParsedIssue | None = None) -> Issue:
    return store_issue(parsed or make_parsed_issue(), file_size=1, replace=True).issue


def at(issue: Issue, position: int) -> Document:
    return with_parts(issue.documents.all()).get(position=position)


def text_change(document: Document, old: str, new: str) -> Change:
    block = next(block for block in document.blocks.all() if old in block.text)
    return Change("text", {"block": block.position}, block.text, block.text.replace(old, new))


def field(name: str, old: Any, new: Any) -> Change:
    return Change("field", {"field": name}, old, new)


def test_what_is_held_is_what_was_parsed(issue: Issue) -> None:
    for record in make_parsed_issue().documents:
        assert document_record(at(issue, record.position)) == record


def test_a_correction_survives_every_later_reading(issue: Issue, editor: User) -> None:
    document = at(issue, 1)
    correct(document, [text_change(document, "逐株", "逐棵")], user=editor, reason="与原件不符")
    for _ in range(2):
        block = at(issue, 1).blocks.get(text__contains="逐棵登记")
        assert "逐株登记" in block.as_printed
        read_again()
    correction = Correction.objects.get()
    assert (correction.state, correction.made_by, correction.reason) == ("standing", editor, "与原件不符")
    assert at(issue, 1).public_id == document.public_id


def test_readers_find_a_correction_at_once(issue: Issue, django_capture_on_commit_callbacks: Any) -> None:
    issue.state = "published"
    issue.save()
    index_issue(issue)
    document = at(issue, 1)
    with django_capture_on_commit_callbacks(execute=True):
        made = correct(document, [text_change(document, "逐株", "逐棵")])
    assert [search_documents(words).total for words in ("逐棵登记", "逐株登记")] == [1, 0]
    with django_capture_on_commit_callbacks(execute=True):
        undo(made[0].act)
    assert [search_documents(words).total for words in ("逐棵登记", "逐株登记")] == [0, 1]


def test_a_corrected_title_and_number_do_not_hide_which_document_it_is(issue: Issue) -> None:
    before = at(issue, 1)
    correct(before, [field("title", before.title, "云岭市人民政府关于古树的通知")])
    correct(at(issue, 1), [field("number", before.number, "云政发〔2022〕77号")])
    read_again()
    after = at(issue, 1)
    assert (after.public_id, after.title, after.number) == (
        before.public_id,
        "云岭市人民政府关于古树的通知",
        "云政发〔2022〕77号",
    )
    assert after.number_sequence == 77
    assert set(Correction.objects.values_list("state", flat=True)) == {"standing"}


def test_a_correction_whose_text_is_gone_is_told_and_kept(issue: Issue) -> None:
    document = at(issue, 1)
    correct(document, [text_change(document, "逐株", "逐棵")])
    parsed = make_parsed_issue()
    first = parsed.documents[0]
    blocks = tuple(b for b in first.blocks if "逐株" not in b.text)
    other = replace(parsed, documents=(replace(first, blocks=blocks), *parsed.documents[1:]))
    read_again(other)
    finding = Finding.objects.get(code="correction-stale")
    assert finding.document == document and "逐棵" in finding.evidence[1]
    assert Correction.objects.get().state == "stale"
    read_again()
    assert not Finding.objects.filter(code="correction-stale").exists()
    assert Correction.objects.get().state == "standing"
    assert at(issue, 1).blocks.filter(text__contains="逐棵登记").exists()


def test_two_editors_and_one_text(issue: Issue) -> None:
    document = at(issue, 1)
    change, other = text_change(document, "逐株", "逐棵"), text_change(document, "全市", "本市")
    correct(document, [change])
    with pytest.raises(Conflict):
        correct(document, [Change("field", {"field": "note"}, "别的", "x")])
    with pytest.raises(Conflict):
        correct(document, [Change("text", {"block": 6}, "原来没有这一段", "x")])
    # the second saw the paragraph as it was before
    with pytest.raises(Conflict):
        correct(document, [other])
    assert at(issue, 1).blocks.filter(text__contains="全市范围内的古树名木逐棵登记").exists()
    assert Correction.objects.count() == 1


def test_one_of_two_corrections_of_a_paragraph_is_undone(issue: Issue) -> None:
    first = correct(at(issue, 1), [text_change(at(issue, 1), "对全市范围", "对本市范围")])
    correct(at(issue, 1), [text_change(at(issue, 1), "负责协调", "负责统筹")])
    undo(first[0].act)
    block = at(issue, 1).blocks.get(text__contains="负责统筹")
    assert block.text.startswith("对全市范围")
    read_again()
    assert at(issue, 1).blocks.filter(text=block.text, as_printed=block.as_printed).exists()


def test_a_change_of_nothing_is_none(issue: Issue) -> None:
    with pytest.raises(NothingToCorrect):
        correct(at(issue, 1), [field("note", "此件公开发布", "此件公开发布")])
    with pytest.raises(NothingToCorrect):
        correct_word(at(issue, 1), "从来没有", "x")


def test_a_word_is_corrected_wherever_it_stands(issue: Issue) -> None:
    before = document_record(at(issue, 1))
    made = correct_word(at(issue, 1), "古树名木", "古树")
    document = at(issue, 1)
    assert "名木" not in repr(replace(document_record(document), blocks=(), title_in_contents=None))
    assert not [b for b in document.blocks.all() if "名木" in b.text]
    assert len(made) > 4 and len({one.act for one in made}) == 1
    read_again()
    assert document_record(at(issue, 1)) == document_record(document)
    undo(made[0].act)
    after = document_record(at(issue, 1))
    assert [(r.number, r.title, r.relation) for r in after.references] == [
        (r.number, r.title, r.relation) for r in before.references
    ]
    assert replace(after, references=()) == replace(before, references=())


def test_what_is_blotted_out_is_nowhere(issue: Issue) -> None:
    document = at(issue, 1)
    correct(document, [text_change(document, "晋 玮同志", "晋 玮主任")])
    redact(at(issue, 1), "晋 玮", reason="个人信息")
    assert "玮" not in repr(document_record(at(issue, 1)))
    read_again()
    assert "玮" not in repr(document_record(at(issue, 1)))
    assert at(issue, 1).blocks.filter(text__contains="█ █主任").exists()


def test_a_title_is_blotted_out_in_the_contents_too(issue: Issue) -> None:
    made = redact(at(issue, 1), "古树名木")
    for _ in range(2):
        assert not issue.contents.filter(title__contains="名木").exists()
        assert at(issue, 1).contents_entries.count() == 1
        assert "名木" not in repr(document_record(at(issue, 1)))
        read_again()
    undo(made[0].act)
    assert issue.contents.filter(title__contains="古树名木").exists()


def test_a_name_in_a_roster_is_blotted_out(issue: Issue) -> None:
    document = next(d for d in with_parts(issue.documents.all()) if d.rosters.all())
    person = document.rosters.all()[0].members[0]["person"]
    redact(document, person)
    record = document_record(at(issue, document.position))
    assert person not in repr(replace(record, title_in_contents=None))
    read_again()
    assert person not in repr(document_record(at(issue, document.position)))


def test_an_undone_correction_stays_listed_and_undone(issue: Issue, editor: User) -> None:
    document = at(issue, 1)
    made = correct(document, [text_change(document, "逐株", "逐棵")])
    undo(made[0].act, user=editor)
    read_again()
    assert not at(issue, 1).blocks.filter(text__contains="逐棵").exists()
    correction = Correction.objects.get()
    assert (correction.state, correction.undone_by) == ("undone", editor)


def test_undoing_what_a_later_correction_builds_on_is_refused(issue: Issue) -> None:
    document = at(issue, 1)
    first = correct(document, [field("note", "此件公开发布", "此件主动公开")])
    second = correct(document, [field("note", "此件主动公开", "此件不公开")])
    with pytest.raises(Conflict):
        undo(first[0].act)
    undo(second[0].act)
    undo(first[0].act)
    assert at(issue, 1).note == "此件公开发布"


def test_joined_documents_stay_joined_and_come_apart_again(issue: Issue) -> None:
    one, two, three = at(issue, 1), at(issue, 2), at(issue, 3)
    was = document_record(two)
    made = join_to_previous(two)
    assert DocumentAlias.objects.get(public_id=two.public_id).document_id == one.pk
    assert at(issue, 2).public_id == three.public_id
    read_again()
    assert at(issue, 2).public_id == three.public_id
    assert [f.code for f in Finding.objects.filter(code="document-gone")] == []
    undo(made[0].act)
    again = at(issue, 2)
    assert again.public_id == two.public_id
    assert not DocumentAlias.objects.exists()
    assert [b.text for b in again.blocks.all()] == [b.text for b in was.blocks]
    assert (again.number, again.title_in_contents) == (was.number, was.title_in_contents)
    read_again()
    assert document_record(at(issue, 2)) == was


def test_a_document_that_was_missed_keeps_its_id(issue: Issue) -> None:
    document = at(issue, 1)
    block = list(document.blocks.all())[4]
    new = {
        "title": "云岭市人民政府关于补记的通知",
        "number": "",
        "head": [[block.kind, block.text, block.page]],
    }
    made = correct(document, [Change("begin", {"block": 4, "text": block.text}, None, new)])
    begun = at(issue, 2)
    assert begun.title == "云岭市人民政府关于补记的通知" and made[0].other_id == begun.public_id
    corrected = correct(begun, [field("issuer", begun.issuer, "云岭市林业局")])
    read_again()
    assert (at(issue, 2).public_id, at(issue, 2).issuer) == (begun.public_id, "云岭市林业局")
    assert at(issue, 1).public_id == document.public_id
    undo(corrected[0].act)
    undo(made[0].act)
    assert [b.text for b in at(issue, 1).blocks.all()] == [
        b.text for b in make_parsed_issue().documents[0].blocks
    ]
    read_again()
    assert issue.documents.count() == len(make_parsed_issue().documents)


def test_a_settled_finding_stays_settled(issue: Issue, editor: User) -> None:
    finding = issue.findings.exclude(document=None).first()
    assert finding is not None
    settle(finding, "kept", user=editor)
    count = issue.findings.count()
    read_again()
    assert issue.findings.count() == count
    assert issue.findings.open().count() == count - 1
    again = issue.findings.exclude(settled_as="").get()
    assert (again.code, again.settled_by, again.message) == (finding.code, editor, finding.message)
    settle(again, "")
    read_again()
    assert issue.findings.open().count() == count
