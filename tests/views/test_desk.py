"""The desk: who may come in, what it shows, and what an editor can do there."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from archive.ingest.originals import original_path, store_original
from archive.ingest.parse.records import Reference
from archive.models import Batch, Finding, IngestRun, Issue, Term
from archive.search.update import indexed_ids
from archive.tasks import ingest_upload
from archive.urls import desk as desk_urls
from tests.accounts import make_account
from tests.factories import make_document, make_issue
from tests.outside import PROJECT
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

SAMPLE = min((PROJECT / "archive" / "samples").glob("*.txt"))
EVIL = "<script>alert('x')</script>"


@pytest.fixture
def editor(db: None) -> User:
    return make_account("bianji")


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def addresses(issue: Issue) -> dict[str, str]:
    """Every address of the desk, by its name; a batch stands under the issue's key."""
    Batch.objects.get_or_create(pk=issue.pk, defaults={"name": "往期"})
    found = {}
    for pattern in desk_urls.urlpatterns:
        arguments = {"pk": issue.pk, "position": 1, "number": 1, "act": "none", "finding": 0, "annex": 0}
        wanted = {name: arguments[name] for name in pattern.pattern.converters}
        found[pattern.name] = reverse(pattern.name, kwargs=wanted)
    return found


PAGES = [
    *("desk", "desk-runs", "desk-log", "desk-batches", "desk-batch", "desk-gaps"),
    *("desk-issue", "desk-history", "desk-pages", "desk-document", "desk-preview", "desk-corrections"),
    *("desk-validity", "desk-vocabulary", "desk-missed"),
]
FILES = ["desk-page", "desk-original", "desk-failed-file", "desk-corrections-table", "desk-annex-file"]
ACTIONS = [
    *("desk-upload", "desk-upload-file", "desk-batch-open"),
    *("desk-batch-pause", "desk-batch-resume", "desk-batch-retry"),
    *("desk-retry", "desk-again", "desk-publish", "desk-discard", "desk-withdraw"),
    *("desk-correct", "desk-undo", "desk-settle", "desk-withdraw-document"),
    *("desk-issue-fields", "desk-supplement", "desk-annex-add", "desk-annex"),
    *("desk-validity-judge", "desk-validity-back", "desk-term", "desk-namesake"),
]
OPEN = ["desk-sign-in", "desk-sign-out"]


# --- who may come in ---------------------------------------------------------------------------------
def test_every_address_is_walked_below() -> None:
    names = {pattern.name for pattern in desk_urls.urlpatterns}
    assert names == {*PAGES, *FILES, *ACTIONS, *OPEN, "desk-runs-state"}


@pytest.mark.parametrize("name", [*PAGES, *FILES, *ACTIONS, "desk-runs-state"])
def test_nobody_but_staff(client: Client, name: str) -> None:
    issue = make_issue("draft")
    path = addresses(issue)[name]
    method = client.post if name in ACTIONS else client.get

    response = method(path)
    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse('desk-sign-in')}?next=/desk/")

    client.force_login(User.objects.create_user("duzhe", password="a-long-word-1"))
    response = method(path)
    assert response.status_code == 403
    assert "没有权限" in response.content.decode()
    issue.refresh_from_db()
    assert issue.state == "draft"
    assert not IngestRun.objects.exists()


