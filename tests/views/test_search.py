"""The results page and the number resolver."""

import random
import sys
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from archive.ingest.parse.records import Block, Validity
from archive.models import Issue
from archive.search import update
from archive.views.addresses import page_addresses, with_parameters
from tests.factories import make_document, make_issue
from tests.views.page import Page, document, get

pytestmark = pytest.mark.django_db

EVIL = '"><img src=x onerror=alert(1)><script>alert(1)</script>'


def published(**changes: Any) -> Issue:
    issue = make_issue(**changes)
    update.index_issue(issue)
    return issue


def many(count: int = 45) -> Issue:
    return published(
        documents=tuple(
            make_document(n, title=f"第{n}号通知", kind="通知" if n % 3 else "意见", issuer=f"第{n % 12}局")
            for n in range(1, count + 1)
        )
    )


def parameters(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def addresses(on: Page, /, **wanted: str | None) -> list[dict[str, str]]:
    """The parameters of every link to a results page that has those of `wanted` (None: has it not)."""
    found = [parameters(link) for link in on.links() if link.startswith("?")]
    return [one for one in found if all(one.get(name) == value for name, value in wanted.items())]


# --- the page ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=古树",
        "?q=云政发2024-1",
        "?q=星际航行",
        "?q=古树 编织袋",
        "?q=谁来登记古树名木？",
        "?kind=通知",
        "?q=古树&kind=公告",
    ],
)
def test_every_page_is_well_made(client: Client, query: str, language: str) -> None:
    published()
    client.cookies["django_language"] = language
    page = Page.of(client.get(f"/search/{query}"))
    assert page.unclosed == []
    assert len(page.all("h1")) == 1
    assert page.all("html")[0]["lang"] == ("en" if language == "en" else "zh-Hans")
    assert page.unmarked_chinese in ([], ["English"], ["中文"]), page.unmarked_chinese
    assert not page.all("style")
    assert all(str(script.get("src")).startswith("/static/") for script in page.all("script"))
    assert all("style" not in found for _, found in page.elements)
    ids = [found["id"] for _, found in page.elements if found.get("id")]
    assert len(ids) == len(set(ids))


def test_hits_show_where_they_stand(client: Client) -> None:
    issue = published()
    page = get(client, "/search/", q="逐株登记")
    first = document(issue, 1)
    anchor = first.sections.get(heading="开展普查建档").anchor
    marked = urlencode({"q": "逐株登记"})
    assert f"{first.get_absolute_url()}?{marked}" in page.links()
    assert f"{first.get_absolute_url()}?{marked}#{anchor}" in page.links()
    assert "<mark>逐株登记</mark>" in page.html
    assert "1 件" in page.words
    assert "2024年第1期" in page.words
    assert "秒" in page.words


def test_what_the_results_link_to_marks_the_same(client: Client) -> None:
    published()
    page = get(client, "/search/", q="逐株登记")
    (link, *_) = [link for link in page.links() if link.startswith("/documents/") and "q=" in link]
    assert get(client, link.partition("#")[0]).texts["mark"] == ["逐株登记"]


def test_the_form_keeps_the_query_and_the_choice(client: Client) -> None:
    published()
    page = get(client, "/search/", q="古树", kind="通知")
    (field,) = page.all("input", type="search", name="q")
    assert field["value"] == "古树"
    assert page.all("input", type="hidden", name="kind", value="通知")


def test_facets_narrow_without_losing_the_query(client: Client) -> None:
    many()
    page = get(client, "/search/", q="通知", sort="date", page="2")
    assert addresses(page, kind="意见") == [{"q": "通知", "kind": "意见", "sort": "date"}]
    assert "意见 15" in page.words
    narrowed = get(client, "/search/", q="通知", sort="date", kind="意见")
    assert "15 件" in narrowed.words
    # chosen once more, it is let go
    (chosen,) = [
        a
        for a in narrowed.all("a")
        if a.get("aria-current") == "true" and str(a["href"])[0] == "?" and "kind=" not in str(a["href"])
    ][:1]
    assert parameters(str(chosen["href"])) == {"q": "通知", "sort": "date"}
    # what is seldom folds away and is there all the same
    assert len(addresses(page, q="通知", kind=None, page=None, sort="date")) >= 12


def test_months_are_offered_within_a_year_and_go_with_it(client: Client) -> None:
    published(published_on=date(2024, 2, 1))
    published(label="2", published_on=date(2024, 11, 1))
    assert not addresses(get(client, "/search/", q="古树"), month="2")
    page = get(client, "/search/", q="古树", year="2024")
    assert addresses(page, year="2024", month="2")
    assert page.words.index("2月") < page.words.index("11月")
    narrowed = get(client, "/search/", q="古树", year="2024", month="11")
    assert {"q": "古树"} in addresses(narrowed), "letting the year go lets the month go"
    assert addresses(narrowed, year="2024", month=None)


