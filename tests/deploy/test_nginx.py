"""The archive behind a real nginx: what each answer carries, what is kept, refused, passed on and written down."""

import gzip
import hashlib
import http.cookies
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.deploy.production import HOST, Answer, Production, needs_nginx
from tests.outside import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLES = PROJECT / "archive" / "samples"
PASSWORD = "a-long-word-1"
# Makes the accounts and says what the addresses are made of.
PREPARE = f"""
import json
from django.contrib.auth.models import User
from archive.first_administrator import issue_token
from archive.models import Issue
from archive.worker_heartbeat import heartbeat_path
token = issue_token()
User.objects.create_user("bianji", password="{PASSWORD}", is_staff=True, is_superuser=True)
public, draft = Issue.objects.published().get(), Issue.objects.get(state="draft")
print(json.dumps({{"public": public.sha256, "draft": draft.sha256, "draft_pk": draft.pk, "token": token,
    "page": public.get_absolute_url() + "pages/1.webp", "heartbeat": str(heartbeat_path())}}))
"""
MOST = 3  # MB in one upload


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    needs_nginx()
    with Production(
        tmp_path_factory.mktemp("site"), UPLOAD_MAX_MB=str(MOST), ALLOWED_HOSTS=f"{HOST},127.0.0.1"
    ) as site:
        site.manage("migrate", "--verbosity", "0")
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        site.manage("ingest", str(SAMPLES / "jichuan-2024-01.pdf"), "--publish")
        site.manage("ingest", str(SAMPLES / "jichuan-2023-06.txt"))
        site.start_web()
        site.start_nginx()
        yield site


@pytest.fixture(scope="module")
def known(site: Production) -> dict[str, str]:
    found: dict[str, str] = json.loads(site.manage("shell", "--no-imports", "-c", PREPARE).splitlines()[-1])
    # No worker runs here; this one was heard of just now, and will be.
    Path(found["heartbeat"]).touch()
    return found


class Visitor:
    """Keeps cookies, and sends forms as a browser does."""

    def __init__(self, site: Production) -> None:
        self.site, self.cookies = site, http.cookies.SimpleCookie()
        self.flags: list[http.cookies.Morsel[str]] = []

    def ask(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        sent = {
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items()),
            **headers,
        }
        origin = f"https://{HOST}:{self.site.https}"
        if fields is None:
            answer = self.site.ask(path, headers=sent)
        else:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
            answer = self.site.ask(path, "POST", urlencode(fields).encode(), sent)
        for line in answer.all_of("Set-Cookie"):
            self.cookies.load(line)
            self.flags += http.cookies.SimpleCookie(line).values()
        return answer

    def token(self, path: str) -> str:
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path).body)
        assert found
        return found[1].decode()

    def sign_in(self) -> None:
        fields = {
            "username": "bianji",
            "password": PASSWORD,
            "csrfmiddlewaretoken": self.token("/desk/sign-in/"),
        }
        assert self.ask("/desk/sign-in/", fields).status == 302


@pytest.fixture
def editor(site: Production, known: dict[str, str]) -> Visitor:
    visitor = Visitor(site)
    visitor.sign_in()
    return visitor


# --- headers -------------------------------------------------------------------------------------------
ONCE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
# From the archive, from nginx itself (a static file, a body that is too large), from the archive's sandbox.
ANSWERS = {
    "/": 200,
    "/search/?q=%E9%80%9A%E7%9F%A5": 200,
    "/api/v1/issues": 200,
    "/nothing-there/": 404,
    "/issues": 301,
    "/desk/": 302,
    "/desk/sign-in/": 200,
    "/healthz": 200,
    "/files/{public}/x.pdf": 200,
    "{page}": 200,
    "/files/{draft}/x.txt": 404,
    "/static/site.css": 200,
    "/static/nothing.css": 404,
    "too large": 413,
}


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_each_header_stands_in_every_answer_once(
    site: Production, known: dict[str, str], path: str, status: int
) -> None:
    Path(known["heartbeat"]).touch()
    if path == "too large":
        answer = site.ask("/desk/upload/", "POST", b"x", {"Content-Length": str(10 * 1024**2)})
    else:
        answer = site.ask(path.format(**known))
    assert answer.status == status
    assert {name: answer.all_of(name) for name in ONCE} == {name: [value] for name, value in ONCE.items()}
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert "camera=()" in answer["Permissions-Policy"]
    assert re.fullmatch("[0-9a-f]{32}", answer["X-Request-ID"])
    assert answer["Server"] == "nginx"  # and no version
    assert len(answer.all_of("Cache-Control")) <= 1 and len(answer.all_of("Content-Type")) == 1


