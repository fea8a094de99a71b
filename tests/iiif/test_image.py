"""The pictures of pages for IIIF viewers: just the sizes that are named, as readers may see them, made once."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from PIL import Image

from archive.iiif import image
from archive.iiif.image import Size, asked_size, sizes_of
from archive.ingest.correcting import redact, undo
from archive.masks import masks_of
from archive.models import Issue, Page
from archive.pictures import folder_of
from tests.closing import ClosingClient, body
from tests.factories import make_issue
from tests.iiif.test_manifest import HOST, address
from tests.test_masks import SAMPLE, someone
from tests.views.test_scans import print_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    with ClosingClient() as client:
        yield client


@pytest.fixture
def issue(data_folder: Path) -> Issue:
    """Printed on paper of 200 by 100 points."""
    found = make_issue()
    found.pages.update(width=200.0, height=100.0)
    print_file(found, size=(200, 100))
    return found


def base(issue: Issue, number: int = 1) -> str:
    return address(issue, "iiif-image", number)


def picture(client: Client, path: str) -> Image.Image:
    answer = client.get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/jpeg", path
    found = Image.open(io.BytesIO(body(answer)))
    assert found.format == "JPEG"
    return found


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (595.0, 842.0, ["180,255", "620,877", "1240,1754"]),
        (200.0, 100.0, ["180,90", "208,104", "417,208"]),
        (14_400.0, 200.0, ["180,2", "1200,16", "2400,33"]),
        # a slip of paper, a thread, and a page that has no size
        (100.0, 300.0, ["104,312", "208,625"]),
        (1.0, 14_000.0, ["1,2400"]),
        (0.0, 0.0, ["180,255", "620,877", "1240,1754"]),
    ],
)
def test_the_sizes_of_a_page(width: float, height: float, sizes: list[str]) -> None:
    assert [str(size) for size in sizes_of(Page(width=width, height=height))] == sizes


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("max", Size(100, 50)),
        ("100,50", Size(100, 50)),
        ("20,10", Size(20, 10)),
        *(
            (other, None)
            for other in ("full", "100,", ",50", "pct:50", "^max", "!20,10", "020,10", "20,11", "２0,10", "")
        ),
    ],
)
def test_a_size_is_asked_for_in_its_canonical_form(asked: str, found: Size | None) -> None:
    assert asked_size(asked, [Size(20, 10), Size(100, 50)]) == found


def test_what_is_said_of_a_picture_is_true_of_it(client: Client, issue: Issue) -> None:
    answer = client.get(f"{base(issue)}/info.json")
    assert answer["Content-Type"] == 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'
    said = answer.json()
    assert next(iter(said.items())) == ("@context", "http://iiif.io/api/image/3/context.json")
    assert said["id"] == HOST + base(issue)
    assert (said["type"], said["protocol"], said["profile"]) == (
        "ImageService3",
        "http://iiif.io/api/image",
        "level0",
    )
    assert (said["width"], said["height"]) == (417, 208)
    for size in said["sizes"]:
        path = f"{base(issue)}/full/{size['width']},{size['height']}/0/default.jpg"
        assert picture(client, path).size == (size["width"], size["height"])
    assert picture(client, f"{base(issue)}/full/max/0/default.jpg").size == (417, 208)


def test_every_sample_page_is_as_large_as_it_says(client: Client, data_folder: Path) -> None:
    call_command("ingest", str(SAMPLE), publish=True)
    issue = Issue.objects.get()
    said = client.get(f"{base(issue, 2)}/info.json").json()
    assert picture(client, f"{base(issue, 2)}/full/max/0/default.jpg").size == (said["width"], said["height"])
    [drawn] = folder_of(issue.sha256).glob("*.jpg")
    assert drawn.stat().st_size <= image.MAX_JPEG_BYTES


def test_the_base_leads_to_what_is_said(client: Client, issue: Issue) -> None:
    answer = client.get(base(issue))
    assert (answer.status_code, answer["Location"]) == (303, f"{base(issue)}/info.json")


def test_other_forms_are_not_there(client: Client, issue: Issue) -> None:
    for rest in (
        *(
            "full/full/0/default.jpg",
            "full/100,/0/default.jpg",
            "full/^max/0/default.jpg",
            "square/max/0/default.jpg",
        ),
        *(
            "full/max/90/default.jpg",
            "full/max/0/gray.jpg",
            "full/max/0/default.webp",
            "0,0,10,10/max/0/default.jpg",
        ),
        *("full/417,208,/0/default.jpg", "full/834,416/0/default.jpg", "info", ""),
    ):
        assert client.get(f"{base(issue)}/{rest}").status_code == 404, rest
    for number in (0, 7, 100000):
        for rest in ("", "/info.json", "/full/max/0/default.jpg"):
            assert client.get(f"{base(issue, number)}{rest}").status_code == 404, (number, rest)
    assert not list(folder_of(issue.sha256).glob("*"))


def test_a_draft_is_not_drawn(client: Client, issue: Issue) -> None:
    Issue.objects.update(state=Issue.State.DRAFT)
    for rest in ("", "/info.json", "/full/max/0/default.jpg"):
        assert client.get(f"{base(issue)}{rest}").status_code == 404
    assert not folder_of(issue.sha256).exists()


def test_whoever_has_it_is_told_that_it_holds(client: Client, issue: Issue) -> None:
    for rest in ("/info.json", "/full/180,90/0/default.jpg"):
        first = client.get(base(issue) + rest)
        assert first["Cache-Control"] == "public, max-age=3600"
        again = client.get(base(issue) + rest, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304 and body(again) == b""
        assert again["Access-Control-Allow-Origin"] == "*"
    sizes = {
        client.get(f"{base(issue)}/full/{one}/0/default.jpg")["ETag"] for one in ("180,90", "208,104", "max")
    }
    assert len(sizes) == 3


def test_a_picture_is_drawn_once_and_can_be_thrown_away(
    client: Client, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{base(issue)}/full/180,90/0/default.jpg"
    first = body(client.get(path))
    shutil.rmtree(folder_of(issue.sha256))
    assert body(client.get(path)) == first
    monkeypatch.setattr(image, "_DRAW", "raise SystemExit('drawn again')")
    assert body(client.get(path)) == first
    for kept in folder_of(issue.sha256).glob("*-180.jpg"):
        kept.unlink()
    assert body(client.get(path)) == first


def test_a_page_that_cannot_be_drawn_leaves_a_mark(
    client: Client, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image, "_DRAW", "raise SystemExit('no')")
    assert client.get(f"{base(issue, 3)}/full/max/0/default.jpg").status_code == 404
    assert image.jpegs_that_fail(issue.sha256) == {3}
    assert client.get(address(issue)).json()["items"][2]["items"] == []


def test_a_heavy_page_is_drawn_with_less_quality(
    issue: Issue, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_folder / "pictures").mkdir(exist_ok=True)
    file, full = settings.BASE_DIR / "archive" / "samples" / "jichuan-2024-01.pdf", Size(620, 877)
    whole = image.page_jpeg(lambda: file, "a" * 64, 4, full)
    monkeypatch.setattr(image, "MAX_JPEG_BYTES", 1)
    light = image.page_jpeg(lambda: file, "b" * 64, 4, full)
    assert whole is not None and light is not None
    assert light.stat().st_size < whole.stat().st_size
    with Image.open(light) as one, Image.open(whole) as other:
        assert one.size == other.size == (620, 877)


def test_what_is_kept_from_readers_is_masked_in_every_size(client: Client, data_folder: Path) -> None:
    call_command("ingest", str(SAMPLE), publish=True)
    issue = Issue.objects.get()
    document, name = someone(issue)
    number = document.first_page or 1
    before = client.get(f"{base(issue, number)}/full/max/0/default.jpg")
    made = redact(document, name, reason="个人信息")
    masks = masks_of(issue)
    number = masks.pages[0]
    page = issue.pages.get(number=number)
    for size in sizes_of(page)[1:]:
        answer = client.get(f"{base(issue, number)}/full/{size}/0/default.jpg")
        shown = Image.open(io.BytesIO(body(answer))).convert("L")
        assert shown.size == (size.width, size.height)
        x0, top, x1, bottom = masks.boxes[number][0]
        across, down = shown.width / page.width, shown.height / page.height
        inside = shown.crop(
            (int(x0 * across) + 3, int(top * down) + 3, int(x1 * across) - 3, int(bottom * down) - 3)
        )
        assert inside.getextrema()[1] < 80
    assert answer["ETag"] != before["ETag"]
    undo(made[0].act)
    open_again = Image.open(
        io.BytesIO(body(client.get(f"{base(issue, number)}/full/max/0/default.jpg")))
    ).convert("L")
    assert open_again.size == shown.size and open_again.tobytes() != shown.tobytes()
