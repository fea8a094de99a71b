"""Originals and covers: who gets them, in which form, and in which parts."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from archive import pictures
from archive.ingest.files_store import files_store
from archive.models import Issue
from archive.views.files import read_range
from tests.closing import ClosingClient, body
from tests.factories import make_issue

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True, params=["disk", "bucket"])
def where(request: pytest.FixtureRequest) -> str:
    """Readers cannot tell where the files lie."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return str(request.param)


def store(issue: Issue, content: bytes = CONTENT, extension: str = "pdf") -> PurePosixPath:
    """Put a file where the issue's belongs, and let the issue have its checksum; the file's name."""
    issue.sha256 = hashlib.sha256(content).hexdigest()
    Issue.objects.filter(pk=issue.pk).update(sha256=issue.sha256)
    name = PurePosixPath("originals", issue.sha256[:2], f"{issue.sha256}.{extension}")
    part = files_store().part(name)
    part.write_bytes(content)
    files_store().add(part, name)
    # What was left of it on this machine would do without the bucket.
    shutil.rmtree(Path(settings.GAZETTE_DATA) / "fetched", ignore_errors=True)
    return name


def address(issue: Issue) -> str:
    return f"/files/{issue.sha256}/whatever.pdf"


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    with ClosingClient() as client:
        yield client


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("editor", password="a long password", is_staff=True)


def test_a_published_original_is_served_to_all(client: Client) -> None:
    issue = make_issue()
    store(issue)
    response = client.get(address(issue))
    assert response.status_code == 200 and body(response) == CONTENT
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "filename*=utf-8''" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"].startswith("public")
    assert not response.cookies and "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("kind", "extension", "content_type", "disposition"),
    [
        ("text", "txt", "text/plain; charset=utf-8", "inline"),
        ("html", "html", "application/octet-stream", "attachment"),
        (
            "docx",
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "attachment",
        ),
    ],
)
def test_only_harmless_kinds_open_in_the_browser(
    client: Client, kind: str, extension: str, content_type: str, disposition: str
) -> None:
    issue = make_issue()
    Issue.objects.filter(pk=issue.pk).update(source_kind=kind)
    store(issue, b"<script>alert(1)</script>", extension)
    response = client.get(address(issue))
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"].startswith(disposition)
    sandboxed = "sandbox" in response.headers.get("Content-Security-Policy", "")
    assert sandboxed is (disposition == "attachment")


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("withdrawn", 410)])
def test_what_is_not_published_is_for_staff_alone(
    client: Client, staff: User, state: str, status: int
) -> None:
    issue = make_issue(state=state)
    store(issue)
    assert client.get(address(issue)).status_code == status
    client.force_login(staff)
    response = client.get(address(issue))
    assert response.status_code == 200 and body(response) == CONTENT
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_file_that_cannot_be_masked_is_kept_back(client: Client) -> None:
    issue = make_issue()
    store(issue)
    issue.documents.filter(position=4).update(withdrawn_at=timezone.now(), withdrawn_reason="含个人信息")
    assert client.get(address(issue)).status_code == 410
    Issue.objects.update(source_kind="docx")
    assert client.get(address(issue)).status_code == 410
    assert f"/files/{issue.sha256}" not in client.get(issue.get_absolute_url()).content.decode()


def test_an_unknown_or_lost_file_is_404(client: Client) -> None:
    issue = make_issue()
    assert client.get(address(issue)).status_code == 404
    assert client.get(f"/files/{'0' * 64}/x.pdf").status_code == 404
    assert client.get("/files/../../etc/passwd").status_code == 404