def test_http_leads_to_https(site: Production) -> None:
    answer = site.ask_plain(site.http, "/search/?q=1", {"Host": HOST})
    assert answer.status == 308 and answer["Location"] == f"https://{HOST}:{site.https}/search/?q=1"


def test_another_host_gets_nothing_of_the_archive(site: Production) -> None:
    assert site.ask("/", headers={"Host": "elsewhere.example"}).status == 400


# --- cookies and what is private ------------------------------------------------------------------------
def test_cookies_are_flagged(editor: Visitor) -> None:
    editor.ask("/i18n/setlang/", {"language": "en", "next": "/"})
    flagged = {morsel.key: morsel for morsel in editor.flags}
    assert set(flagged) >= {"sessionid", "csrftoken", "django_language"}
    for name, morsel in flagged.items():
        assert morsel["secure"] and morsel["httponly"] and morsel["samesite"] == "Lax", name


def test_a_draft_is_decided_by_the_archive_each_time(
    site: Production, known: dict[str, str], editor: Visitor
) -> None:
    """nginx keeps no copy: what an editor has just seen stays unseen by others."""
    for path in (f"/files/{known['draft']}/x.txt", f"/desk/issues/{known['draft_pk']}/"):
        seen = editor.ask(path)
        assert seen.status == 200
        assert "private" in seen["Cache-Control"] or "no-store" in seen["Cache-Control"]
        assert site.ask(path).status in (302, 404)


def test_no_file_of_the_archive_can_be_asked_of_nginx(site: Production) -> None:
    for path in ("/static../data/secret-key", "/static/../data/secret-key", "/static/%2e%2e/data/secret-key",
                 "/data/secret-key", "/originals/", "/static/"):  # fmt: skip
        assert site.ask(path).status in (400, 403, 404), path


# --- static files ---------------------------------------------------------------------------------------
def test_style_sheets_have_hashes_and_are_kept_for_a_year(site: Production) -> None:
    home = site.ask("/").body.decode()
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', home)
    assert len(addresses) >= 3
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address)
        answer = site.ask(address)
        assert answer.status == 200 and answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert site.ask("/static/site.css")["Cache-Control"] == "public, max-age=3600"
    assert site.ask("/static/gone.0123456789ab.css").all_of("Cache-Control") == []


def test_static_files_and_public_pages_are_compressed_and_the_desk_is_not(
    site: Production, editor: Visitor
) -> None:
    accepts = {"Accept-Encoding": "gzip"}
    for path in ("/static/site.css", "/issues/", "/oai?verb=Identify"):
        answer = site.ask(path, headers=accepts)
        assert answer["Content-Encoding"] == "gzip" and gzip.decompress(answer.body)
        assert any("Accept-Encoding" in value for value in answer.all_of("Vary"))
    assert editor.ask("/desk/", **accepts).all_of("Content-Encoding") == []


