"""Plain text and Markdown: all words in order, headings by level, tables as tables, and nothing printed is markup."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archive.export.citations import Cited, cited
from archive.export.markdown import document_to_markdown
from archive.export.plain_text import document_to_text, source_lines
from archive.models import Block, Document, Issue
from archive.views.document import with_parts
from tests.factories import make_document, make_issue, save_issue
from tests.outside import PROJECT
from tests.read_once import read_real_issue

SAMPLES = sorted(
    path for path in (PROJECT / "archive" / "samples").iterdir() if path.suffix in {".pdf", ".txt"}
)
ADDRESS = "https://gazette.example/documents/x/"
ODD = "# 1. *甲*_乙_ `丙` [丁](http://x) <b>戊</b> | ~~己~~ &amp; \\ ![庚](x) 1) - + = www.x \x00\x0b\ud800\ufffe $x$"


class Text(HTMLParser):
    """The words of HTML, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(markdown: str) -> Text:
    """What a reader of Markdown makes of it."""
    return Text(MarkdownIt("gfm-like", {"linkify": False}).enable("table").render(markdown))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def source(document: Document) -> Cited:
    return cited(document, ADDRESS, date(2024, 5, 1))


def whole(issue: object, position: int) -> Document:
    return with_parts(Document.objects.all()).get(issue=issue, position=position)


def check_all_in_order(document: Document, text: str) -> None:
    at = text.find(bare(document.title))
    assert at >= 0
    for block in document.blocks.all():
        table = block.table
        cells = [cell for row in [table.columns, *table.rows] for cell in row] if table else [block.text]
        for piece in cells:
            found = text.find(bare(piece), at)
            assert found >= 0, (document.title, piece[:40])
            at = found + len(bare(piece))
    assert text.find(ADDRESS, at) > 0


@pytest.mark.django_db
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_documents_of_the_samples(path: Path) -> None:
    issue = save_issue(read_real_issue(path), file_size=1)
    for document in with_parts(issue.documents.all()):
        check_all_in_order(document, bare(document_to_text(document, source(document))))
        made = read(document_to_markdown(document, source(document)))
        check_all_in_order(document, bare("".join(made.words)))
        own = [one.text for one in document.blocks.all() if one.kind == "heading" and one.section_id]
        assert sum(tag in {"h2", "h3", "h4", "h5", "h6"} for tag in made.tags) >= len(own)
        assert made.tags.count("table") == document.tables.count()


@pytest.mark.django_db
def test_the_documents_of_a_real_issue(shared: Path) -> None:
    issue = save_issue(read_real_issue(shared / "issue" / "yangquan-2022-02.pdf"), file_size=1)
    for document in with_parts(issue.documents.all()):
        check_all_in_order(document, bare(document_to_text(document, source(document))))
        made = read(document_to_markdown(document, source(document)))
        check_all_in_order(document, bare("".join(made.words)))
        assert made.tags.count("table") == document.tables.count()


@pytest.mark.django_db
def test_plain_text_as_it_is() -> None:
    document = whole(make_issue(), 2)
    assert document_to_text(document, source(document)) == (
        "云岭市人民政府办公室关于印发云岭市防汛应急预案的通知\n云政办发〔2024〕1号\n\n"
        "《云岭市防汛应急预案》已经市人民政府同意，现印发给你们。\n\n云岭市人民政府办公室\n\n2024年1月20日\n\n"
        "云岭市防汛应急预案\n\n1 总则\n\n1.1 目的\n\n提高防汛抢险能力，保障人民群众生命财产安全。\n\n"
        "1.2 适用范围\n\n适用于本市行政区域内的防汛抢险工作。\n\n2 物资清单\n\n"
        "防汛物资储备表\n序号\t名称\t数量\n1\t编织袋\t20000\n2\t冲锋舟\t6\n\n――――――\n\n"
        f"来源：云岭市人民政府公报2024年第1期第2—3页。{ADDRESS}\n\n"
        "引文：云岭市人民政府办公室. 云岭市人民政府办公室关于印发云岭市防汛应急预案的通知: 云政办发〔2024〕1号[J/OL]. "
        f"云岭市人民政府公报, 2024(1): 2-3[2024-05-01]. {ADDRESS}.\n"
    )


