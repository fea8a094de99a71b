"""One file a request: what is refused before it is read, what is answered, and that a cut connection leaves nothing."""

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import FakePayload
from django.urls import reverse
from pytest_django import Settings

from archive.models import Batch, IngestRun, Issue
from archive.tasks import ingest_upload
from archive.uploads import password_of, upload_path
from tests.accounts import make_account
from tests.outside import PROJECT, Outside
from tests.views.page import Page, get

pytestmark = pytest.mark.django_db

SAMPLE = min((PROJECT / "archive" / "samples").glob("*.txt"))


@pytest.fixture
def editor(db: None) -> User:
    return make_account()


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def send(
    client: Client, name: str, content: bytes, headers: dict[str, str] | None = None, **query: str
) -> object:
    address = f"{reverse('desk-upload-file')}?{urlencode({'name': name, **query})}"
    return client.generic("POST", address, content, "application/octet-stream", headers=headers or {})


def answer(client: Client, name: str, content: bytes, **options: object) -> dict[str, object]:
    response = send(client, name, content, **options)
    assert response.status_code == 200
    return response.json()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# --- what is answered ----------------------------------------------------------------------------------
def test_a_file_is_kept_and_its_row_answered(desk: Client, editor: User) -> None:
    found = answer(
        desk, "2023年/第6期.txt", SAMPLE.read_bytes(), headers={"X-Password": quote("密 码")}, replace="1"
    )
    run = IngestRun.objects.get()
    assert (run.file_name, run.uploaded_by, run.replace, run.batch) == ("第6期.txt", editor, True, None)
    assert upload_path(run).read_bytes() == SAMPLE.read_bytes()
    assert password_of(run) == "密 码"
    assert (found["new"], found["said"], found["batch"]) == (1, [], "")
    (row,) = found["rows"]
    assert Page(row).all("tr", class_="run queued")[0]["data-run"] == str(run.pk)


