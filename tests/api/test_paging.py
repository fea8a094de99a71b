"""A list is read to its end, each entry once, while issues arrive and go."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from archive.models import Document, Issue
from archive.publishing import publish_issue, withdraw_document
from archive.search.update import index_issue, rebuild
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> Any:
    """One page; its link says the same as its `next`."""
    parts = urlsplit(address)
    response = client.get(f"{parts.path}?{parts.query}")
    assert response.status_code == 200, response.content
    told = response.json()
    following = told["next"]
    assert response.headers.get("Link") == (f'<{following}>; rel="next"' if following else None)
    return told


def read_on(client: Client, address: str | None, between: Any = None) -> list[Any]:
    """The ids of all entries from an address on; `between` is called with the number of the page that was read."""
    found = []
    for number in range(1, 100):
        told = page(client, address or "")
        found += [one["id"] for one in told["results"]]
        address = told["next"]
        if between:
            between(number)
        if address is None:
            return found
    raise AssertionError("the list has no end")


@pytest.fixture
def shelf() -> list[Issue]:
    """Issues with all that may be lacking: days, numbers, signatures."""
    issues = [
        make_issue(label="1", published_on=date(2024, 2, 28)),
        make_issue(label="增刊1", published_on=None),
        make_issue(label="增刊2", published_on=None),
        make_issue(year=2023, label="6", published_on=date(2023, 12, 31)),
        make_issue(year=2023, label="5", published_on=None),
        make_issue(year=2023, label="增刊", published_on=date(2023, 12, 31)),
    ]
    several = tuple(make_document(n, number="云政发〔2022〕7号" if n < 4 else None) for n in range(1, 6))
    issues.append(make_issue(year=2022, label="1", published_on=None, documents=several))
    Issue.objects.filter(label__startswith="增刊").update(number=None)
    rebuild()
    return issues


LISTS = (
    *("issues?", "documents?", "documents?kind=通知&"),
    *("search?sort=date&", "search?sort=number&", "search?q=通知&sort=date&"),
)


def test_a_list_read_on_is_the_whole_list_in_its_order(client: Client, shelf: list[Issue]) -> None:
    for asked in LISTS:
        _is_read_to_its_end(client, asked)


def _is_read_to_its_end(client: Client, asked: str) -> None:
    whole = page(client, f"/api/v1/{asked}page_size=100")
    assert whole["next"] is None and whole["total"] == len(whole["results"]) > 5
    found = [one["id"] for one in whole["results"]]
    for size in (1, 4):
        assert read_on(client, f"/api/v1/{asked}page_size={size}") == found
    # By its pages it is the same, and each tells how to read on from it.
    second = page(client, f"/api/v1/{asked}page_size=2&page=2")
    assert [one["id"] for one in second["results"]] == found[2:4]
    assert second["page"] == 2 and read_on(client, second["next"]) == found[4:]


def test_nothing_is_left_out_or_twice_while_issues_arrive(client: Client, shelf: list[Issue]) -> None:
    before = {asked: read_on(client, f"/api/v1/{asked}page_size=100") for asked in LISTS}
    following: dict[str, str | None] = {asked: f"/api/v1/{asked}page_size=3" for asked in LISTS}
    found: dict[str, list[Any]] = {asked: [] for asked in LISTS}
    # Newer, older and in between: a new issue behind each page.
    arriving = [(2030, None), (2010, date(2010, 1, 2)), (2023, None), (2024, date(2024, 2, 28)), (2022, None)]
    while any(following.values()):
        for asked, address in following.items():
            if address is not None:
                told = page(client, address)
                found[asked] += [one["id"] for one in told["results"]]
                following[asked] = told["next"]
        if arriving:
            year, day = arriving.pop(0)
            publish_issue(make_issue("draft", year=year, label="77", published_on=day))
            rebuild()
    for asked, ids in found.items():
        assert len(ids) == len(set(ids)), asked
        assert [one for one in ids if one in set(before[asked])] == before[asked], asked
        assert len(ids) > len(before[asked]), asked  # what came in further down is there


def test_the_place_stays_when_its_document_goes(client: Client, shelf: list[Issue]) -> None:
    for asked in LISTS[1:]:
        first = page(client, f"/api/v1/{asked}page_size=3")
        rest = read_on(client, first["next"])
        last = first["results"][-1]["id"]
        gone = Document.objects.get(public_id=last)
        withdraw_document(gone, "个人信息")
        index_issue(gone.issue)
        assert read_on(client, first["next"]) == rest, asked


def test_the_next_page_keeps_what_was_asked(client: Client, shelf: list[Issue]) -> None:
    told = page(client, "/api/v1/search?q=通知&kind=通知&sort=date&page_size=2&page=2")
    following = told["next"]
    assert following.startswith("http://testserver/api/v1/search?")
    assert {"q", "kind", "sort", "page_size", "after"} == {
        one.partition("=")[0] for one in urlsplit(following).query.split("&")
    }
    third = page(client, following)
    assert third["page"] is None and third["total"] == told["total"] and third["pages"] == told["pages"]


def test_what_answers_best_is_read_page_by_page(client: Client, shelf: list[Issue]) -> None:
    """Each issue that arrives may change the order: there is no place to read on from."""
    told = page(client, "/api/v1/search?q=通知&page_size=2")
    assert told["next"].endswith("page=2") and "after" not in told["next"]
    assert len(read_on(client, "/api/v1/search?q=通知&page_size=2")) == told["total"]
    # With a place to read on from, its order holds.
    following = page(client, "/api/v1/search?q=通知&sort=date&page_size=2")["next"]
    assert read_on(client, following.replace("sort=date", "sort=relevance")) == read_on(client, following)


def test_a_cursor_is_taken_only_where_it_came_from(client: Client, shelf: list[Issue]) -> None:
    for asked in LISTS:
        cursor = page(client, f"/api/v1/{asked}page_size=1")["next"].partition("after=")[2]
        assert len(cursor) < 200
        for other in LISTS:
            status = 200 if asked.partition("?")[0] == other.partition("?")[0] else 422
            answer = client.get(f"/api/v1/{other}after={cursor}")
            assert answer.status_code == status, (asked, other)
            if status == 422:
                assert "next of the page before" in answer.json()["detail"]


def test_what_has_not_its_form_is_no_cursor(client: Client) -> None:
    wrong = [
        "i",
        "i.",
        "i.1.1.1",
        "i.1.1.1.1.1",
        "i.1.1.1.1%0a",
        "i.1.1.1.--",
        f"i.1.1.1.{10**18}",
        "d.1.1.1.1",
    ]
    for after in (*wrong, "i.٣.1.1.1", "%00", "古"):
        assert client.get(f"/api/v1/issues?after={after}").status_code == 422, after
    wrong = ["s.1..", "s..1.1", "s.1.abc.1", "s.1.AB.1", "x.1.ab.1", "s.-1.ab.1", "s.1.ab.1."]
    for after in (*wrong, f"s.1.{'00' * 1000}.1"):
        assert client.get(f"/api/v1/search?after={after}").status_code == 422, after


def test_a_cursor_may_name_what_never_was(client: Client) -> None:
    make_issue()
    rebuild()
    most = "9" * 18
    for after in ("i.-.-.-.-", f"i.{most}.{most}.{most}.{most}", "i.0.0.0.0", "i.2024.-.1.-"):
        assert client.get(f"/api/v1/issues?after={after}").status_code == 200, after
    for after in ("d.-.-.-.-.-", f"d.{most}.{most}.{most}.{most}.{most}", "d.0.0.0.0.0"):
        assert client.get(f"/api/v1/documents?after={after}").status_code == 200, after
    for after in ("s.0..0", f"n.999999999.ff00.{most}", "s.738900.e4ba91.5"):
        assert client.get(f"/api/v1/search?after={after}").status_code == 200, after