# --- files ----------------------------------------------------------------------------------------------
def test_ranges_and_tags_come_through(site: Production, known: dict[str, str]) -> None:
    path = f"/files/{known['public']}/x.pdf"
    whole = site.ask(path)
    assert whole.status == 200 and whole["Content-Type"] == "application/pdf"
    part = site.ask(path, headers={"Range": "bytes=10-19"})
    assert part.status == 206 and part.body == whole.body[10:20]
    assert part["Content-Range"] == f"bytes 10-19/{len(whole.body)}"
    assert site.ask(path, headers={"If-None-Match": whole["ETag"]}).status == 304


# --- in a browser ---------------------------------------------------------------------------------------
def test_a_reader_and_an_editor_at_work(
    site: Production,
    known: dict[str, str],
    open_page: Callable[..., "Page"],
    console_errors: list[str],
    tmp_path: Path,
) -> None:
    """Scripts and style sheets under names with hashes, the policy, the flagged cookies: all of it together."""
    page = open_page(ignore_https_errors=True)
    page.goto(f"https://127.0.0.1:{site.https}/")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(251, 250, 247)"
    page.fill("main input[name=q]", "通知")
    page.press("main input[name=q]", "Enter")
    page.click("main ol a[href*='/documents/']")
    assert page.locator("h1").inner_text()
    page.click("text=English")
    assert page.locator("html").get_attribute("lang") == "en"

    page.goto(f"https://127.0.0.1:{site.https}/desk/")
    page.fill("input[name=username]", "bianji")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/desk/")
    paper = tmp_path / "2024-09.txt"
    paper.write_text("霁川市人民政府公报\n2024年第9期", encoding="utf-8")
    with page.expect_response("**/desk/upload/file/**") as sent:
        page.set_input_files("form[data-upload] input[name=uploads]", paper)
        page.click("form[data-upload] button.first")
    assert sent.value.status == 200
    assert console_errors == []


# --- uploads --------------------------------------------------------------------------------------------
def test_the_limit_of_uploads_is_that_of_the_setting(editor: Visitor, site: Production) -> None:
    """What is a little too large is told by the archive in words; what is far too large is not read at all."""
    token = editor.token("/desk/")
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in editor.cookies.items())
    headers = {
        "Cookie": cookies,
        "X-CSRFToken": token,
        "Origin": f"https://{HOST}:{site.https}",
        "Content-Type": "application/octet-stream",
    }
    path = "/desk/upload/file/?name=a.txt"
    taken = site.ask(path, "POST", b"x" * MOST * 1024**2, headers)
    assert taken.status == 200 and json.loads(taken.body)["new"] == 1
    told = site.ask(path, "POST", b"x" * (MOST * 1024**2 + 1), headers)
    assert told.status == 400 and f"{MOST} MB" in json.loads(told.body)["said"][0]
    refused = site.ask(path, "POST", b"x", headers | {"Content-Length": str((MOST + 2) * 1024**2)})
    assert refused.status == 413 and "内容过大" in refused.body.decode()
    assert site.ask("/search/", "POST", b"x", {"Content-Length": str(2 * 1024**2)}).status == 413


def test_a_file_to_check_may_be_as_large_as_an_upload(site: Production) -> None:
    content = b"x" * (MOST * 1024**2)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = site.ask("/verify/", "POST", head + content + b"\r\n--b--\r\n", headers)
    assert answer.status == 302
    assert answer["Location"] == f"/verify/?sha256={hashlib.sha256(content).hexdigest()}"
    refused = site.ask("/verify/", "POST", b"x", headers | {"Content-Length": str((MOST + 2) * 1024**2)})
    assert refused.status == 413 and "内容过大" in refused.body.decode()


def test_what_is_refused_by_its_head_is_still_read(site: Production, known: dict[str, str]) -> None:
    """A socket closed over unread bytes is a broken connection to nginx, which then tells of an archive that is away."""
    large = b"x" * (MOST * 1024**2 + 1)
    for path, status in (("/desk/upload/file/?name=a.txt", 403), ("/nothing/is/here/", 404)):
        answer = site.ask_by_socket(path, "POST", large)
        assert answer.status == status and answer.body


