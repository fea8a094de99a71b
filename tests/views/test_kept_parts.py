"""What documents' pages are made of is made once for each state of their issue, and made anew with the next."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from archive import annexes
from archive.edition import name_issues, next_edition, next_edition_beside_issues, next_edition_of
from archive.ingest.correct.change import Change
from archive.ingest.correcting import correct
from archive.models import Attachment, Document, Gazette, Issue, IssueEdition, Reference
from archive.publishing import fill_in, publish_issue, withdraw_document, withdraw_issue
from archive.search import update
from archive.search.update import index_issue
from archive.views.kept_parts import make_parts_of_an_issue
from tests.factories import make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Settings) -> Path:
    settings.GAZETTE_DATA = tmp_path
    return tmp_path


@pytest.fixture
def issue() -> Issue:
    issue = make_issue()
    index_issue(issue)
    make_all()
    return issue


def make_all() -> int:
    made = 0
    while make_parts_of_an_issue():
        made += 1
    return made


def files(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "parts").glob("*/*.json"))


def text(client: Client, document: Document) -> str:
    """The page without the day and the queries of a cache: its visible words in one run."""
    answer = client.get(document.get_absolute_url())
    assert answer.status_code == 200
    return "".join(answer.content.decode().split())


def test_the_worker_makes_each_issue_once(issue: Issue, data: Path) -> None:
    assert files(data) == sorted(f"{one.public_id}.zh-hans.json" for one in issue.documents.all())
    assert make_all() == 0
    next_edition_of(issue)
    assert make_all() == 1


def test_a_kept_page_says_what_one_made_anew_says(client: Client, issue: Issue, data: Path) -> None:
    kept = [text(client, document) for document in issue.documents.all()]
    shutil.rmtree(data / "parts")
    IssueEdition.objects.all().delete()
    assert [text(client, document) for document in issue.documents.all()] == kept
    assert files(data) == []


def test_it_asks_for_none_of_the_rows_that_it_is_made_of(client: Client, issue: Issue) -> None:
    path = issue.documents.all()[0].get_absolute_url()
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    said = " ".join(query["sql"] for query in asked)
    assert "archive_reference" in said
    assert not any(f"archive_{part}" in said for part in ("block", "section", "table", "attachment"))


def test_a_language_is_kept_by_itself(client: Client, issue: Issue, data: Path) -> None:
    document = issue.documents.all()[0]
    chinese = text(client, document)
    client.cookies["django_language"] = "en"
    english = text(client, document)
    assert "发文字号" in chinese and "发文字号" not in english
    assert f"{document.public_id}.en.json" in files(data)
    assert text(client, document) == english
    client.cookies.clear()
    assert text(client, document) == chinese


def correct_a_title(issue: Issue) -> str:
    document = issue.documents.all()[0]
    correct(document, [Change("field", {"field": "title"}, document.title, "关于核实更正的通知")])
    return "关于核实更正的通知"


def correct_a_paragraph(issue: Issue) -> str:
    block = issue.documents.all()[0].blocks.filter(kind="paragraph")[0]
    correct(
        block.document,
        [Change("text", {"block": block.position}, block.text, f"{block.text}（核实后补正）")],
    )
    return "（核实后补正）"


def name_the_issue_anew(issue: Issue) -> str:
    fill_in(issue, {"label": "增刊7"})
    return "增刊7"


def attach_an_annex(issue: Issue) -> str:
    attachment = Attachment.objects.filter(document=issue.documents.all()[0])[0]
    upload = SimpleUploadedFile("附件.pdf", b"%PDF-1.4\n%%EOF")
    annexes.attach(upload, attachment.document, attachment.label, attachment.title)
    return "全文由编辑部补录"


def withdraw_the_next(issue: Issue) -> str:
    withdraw_document(issue.documents.all()[1], "有误")
    return f'<linkrel="next"href="{issue.documents.all()[2].get_absolute_url()}">'


def rename_the_gazette(issue: Issue) -> str:
    # As the administration does: whoever changes what stands in every issue begins an edition of everything.
    Gazette.objects.update(name="另名公报")
    next_edition()
    return "另名公报"


@pytest.mark.parametrize(
    "act",
    [
        correct_a_title,
        correct_a_paragraph,
        name_the_issue_anew,
        attach_an_annex,
        withdraw_the_next,
        rename_the_gazette,
    ],
)
@pytest.mark.parametrize("worker_follows", [False, True])
def test_what_changes_is_shown_at_once(
    act: Callable[[Issue], str],
    worker_follows: bool,
    client: Client,
    issue: Issue,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document = issue.documents.all()[0]
    before = text(client, document)
    with django_capture_on_commit_callbacks(execute=True):
        new = act(issue)
    if worker_follows:
        make_all()
    assert new not in before
    assert new in text(client, document)


def test_what_others_say_is_in_no_file(client: Client, issue: Issue) -> None:
    """A document that another one cites: its title, its withdrawal, and that it came in at all, show on the citing page."""
    citing = issue.documents.all()[0]
    other = make_issue(label="9")
    target = other.documents.all()[0]
    Reference.objects.filter(document=citing).delete()
    Reference.objects.create(
        document=citing, position=0, relation="cites", number="", title="某办法", evidence="据此", target=None
    )
    next_edition_of(issue)
    make_all()
    assert target.public_id not in text(client, citing)
    Reference.objects.filter(document=citing).update(target=target)
    assert target.get_absolute_url() in text(client, citing)
    assert citing.get_absolute_url() in text(client, target)
    withdraw_document(target, "有误")
    assert target.get_absolute_url() not in text(client, citing)
    withdraw_issue(issue, "有误")
    assert client.get(citing.get_absolute_url()).status_code == 410


def test_nothing_is_left_of_what_is_not_public(
    issue: Issue, data: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    withdrawn = issue.documents.all()[1]
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_document(withdrawn, "有误")
    make_all()
    assert files(data) and not any(name.startswith(withdrawn.public_id) for name in files(data))
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_issue(issue, "有误")
    make_all()
    assert files(data) == [] and not list((data / "parts").iterdir())


def test_pages_that_come_near_name_a_new_document(
    client: Client, data: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    old, new = make_issue(), make_issue("draft", label="2")
    first, second = old.documents.all()[0], new.documents.all()[0]
    Document.objects.filter(pk=second.pk).update(title=f"{first.title}的补充", number="")
    Reference.objects.all().delete()
    index_issue(old)
    make_all()
    assert second.get_absolute_url() not in text(client, first)
    with django_capture_on_commit_callbacks(execute=True):
        publish_issue(new)
    make_all()
    assert second.get_absolute_url() in text(client, first)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_issue(new, "有误")
    assert second.get_absolute_url() not in text(client, first)


def test_making_all_anew_leaves_nothing_out(data: Path) -> None:
    """Documents that come near each other: what was made a moment ago knows of the next already."""
    first, second = make_issue(), make_issue(label="2")
    index_issue(first)
    index_issue(second)
    make_all()
    assert len(files(data)) == first.documents.count() + second.documents.count()


def test_nothing_is_kept_while_the_index_is_behind(client: Client, issue: Issue, data: Path) -> None:
    document = issue.documents.all()[0]
    shutil.rmtree(data / "parts")
    note = update._backend().index.folder.announce(issue.pk)
    text(client, document)
    assert files(data) == []
    update._backend().index.folder.done([note])
    text(client, document)
    assert files(data) == [f"{document.public_id}.zh-hans.json"]


def test_it_waits_for_the_index(issue: Issue, data: Path) -> None:
    """What comes nearest is asked of it."""
    other = make_issue(label="3")

    note = update._backend().index.folder.announce(other.pk)
    assert not make_parts_of_an_issue()
    update._backend().index.folder.done([note])
    assert make_parts_of_an_issue()


@pytest.mark.parametrize("damage", ["", "no such name\n{}", None])
def test_a_damaged_file_is_made_anew(client: Client, issue: Issue, data: Path, damage: str | None) -> None:
    document = issue.documents.all()[0]
    whole = text(client, document)
    path = next((data / "parts").glob(f"*/{document.public_id}.*"))
    kept = path.read_text()
    path.write_text(kept[: len(kept) // 2] if damage is None else damage)
    assert text(client, document) == whole
    assert path.read_text() == kept


def test_a_change_beside_issues_makes_nothing_anew(issue: Issue) -> None:
    def names() -> dict[int, str]:
        return {key: edition.name for key, edition in name_issues().items()}

    named = names()
    next_edition_beside_issues()
    assert names() == named and make_all() == 0
    next_edition()
    assert names().keys() == named.keys() and names() != named


def test_another_program_makes_all_anew(issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.views.kept_parts.program", lambda: "newer")
    assert make_all() == 1
