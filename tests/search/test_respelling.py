"""“Did you mean”, related documents, and who cites a number."""

import pytest
from django.test import Client

from archive.ingest.parse.records import Block, Reference
from archive.models import Document
from archive.search import respelling, update
from archive.search.query import matching_documents, related_documents, search_documents, subject_of
from tests.factories import make_document, make_issue
from tests.views.page import get

pytestmark = pytest.mark.django_db


def proposals(query: str, **filters: str) -> list[tuple[str, int]]:
    return [(term.query, term.count) for term in search_documents(query, filters=filters).respelled]


@pytest.fixture
def texts() -> None:
    bodies = ["盂县人民政府负责落实。", "盂县和平定县安全生产检查。", "加强安全生产监督管理。", "平安县城。"]
    documents = (
        make_document(n, title=f"第{n}号通知", blocks=(Block("paragraph", body),))
        for n, body in enumerate(bodies, 1)
    )
    update.index_issue(make_issue(documents=tuple(documents)))


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("孟县", [("盂县", 2)]),  # looks alike
        ("孟县人民政府", [("盂县人民政府", 1)]),
        ("安全生严", [("安全生产", 2)]),  # long enough for any character
        ("全全生产", [("安全生产", 2)]),  # the first
        ("平订县", [("平安县", 1), ("平定县", 1)]),  # three are enough to say what was meant
        ("加强安金", [("加强安全", 1)]),
        ("安金生产", [("安全生产", 2)]),
        ("孟县 平定", [("盂县 平定", 1)]),  # one term of several
        ("孟县 监督", []),  # no document has both
        ("安县", []),  # short, and looks like nothing that is there
        ("盂县", []),  # is there
        ("title:孟县", []),
        ("星际航行", []),
        ("和平定省", [("和平定县", 1)]),
        ("平定县省", [("平定县安", 1)]),
        ("安全生产检查，", []),  # no mark is proposed
        ("", []),
    ],
)
def test_what_differs_by_one_character_is_proposed(query: str, expected: list[tuple[str, int]]) -> None:
    assert proposals(query) == expected


def test_what_finds_little_beside_another_is_not_proposed() -> None:
    bodies = ["阳泉市城区"] * 6 + ["为全市服务"]
    documents = [make_document(n, blocks=(Block("paragraph", body),)) for n, body in enumerate(bodies, 1)]
    update.index_issue(make_issue(documents=tuple(documents)))
    assert proposals("阳全市") == [("阳泉市", 6)]


def test_of_very_many_documents_a_part_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(respelling, "_READ", 100)
    documents = [make_document(n, blocks=(Block("paragraph", "城市供水安全"),)) for n in range(1, 60)]
    update.index_issue(make_issue(documents=tuple(documents)))
    assert proposals("城市共水") == [("城市供水", 59)]


@pytest.mark.usefixtures("texts")
def test_a_proposal_finds_what_it_says_within_the_filters() -> None:
    assert proposals("孟县", kind="通知") == [("盂县", 2)]
    assert proposals("孟县", kind="意见") == []


@pytest.mark.usefixtures("texts")
def test_the_page_offers_it(client: Client) -> None:
    page = get(client, "/search/", q="孟县")
    assert "?q=%E7%9B%82%E5%8E%BF" in page.links()
    assert "您要找的是不是 盂县 2" in page.words


def test_all_matching_documents_come_in_the_order_of_the_pages() -> None:
    update.index_issue(
        make_issue(
            documents=tuple(make_document(n, title=f"第{n}号通知" + "通知" * (n % 3)) for n in range(1, 31))
        )
    )
    for sort in ("relevance", "date", "number"):
        pages = [search_documents("通知", page=page, page_size=7, sort=sort).hits for page in range(1, 6)]
        assert matching_documents("通知", sort=sort) == [hit.document.pk for hits in pages for hit in hits]
    assert matching_documents("星际航行") == []


# --- related documents -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("title", "issuer", "subject"),
    [
        ("云岭市人民政府关于加强古树名木保护工作的通知", "云岭市人民政府", "加强古树名木保护工作"),
        (
            "云岭市人民政府办公室关于印发古树名木保护办法（试行）的通知",
            "云岭市人民政府办公室",
            "古树名木保护办法（试行）",
        ),
        ("通知", "", "通知"),
        ("", "", ""),
    ],
)
def test_a_title_has_a_subject(title: str, issuer: str, subject: str) -> None:
    assert subject_of(title, issuer) == subject


def test_documents_of_one_subject_are_related_and_drafts_are_not(client: Client) -> None:
    about = [
        "加强古树名木保护工作",
        "古树名木保护名录",
        "城市供水管网改造",
        "高速公路收费标准",
        "粮食储备安全",
    ]

    def documents(label: str) -> tuple:
        return tuple(
            make_document(
                n,
                title=f"云岭市人民政府关于{subject}的通知",
                blocks=(Block("paragraph", f"现就{subject}{label}通知如下。"),),
            )
            for n, subject in enumerate(about, 1)
        )

    issue = make_issue(documents=documents("甲"))
    update.index_issue(issue)
    update.index_issue(make_issue(label="2", state="draft", documents=documents("乙")))
    trees, register, water, *_ = issue.documents.order_by("position")
    assert related_documents(trees) == [register]
    assert related_documents(water) == []
    assert register.get_absolute_url() in get(client, trees.get_absolute_url()).links()


def test_what_cites_a_document_is_not_named_a_second_time_as_related(client: Client) -> None:
    number = "云政发〔2024〕5号"
    said = Reference(number, "", "cites", f"见{number}。")
    titles = ["云岭市人民政府关于加强古树名木保护工作的通知", "云岭市人民政府关于公布古树名木保护名录的通知"]
    others = [make_document(n, title=f"云岭市人民政府关于第{n}项收费标准的公告") for n in (3, 4, 5)]
    update.index_issue(
        make_issue(
            documents=(
                make_document(1, title=titles[0], number=number),
                make_document(2, title=titles[1], references=(said,)),
                *others,
            )
        )
    )
    cited, citing = Document.objects.filter(title__in=titles).order_by("position")
    assert related_documents(cited) == [citing]
    assert (
        get(client, cited.get_absolute_url()).links().count(citing.get_absolute_url()) == 2
    )  # and as the next
    assert "内容相近的公文" not in get(client, cited.get_absolute_url()).words


# --- who cites a number ------------------------------------------------------------------------------
def test_a_number_shows_how_many_published_documents_cite_it(client: Client) -> None:
    number = "云政发〔2024〕5号"
    update.index_issue(make_issue(documents=(make_document(1, number=number),)))
    assert "件公文引用" not in get(client, "/search/", q=number).words
    citing = make_document(1, references=(Reference(number, "", "cites", f"见{number}。"),))
    update.index_issue(make_issue(label="2", documents=(citing,)))
    make_issue(label="3", state="draft", documents=(citing,))
    assert "1 件公文引用" in get(client, "/search/", q="云政发2024-5").words
