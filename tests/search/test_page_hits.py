"""Hits on the pages of an issue and of its documents; of a shared page only the document's own lines."""

import pytest

from archive.models import Document, Issue, Page
from archive.search.page_hits import hits_of_document, hits_of_issue, lines_of_titles
from archive.search.query_language import Term, make_term
from tests.factories import make_document, make_issue

pytestmark = pytest.mark.django_db


def term(text: str) -> tuple[Term, ...]:
    made = make_term(text)
    assert made
    return (made,)


def set_page(issue: Issue, number: int, *texts: str) -> None:
    """Print lines on a page, 20 points apart."""
    lines = [
        [text, 72.0, 80.0 + 20 * n, 72.0 + 10 * len(text), 90.0 + 20 * n, None]
        for n, text in enumerate(texts)
    ]
    Page.objects.filter(issue=issue, number=number).update(lines=lines)


def document(issue: Issue, position: int) -> Document:
    return issue.documents.get(position=position)


@pytest.fixture
def issue() -> Issue:
    """Three documents: the first on pages 2 and 3, the others begin on page 3."""
    return make_issue(
        documents=(
            make_document(1, title="云岭市人民政府关于甲的通知", last_page=3, printed_last_page=2),
            make_document(2, title="云岭市人民政府关于乙的通知", first_page=3, last_page=3),
            make_document(3, title="云岭市人民政府关于丙的通知", first_page=3, last_page=4),
        )
    )


def test_of_a_shared_page_only_the_own_lines_are_lit(issue: Issue) -> None:
    set_page(issue, 2, "云岭市人民政府", "关于甲的通知", "古树")
    set_page(
        issue, 3, "古树", "云岭市人民政府", "关于乙的通知", "古树和古树", "云岭市人民政府关于丙的通知", "古树"
    )
    set_page(issue, 4, "古树")

    def lit(position: int) -> list[tuple[int, int, list[float]]]:
        found = hits_of_document(document(issue, position), term("古树"))
        return [(page.page, page.hits, [box[1] for box in page.boxes]) for page in found]

    assert lit(1) == [(2, 1, [120.0]), (3, 1, [80.0])]
    assert lit(2) == [(3, 2, [140.0, 140.0])]
    assert lit(3) == [(3, 1, [180.0]), (4, 1, [80.0])]


def test_the_lines_of_a_withdrawn_neighbour_are_not_the_documents(issue: Issue) -> None:
    set_page(issue, 3, "云岭市人民政府关于乙的通知", "乙的事", "云岭市人民政府关于丙的通知", "秘密")
    issue.documents.filter(position=3).update(withdrawn_at="2024-01-01T00:00Z")
    assert hits_of_document(document(issue, 2), term("秘密")) == []


def test_where_no_title_can_be_read_the_whole_page_counts(issue: Issue) -> None:
    set_page(issue, 3, "古树", "模糊的标题", "古树")
    assert [page.hits for page in hits_of_document(document(issue, 2), term("古树"))] == [2]


def test_a_hit_over_the_end_of_a_page_is_counted_once(issue: Issue) -> None:
    set_page(issue, 2, "云岭市人民政府关于甲的通知", "保护古树")
    set_page(issue, 3, "名木", "云岭市人民政府关于乙的通知")
    found = hits_of_document(document(issue, 1), term("古树名木"))
    assert [(page.page, page.hits, len(page.boxes)) for page in found] == [(2, 1, 1), (3, 0, 1)]
    assert [page.printed_page for page in found] == [1, 2]
    assert (found[0].width, found[0].height) == (595.0, 842.0)


def test_an_issue_is_lit_on_all_its_pages(issue: Issue) -> None:
    set_page(issue, 1, "目录", "古树")
    set_page(issue, 4, "古树", "古", "树")
    assert [(page.page, page.hits, len(page.boxes)) for page in hits_of_issue(issue, "古树")] == [
        (1, 1, 1),
        (4, 2, 3),
    ]
    assert hits_of_issue(issue, "火星 金星") == hits_of_issue(issue, " ") == []


def test_a_file_without_pages_has_no_boxes(issue: Issue) -> None:
    Document.objects.update(first_page=None, last_page=None)
    issue.pages.all().delete()
    assert hits_of_document(document(issue, 1), term("通知")) == hits_of_issue(issue, "通知") == []


@pytest.mark.parametrize(
    ("lines", "titles", "starts"),
    [
        (["甲的", "通知", "乙"], ["甲的通知", "乙"], [0, 2]),
        # Twice the same title: one after the other.
        (["免职的通知", "文", "免职的　通知"], ["免职的通知", "免职的通知"], [0, 2]),
        (["甲", "乙"], ["丙", "乙"], [None, 1]),
        ([], ["甲"], [None]),
        (["甲"], [""], [None]),
    ],
)
def test_lines_of_titles(lines: list[str], titles: list[str], starts: list[int | None]) -> None:
    assert lines_of_titles(lines, titles) == starts
