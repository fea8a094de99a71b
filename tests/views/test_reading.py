"""The reading room: what each page shows, to whom, and how much it costs."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import server_error

from archive.ingest.parse.records import Block, Section
from archive.models import (
    Attachment,
    ContentsEntry,
    Document,
    DocumentAlias,
    Issue,
    Reference,
)
from archive.models import (
    Block as BlockRow,
)
from tests.factories import GAZETTE, make_document, make_issue
from tests.views.page import Page

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'


def get(client: Client, path: str, status: int = 200, **params: str) -> Page:
    response = client.get(path, params)
    assert response.status_code == status, path
    return Page.of(response)


def public_pages() -> list[str]:
    """One address of every kind of page, taken from the archive as it is."""
    issue = Issue.objects.published().get(year=2024, label="1")
    codes = Document.objects.published().exclude(number_code="")
    return [
        reverse("home"),
        reverse("issues"),
        issue.get_absolute_url(),
        *(document.get_absolute_url() for document in issue.documents.published()),
        reverse("numbers"),
        reverse("number-code", args=[codes[0].number_code]),
        reverse("number-year", args=[codes[0].number_code, codes[0].number_year]),
    ]


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
        assert all(script.get("src", "").startswith("/static/") for script in page.all("script")), path
        assert not page.all("style"), path
        for tag, found in page.elements:
            assert "style" not in found, (path, tag)
            assert not [name for name in found if name.startswith("on")], (path, tag)
            source = found.get("src") or (found.get("href") if tag == "link" else "") or ""
            assert source.startswith("/") or found.get("rel") == "canonical" or not source, (path, source)


def test_a_page_says_nothing_of_its_reader(client: Client) -> None:
    """Public pages set no cookie and look the same to everyone, so they can be kept in caches."""
    make_issue()
    for path in public_pages():
        response = client.get(path)
        assert not response.cookies, path
        assert "sessionid" not in response.content.decode()


def test_headings_skip_no_level(client: Client) -> None:
    issue = make_issue()
    for document in issue.documents.all():
        levels = [
            int(tag[1])
            for tag, _ in get(client, document.get_absolute_url()).elements
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
    for document in issue.documents.all():
        with django_assert_max_num_queries(25) as captured:
            get(client, document.get_absolute_url())
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


# --- a document ----------------------------------------------------------------------------------------


@pytest.fixture
def issue(db: None) -> Issue:
    return make_issue()


def document(issue: Issue, position: int) -> Document:
    return issue.documents.get(position=position)


def test_document_shows_its_text_in_its_levels(client: Client, issue: Issue) -> None:
    found = document(issue, 1)
    page = get(client, found.get_absolute_url())
    assert page.text("h1") == "云岭市人民政府关于加强古树名木保护工作的通知"
    assert page.texts["h2"][:2] == ["一、总体要求", "二、重点任务"] or "一、总体要求" in page.texts["h2"]
    assert "（一）开展普查建档" in page.texts["h3"]
    assert "（二）落实养护责任。" in page.texts["b"]  # run-in: bold in its paragraph
    anchors = {section.anchor for section in found.sections.all()}
    assert anchors <= {str(f["id"]) for _tag, f in page.elements if f.get("id")}
    assert {f"#{a}" for a in anchors} <= set(page.links())
    assert "（此件公开发布）" in page.words
    assert page.all("span", class_="omitted")


def test_every_block_of_the_text_stands_on_the_page_once(client: Client, issue: Issue) -> None:
    for found in issue.documents.all():
        html = get(client, found.get_absolute_url()).html
        text = re.sub(r"<[^>]+>|\s", "", html.split('<div class="text"')[1].split('<div class="after"')[0])
        for block in found.blocks.exclude(kind__in=["table", "roster"]):
            before, printed, text = text.partition(re.sub(r"\s", "", block.text))
            assert printed, block.text
            # Between two blocks stands nothing but a page mark, a table or a roster.
            assert not before or before.startswith(("lang=", "公报第")) or "table" in html, (before, printed)


def test_metadata_shows_both_readings(client: Client, issue: Issue) -> None:
    page = get(client, document(issue, 2).get_absolute_url())
    for fact in (
        "云政办发〔2024〕1号",
        "目录作 云政办发〔2024〕61号",
        "云岭市人民政府办公室",
        "2024年第1期",
        "市政府办公室文件",
        "通知",
        "2024年1月20日",
    ):
        assert fact in page.words


def test_document_shows_tables_rosters_and_appointments(client: Client, issue: Issue) -> None:
    table = get(client, document(issue, 2).get_absolute_url())
    assert table.texts["caption"][0] == "防汛物资储备表"
    assert {"序号", "名称", "数量", "编织袋", "冲锋舟"} <= set(table.texts["th"]) | set(table.texts["td"])
    roster = get(client, document(issue, 3).get_absolute_url())
    assert {"组长", "副组长"} <= set(roster.texts["th"]) and "林岚" in roster.texts["td"]
    personnel = get(client, document(issue, 4).get_absolute_url())
    assert personnel.texts["tr"][1] == "晋玮任命云岭市林业局局长（试用期一年）"
    assert "程千里免去云岭市林业局局长" in personnel.words


def test_references_lead_both_ways_but_never_to_what_is_hidden(client: Client, issue: Issue) -> None:
    first, third = document(issue, 1), document(issue, 3)
    Reference.objects.filter(document=third).update(target=first)
    assert first.get_absolute_url() in get(client, third.get_absolute_url()).links()
    assert third.get_absolute_url() in get(client, first.get_absolute_url()).links()
    assert "云政发〔2011〕3号" in get(client, first.get_absolute_url()).words

    draft = make_issue(state="draft", label="2")
    hidden = draft.documents.first()
    Reference.objects.filter(document=third).update(target=hidden)
    Reference.objects.create(
        document=hidden, position=9, relation="repeals", number="x", evidence="秘密", target=third
    )
    page = get(client, third.get_absolute_url())
    assert hidden.get_absolute_url() not in page.links() and "秘密" not in page.words


def test_a_repealed_document_says_so_at_its_head(client: Client, issue: Issue) -> None:
    first, third = document(issue, 1), document(issue, 3)
    Reference.objects.filter(document=third).update(target=first, relation="repeals")
    page = get(client, first.get_absolute_url())
    assert page.all("div", class_="status") and "废止 云政办函〔2024〕1号" in page.words


def test_documents_lead_to_each_other_past_a_withdrawn_one(client: Client, issue: Issue) -> None:
    Document.objects.filter(pk=document(issue, 2).pk).update(withdrawn_at=timezone.now())
    page = get(client, document(issue, 1).get_absolute_url())
    assert page.all("a", rel="next")[0]["href"] == document(issue, 3).get_absolute_url()
    assert page.all("link", rel="next")


def test_a_withdrawn_document_leaves_every_page(client: Client, issue: Issue) -> None:
    found = document(issue, 4)
    found.withdrawn_at, found.withdrawn_reason = timezone.now(), "含个人信息"
    found.save()
    page = get(client, found.get_absolute_url(), 410)
    assert "含个人信息" in page.words and found.title not in page.words and "晋玮" not in page.words
    for path in public_pages():
        page = get(client, path)
        assert found.title not in page.words, path
        assert found.get_absolute_url() not in page.links(), path


def test_an_old_id_leads_on_for_good(client: Client, issue: Issue) -> None:
    found = document(issue, 1)
    DocumentAlias.objects.create(public_id="zzzz2222", document=found)
    response = client.get("/documents/zzzz2222/")
    assert response.status_code == 301 and response.headers["Location"] == found.get_absolute_url()


def test_terms_of_a_search_are_marked(client: Client, issue: Issue) -> None:
    path = document(issue, 1).get_absolute_url()
    assert not get(client, path).all("mark")
    page = get(client, path, q="古树名木 晋玮")
    assert {"古树名木", "晋 玮"} <= set(page.texts["mark"])  # 晋 玮, as printed
    assert path in page.links()
    assert EVIL not in get(client, path, q=EVIL).html
    assert client.get(path, {"q": '"' * 5000}).status_code == 200


def test_citation_names_gazette_issue_and_pages(client: Client, issue: Issue) -> None:
    found = document(issue, 2)
    cited = Page.of(client.get(found.get_absolute_url())).words
    assert (
        f"{found.issuer}. {found.title}: {found.number}[J/OL]. {GAZETTE}, 2024(1): 2-3. http://testserver{found.get_absolute_url()}."
        in cited
    )


def test_the_original_is_linked_at_its_page(client: Client, issue: Issue) -> None:
    links = get(client, document(issue, 2).get_absolute_url()).links()
    assert any(link.startswith(f"/files/{issue.sha256}/") and link.endswith("#page=3") for link in links)


# --- numbers -------------------------------------------------------------------------------------------


def test_browsing_by_number_from_code_to_document(client: Client, issue: Issue) -> None:
    found = document(issue, 1)
    assert reverse("number-code", args=["云政发"]) in get(client, "/documents/").links()
    assert reverse("number-year", args=["云政发", 2024]) in get(client, "/documents/云政发/").links()
    assert found.get_absolute_url() in get(client, "/documents/云政发/2024/").links()
    response = client.get("/documents/云政发/2024/1/")
    assert response.status_code == 302 and response.headers["Location"] == found.get_absolute_url()


@pytest.mark.parametrize(
    "path",
    [
        "/documents/无此代字/",
        "/documents/云政发/1999/",
        "/documents/云政发/2024/99/",
        "/documents/云政发/999999/999999/",
        "/documents/23456789/",
        "/documents/云政发/2024/x/",
        "/issues/云岭市人民政府公报/2024/99/",
        "/issues/云岭市人民政府公报/999999/1/",
    ],
)
def test_unknown_addresses_are_a_friendly_404(client: Client, issue: Issue, path: str) -> None:
    page = get(client, path, 404)
    assert page.text("h1") == "没有这个页面"
    assert page.all("form", role="search")


def test_404_offers_to_search_for_the_words_of_the_address(client: Client) -> None:
    page = get(client, "/documents/云政发/2024/99/", 404)
    assert page.all("input", name="q")[0]["value"] == "云政发 2024 99"


def test_a_code_shows_its_newest_year(client: Client) -> None:
    for year in (2023, 2024):
        make_issue(year=year, documents=(make_document(1, number=f"云政发〔{year}〕{year - 2020}号"),))
    page = get(client, "/documents/云政发/")
    assert "1–3本库未收录" in page.words and "1–2本库未收录" not in page.words
    assert reverse("number-year", args=["云政发", 2023]) in page.links()


def test_an_error_page_stands_alone(rf: RequestFactory) -> None:
    page = Page(server_error(rf.get("/")).content.decode())
    assert page.unclosed == [] and page.text("h1") == "服务器出错"


def test_the_run_of_a_year_shows_gaps(client: Client) -> None:
    make_issue(
        documents=(make_document(1, number="云政发〔2024〕3号"), make_document(2, number="云政发〔2024〕7号"))
    )
    page = get(client, "/documents/云政发/2024/")
    assert "1–2本库未收录" in page.words and "4–6本库未收录" in page.words
    assert "收录 2 个文号" in page.words and "其间 5 个" in page.words


def test_two_documents_of_one_number_are_both_listed(client: Client) -> None:
    twice = tuple(make_document(n, title=f"第{n}件", number="云政发〔2024〕3号") for n in (1, 2))
    issue = make_issue(documents=twice)
    links = get(client, "/documents/云政发/2024/3/").links()
    assert all(d.get_absolute_url() in links for d in issue.documents.all())


def test_a_number_that_only_the_contents_print_leads_to_its_document(client: Client, issue: Issue) -> None:
    response = client.get("/documents/云政办发/2024/61/")
    assert response.headers["Location"] == document(issue, 2).get_absolute_url()


@pytest.mark.parametrize(
    ("number", "path"),
    [
        ("国务院令第707号", "/documents/国务院令/707/"),
        ("浙税二〔1994〕95号、〔1994〕财办24号", "/documents/浙税二/1994/95/"),
        ("浙税二〔1994〕95号、〔1994〕财办24号", "/documents/财办/1994/24/"),
    ],
)
def test_decrees_and_joint_numbers_have_addresses(client: Client, number: str, path: str) -> None:
    issue = make_issue(documents=(make_document(1, number=number),))
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == issue.documents.get().get_absolute_url()


def test_decrees_are_listed_without_years(client: Client) -> None:
    make_issue(documents=tuple(make_document(n, number=f"国务院令第{700 + n}号") for n in (1, 4)))
    page = get(client, "/documents/国务院令/")
    assert "702–703本库未收录" in page.words
    assert "1–700" not in page.words


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