def test_validity_is_offered_in_words_where_there_is_a_difference(client: Client) -> None:
    published()
    assert not addresses(get(client, "/search/", q="云岭"), validity="stands")
    expired = make_document(1, validity=Validity(expires_on=date(2001, 1, 1)))
    published(label="2", documents=(expired,))
    page = get(client, "/search/", q="云岭")
    assert addresses(page, validity="expired")
    assert "已过有效期 1" in page.words
    assert "1 件" in get(client, "/search/", q="云岭", validity="expired").words


def test_one_gazette_is_no_choice(client: Client) -> None:
    published()
    assert not addresses(get(client, "/search/", q="古树"), gazette="云岭市人民政府公报")
    published(gazette="东山县人民政府公报", label="2")
    assert addresses(get(client, "/search/", q="古树"), gazette="云岭市人民政府公报")


def test_pages_are_addresses(client: Client) -> None:
    many(45)
    first, last = get(client, "/search/", q="通知"), get(client, "/search/", q="通知", page="3")
    assert addresses(first, page="2") == [{"q": "通知", "page": "2"}]
    assert len(first.all("li", class_="hit")) == 20 or first.html.count('class="hit"') == 20
    assert last.html.count('class="hit"') == 5
    response = client.get("/search/", {"q": "通知", "page": "99"})
    assert response.status_code == 302
    assert parameters(response["Location"]) == {"q": "通知", "page": "3"}


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "１", "9" * 5000, "2.5"])
def test_no_page_number_is_an_error(client: Client, page: str) -> None:
    published()
    assert client.get("/search/", {"q": "古树", "page": page}).status_code in {200, 302}


def test_sorting_is_an_address(client: Client) -> None:
    many(3)
    page = get(client, "/search/", q="通知", kind="通知")
    assert addresses(page, sort="date") == [{"q": "通知", "kind": "通知", "sort": "date"}]
    assert "第1号通知" in get(client, "/search/", q="通知", sort="nonsense").words


def test_a_number_leads_to_its_document(client: Client) -> None:
    issue = published()
    page = get(client, "/search/", q="云政发 2024 1")
    assert any(link.startswith(document(issue, 1).get_absolute_url()) for link in page.links())
    assert "此文号的公文" in page.words
    assert "此文号的公文" not in get(client, "/search/", q="古树").words


def test_the_document_of_a_number_stands_on_the_page_once(client: Client) -> None:
    issue = published()
    page = get(client, "/search/", q="云政发2024年1号")
    first = document(issue, 1)
    assert page.words.count(first.title) == 1
    assert page.words.index("此文号的公文") < page.words.index(first.title)


def test_a_question_is_answered_and_the_page_says_how(client: Client) -> None:
    published()
    page = get(client, "/search/", q="古树名木应该由谁来普查登记？")
    assert "没有完全匹配的公文" in page.words
    assert "关于加强<mark>古树名木</mark>" in page.html


def test_terms_that_stand_nowhere_together_are_offered_alone(client: Client) -> None:
    published()
    page = get(client, "/search/", q="古树 编织袋 星际")
    assert "没有找到" in page.words
    assert addresses(page, q="古树")
    assert addresses(page, q="编织袋")
    assert not addresses(page, q="星际")
    # the choice can be let go where it is what left nothing
    assert addresses(get(client, "/search/", q="古树", kind="公告"), q="古树", kind=None)


def test_drafts_are_not_shown(client: Client) -> None:
    published(state="draft")
    update.rebuild()
    assert "没有找到" in get(client, "/search/", q="古树").words


def test_without_an_index_the_page_says_so(client: Client) -> None:
    make_issue()
    assert "检索索引正在准备" in get(client, "/search/", status=503, q="古树").words
    answer = client.get("/api/v1/search", {"q": "古树"})
    assert (answer.status_code, answer.json()["detail"]) == (503, "search is not ready")
    for address in ("/search/feed.atom", "/search/documents.csv"):
        answer = client.get(address, {"q": "古树"})
        assert answer.status_code == 503, address
        assert "检索索引正在准备" in answer.content.decode() and answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_an_archive_that_has_published_nothing_finds_nothing(client: Client) -> None:
    make_issue(state="draft")
    assert "0 件" in get(client, "/search/", q="古树").words
    assert client.get("/api/v1/search", {"q": "古树"}).json()["total"] == 0


def test_nothing_typed_or_printed_becomes_markup(client: Client) -> None:
    published(
        documents=(
            make_document(
                1, title=f"关于{EVIL}的通知", category=EVIL, issuer=EVIL, blocks=(Block("paragraph", EVIL),)
            ),
        )
    )
    for asked in (
        {"q": "alert"},
        {"q": EVIL},
        {"q": f'"{EVIL}'},
        {"q": "通知", "kind": EVIL},
        {"category": EVIL},
    ):
        page = Page.of(client.get("/search/", asked))
        assert not page.all("img")
        assert [s for s in page.all("script") if not s.get("src")] == []
        assert page.unclosed == []
    page = get(client, "/number/", 404, q=EVIL)
    assert not page.all("img")


