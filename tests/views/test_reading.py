"""The reading room: what each page shows, to whom, and how much it costs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from archive.ingest.parse.records import Block, Section
from archive.models import Attachment, ContentsEntry, Document, Issue, Reference
from archive.models import Block as BlockRow
from archive.views import home as home_view
from archive.views import issues as issues_view
from tests.factories import make_document, make_issue
from tests.views.page import Page, document, get, public_pages

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'


@pytest.fixture
def issue(db: None) -> Issue:
    return make_issue()


# --- every page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_well_made(client: Client, language: str) -> None:
    make_issue()
    client.cookies["django_language"] = language
    for path in [*public_pages(), "/no/such/page"]:
        page = Page.of(client.get(path))
        assert page.unclosed == [], path
        assert len(page.all("h1")) == 1, path
        assert page.text("h1"), path
        assert page.all("html")[0]["lang"] == ("en" if language == "en" else "zh-Hans"), path
        assert page.all("a", class_="skip") and page.all("main", id="content"), path
        ids = [found["id"] for _name, found in page.elements if found.get("id")]
        assert len(ids) == len(set(ids)), path
        labelled = {found.get("for") for found in page.all("label")}
        named = [found.get("id") in labelled for found in page.all("input") if found.get("type") != "hidden"]
        assert all(named), path


def test_no_page_has_inline_script_or_style_or_foreign_files(client: Client) -> None:
    make_issue()
    for path in public_pages():
        page = get(client, path)
        for script in page.all("script"):
            # What is for machines is no script: browsers do not run it.
            assert script == {"type": "application/ld+json"} or script["src"].startswith("/static/"), path
        assert not page.all("style"), path
        for tag, found in page.elements:
            assert "style" not in found, (path, tag)
            assert not [name for name in found if name.startswith("on")], (path, tag)
            source = found.get("src") or (found.get("href") if tag == "link" else "") or ""
            # An address that a reader or a program may follow is whole; nothing is fetched by it.
            led_to = found.get("rel") in ("canonical", "service-desc", "alternate")
            ours = source.startswith("/") or (led_to and source.startswith("http://testserver/"))
            assert ours or not source, (path, source)


def test_a_page_says_nothing_of_its_reader(client: Client) -> None:
    """Public pages set no cookie and look the same to everyone, so they can be kept in caches."""
    make_issue()
    for path in public_pages():
        response = client.get(path)
        assert not response.cookies, path
        assert "sessionid" not in response.content.decode()


def test_headings_skip_no_level(client: Client) -> None:
    issue = make_issue()
    for found in issue.documents.all():
        levels = [
            int(tag[1])
            for tag, _ in get(client, found.get_absolute_url()).elements
            if tag[0] == "h" and tag[1:].isdigit()
        ]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_only_published_issues_are_shown(client: Client, state: str) -> None:
    hidden = make_issue(state=state, label="2")
    make_issue(label="1")
    titles = [
        d.title for d in hidden.documents.all() if not Document.objects.published().filter(title=d.title)
    ]
    addresses = [hidden.get_absolute_url(), *(d.get_absolute_url() for d in hidden.documents.all())]
    for path in public_pages():
        page = get(client, path)
        assert not set(addresses) & set(page.links()), path
        assert all(title not in page.words for title in titles), path
    for path in addresses:
        assert client.get(path).status_code == (404 if state == "draft" else 410), path
    assert "重新排印" in get(client, addresses[0], 410).words if state == "withdrawn" else True


def test_titles_are_escaped_everywhere(client: Client) -> None:
    evil = make_document(
        title=EVIL,
        number="云政发〔2024〕1号",
        issuer=EVIL,
        category=EVIL,
        kind="通知",
        recipients=EVIL,
        sections=(Section(1, "一、", EVIL, page=2),),
        blocks=(
            Block("recipient", EVIL, page=2),
            Block("heading", f"一、{EVIL}", page=2, section=0),
            Block("signature", EVIL, page=2),
            Block("attachment", f"附件：{EVIL}（略）", page=2),
        ),
    )
    make_issue(documents=(evil,), organiser=EVIL)
    for path in public_pages():
        html = get(client, path).html
        assert EVIL not in html, path
        assert "alert(" not in html or "&lt;script&gt;" in html, path


def _many_documents(count: int) -> tuple[Any, ...]:
    return tuple(make_document(n, number=f"云政发〔2024〕{n}号") for n in range(1, count + 1))


@pytest.mark.parametrize(
    "address",
    [
        lambda issue: reverse("home"),
        lambda issue: reverse("issues"),
        lambda issue: issue.get_absolute_url(),
        lambda issue: issue.documents.first().get_absolute_url(),
        lambda issue: reverse("numbers"),
        lambda issue: reverse("number-code", args=["云政发"]),
        lambda issue: reverse("number-year", args=["云政发", 2024]),
    ],
    ids=["home", "issues", "issue", "document", "numbers", "code", "year"],
)
def test_queries_do_not_grow_with_the_archive(
    client: Client, address: Callable[[Issue], str], django_assert_max_num_queries: Any
) -> None:
    counts = []
    for label, documents in (("1", 3), ("2", 30)):
        issue = make_issue(label=label, documents=_many_documents(documents))
        path = address(issue)
        with django_assert_max_num_queries(25) as captured:
            get(client, path)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_document_with_more_parts_needs_no_more_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    issue = make_issue()
    counts = []
    for found in issue.documents.all():
        with django_assert_max_num_queries(25) as captured:
            get(client, found.get_absolute_url())
        counts.append(len(captured))
    # Django asks nothing for a part of which there is none: the plain case is the lower bound.
    few = issue.documents.first()
    for n in range(30):
        Attachment.objects.create(document=few, position=100 + n, title=str(n))
        BlockRow.objects.create(document=few, position=100 + n, kind="paragraph", text=str(n), page=2)
        Reference.objects.create(
            document=few, position=100 + n, relation="cites", number=str(n), evidence="。", target=few
        )
    with django_assert_max_num_queries(max(counts) + 2):
        get(client, few.get_absolute_url())


def test_pages_are_light(client: Client) -> None:
    make_issue(documents=_many_documents(60))
    for path in public_pages()[:8]:
        assert len(client.get(path).content) < 60_000, path


# --- home and issues -----------------------------------------------------------------------------------


def test_home_shows_the_newest_issue_and_examples_from_it(client: Client) -> None:
    make_issue(label="1")
    newest = make_issue(label="2")
    page = get(client, "/")
    assert "2024年第2期" in page.words
    assert newest.documents.first().get_absolute_url() in page.links()
    number = newest.contents.exclude(number="")[0].number
    assert any(link.endswith(f"?q={quote(number)}") for link in page.links())
    assert f"/search/?category={quote('政府文件')}" in page.links()
    assert reverse("number-code", args=["云政发"]) in page.links()


def test_home_shows_what_was_made_public_last(client: Client) -> None:
    issues = {label: make_issue(label=label) for label in ("1", "2", "3", "4")}
    for label, day in (("3", 9), ("1", 8), ("4", 7), ("2", 6)):
        Issue.objects.filter(pk=issues[label].pk).update(released_at=datetime(2026, 5, day, 12, tzinfo=UTC))
    page = get(client, "/")
    section = page.html[page.html.index('id="latest"') : page.html.index('class="years"')]
    # The newest, 第4期, stands above them.
    assert re.findall("第(.)期", section) == ["3", "1", "2"]
    assert "2026-05-09 上线" in page.words


def test_shelves_show_covers_and_gaps(client: Client) -> None:
    make_issue(label="1")
    make_issue(label="3")
    page = get(client, "/issues/")
    covers = page.html[page.html.index('class="covers"') :]
    assert covers.count('class="cover"') == 2
    assert covers.count('class="cover gap"') == 1
    assert "第2期本库未收录" in "".join(page.words.split())


def test_older_years_are_named_and_have_their_covers_on_a_page_of_their_own(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issues_view, "COVERS", 3)
    held = [make_issue(year=year, label=label) for year in (2019, 2020, 2022, 2023) for label in ("1", "2")]
    page = get(client, "/issues/")
    # 2023 and 2022: the third cover stands in a year that is shown whole.
    assert page.html.count('class="cover"') == 4
    assert {issue.get_absolute_url() for issue in held} <= set(page.links())
    assert {"#year-1-2023", "#year-1-2022", "?year=2020", "/issues/?year=2020"} <= set(page.links())
    old = get(client, "/issues/", year="2020")
    assert old.html.count('class="cover"') == 2
    assert {held[2].get_absolute_url(), "?year=2023", "/issues/"} <= set(old.links())
    assert held[-1].get_absolute_url() not in old.links()
    for year in ("2021", "x", "２０２０"):
        get(client, "/issues/", 404, year=year)


def test_the_home_page_names_the_newest_years(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_view, "HOME_YEARS", 2)
    monkeypatch.setattr(home_view, "HOME_LATEST", 0)
    held = [make_issue(year=year) for year in range(2020, 2024)]
    page = get(client, "/")
    assert "更早的 2 年" in page.words
    assert held[-2].get_absolute_url() in page.links() and held[0].get_absolute_url() not in page.links()


def test_an_issue_without_printed_contents_shows_its_documents_at_home(client: Client) -> None:
    issue = make_issue(documents=_many_documents(7), contents=())
    page = get(client, "/")
    assert [one.get_absolute_url() in page.links() for one in issue.documents.all()] == [True] * 5 + [
        False
    ] * 2
    assert "另有 2 件" in page.words


def test_an_empty_archive_says_so(client: Client) -> None:
    assert "本库尚无公报" in get(client, "/").words
    assert "本库尚无公报" in get(client, "/issues/").words
    assert "本库尚无公报" in get(client, "/documents/").words


def test_all_issues_with_their_gaps(client: Client) -> None:
    for label in ("1", "3", "增刊1"):
        make_issue(label=label)
    page = get(client, "/issues/")
    assert page.words.count("本库未收录") == 2  # the place of 第2期, and the year's count of them
    assert "增刊1" in page.words
    assert Issue.objects.get(label="3").get_absolute_url() in page.links()


def test_issue_shows_the_contents_as_printed(client: Client) -> None:
    issue = make_issue()
    page = get(client, issue.get_absolute_url())
    assert page.text("h1").startswith("2024年第1期")
    for entry in issue.contents.all():
        assert entry.title in page.words
        assert entry.document is not None
        assert entry.document.get_absolute_url() in page.links()
    for fact in (
        "政府文件",
        "市政府办公室文件",
        "人事任免",
        issue.sha256,
        "云岭市人民政府办公室",
        "双月刊",
        "总第101期",
    ):
        assert fact in page.words
    assert "正文作 云政办发〔2024〕1号" in page.words


def test_issue_lists_an_entry_without_a_document_and_a_document_without_an_entry(client: Client) -> None:
    issue = make_issue()
    ContentsEntry.objects.create(issue=issue, position=90, category="人事任免", title="失落的一件", page=9)
    unlisted = issue.documents.first()
    issue.contents.filter(document=unlisted).delete()
    page = get(client, issue.get_absolute_url())
    assert "失落的一件" in page.words and "本库未见正文" in page.words
    assert "目录未列的公文" in page.words and unlisted.get_absolute_url() in page.links()


def test_issues_lead_to_each_other(client: Client) -> None:
    one, two, three = (make_issue(label=label) for label in ("1", "2", "3"))
    page = get(client, two.get_absolute_url())
    assert page.all("a", rel="prev")[0]["href"] == one.get_absolute_url()
    assert page.all("a", rel="next")[0]["href"] == three.get_absolute_url()
    assert not get(client, three.get_absolute_url()).all("a", rel="next")


def test_the_short_address_leads_to_the_issue_of_the_only_gazette(client: Client) -> None:
    issue = make_issue(label="3-4")
    response = client.get("/issues/2024/3-4/")
    assert response.status_code == 302 and response.headers["Location"] == issue.get_absolute_url()
    assert client.get("/issues/2023/3-4/").status_code == 404
    other = make_issue(label="3-4", gazette="青川县人民政府公报")
    links = get(client, "/issues/2024/3-4/").links()
    assert issue.get_absolute_url() in links and other.get_absolute_url() in links


# --- language ------------------------------------------------------------------------------------------


def test_the_language_is_switched_in_the_page_and_remembered(client: Client) -> None:
    make_issue()
    assert get(client, "/").all("html")[0]["lang"] == "zh-Hans"
    response = client.post(reverse("set_language"), {"language": "en", "next": "/issues/"})
    assert response.status_code == 302 and response.headers["Location"] == "/issues/"
    page = get(client, "/issues/")
    assert page.all("html")[0]["lang"] == "en" and page.text("h1") == "All issues"
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
    assert get(client, "/").all("html")[0]["lang"] == "zh-Hans"


def test_the_browsers_wish_does_not_change_what_a_link_shows(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "en"})
    assert Page.of(response).all("html")[0]["lang"] == "zh-Hans"
    assert response.headers["Content-Language"] == "zh-hans"


def test_english_pages_mark_everything_that_is_chinese(client: Client, issue: Issue) -> None:
    make_issue(label="3")
    client.cookies["django_language"] = "en"
    Reference.objects.update(target=document(issue, 1))
    for path in [*public_pages(), "/no/such/page", "/documents/云政发/2024/", "/documents/云政发/"]:
        assert Page.of(client.get(path)).unmarked_chinese == [], path