@pytest.mark.parametrize("name", [*PAGES, "desk-runs-state"])
def test_staff_may_read_and_nothing_is_cached(desk: Client, name: str) -> None:
    response = desk.get(addresses(make_issue("draft"))[name])
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_are_posts_with_a_token(editor: User, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    path = addresses(make_issue("draft"))[name]
    assert client.get(path).status_code == 405
    assert client.post(path).status_code == 403


def test_signing_in_leads_back(client: Client, editor: User) -> None:
    issue = make_issue("draft")
    wanted = reverse("desk-issue", args=[issue.pk])
    page = get(client, reverse("desk-sign-in"), next=wanted)
    assert page.text("h1") == "登录编辑工作台"
    fields = {"username": "bianji", "password": "a-long-word-1", "next": wanted}
    assert client.post(reverse("desk-sign-in"), fields)["Location"] == wanted
    assert client.post(reverse("desk-sign-out"))["Location"] == reverse("home")
    assert client.get(wanted).status_code == 302


@pytest.mark.parametrize("next_", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_signing_in_leads_nowhere_else(client: Client, editor: User, next_: str) -> None:
    fields = {"username": "bianji", "password": "a-long-word-1", "next": next_}
    assert client.post(reverse("desk-sign-in"), fields)["Location"] == reverse("desk")


def test_a_wrong_password_says_so(client: Client, editor: User) -> None:
    response = client.post(reverse("desk-sign-in"), {"username": "bianji", "password": "wrong"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_a_session_does_not_open_what_is_not_there(desk: Client) -> None:
    for name in ("desk-issue", "desk-document"):
        wanted = {"pk": 999} | ({"position": 1} if name == "desk-document" else {})
        assert desk.get(reverse(name, kwargs=wanted)).status_code == 404


# --- the pages ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", [*PAGES, "desk-sign-in"])
def test_every_page_is_well_made(client: Client, editor: User, name: str, language: str) -> None:
    issue = make_issue("draft")
    make_issue(label="2")
    for state in ("queued", "failed", "done"):
        IngestRun.objects.create(
            file_name="公报.pdf", sha256="0" * 64, state=state, message="文件已损坏", uploaded_by=editor
        )
    if name != "desk-sign-in":
        client.force_login(editor)
    client.cookies["django_language"] = language
    page = get(client, addresses(issue)[name])
    assert page.unclosed == []
    assert len(page.all("h1")) == 1
    assert page.unmarked_chinese == []
    assert page.all("meta", name="robots", content="noindex")
    assert not page.all("style")
    for tag, found in page.elements:
        assert "style" not in found, tag
        assert not [attribute for attribute in found if attribute.startswith("on")], tag
        assert not (found.get("src") or "").startswith("http"), tag
    ids = [found["id"] for _name, found in page.elements if found.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {found.get("for") for found in page.all("label")}
    unnamed = [
        found
        for tag in ("input", "textarea", "select")
        for found in page.all(tag)
        if found.get("type") != "hidden" and found.get("id") not in labelled
    ]
    assert unnamed == []


def test_drafts_are_for_staff_alone(client: Client, editor: User) -> None:
    draft = make_issue("draft")
    shown = [reverse("home"), reverse("issues"), reverse("numbers")]
    hidden = [draft.get_absolute_url(), draft.documents.first().get_absolute_url()]
    for path in shown:
        assert "古树名木" not in client.get(path).content.decode()
    for path in hidden:
        assert client.get(path).status_code == 404
    client.force_login(editor)
    assert "古树名木" in client.get(reverse("desk-issue", args=[draft.pk])).content.decode()


def test_the_review_shows_findings_with_both_readings(desk: Client) -> None:
    issue = make_issue("draft")
    page = get(desk, reverse("desk-issue", args=[issue.pk]))
    assert "云政办发〔2024〕61号" in page.words
    assert "云政办发〔2024〕1号" in page.words
    assert page.words.index("目录与正文的文号不一致") < page.words.index("第6页没有可读文字")
    original = reverse("desk-original", args=[issue.pk])
    assert f"{original}#page=3" in page.links()
    listed = [link for link in page.links() if link.startswith("/desk/") and "/documents/" in link]
    assert listed[-4:] == [reverse("desk-document", args=[issue.pk, n]) for n in range(1, 5)]
    for field in ("云岭市人民政府公报", "2024年2月28日", "双月刊", issue.sha256, "101"):
        assert field in page.words


def test_the_document_page_shows_the_text_as_readers_will_see_it(desk: Client) -> None:
    issue = make_issue("draft")
    page = get(desk, reverse("desk-document", args=[issue.pk, 2]))
    assert page.all("a", rel="prev")[0]["href"] == reverse("desk-document", args=[issue.pk, 1])
    page = get(desk, reverse("desk-preview", args=[issue.pk, 2]))
    assert "云岭市防汛应急预案" in page.words
    assert "编织袋" in page.words
    assert next(tag for tag, found in page.elements if found.get("id") == "s-1-2").startswith("h")


def test_what_a_file_says_is_never_markup(desk: Client) -> None:
    document = make_document(1, title=f"关于{EVIL}的通知", number="云政发〔2024〕1号", category=EVIL)
    issue = make_issue("draft", documents=(document,), gazette=f"公报{EVIL}", name=f"{EVIL}.pdf", label=EVIL)
    said = Reference("云政发〔2024〕7号", "", "repeals", EVIL)
    make_issue(
        label="9",
        documents=(
            make_document(1, title=EVIL, number="云政发〔2024〕7号"),
            make_document(2, number=EVIL, references=(said,)),
        ),
    )
    Term.objects.create(kind="code", word=EVIL, belongs_to=EVIL)
    # 第1期 is missing before it
    make_issue("draft", gazette=f"公报{EVIL}", label="2", name="2.pdf")
    batch = Batch.objects.create(pk=issue.pk, name=EVIL)
    for state in ("done", "failed"):
        IngestRun.objects.create(
            file_name=EVIL, sha256="0" * 64, issue=issue, state=state, message=EVIL, batch=batch
        )
    run = IngestRun.objects.create(file_name=EVIL, sha256="0" * 64)
    for path in [
        *(addresses(issue)[name] for name in PAGES if name != "desk-preview"),
        f"{reverse('desk-runs-state')}?run={run.pk}",
    ]:
        content = desk.get(path).content.decode()
        assert "<script>alert" not in content, path
        assert "alert(" in content, path


@pytest.mark.parametrize("name", PAGES)
def test_lists_cost_the_same_however_long_they_are(desk: Client, editor: User, name: str) -> None:
    def grow(label: str, documents: int) -> Issue:
        numbers = [make_document(n, number=f"云政发〔2024〕{n}号") for n in range(1, documents + 1)]
        issue = make_issue("draft" if int(label) % 2 else "published", label=label, documents=tuple(numbers))
        fields = {"file_name": f"{label}.pdf", "sha256": "0" * 64, "issue": issue, "uploaded_by": editor}
        batch = Batch.objects.create(pk=issue.pk, name=label, state="paused", created_by=editor)
        for state in ("done", "failed", "queued"):
            runs = [IngestRun(state=state, batch=batch, **fields) for _n in range(documents)]
            IngestRun.objects.bulk_create(runs)
        IngestRun.objects.create(state="done", **fields)
        return issue

    def cost(issue: Issue) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(addresses(issue)[name]).status_code == 200
        return len(queries)

    desk.get(reverse("desk"))  # the first request notes in the session when it began
    grow("1", 2)
    before = cost(grow("2", 2))
    large = [grow(str(n), 12) for n in range(3, 9)][-1]
    assert cost(large) == before
    assert before < 25


# --- uploads -----------------------------------------------------------------------------------------
def post_files(client: Client, *files: SimpleUploadedFile, **fields: str) -> Page:
    response = client.post(reverse("desk-upload"), {"uploads": list(files), **fields}, follow=True)
    return Page.of(response)


def test_files_are_queued_and_then_drafts(desk: Client, editor: User) -> None:
    page = post_files(
        desk,
        SimpleUploadedFile("第6期.txt", SAMPLE.read_bytes()),
        SimpleUploadedFile("坏.pdf", b"<!DOCTYPE html><html></html>"),
        SimpleUploadedFile("空.pdf", b""),
    )
    assert "已接收 1 个文件" in page.words
    assert "坏.pdf：内容是网页" in page.words
    assert "空.pdf" in page.words
    run = IngestRun.objects.get()
    assert (run.file_name, run.uploaded_by, run.state) == ("第6期.txt", editor, "queued")
    assert page.all("table", class_="rows runs")[0]["data-poll"] == reverse("desk-runs-state")
    assert page.all("tr", class_="run queued")[0]["data-run"] == str(run.pk)

    assert ingest_upload.call(run.pk) == "added"
    state = desk.get(reverse("desk-runs-state"), {"run": run.pk}).json()
    assert state["active"] == 0
    issue = Issue.objects.get()
    assert reverse("desk-issue", args=[issue.pk]) in state["rows"][str(run.pk)]
    assert issue.name in get(desk, reverse("desk")).words

    page = post_files(desk, SimpleUploadedFile("另一个名字.txt", SAMPLE.read_bytes()))
    assert f"另一个名字.txt：已在库中：{issue.name}" in page.words
    assert IngestRun.objects.count() == 1


def test_password_and_replacement_go_with_the_file(desk: Client, settings: Settings) -> None:
    post_files(desk, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), password=" 123 ", replace="on")
    run = IngestRun.objects.get()
    assert run.replace
    assert Path(settings.UPLOADS_DIR, f"run-{run.pk}.password").read_text() == " 123 "


def test_no_file_and_too_many(desk: Client, settings: Settings) -> None:
    assert "请选择要上传的公报文件" in post_files(desk).words
    settings.UPLOAD_MAX_FILES = 2
    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7") for n in range(3)]
    assert "一次最多上传 2 个文件" in post_files(desk, *files).words
    assert not IngestRun.objects.exists()


def test_a_file_too_large_is_refused(desk: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    page = post_files(desk, SimpleUploadedFile("大.pdf", b"%PDF-" + b"0" * 2 * 1024**2))
    assert "大.pdf：文件超过 1 MB" in page.words
    assert not IngestRun.objects.exists()


def test_progress_is_shown_with_its_page(desk: Client) -> None:
    run = IngestRun.objects.create(
        file_name="公报.pdf",
        sha256="0" * 64,
        state="running",
        stage="extract",
        page=31,
        page_count=74,
        lease_until=timezone.now(),
    )
    page = get(desk, reverse("desk-runs"))
    assert page.all("progress", max="74", value="31")
    state = desk.get(reverse("desk-runs-state"), {"run": run.pk}).json()
    assert state["active"] == 1
    assert re.search(r"读取文件.*31/74", state["rows"][str(run.pk)], re.S)
    assert desk.get(reverse("desk-runs-state"), {"run": ["x", "-1", "999999"]}).json() == {
        "rows": {},
        "active": 0,
    }


def test_a_missing_worker_is_said(desk: Client) -> None:
    IngestRun.objects.create(file_name="公报.pdf", sha256="0" * 64)
    assert "后台处理程序没有运行" in get(desk, reverse("desk")).words


# --- publish, withdraw, discard ----------------------------------------------------------------------
def test_publish_withdraw_and_publish_again(
    desk: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    issue = make_issue("draft")
    paths = addresses(issue)
    page = Page.of(desk.post(paths["desk-publish"], follow=True))
    assert "还有没有核对的错误" in page.words
    issue.findings.filter(severity="error").update(settled_as="kept")
    Finding.objects.create(
        issue=issue, position=99, code="number-twice", severity="warning", message="两件同号"
    )
    page = Page.of(desk.post(paths["desk-publish"], follow=True))
    assert "还有没有核对的警告" in page.words
    assert Issue.objects.get().state == "draft"

    with django_capture_on_commit_callbacks(execute=True):
        page = Page.of(desk.post(paths["desk-publish"], {"sure": "1"}, follow=True))
    assert "已发布" in page.words
    assert desk.get(issue.get_absolute_url()).status_code == 200
    assert len(indexed_ids()) == 4

    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(paths["desk-withdraw"], {"reason": " "})
    assert response.status_code == 400
    assert "请写明撤回的理由" in response.content.decode()
    assert Issue.objects.get().is_published

    with django_capture_on_commit_callbacks(execute=True):
        page = Page.of(desk.post(paths["desk-withdraw"], {"reason": "印刷有误"}, follow=True))
    assert "印刷有误" in page.words
    assert desk.get(issue.get_absolute_url()).status_code in (404, 410)
    assert indexed_ids() == set()

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(paths["desk-publish"], {"sure": "1"})
    again = Issue.objects.get()
    assert (again.state, again.withdrawn_at, again.withdrawn_reason) == ("published", None, "")
    assert len(indexed_ids()) == 4


def test_an_issue_without_a_label_cannot_be_published(desk: Client) -> None:
    issue = make_issue("draft", label="")
    paths = addresses(issue)
    page = get(desk, paths["desk-issue"])
    assert "没有读出期号" in page.words
    assert [button for button in page.all("button", class_="first") if "disabled" in button]
    issue.findings.update(settled_as="kept")
    assert "缺少期号" in Page.of(desk.post(paths["desk-publish"], follow=True)).words
    assert Issue.objects.get().state == "draft"


def test_discarding_needs_the_tick_and_leaves_nothing(
    desk: Client,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    file = tmp_path / "公报.pdf"
    file.write_bytes(b"%PDF-1.7")
    sha256, _size = store_original(file, "pdf")
    issue = make_issue("draft", sha256=sha256)
    paths = addresses(issue)
    assert desk.post(paths["desk-discard"]).status_code == 400
    assert original_path(sha256, "pdf").exists()
    with django_capture_on_commit_callbacks(execute=True):
        page = Page.of(desk.post(paths["desk-discard"], {"sure": "on"}, follow=True))
    assert "草稿已丢弃" in page.words
    assert not Issue.objects.exists()
    assert not original_path(sha256, "pdf").exists()


@pytest.mark.parametrize("state", ["published", "withdrawn"])
def test_what_was_public_cannot_be_discarded(desk: Client, state: str) -> None:
    issue = make_issue(state)
    page = get(desk, addresses(issue)["desk-issue"])
    assert addresses(issue)["desk-discard"] not in page.html
    response = desk.post(addresses(issue)["desk-discard"], {"sure": "on"}, follow=True)
    assert "只能丢弃从未发布的草稿" in response.content.decode()
    assert Issue.objects.get().state == state
