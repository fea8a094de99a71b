"""An issue in a IIIF viewer that others have made (TIFY), on a page of another site."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Issue
from tests.outside import PROJECT

# Where `make test-all` has npm put it.
VIEWER = PROJECT / "var" / "test" / "viewer" / "node_modules" / "tify" / "dist"
pytestmark = pytest.mark.skipif(
    not VIEWER.is_dir(),
    reason="needs the IIIF viewer of tests/browser/viewer (make test-all installs it, with npm)",
)

PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>Viewer</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="viewer/tify.css"><style>html, body, #viewer { height: 100%; margin: 0 }</style></head>
<body><div id="viewer"></div><script type="module">
import Tify from "./viewer/tify.js";
const manifestUrl = new URLSearchParams(location.search).get("manifest");
window.tify = new Tify({ container: "#viewer", manifestUrl, language: "zh", fallbackLanguage: "zh", colorMode: "light",
  translationsDirUrl: "viewer/translations", viewer: { crossOriginPolicy: "Anonymous" } });
</script></body></html>
"""
# How much ink the viewer has painted left and right of its middle, black or red; paper is white, and the room behind it
# see-through. Pictures of another site can be looked into only where they came with leave.
INK = """() => {
  const canvas = document.querySelector("canvas");
  if (!canvas || !canvas.width || !canvas.height) return [0, 0];
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const ink = [0, 0];
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] > 200 && data[at + 1] < 110) ink[Number((at / 4) % canvas.width > canvas.width / 2)] += 1;
  return ink;
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what was asked for is no news."""


@pytest.fixture
def another_site(tmp_path: Path) -> Iterator[str]:
    """The address of a page with the viewer, under another name and port than the archive's."""
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "viewer").symlink_to(VIEWER, target_is_directory=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(another_site: str, live_server: LiveServer, sample_issue: Issue) -> str:
    """The viewer with the manifest of the issue."""
    assert sample_issue.gazette is not None
    place = [sample_issue.gazette.slug, sample_issue.year, sample_issue.label]
    return f"{another_site}?manifest={quote(live_server.url + reverse('iiif-manifest', args=place))}"


def page_number(address: str) -> int:
    """The page that an address of a picture is of."""
    return int(unquote(address).partition("/full/")[0].rpartition("/")[2])


def test_a_viewer_of_another_site_shows_and_turns_the_pages(
    page: Page, address: str, sample_issue: Issue, console_errors: list[str]
) -> None:
    pictures: dict[int, Response] = {}

    def came(answer: Response) -> None:
        if answer.url.endswith("/default.jpg"):
            pictures[page_number(answer.url)] = answer

    page.on("response", came)
    page.goto(address)
    expect(page.get_by_text(str(sample_issue)).first).to_be_visible()
    # The cover stands on the right, alone.
    page.wait_for_function(f"({INK})()[1] > 20000")
    assert set(pictures) == {1} and page.evaluate(INK)[0] == 0

    page.get_by_role("button", name="下一页").first.click()
    page.wait_for_function(f"Math.min(...({INK})()) > 100")
    assert set(pictures) == {1, 2, 3}

    document = sample_issue.documents.filter(first_page__gt=4).order_by("-position")[0]
    assert document.first_page is not None
    page.get_by_role("button", name="内容").click()
    page.get_by_role("button", name="全部展开").click()
    with page.expect_response(lambda answer: answer.url.endswith(f"/{document.first_page}/info.json")):
        page.get_by_text(document.title).click()
    page.wait_for_function(f"Math.min(...({INK})()) > 1000")
    assert document.first_page in pictures
    page.get_by_role("button", name="信息").click()
    expect(
        page.get_by_text(sample_issue.published_on.isoformat() if sample_issue.published_on else "")
    ).to_be_visible()
    # The server draws the pictures still: it needs the database until it is through.
    page.wait_for_load_state("networkidle")
    assert {answer.status for answer in pictures.values()} == {200}
    assert console_errors == []