def test_what_somebody_names_himself_is_tried(desk: Client) -> None:
    assert answer(desk, "README.md", SAMPLE.read_bytes())["new"] == 1
    assert "旧版 Word 文件" in answer(desk, "第2期.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600)["said"][0]


def test_duplicates_are_known_by_their_checksum(desk: Client) -> None:
    answer(desk, "第6期.txt", SAMPLE.read_bytes())
    assert "同一文件正在处理" in answer(desk, "同.txt", SAMPLE.read_bytes())["said"][0]
    ingest_upload.call(IngestRun.objects.get().pk)
    issue = Issue.objects.get()
    found = answer(desk, "又.txt", SAMPLE.read_bytes())
    (line,) = found["said"]
    assert f"又.txt：已在库中：{issue.name}" in Page(f"<html>{line}</html>").words
    assert reverse("desk-issue", args=[issue.pk]) in line
    assert (found["new"], found["rows"]) == (0, [])
    assert IngestRun.objects.count() == 1


def test_what_a_name_says_is_never_markup(desk: Client) -> None:
    (line,) = answer(desk, "<img src=x>.pdf", b"<!DOCTYPE html>")["said"]
    assert "<img" not in line
    assert "&lt;img" in line


def test_files_of_a_batch_are_told_of_on_its_page(desk: Client, editor: User) -> None:
    made = desk.post(reverse("desk-batch-open"), {"name": "往期"}).json()
    batch = Batch.objects.get()
    assert (batch.name, batch.created_by, made["batch"]) == ("往期", editor, batch.pk)
    found = answer(desk, "第6期.txt", SAMPLE.read_bytes(), batch=str(batch.pk))
    assert found["batch"] == made["page"] == reverse("desk-batch", args=[batch.pk])
    assert found["rows"] == []
    assert answer(desk, "坏.pdf", b"<!DOCTYPE html>", batch=str(batch.pk))["new"] == 0
    assert [run.state for run in batch.runs.order_by("pk")] == ["queued", "failed"]
    page = get(desk, made["page"])
    assert "坏.pdf" in page.words
    assert "内容是网页" in page.words
    assert send(desk, "第6期.txt", b"x", batch="999").status_code == 404


def test_the_plain_form_makes_a_batch_of_many_files_and_of_a_folder(desk: Client) -> None:
    many = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.7 " + str(n).encode()) for n in range(11)]
    response = desk.post(reverse("desk-upload"), {"uploads": many})
    batch = Batch.objects.get()
    assert response["Location"] == reverse("desk-batch", args=[batch.pk])
    assert batch.runs.count() == 11

    folder = [
        SimpleUploadedFile("第6期.txt", SAMPLE.read_bytes()),
        SimpleUploadedFile("Thumbs.db", b"x"),
    ]
    desk.post(reverse("desk-upload"), {"folder": folder})
    assert [run.file_name for run in Batch.objects.exclude(pk=batch.pk).get().runs.all()] == ["第6期.txt"]


# --- what is refused before it is read -------------------------------------------------------------------
class Untouched(FakePayload):
    """A body that nobody may read."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.parametrize(
    ("name", "length", "says"),
    [
        ("大.pdf", str(1024**2 + 1), "文件超过 1 MB"),
        ("封面.jpg", "10", "不是可以上传的格式"),
        ("第2期", "10", "不是可以上传的格式"),
        ("", "10", "没有文件名"),
        ("第2期.pdf", "", "没有说明文件大小"),
        ("第2期.pdf", "-1", "没有说明文件大小"),
    ],
)
def test_what_the_head_of_a_request_already_says_is_refused_unread(
    desk: Client, settings: Settings, name: str, length: str, says: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    response = desk.post(
        f"{reverse('desk-upload-file')}?{urlencode({'name': name})}",
        content_type="application/octet-stream",
        **{"wsgi.input": Untouched(b""), "CONTENT_LENGTH": length},
    )
    assert response.status_code == 400
    assert says in response.json()["said"][0]
    assert not IngestRun.objects.exists()


def test_without_the_token_nothing_is_read(editor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    response = client.post(
        f"{reverse('desk-upload-file')}?name=a.pdf",
        content_type="application/octet-stream",
        **{"wsgi.input": Untouched(b""), "CONTENT_LENGTH": "10"},
    )
    assert response.status_code == 403


# --- a connection that breaks ------------------------------------------------------------------------------
class Site:
    """The site as gunicorn serves it, and an editor who is signed in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.ask("GET", reverse("desk-sign-in"))
        fields = {"username": "bianji", "password": "a-long-word-1", "csrfmiddlewaretoken": self.token}
        self.ask("POST", reverse("desk-sign-in"), urlencode(fields))
        self.ask("GET", reverse("desk"))

    def ask(self, method: str, path: str, body: str | None = None) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        for given in response.headers.get_all("Set-Cookie") or []:
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(r'csrfmiddlewaretoken" value="([^"]+)', response.read().decode()):
            self.token = found[1]
        connection.close()

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send_cut(self, path: str, kind: str, body: bytes, upto: int) -> None:
        """Announce the whole body, send the beginning, and be gone; returns once the server has noticed."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
            f"X-CSRFToken: {self.token}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(head.encode() + body[:upto])
            line.shutdown(socket.SHUT_WR)
            while line.recv(65536):
                pass


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with Outside(tmp_path) as outside:
        yield outside


@pytest.fixture
def site(outside: Outside, tmp_path: Path) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "static").mkdir()
    (tmp_path / "tmp").mkdir()
    outside.ask(
        "__import__('django.contrib.auth.models', fromlist=['x']).User.objects.create_user("
        "'bianji', password='a-long-word-1', is_staff=True, is_superuser=True).pk"
    )
    command = [sys.executable, "-m", "gunicorn", "gazette.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    options = ["--worker-class", "gthread", "--threads", "2", "--log-level", "warning", "--no-control-socket"]
    environment = outside.environment | {"TMPDIR": str(tmp_path / "tmp")}
    server = subprocess.Popen([*command, *options], cwd=PROJECT, env=environment)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert server.poll() is None
            time.sleep(0.05)
    yield Site(port)
    server.terminate()
    server.wait()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_the_middle_leaves_nothing(site: Site, outside: Outside) -> None:
    content = b"%PDF-1.7\n" + b"x" * 4 * 1024**2
    alone = f"{reverse('desk-upload-file')}?name=a.pdf"
    form = (
        f'--B\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{site.token}\r\n'
        '--B\r\nContent-Disposition: form-data; name="uploads"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    whole = form + content + b"\r\n--B--\r\n"
    for upto in (0, 1000, 3 * 1024**2, len(content) - 1):
        site.send_cut(alone, "application/octet-stream", content, upto)
        site.send_cut(reverse("desk-upload"), "multipart/form-data; boundary=B", whole, upto + len(form))
    assert outside.ask("IngestRun.objects.count()") == 0
    uploads = outside.folder / "uploads"
    assert left_in(uploads) == []
    assert [name for name in left_in(outside.folder / "tmp") if ".upload" in name] == []
    # the same whole is taken
    site.send_cut(alone, "application/octet-stream", content, len(content))
    assert outside.ask("list(IngestRun.objects.values_list('file_name', 'state'))") == [["a.pdf", "queued"]]
    assert len(left_in(uploads)) == 1
