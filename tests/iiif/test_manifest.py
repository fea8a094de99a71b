"""Manifests and collections: valid, true to the issue, every id in them leads somewhere, and only to what readers may see."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlsplit

import iiif_prezi3
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from archive.models import Issue
from archive.pictures import failure_of, folder_of
from archive.publishing import withdraw_document, withdraw_issue
from tests.closing import ClosingClient
from tests.factories import GAZETTE, make_issue
from tests.iiif.musts import broken_musts
from tests.views.page import get
from tests.views.test_scans import print_file

pytestmark = pytest.mark.django_db

SAMPLE = settings.BASE_DIR / "archive" / "samples" / "jichuan-2024-03.pdf"
HOST = "http://testserver"
PRESENTATION = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'


@pytest.fixture
def client() -> Iterator[ClosingClient]:
    with ClosingClient() as client:
        yield client


@pytest.fixture
def issue(data_folder: Path) -> Issue:
    found = make_issue()
    print_file(found)
    return found


def address(issue: Issue, name: str = "iiif-manifest", *more: int) -> str:
    assert issue.gazette is not None
    return reverse(name, args=[issue.gazette.slug, issue.year, issue.label, *more])


def manifest_of(client: Client, issue: Issue) -> dict[str, Any]:
    answer = client.get(address(issue))
    assert answer.status_code == 200 and answer["Content-Type"] == PRESENTATION
    return dict(answer.json())


def named(thing: Any) -> Iterator[dict[str, Any]]:
    """Everything with an id, wherever it stands."""
    if isinstance(thing, dict):
        if "id" in thing:
            yield thing
        for value in thing.values():
            yield from named(value)
    elif isinstance(thing, list):
        for one in thing:
            yield from named(one)


def test_a_manifest_keeps_every_must_and_the_library_reads_it(client: Client, data_folder: Path) -> None:
    call_command("ingest", str(SAMPLE), publish=True)
    found = manifest_of(client, Issue.objects.get())
    assert broken_musts(found) == []
    read = iiif_prezi3.Manifest(**found)
    assert [canvas.id for canvas in read.items] == [canvas["id"] for canvas in found["items"]]


def test_it_says_what_the_issue_is(client: Client, issue: Issue) -> None:
    found = manifest_of(client, issue)
    assert found["id"] == HOST + address(issue)
    assert found["label"] == {"zh": [f"{GAZETTE} 2024年第1期"]}
    facts = {fact["label"]["en"][0]: next(iter(fact["value"].values())) for fact in found["metadata"]}
    assert facts == {
        "Gazette": [GAZETTE],
        "Issue": ["2024年第1期"],
        "Total number": ["101"],
        "Date of publication": ["2024-02-28"],
        "Published by": ["云岭市人民政府办公室"],
        "Frequency": ["双月刊"],
    }
    assert [fact["label"]["zh"] for fact in found["metadata"]][:2] == [["公报"], ["期"]]
    assert found["homepage"][0]["id"] == HOST + issue.get_absolute_url()
    assert (
        found["rendering"][0]["format"] == "application/pdf" and issue.sha256 in found["rendering"][0]["id"]
    )
    assert (found["behavior"], found["viewingDirection"]) == (["paged"], "left-to-right")


def test_it_says_the_same_in_every_language(client: Client, issue: Issue) -> None:
    chinese = manifest_of(client, issue)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert manifest_of(client, issue) == chinese


def test_every_id_in_it_leads_somewhere(client: Client, issue: Issue) -> None:
    found = manifest_of(client, issue)
    # The pictures of one page stand for all, which are drawn alike.
    found["items"][1:] = [canvas | {"thumbnail": [], "items": []} for canvas in found["items"][1:]]
    answers: dict[str, Any] = {}
    for thing in named(found):
        whole, fragment = urldefrag(thing["id"])
        assert whole.startswith(f"{HOST}/")
        if whole not in answers:
            answers[whole] = client.get(whole.removeprefix(HOST), follow=True)
        answer = answers[whole]
        assert answer.status_code == 200, thing
        if said := thing.get("format"):
            assert answer["Content-Type"].partition(";")[0] == said, thing
        if fragment or thing["type"] == "Canvas":
            assert thing["id"] in {one["id"] for one in named(answer.json())}, thing
    assert len(answers) > 20


def test_a_canvas_has_an_address_of_its_own(client: Client, issue: Issue) -> None:
    answer = client.get(address(issue, "iiif-canvas", 3))
    assert answer["Content-Type"] == PRESENTATION
    canvas = answer.json()
    assert broken_musts(canvas) == []
    context = canvas.pop("@context")
    assert context and canvas == manifest_of(client, issue)["items"][2]
    assert client.get(address(issue, "iiif-canvas", 7)).status_code == 404


def test_pages_are_called_by_the_number_that_they_carry(client: Client, issue: Issue) -> None:
    issue.pages.filter(number=3).update(printed_number=4, printed_right=5)
    canvases = manifest_of(client, issue)["items"]
    assert [canvas["label"]["zh"][0] for canvas in canvases[:3]] == [
        "原件第1页",
        "公报第1页",
        "公报第4–5页",
    ]
    assert canvases[0]["label"]["en"] == ["Page 1 of the file"]
    # A sheet with two of them stands alone.
    assert [canvas.get("behavior") for canvas in canvases[1:4]] == [None, ["facing-pages"], None]


def ranges_of(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The ranges of documents by their ids."""
    [contents] = found["structures"]
    assert contents["label"] == {"zh": ["本期目录"], "en": ["Contents"]}
    documents = [one for category in contents["items"] for one in category["items"]]
    return {one["id"].partition("#document-")[2]: one for one in documents}


