"""A document's page: its text as printed, what is known of it, and what it says of others."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.models import Document, DocumentAlias, Issue, Reference
from tests.factories import GAZETTE, make_issue
from tests.views.page import Page, document, get, public_pages

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("x")</script>'


@pytest.fixture
def issue(db: None) -> Issue:
    return make_issue()


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


def hits_in(page: Page) -> list[str]:
    """The ids of the hits that a page marks, as they come."""
    return [str(mark["id"]) for mark in page.all("mark") if "id" in mark]


@pytest.mark.parametrize(
    ("position", "query", "hits", "marked"),
    [
        (1, "古树名木", 5, "古树名木"),  # from the title to the 附件 line
        (1, "普查建档", 1, "普查建档"),
        (1, "云政发〔2024〕1号", 1, "云政发〔2024〕1号"),  # the number under the title
        (1, "云政发2024年1号", 1, "云政发〔2024〕1号"),  # as it was typed
        (1, "云岭市人民政府关于加强", 1, "关于加强"),  # the title's two lines are one hit
        (1, "责任。每株", 1, "每株"),  # bold and plain
        (1, "晋玮", 1, "晋 玮"),
        (1, "总体要求坚持", 1, "坚持"),  # over the end of a heading
        (2, "[2024]61", 1, "〔2024〕61"),  # the contents alone print it
        (2, "储备表", 1, "储备表"),  # a table's title
        (2, "编织袋", 1, "编织袋"),
        (2, "编织袋20000", 1, "20000"),  # two cells
        (3, "林岚", 1, "林岚"),
        (3, "组长:林岚", 1, "林岚"),
        (1, "登记由谁来协调？", 2, "登记"),  # a question that stands nowhere as it was asked
        (1, "古树 -火星", 6, "古树"),
        (1, "kind:通知", 0, ""),
        (1, "火星 金星", 0, ""),
    ],
)
def test_the_count_is_what_is_marked(
    client: Client, issue: Issue, position: int, query: str, hits: int, marked: str
) -> None:
    page = get(client, document(issue, position).get_absolute_url(), q=query)
    assert hits_in(page) == [f"hit-{n}" for n in range(1, hits + 1)]
    assert {mark["data-hit"] for mark in page.all("mark") if "id" not in mark} <= {
        str(n) for n in range(1, hits + 1)
    }
    if hits:
        assert f"共 {hits} 处" in page.words and marked in page.texts["mark"]
    else:
        assert "本件中没有可标出的词" in page.words and "下一处" not in page.text("nav")
    assert page.unclosed == []


def test_the_steps_are_addresses(client: Client, issue: Issue) -> None:
    path = document(issue, 1).get_absolute_url()

    def steps(hit: str) -> list[str]:
        page = get(client, path, q="古树名木", hit=hit)
        return [str(link["href"]) for link in page.all("a") if "data-step" in link]

    def address(n: int) -> str:
        return f"?q=%E5%8F%A4%E6%A0%91%E5%90%8D%E6%9C%A8&hit={n}#hit-{n}"

    assert steps("") == [address(5), address(1)]
    assert steps("1") == [address(5), address(2)]
    assert steps("3") == [address(2), address(4)]
    assert steps("5") == [address(4), address(1)]
    for odd in ("0", "6", "-1", "x", "9" * 50, "²"):
        assert steps(odd) == steps("")
    assert "第 3 处 / 共 5 处" in get(client, path, q="古树名木", hit="3").words
    assert path in get(client, path, q="古树名木").links()  # 不标出


def test_the_steps_are_in_english(client: Client, issue: Issue) -> None:
    client.cookies["django_language"] = "en"
    page = get(client, document(issue, 1).get_absolute_url(), q="古树名木", hit="2")
    assert "Hit 2 of 5" in page.words and page.unmarked_chinese == []
    assert "1 hit" in get(client, document(issue, 1).get_absolute_url(), q="普查建档").words


def test_a_document_that_was_not_searched_for_has_no_steps(client: Client, issue: Issue) -> None:
    for query in ("", "  "):
        page = get(client, document(issue, 1).get_absolute_url(), q=query)
        assert not page.all("nav", class_="hit-bar") and not page.all("mark")


def test_the_query_goes_along_to_the_pictures_of_the_pages(client: Client, issue: Issue) -> None:
    path = document(issue, 2).get_absolute_url()
    pages = f"{issue.get_absolute_url()}pages/"
    assert f"{pages}#page-3" in get(client, path).links()
    links = get(client, path, q="编织袋").links()
    marked = f"{pages}?q=%E7%BC%96%E7%BB%87%E8%A2%8B"
    assert {f"{marked}#page-3", f"{marked}#page-4"} <= set(links)

    def pictures(query: str) -> str:
        """Where the bar leads: to the page of the first hit."""
        page = get(client, path, q=query)
        return page.links()[page.links().index(path) - 1].rpartition("#")[2]

    assert [pictures(query) for query in ("编织袋", "生命财产", "应急预案", "火星 金星")] == [
        *("page-4", "page-3", "page-3", "page-3")
    ]
    Issue.objects.update(source_kind="text")
    assert "/pages/" not in "".join(get(client, path, q="编织袋").links())


def test_marking_costs_no_query(client: Client, issue: Issue, django_assert_num_queries: Any) -> None:
    path = document(issue, 1).get_absolute_url()
    with CaptureQueriesContext(connection) as plain:
        client.get(path)
    # One less: a page without marks may be kept, and reads what it is made of only when it is not.
    with django_assert_num_queries(len(plain) - 1):
        client.get(path, {"q": "古树名木"})


def test_citation_names_gazette_issue_and_pages(client: Client, issue: Issue) -> None:
    found = document(issue, 2)
    cited = Page.of(client.get(found.get_absolute_url())).words
    print_ = f"{found.issuer}. {found.title}: {found.number}[J/OL]. {GAZETTE}, 2024(1): 2-3"
    assert f"{print_}[{timezone.localdate()}]. http://testserver{found.get_absolute_url()}." in cited


def test_the_original_is_linked_at_its_page(client: Client, issue: Issue) -> None:
    links = get(client, document(issue, 2).get_absolute_url()).links()
    assert any(link.startswith(f"/files/{issue.sha256}/") and link.endswith("#page=3") for link in links)