def test_head_and_not_modified_send_no_body(client: Client) -> None:
    issue = make_issue()
    store(issue)
    head = client.head(address(issue))
    assert head.status_code == 200 and head.headers["Content-Length"] == str(len(CONTENT))
    again = client.get(address(issue), headers={"If-None-Match": head.headers["ETag"]})
    assert again.status_code == 304 and body(again) == b""
    assert client.post(address(issue)).status_code == 405


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=1000-", 206, CONTENT[1000:]),
        ("bytes=-24", 206, CONTENT[-24:]),
        ("bytes=1000-99999", 206, CONTENT[1000:]),
        ("bytes=-99999", 206, CONTENT),
        ("bytes=1024-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=9-3", 200, CONTENT),
        ("bytes=0-1,5-6", 200, CONTENT),
        ("lines=0-1", 200, CONTENT),
        ("bytes=-", 200, CONTENT),
    ],
)
def test_ranges(client: Client, asked: str, status: int, part: bytes) -> None:
    issue = make_issue()
    store(issue)
    response = client.get(address(issue), headers={"Range": asked})
    assert (response.status_code, body(response)) == (status, part)
    if status == 206:
        start = CONTENT.index(part) if len(part) != len(CONTENT) else 0
        first = len(CONTENT) - len(part) if asked != "bytes=0-9" else start
        assert response.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(CONTENT)}"
        assert response.headers["Content-Length"] == str(len(part))


def test_a_range_of_another_version_gets_the_whole_file(client: Client) -> None:
    issue = make_issue()
    store(issue)
    asked = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert client.get(address(issue), headers=asked).status_code == 200
    asked["If-Range"] = client.head(address(issue)).headers["ETag"]
    response = client.get(address(issue), headers=asked)
    assert response.status_code == 206 and body(response) == CONTENT[:10]


def test_a_file_goes_out_whole_though_its_place_is_thrown_away_meanwhile(
    client: Client, data_folder: Path
) -> None:
    issue = make_issue()
    store(issue)
    for asked, expected in (({}, CONTENT), ({"Range": "bytes=1-"}, CONTENT[1:])):
        response = client.get(address(issue), headers=asked)
        for folder in ("originals", "fetched"):
            if (data_folder / folder).exists():
                (data_folder / folder).rename(data_folder / f"{folder}-away")
        assert body(response) == expected
        for folder in data_folder.glob("*-away"):
            if folder.name == "fetched-away":
                shutil.rmtree(folder)
            else:
                folder.rename(data_folder / "originals")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("2022 2.pdf", 'inline; filename="2022 2.pdf"'),
        ('a"; filename=evil.exe; x="b.pdf', 'inline; filename="a\\"; filename=evil.exe; x=\\"b.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", "inline; filename*=utf-8''a%0D%0ASet-Cookie%3A%20x%3D1.pdf"),
        ("公报\u202efdp.exe", "inline; filename*=utf-8''%E5%85%AC%E6%8A%A5%E2%80%AEfdp.exe"),
    ],
)
def test_a_name_stays_a_name(client: Client, name: str, header: str) -> None:
    issue = make_issue()
    store(issue)
    Issue.objects.update(file_name=name)
    response = client.get(address(issue))
    assert response.headers["Content-Disposition"] == header
    assert not response.cookies


def test_ranges_of_an_empty_file() -> None:
    assert read_range("bytes=0-", 0) == range(0)
    assert read_range("", 10) is None


# --- covers --------------------------------------------------------------------------------------------


@pytest.fixture
def pdf_page() -> Callable[[float, float], bytes]:
    """A PDF of one blank page of the given size in points, as small as a PDF can be."""

    def make(width: float, height: float) -> bytes:
        return (
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
            "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]>>endobj\n"
            "trailer<</Root 1 0 R>>\n%%EOF"
        ).encode()

    return make


def test_the_cover_is_drawn_once_and_kept(client: Client, pdf_page: Callable[[float, float], bytes]) -> None:
    issue = make_issue()
    name = store(issue, pdf_page(595, 842))
    assert f"/pictures/{issue.sha256}/cover.webp" in client.get("/").content.decode()
    response = client.get(f"/pictures/{issue.sha256}/cover.webp")
    picture = body(response)
    assert response.status_code == 200 and response.headers["Content-Type"] == "image/webp"
    assert picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    files_store().remove(name)
    assert body(client.get(f"/pictures/{issue.sha256}/cover.webp")) == picture