def test_the_contents_cover_each_document(client: Client, issue: Issue) -> None:
    found = manifest_of(client, issue)
    canvases = [canvas["id"] for canvas in found["items"]]
    ranges = ranges_of(found)
    documents = list(issue.documents.order_by("position"))
    assert list(ranges) == [document.public_id for document in documents]
    for document in documents:
        one = ranges[document.public_id]
        assert document.first_page is not None and document.last_page is not None
        assert one["label"] == {"zh": [document.title]}
        assert [item["id"] for item in one["items"]] == canvases[document.first_page - 1 : document.last_page]
        assert one["homepage"][0]["id"] == HOST + document.get_absolute_url()
        assert one["seeAlso"][0]["id"] == f"{HOST}{document.get_absolute_url()}akn.xml"
    categories = [part["label"]["zh"][0] for part in found["structures"][0]["items"]]
    assert categories == ["政府文件", "市政府办公室文件", "人事任免"]


def test_an_issue_without_documents_has_no_contents(client: Client, issue: Issue) -> None:
    issue.documents.all().delete()
    found = manifest_of(client, issue)
    assert "structures" not in found and broken_musts(found) == []


def test_documents_of_no_category_stand_in_the_contents_themselves(client: Client, issue: Issue) -> None:
    issue.documents.update(category="")
    issue.documents.filter(position=4).update(first_page=None, last_page=None)
    found = manifest_of(client, issue)
    assert broken_musts(found) == []
    assert len(found["structures"][0]["items"]) == 3


def test_a_page_that_cannot_be_drawn_stays_blank(client: Client, issue: Issue) -> None:
    folder_of(issue.sha256).mkdir(parents=True)
    failure_of(folder_of(issue.sha256) / "page-2.webp").touch()
    failure_of(folder_of(issue.sha256) / "iiif-4-1240x1754.jpg").touch()
    found = manifest_of(client, issue)
    assert [bool(canvas["items"]) for canvas in found["items"]] == [True, False, True, False, True, True]
    assert broken_musts(found) == []


# --- who gets it ---------------------------------------------------------------------------------------
def test_what_is_withdrawn_is_gone_at_once(client: Client, issue: Issue) -> None:
    manifest_of(client, issue)
    withdraw_issue(issue, "印刷有误")
    for path in (
        address(issue),
        *(address(issue, name, 1) for name in ("iiif-canvas", "iiif-image", "iiif-information")),
        f"{address(issue, 'iiif-image', 1)}/full/max/0/default.jpg",
    ):
        answer = client.get(path)
        assert answer.status_code == 410 and "印刷有误" in answer.content.decode(), path
    assert client.get(reverse("iiif-collection")).json()["items"] == []
    assert client.get(reverse("iiif-year", args=[GAZETTE, 2024])).status_code == 404