# --- where a request comes from, and what is written of it -----------------------------------------------
def lines_of(path: Path, request: str) -> list[dict[str, object]]:
    """The JSON lines about a request, once they are there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = [
            json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("{")
        ]
        if found := [line for line in lines if line.get("request") == request]:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{request} is not in {path.name}")


def test_one_id_leads_from_the_answer_through_both_logs(site: Production) -> None:
    forged = {
        "X-Request-ID": "written-by-a-reader",
        "X-Forwarded-For": "198.51.100.9",
        "X-Forwarded-Proto": "http",
    }
    answer = site.ask("/search/?q=secretquery", headers=forged)
    assert answer.status == 200
    [nginx], [archive] = (lines_of(path, answer["X-Request-ID"]) for path in (site.access_log, site.log))
    assert nginx["path"] == archive["path"] == "/search/"
    assert nginx["status"] == archive["status"] == 200
    assert nginx["client"] == archive["client"] == "127.0.0.1"
    assert "secretquery" not in site.access_log.read_text() + site.log.read_text(encoding="utf-8")


def test_every_line_is_json_and_holds_no_secret(
    site: Production, known: dict[str, str], editor: Visitor
) -> None:
    editor.ask(f"/desk/first-administrator/{known['token']}/?next=secretquery")
    last = editor.ask(f"/desk/sign-in/?next=/desk/&x={PASSWORD}")
    lines_of(site.access_log, last["X-Request-ID"])
    for path in (site.access_log, site.log):
        text = path.read_text(encoding="utf-8")
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines()), path.name
        for secret in (known["token"], PASSWORD, "secretquery", *(m.value for m in editor.cookies.values())):
            assert secret not in text, path.name


# --- monitors -------------------------------------------------------------------------------------------
def test_health_and_figures_are_there_for_this_machine(site: Production, known: dict[str, str]) -> None:
    Path(known["heartbeat"]).touch()
    health = site.ask_plain(site.monitor, "/healthz")
    assert (health.status, json.loads(health.body)) == (
        200,
        {"database": "ok", "index": "ok", "worker": "ok"},
    )
    assert b'gazette_issues{state="draft"} 1.0' in site.ask_plain(site.monitor, "/metrics").body
    assert site.ask_plain(site.monitor, "/").status == 404


def test_requests_of_all_processes_are_counted_together(site: Production, known: dict[str, str]) -> None:
    series = (
        'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="numbers"}'
    )

    def counted() -> float:
        found = re.search(
            rf"^{re.escape(series)} (\S+)$", site.ask_plain(site.monitor, "/metrics").body.decode(), re.M
        )
        return float(found[1]) if found else 0.0

    before = counted()
    for n in range(20):
        # Each another address: a page that was kept is not made, and not counted by its view.
        assert site.ask(f"/documents/?{n}").status == 200
    assert [counted() for _ in range(6)] == [before + 20] * 6


def test_a_reader_cannot_write_where_a_request_comes_from(site: Production) -> None:
    """Through nginx this machine is itself, whatever it says; with another setting it is anybody (test_restart.py)."""
    forged = {"X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.7", "Forwarded": "for=203.0.113.7"}
    answer = site.ask("/metrics", headers=forged)
    assert answer.status == 200


# --- when the archive does not answer -------------------------------------------------------------------
@pytest.mark.in_full
def test_an_archive_that_does_not_answer_is_told_calmly(tmp_path: Path) -> None:
    needs_nginx()
    with Production(tmp_path) as dead:
        dead.manage("collectstatic", "--noinput", "--verbosity", "0")
        dead.start_nginx()
        dead.socket.close()
        answer = dead.ask("/")
        assert dead.ask("/desk/upload/file/", "POST", b"x" * 3 * 1024**2).body == answer.body
        assert answer.status == 502 and "暂时无法访问" in answer.body.decode()
        assert {name: answer.all_of(name) for name in ONCE} == {name: [value] for name, value in ONCE.items()}