def test_any_string_is_answered(client: Client) -> None:
    published()
    choose = random.Random(17)
    for _ in range(150):
        query = "".join(chr(choose.randrange(sys.maxunicode + 1)) for _ in range(choose.randrange(1, 12)))
        query = query.encode("utf-8", "replace").decode()
        assert client.get("/search/", {"q": query}).status_code == 200
        assert client.get("/number/", {"q": query}).status_code in {200, 404}
    assert client.get("/search/?q=%ff%fe%00&year=%00&kind=%ed%a0%80").status_code == 200


def test_how_many_queries_a_page_takes(client: Client) -> None:
    many(45)
    with CaptureQueriesContext(connection) as few:
        client.get("/search/", {"q": "第9号通知"})
    with CaptureQueriesContext(connection) as more:
        client.get("/search/", {"q": "通知"})
    assert len(more) <= len(few) <= 8


# --- addresses ---------------------------------------------------------------------------------------
def test_parameters_that_are_blank_are_left_out() -> None:
    assert with_parameters({"q": "甲 乙", "kind": ""}, page="2") == "?q=%E7%94%B2+%E4%B9%99&page=2"
    assert with_parameters({"q": "a", "kind": "b"}, kind="") == "?q=a"


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, []),
        (1, 2, ["1", "2"]),
        (1, 9, ["1", "2", "3", "…", "9"]),
        (5, 9, ["1", "…", "3", "4", "5", "6", "7", "…", "9"]),
        (9, 9, ["1", "…", "7", "8", "9"]),
    ],
)
def test_pages_around_the_present_one(page: int, pages: int, shown: list[str]) -> None:
    found = page_addresses({"q": "a"}, page, pages)
    assert [choice.name if choice else "…" for choice in found] == shown


# --- the resolver ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        "云政发〔2024〕1号",
        "云政发[2024]1号",
        "云政发 2024 1",
        "云政发２０２４年１号",
        "（云政发〔2024〕001号）",
        " 云政发〔2024〕1 号 ",
    ],
)
def test_every_spelling_leads_to_the_document(client: Client, typed: str) -> None:
    issue = published()
    response = client.get("/number/", {"q": typed})
    assert response.status_code == 302
    assert response["Location"] == reverse("number-document", args=["云政发", 2024, 1])
    response = client.get("/number/", {"q": typed}, follow=True)
    assert response.redirect_chain[-1][0] == document(issue, 1).get_absolute_url()


def test_decrees_and_joint_numbers(client: Client) -> None:
    issue = published(
        documents=(
            make_document(1, number="云岭市人民政府令第7号"),
            make_document(2, number="云税二〔2024〕95号、〔2024〕云财办24号"),
        )
    )
    for typed, position in (
        ("云岭市人民政府令第7号", 1),
        ("云税二〔2024〕95号", 2),
        ("〔2024〕云财办24号", 2),
    ):
        response = client.get("/number/", {"q": typed}, follow=True)
        assert response.redirect_chain[-1][0] == document(issue, position).get_absolute_url()


def test_a_number_of_two_documents_lists_both(client: Client) -> None:
    published(
        documents=(make_document(1, number="云政发〔2024〕2号"), make_document(2, number="云政发〔2024〕2号"))
    )
    for typed in ("云政发2024-2", "[2024]2号"):
        page = Page.of(client.get("/number/", {"q": typed}, follow=True))
        assert "第1项工作" in page.words
        assert "第2项工作" in page.words


def test_an_unknown_number_shows_who_cites_it(client: Client) -> None:
    issue = published()
    page = get(client, "/number/", 404, q="云省政发2020-7")
    assert "云省政发〔2020〕7号" in page.words
    assert any(link.startswith(document(issue, 1).get_absolute_url()) for link in page.links())


def test_what_is_no_number_is_offered_as_a_search(client: Client) -> None:
    published()
    page = get(client, "/number/", 404, q="古树")
    assert f"/search/?{urlencode({'q': '古树'})}" in page.links()
    assert get(client, "/number/").words


def test_numbers_of_drafts_lead_nowhere(client: Client) -> None:
    published(state="draft")
    get(client, "/number/", 404, q="云政发〔2024〕1号")


# --- what is proposed while one types ------------------------------------------------------------------
def test_suggestions_are_given_as_json_and_kept_by_no_one_else(client: Client) -> None:
    document = published().documents.get(position=1)
    response = client.get("/search/suggest", {"q": "古树名木保护"})
    assert response["Content-Type"] == "application/json"
    assert "private" in response["Cache-Control"]
    assert response.json()["suggestions"][0] == {
        "kind": "title",
        "text": document.title,
        "url": document.get_absolute_url(),
        "detail": document.number,
        "documents": 1,
        "start": 11,
        "end": 17,
    }
    assert client.get("/search/suggest").json() == {"suggestions": []}


@pytest.mark.parametrize("path", ["/", "/search/", "/search/?q=古树", "/issues/", "/documents/", "/nowhere/"])
def test_every_search_box_knows_where_to_ask(client: Client, path: str) -> None:
    published()
    page = Page.of(client.get(path))
    assert [form.get("data-suggest") for form in page.all("form") if form.get("role") == "search"] == [
        "/search/suggest"
    ]
    assert any(str(script["src"]).endswith("suggest.js") for script in page.all("script"))