def test_a_document_withdrawn_alone_is_not_named(client: Client, issue: Issue) -> None:
    document = issue.documents.get(position=2)
    assert document.title in str(manifest_of(client, issue))
    withdraw_document(document, "个人信息")
    found = manifest_of(client, issue)
    assert document.title not in str(found) and document.public_id not in str(found)
    assert len(ranges_of(found)) == 3 and broken_musts(found) == []


def test_an_issue_of_text_has_no_manifest(client: Client, issue: Issue) -> None:
    Issue.objects.update(source_kind=Issue.SourceKind.TEXT)
    assert client.get(address(issue)).status_code == 404
    assert client.get(address(issue, "iiif-canvas", 1)).status_code == 404
    assert client.get(reverse("iiif-collection")).json()["items"] == []


def test_its_page_and_its_viewer_lead_to_it(client: Client, issue: Issue) -> None:
    whole = HOST + address(issue)
    for path in (issue.get_absolute_url(), address(issue, "issue-pages")):
        page = get(client, path)
        assert {"rel": "alternate", "type": PRESENTATION, "title": "IIIF", "href": whole} in page.all("link")
        # Dropped on a viewer, a link is read for `manifest`.
        [link] = [one["href"] for one in page.all("a") if "manifest.json" in str(one["href"])]
        assert parse_qs(urlsplit(link).query) == {"manifest": [whole]} and client.get(link).status_code == 200
    Issue.objects.update(source_kind=Issue.SourceKind.TEXT)
    assert "manifest.json" not in client.get(issue.get_absolute_url()).content.decode()


# --- collections ---------------------------------------------------------------------------------------
def test_collections_lead_to_each_published_issue(client: Client, data_folder: Path) -> None:
    issues = [make_issue(year=year, label=label) for year, label in ((2024, "1"), (2024, "2"), (2023, "1"))]
    make_issue("draft", label="3")
    make_issue("withdrawn", label="4")
    root = client.get(reverse("iiif-collection"))
    assert root["Content-Type"] == PRESENTATION
    assert broken_musts(root.json()) == []
    assert [item["label"]["zh"] for item in root.json()["items"]] == [
        [f"{GAZETTE} {y}年"] for y in (2024, 2023)
    ]
    found = []
    for item in root.json()["items"]:
        year = client.get(item["id"].removeprefix(HOST)).json()
        assert broken_musts(year) == [] and year["id"] == item["id"]
        iiif_prezi3.Collection(**year)
        found += [one["id"].removeprefix(HOST) for one in year["items"]]
    assert found == [address(issue) for issue in issues]


def test_an_archive_with_nothing_in_it_is_an_empty_collection(client: Client) -> None:
    found = client.get(reverse("iiif-collection")).json()
    assert found["items"] == [] and broken_musts(found) == []


# --- the checks themselves -----------------------------------------------------------------------------
BREAKING = {
    "no label": lambda m: m.pop("label"),
    "no canvas": lambda m: m["items"].clear(),
    "no size": lambda m: m["items"][0].pop("width"),
    "painted elsewhere": lambda m: m["items"][0]["items"][0]["items"][0].update(target="http://x/"),
    "a text without language": lambda m: m["label"].update({"zh Hans": ["x"]}),
    "an empty text": lambda m: m["metadata"][0]["value"].update(none=[]),
    "an address in characters": lambda m: m["items"][0].update(id="http://testserver/云"),
    "a fragment": lambda m: m["items"][0].update(id=f"{m['items'][0]['id']}#x"),
    "an id twice": lambda m: m["items"][1].update(id=m["items"][0]["id"]),
    "a range to nowhere": lambda m: m["structures"][0]["items"][0]["items"][0]["items"][0].update(
        id="http://x/"
    ),
    "an empty range": lambda m: m["structures"][0]["items"].clear(),
    "a rendering without label": lambda m: m["rendering"][0].pop("label"),
    "another behavior": lambda m: m["items"][0].update(behavior=["paged"]),
    "another context": lambda m: m.update({"@context": "http://iiif.io/api/presentation/2/context.json"}),
}


def test_the_checks_see_each_fault(client: Client, issue: Issue) -> None:
    sound = manifest_of(client, issue)
    assert broken_musts(sound) == []
    for name, damage in BREAKING.items():
        broken = deepcopy(sound)
        damage(broken)
        assert broken_musts(broken), name