def test_the_pictures_can_be_thrown_away_at_any_moment(
    client: Client, pdf_page: Callable[[float, float], bytes], data_folder: Path
) -> None:
    issue = make_issue()
    store(issue, pdf_page(595, 842))
    picture = body(client.get(f"/pictures/{issue.sha256}/cover.webp"))
    being_sent = client.get(f"/pictures/{issue.sha256}/cover.webp")
    shutil.rmtree(data_folder / "pictures")
    assert body(being_sent) == picture
    assert body(client.get(f"/pictures/{issue.sha256}/cover.webp")) == picture


@pytest.mark.parametrize("moment", ["before it is drawn", "when it is drawn"])
def test_pictures_thrown_away_while_one_is_drawn_leave_no_mark(
    client: Client,
    pdf_page: Callable[[float, float], bytes],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    issue = make_issue()
    store(issue, pdf_page(595, 842))
    throw = "\nimport shutil, os, sys; shutil.rmtree(os.path.dirname(sys.argv[2]))\n"
    draw = pictures._DRAW
    monkeypatch.setattr(pictures, "_DRAW", throw + draw if moment.startswith("before") else draw + throw)
    response = client.get(f"/pictures/{issue.sha256}/cover.webp")
    assert response.status_code == 503 and response.headers["Retry-After"]
    monkeypatch.setattr(pictures, "_DRAW", draw)
    assert client.get(f"/pictures/{issue.sha256}/cover.webp").status_code == 200


def test_a_picture_that_goes_away_before_it_is_opened_is_asked_for_again(
    pdf_page: Callable[[float, float], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = make_issue()
    store(issue, pdf_page(595, 842))
    gone = pictures.folder_of(issue.sha256) / "cover.webp"
    monkeypatch.setattr("archive.views.files.cover_picture", lambda original, sha256: gone)
    with ClosingClient(raise_request_exception=False) as client:
        response = client.get(f"/pictures/{issue.sha256}/cover.webp")
        assert response.status_code == 503 and response.headers["Retry-After"]
        # Any other file that is not there is a mistake, and called one.
        monkeypatch.setattr("archive.views.files.cover_picture", lambda original, sha256: Path("/no/file"))
        assert client.get(f"/pictures/{issue.sha256}/cover.webp").status_code == 500


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>not a PDF</html>", b"%PDF-1.4\n%%EOF", "long page"],
    ids=["empty", "html", "no pages", "a page too long to draw"],
)
def test_a_file_that_cannot_be_drawn_leaves_the_cover_in_type(
    client: Client, content: bytes | str, pdf_page: Callable[[float, float], bytes]
) -> None:
    issue = make_issue()
    store(issue, pdf_page(2, 14_000) if isinstance(content, str) else content)
    assert client.get(f"/pictures/{issue.sha256}/cover.webp").status_code == 404
    home = client.get("/").content.decode()
    assert "cover.webp" not in home and 'class="cover-name"' in home
    folder = Path(settings.GAZETTE_DATA) / "pictures" / issue.sha256
    assert [path.name for path in folder.iterdir()] == ["cover.failed"]


def test_covers_of_what_is_not_published_are_not_drawn(
    client: Client, pdf_page: Callable[[float, float], bytes]
) -> None:
    for width, state in ((595, "draft"), (596, "withdrawn")):
        issue = make_issue(state=state, label=state)
        store(issue, pdf_page(width, 842))
        assert client.get(f"/pictures/{issue.sha256}/cover.webp").status_code == 404
        assert not (Path(settings.GAZETTE_DATA) / "pictures" / issue.sha256).exists()


def test_a_text_issue_has_a_cover_in_type(client: Client) -> None:
    issue = make_issue()
    Issue.objects.filter(pk=issue.pk).update(source_kind="text")
    assert "cover.webp" not in client.get("/").content.decode()