@pytest.mark.django_db
def test_markdown_as_it_is() -> None:
    document = whole(make_issue(), 2)
    assert document_to_markdown(document, source(document)).startswith(
        "# 云岭市人民政府办公室关于印发云岭市防汛应急预案的通知\n\n云政办发〔2024〕1号\n\n"
        "《云岭市防汛应急预案》已经市人民政府同意，现印发给你们。\n\n云岭市人民政府办公室\n\n2024年1月20日\n\n"
        "## 云岭市防汛应急预案\n\n### 1 总则\n\n#### 1.1 目的\n\n提高防汛抢险能力，保障人民群众生命财产安全。\n\n"
        "#### 1.2 适用范围\n\n适用于本市行政区域内的防汛抢险工作。\n\n### 2 物资清单\n\n"
        "防汛物资储备表\n\n| 序号 | 名称 | 数量 |\n| --- | --- | --- |\n| 1 | 编织袋 | 20000 |\n| 2 | 冲锋舟 | 6 |\n\n---\n\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "rows", "form"),
    [
        (["甲", "乙"], [["一", "二"]], "| 甲 | 乙 |"),
        (["甲", "乙"], [["一|二", "三\n四"]], r"| 一\|二 | 三<br>四 |"),
        ([], [["一", "二"]], "<tr><td>一</td><td>二</td></tr>"),
        (["甲", "乙", "丙"], [["一", "新材料", ""]], "<tr><td>一</td><td>新材料</td><td></td></tr>"),
        (["甲", "乙"], [["<b>", "三\n\n四"], ["五", ""]], "<tr><td>&lt;b&gt;</td><td>三<br>四</td></tr>"),
    ],
)
def test_tables(columns: list[str], rows: list[list[str]], form: str) -> None:
    document = whole(make_issue(), 2)
    table = document.blocks.get(kind="table").table
    [block] = [one for one in document.blocks.all() if one.kind == "table"]
    assert table is not None and block.table is not None
    block.table.columns, block.table.rows = columns, rows
    text = document_to_markdown(document, source(document))
    assert form in text
    cells = [cell for row in [columns, *rows] for cell in row]
    assert bare("".join(cells)) in bare("".join(read(text).words))


@given(
    st.text(st.sampled_from(list("#*_`[]()<>|~&\\!-+=.:1 \n\t甲。\x00\x0b\ud800\u3000\"'$^{}")), max_size=40)
)
def test_no_text_becomes_markup(text: str) -> None:
    document = Document(title="甲", pk=1, public_id="abcd2345", issue=Issue(file_name="甲.pdf"))
    document._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "sections": [],
        "blocks": [Block(kind="paragraph", text=text, position=0)],
    }
    made = read(document_to_markdown(document, source(document)))
    wanted = re.sub(r"\s+", "", re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", text))
    assert bare("".join(made.words)).startswith(f"甲{wanted}来源")
    assert set(made.tags) <= {"h1", "p", "br", "hr"}


@pytest.mark.django_db
def test_hostile_fields() -> None:
    document = whole(make_issue(), 2)
    document.title = document.number = document.issuer = ODD
    for block in document.blocks.all():
        block.text = ODD
        if block.table is not None:
            block.table.title, block.table.rows = ODD, [[ODD, ODD, ODD]]
    made = read(document_to_markdown(document, source(document)))
    assert set(made.tags) <= {
        *("h1", "h2", "h3", "h4", "p", "hr", "br"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    document_to_text(document, source(document)).encode()


@pytest.mark.django_db
def test_an_issue_is_called_by_its_name() -> None:
    special = whole(make_issue(label="增刊1", documents=(make_document(1),)), 1)
    assert source_lines(source(special))[0].startswith("来源：云岭市人民政府公报2024年增刊1第1页。")
