"""Public pages are made once and kept, and made anew as soon as what they show has changed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote
from wsgiref.util import setup_testing_defaults
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core import signals
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.dispatch import Signal
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client import REGISTRY
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from archive import annexes
from archive.edition import next_edition, present_edition
from archive.ingest.correct.change import Change
from archive.ingest.correcting import correct, undo
from archive.models import Document, Edition, Issue, Term
from archive.publishing import publish_issue, restore_document, withdraw_document, withdraw_issue
from archive.search.update import index_issue, rebuild
from archive.vocabulary import confirm, forget, settle_namesakes
from tests.factories import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture
def issue() -> Issue:
    issue = make_issue()
    rebuild()
    return issue


def test_a_page_is_made_once(client: Client, issue: Issue, django_assert_num_queries: Any) -> None:
    for path in ("/", issue.get_absolute_url(), "/documents/", "/search/?q=通知", "/api/v1/documents"):
        first = client.get(path)
        assert first.status_code == 200, path
        with django_assert_num_queries(1):
            second = client.get(path)
        assert second.content == first.content
        both = first.headers.keys() | second.headers.keys()
        assert {name for name in both if first.get(name) != second.get(name)} == {"X-Request-ID"}


def test_whoever_has_it_is_told_that_it_holds(client: Client, issue: Issue) -> None:
    first = client.get("/")
    assert first["ETag"].startswith('W/"')
    assert {word.strip() for word in first["Cache-Control"].split(",")} == {"public", "no-cache"}
    again = client.get("/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert "Cookie" in again["Vary"]
    next_edition()
    again = client.get("/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_a_page_says_when_something_last_changed_and_is_judged_by_its_tag_alone(
    client: Client, issue: Issue
) -> None:
    began = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    Edition.objects.update(since=began)
    for path in ("/", issue.get_absolute_url(), "/sitemap.xml", "/feeds/issues.atom"):
        first = client.get(path)
        if path != "/sitemap.xml":  # which says it of what it names
            assert first["Last-Modified"] == "Mon, 06 May 2024 07:08:09 GMT", path
        assert client.get(path)["Last-Modified"] == first["Last-Modified"]
        asked = {"If-Modified-Since": first["Last-Modified"]}
        assert client.get(path, headers=asked).status_code == 200, path
        assert client.get(path, headers=asked | {"If-None-Match": first["ETag"]}).status_code == 304, path
    withdraw_document(issue.documents.all()[0], "个人信息")
    assert client.get("/")["Last-Modified"] != "Mon, 06 May 2024 07:08:09 GMT"


def test_security_headers_are_those_of_a_page_made_anew(client: Client, issue: Issue) -> None:
    first, second = client.get("/"), client.get("/")
    for header in ("Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"):
        assert second[header] == first[header]


def test_each_language_and_host_has_its_own(client: Client, issue: Issue, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "gazette.example"]
    chinese = client.get("/")
    other = client.get("/", headers={"host": "gazette.example"})
    assert b"http://gazette.example/" in other.content
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get("/")
    assert english["Content-Language"] == "en"
    assert len({chinese["ETag"], other["ETag"], english["ETag"]}) == 3
    del client.cookies[django_settings.LANGUAGE_COOKIE_NAME]
    assert client.get("/").content == chinese.content


def test_who_cannot_unpack_gets_it_as_it_is(client: Client, issue: Issue) -> None:
    path = f"{issue.get_absolute_url()}pages/"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get(path).headers
    assert client.get(path, headers={"Accept-Encoding": "br, gzip"}).content == packed.content


def test_citations_are_of_the_day(client: Client, issue: Issue, monkeypatch: pytest.MonkeyPatch) -> None:
    path = issue.documents.all()[0].get_absolute_url()
    today = client.get(path)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2031, 5, 6, 12, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert "2031-05-06" in client.get(path).content.decode()
    assert "2031-05-06" not in today.content.decode()


def test_nothing_is_kept_of_what_is_not_for_all(client: Client, issue: Issue) -> None:
    for path in ("/desk/sign-in/", "/healthz", "/documents/没有/", "/suggest/?q=通知"):
        assert "ETag" not in client.get(path).headers, path
    path = issue.documents.all()[0].get_absolute_url()
    withdraw_document(issue.documents.all()[0], "个人信息")
    assert client.get(path).status_code == 410
    assert "ETag" not in client.get(path).headers


def test_whoever_has_a_session_gets_pages_of_their_own(client: Client, issue: Issue) -> None:
    client.get("/")
    client.force_login(User.objects.create_user("editor", is_staff=True))
    Issue.objects.update(state=Issue.State.DRAFT)
    answer = client.get("/")
    assert "本库尚无公报" in answer.content.decode()
    assert "ETag" not in answer.headers


def test_the_address_may_be_long_or_mad(client: Client, issue: Issue) -> None:
    assert "ETag" not in client.get("/search/", {"q": "通知" * 500}).headers
    assert (
        client.get("/search/?q=%ff%00\ud800".encode("utf-8", "surrogatepass").decode("latin-1")).status_code
        == 200
    )


# --- what changes what readers see ---------------------------------------------------------------------
def publish_another(issue: Issue) -> None:
    publish_issue(make_issue("draft", label="7"))


def withdraw(issue: Issue) -> None:
    withdraw_issue(issue, "印刷有误")


def withdraw_one(issue: Issue) -> None:
    withdraw_document(issue.documents.all()[0], "个人信息")


def restore_one(issue: Issue) -> None:
    withdraw_one(issue)
    restore_document(issue.documents.all()[0])


def correct_and_undo(issue: Issue) -> None:
    document = issue.documents.all()[0]
    before = present_edition()
    (made,) = correct(document, [Change("field", {"field": "kind"}, document.kind, "意见")])
    assert present_edition() != before
    undo(made.act)


def settle_two_of_one_name(issue: Issue) -> None:
    other = make_issue(label="8")
    named = Document.objects.filter(appointments__isnull=False).distinct()
    one, two = named.filter(issue=issue)[0], named.filter(issue=other)[0]
    settle_namesakes(one.appointments.all()[0].person, one, two, same=False)


def order_categories(issue: Issue) -> None:
    confirm(Term.Kind.CATEGORY, "政府文件", position=1)


def leave_a_category_to_be_learnt(issue: Issue) -> None:
    order_categories(issue)
    before = present_edition()
    forget(Term.Kind.CATEGORY, "政府文件")
    assert present_edition() != before


def attach_an_annex(issue: Issue) -> None:
    document = issue.documents.filter(attachments__isnull=False)[0]
    attachment = document.attachments.all()[0]
    file = SimpleUploadedFile("附件.pdf", b"%PDF-1.4\n%%EOF")
    before = present_edition()
    annex = annexes.attach(file, document, attachment.label, attachment.title)
    assert present_edition() != before
    annexes.remove(annex)


def bring_into_the_index(issue: Issue) -> None:
    index_issue(issue)


def index_anew(issue: Issue) -> None:
    rebuild()


@pytest.mark.parametrize(
    "act",
    [
        publish_another,
        withdraw,
        withdraw_one,
        restore_one,
        correct_and_undo,
        settle_two_of_one_name,
        order_categories,
        leave_a_category_to_be_learnt,
        attach_an_annex,
        bring_into_the_index,
        index_anew,
    ],
)
def test_every_change_that_readers_see_begins_an_edition(
    act: Callable[[Issue], None],
    issue: Issue,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = present_edition()
    with django_capture_on_commit_callbacks(execute=True):
        act(issue)
    assert present_edition() not in ("", before)


def test_what_the_administration_saves_does_too(client: Client, issue: Issue) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    gazette = issue.gazette
    assert gazette is not None
    before = present_edition()
    client.get(reverse("admin:archive_gazette_change", args=[gazette.pk]))
    assert present_edition() == before
    client.post(reverse("admin:archive_gazette_change", args=[gazette.pk]), {"name": "新刊"})
    assert present_edition() != before


def test_what_was_withdrawn_is_gone_at_once_and_search_with_it(
    client: Client, issue: Issue, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    index_issue(issue)
    document = issue.documents.all()[0]
    pages = ("/", issue.get_absolute_url(), f"/search/?q={document.number}", document.get_absolute_url())
    for path in pages:
        assert document.title in "".join(client.get(path).content.decode().split()), path
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_issue(issue, "印刷有误")
    for path in pages:
        assert document.title not in "".join(client.get(path).content.decode().split()), path


def test_a_name_is_never_given_twice() -> None:
    names = set()
    for _ in range(50):
        next_edition()
        names.add(present_edition())
    assert len(names) == 50


# --- at the door ---------------------------------------------------------------------------------------
class Answer:
    """What the application that gunicorn serves answers to a request."""

    def __init__(self, path: str, method: str = "GET", **environ: str) -> None:
        # Imported late: it looks for the data folder that a test has.
        from gazette.wsgi import application

        # As gunicorn gives it: the path as bytes, each of them written as a character.
        address, _, query = path.partition("?")
        made: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": unquote(address, "latin-1")}
        made |= {"QUERY_STRING": query, "HTTP_HOST": "testserver", **environ}
        setup_testing_defaults(made)
        body = application(made, self.begin)
        self.body = b"".join(body)
        getattr(body, "close", lambda: None)()

    def begin(
        self, status: str, headers: list[tuple[str, str]], failed: Any = None
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, dict(headers)
        return lambda written: None

    def but_for_its_id(self) -> tuple[str, dict[str, str], bytes]:
        return self.status, {**self.headers, "X-Request-ID": ""}, self.body


@pytest.fixture
def django_answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that came through to Django."""
    from gazette import wsgi

    asked: list[str] = []

    def django(environ: dict[str, Any], start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return the_real(environ, start_response)

    the_real = wsgi._django
    # A handler closes the connection, and with it the transaction of a test.
    monkeypatch.setattr(signals, "request_started", Signal())
    monkeypatch.setattr(signals, "request_finished", Signal())
    monkeypatch.setattr(wsgi, "_django", django)
    return asked


def test_a_kept_page_is_answered_before_django(
    issue: Issue, django_answers: list[str], django_assert_num_queries: Any
) -> None:
    for path in ("/", issue.get_absolute_url(), f"/search/?q={quote('通知')}"):
        first = Answer(path)
        assert first.status == "200 OK" and len(django_answers) == 1
        with django_assert_num_queries(1):
            second = Answer(path)
        assert second.but_for_its_id() == first.but_for_its_id()
        assert len(second.headers["X-Request-ID"]) == 32
        assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
        head = Answer(path, "HEAD")
        assert head.but_for_its_id()[:2] == first.but_for_its_id()[:2] and head.body == b""
        held = Answer(path, HTTP_IF_NONE_MATCH=first.headers["ETag"])
        assert (held.status, held.body) == ("304 Not Modified", b"")
        assert held.headers["ETag"] == first.headers["ETag"]
        assert len(django_answers) == 1
        next_edition()
        assert Answer(path, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == "200 OK"
        assert len(django_answers) == 2
        django_answers.clear()


def test_what_other_sites_may_read_says_so_in_each_form(
    client: Client, issue: Issue, django_answers: list[str]
) -> None:
    path, allows = f"/iiif{issue.get_absolute_url()}manifest.json", "Access-Control-Allow-Origin"
    first = Answer(path)
    assert first.status == "200 OK"
    for one in (first, Answer(path), Answer(path, HTTP_IF_NONE_MATCH=first.headers["ETag"])):
        assert one.headers[allows] == "*"
    assert len(django_answers) == 1
    for tag in ("", first.headers["ETag"]):
        assert client.get(path, headers={"If-None-Match": tag})[allows] == "*"
    home = Answer("/")
    for one in (home, Answer("/"), Answer("/", HTTP_IF_NONE_MATCH=home.headers["ETag"])):
        assert allows not in one.headers


def test_nothing_kept_goes_to_who_must_not_have_it(issue: Issue, django_answers: list[str]) -> None:
    kept = Answer("/")
    assert Answer("/", HTTP_HOST="elsewhere.example").status == "400 Bad Request"
    for another in (
        {"HTTP_COOKIE": f"{django_settings.SESSION_COOKIE_NAME}=x"},
        {"HTTP_COOKIE": f"{django_settings.LANGUAGE_COOKIE_NAME}=en"},
        {"method": "POST"},
    ):
        assert Answer("/", **another).but_for_its_id() != kept.but_for_its_id()
    assert len(django_answers) == 5
    Answer("/", HTTP_COOKIE="theme=dark")
    assert len(django_answers) == 5


def test_a_page_answered_as_kept_has_its_line_and_is_counted(
    issue: Issue, django_answers: list[str], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LOG_REQUESTS, settings.PROXIES = True, 1
    caplog.set_level("INFO", "archive.request_log")
    Answer("/issues/?q=secret")
    before = REGISTRY.get_sample_value("gazette_kept_pages_total")
    caplog.clear()
    given = {"HTTP_X_REQUEST_ID": "from-the-proxy", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}
    assert Answer("/issues/?q=secret", **given).headers["X-Request-ID"] == "from-the-proxy"
    [line] = caplog.messages
    assert re.fullmatch(r"GET /issues/ 200 \d+\.\d ms 203\.0\.113\.7", line)
    assert before is not None and REGISTRY.get_sample_value("gazette_kept_pages_total") == before + 1
    assert len(django_answers) == 1


def test_without_a_database_django_tells_it(
    issue: Issue, django_answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise OperationalError("the server is away")

    Answer("/")
    monkeypatch.setattr("archive.public_pages.present_edition", fail)
    Answer("/")
    assert len(django_answers) == 2
