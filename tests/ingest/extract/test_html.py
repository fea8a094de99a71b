"""Saved web pages: the paper comes out as lines and tables, the portal around it does not."""

from pathlib import Path

import pytest

from archive.ingest.errors import IngestError, UnreadableFile
from archive.ingest.extract import html as reader
from archive.ingest.extract.html import html_to_items, read_html
from archive.ingest.lines import Line
from archive.ingest.read import read_issue, read_issue_limited
from tests.ingest.extract.test_wrapped import LETTER, wrap


def texts(markup: str) -> list[object]:
    return [item.text if isinstance(item, Line) else item.rows for item in html_to_items(markup)]


CASES: dict[str, tuple[str, list[object]]] = {
    "blocks and breaks": ("<p>甲<br>乙</p><div>丙<p>丁</div>戊", ["甲", "乙", "丙", "丁", "戊"]),
    "blanks": ("<p>\u3000\u3000&nbsp;&nbsp;甲&nbsp; 乙\n  丙 ABC\n DEF\u3000</p>", ["甲  乙丙 ABC DEF"]),
    "entities": ("<p>&ldquo;甲&rdquo;&#20057;&mdash;&mdash;&lt;b&gt;</p>", ["“甲”乙——<b>"]),
    "inline elements": ("<p><span>甲</span><b>乙</b><a href='#x'>丙</a><o:p>&nbsp;</o:p></p>", ["甲乙丙"]),
    "what a browser does not show": (
        "<script>x</script><style>y</style><!-- z --><p>甲<span style='display: none'>密</span>乙</p><p hidden>密</p>",
        ["甲乙"],
    ),
    "numbered lists": ("<ol start=3><li>甲</li><li>乙</li></ol><ul><li>丙</li></ul>", ["3.甲", "4.乙", "丙"]),
    "kept lines": ("<pre>甲\n  乙<br>丙</pre>丁", ["甲", "乙", "丙", "丁"]),
    "a merged table": (
        "<table><tr><th rowspan=2>序号<th colspan=2>指标<tr><td>甲<td>乙<tr><td>1<td><p>2</p><p>3</p><td>4</table>",
        [(("序号", "指标", ""), ("", "甲", "乙"), ("1", "23", "4"))],
    ),
    "a table of the page's own": (
        "<table><tr><td><table><tr><td><p>甲</p><p>乙</p></td></tr></table></td></tr></table>",
        ["甲", "乙"],
    ),
    "a row of cells": (
        "<table><tr><td>云岭市办公室</td><td>2022年3月4日印发</td></tr></table>",
        ["云岭市办公室\u30002022年3月4日印发"],
    ),
    "a number beside a name": (
        "<table><tr><td>云政发〔2022〕4号</td><td>签发人：甲</td></tr></table>",
        ["云政发〔2022〕4号", "签发人：甲"],
    ),
    "no end tags": ("<p>甲<p>乙<table><tr><td>1<td>2<tr><td>3<td>4", ["甲", "乙", (("1", "2"), ("3", "4"))]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown_comes_out(case: str) -> None:
    markup, expected = CASES[case]
    assert texts(f"<html><body>{markup}</body></html>") == expected


PAPER = (
    "<p>各县（区）人民政府，市直各单位：</p><p>\u3000\u3000为保障城市供水安全，根据《城市供水条例》，结合我市实际，通知如下。</p>"
    "<p>一、总体要求</p><p>坚持节水优先，建立从源头到龙头的供水安全保障体系，确保城乡居民喝上放心水、安全水、优质水。</p>"
    "<table border=1><tr><td>序号</td><td>任务</td></tr><tr><td>1</td><td>更新管网</td></tr></table>"
)
TITLE = "云岭市人民政府关于加强供水安全工作的通知"
NUMBER = "云政发〔2022〕4号"
SIGN = "<p style='text-align:right'>云岭市人民政府</p><p style='text-align:right'>2022年3月4日</p>"
HEAD = (
    "<div class='header'><ul class='nav'><li><a href='/'>首页</a><li><a href='/zwgk'>政务公开</a><li><a href='/bs'>办事</a></ul>"
    "</div><div class='crumb'>当前位置：<a href='/'>首页</a> &gt; <a href='/gb'>政府公报</a></div>"
)
CARD = (
    "<table class='card'><tr><td>索 引 号：</td><td>000014</td><td>主题分类：</td><td>城乡建设</td></tr>"
    f"<tr><td>发文机关：</td><td>云岭市</td><td>发文字号：</td><td>{NUMBER}</td></tr></table>"
)
BUTTONS = "<div>发布时间：2022-03-09 来源：云岭市人民政府 字体：[大 中 小]</div>"
FOOT = (
    "<div>扫一扫在手机打开当前页</div><p>【打印】【关闭】</p><div class='related'><h3>相关链接</h3><ul>"
    "<li><a href='/1'>供水工作方案图解</a>"
    "<li><a href='/2'>供水工作新闻发布会</a><li><a href='/3'>供水条例全文公布</a></ul></div>"
    "<div class='footer'>版权所有：云岭市人民政府办公室 云ICP备00000001号</div>"
)
PORTALS = {
    "a content box": f"{HEAD}<div id='main'><h1>{TITLE}</h1>{BUTTONS}"
    f"<div id='zoom'><p>{NUMBER}</p>{PAPER}{SIGN}</div></div>{FOOT}",
    "title and number outside": f"{HEAD}{CARD}<div><div class='t'>{TITLE}</div>{BUTTONS}<div>{NUMBER}</div>"
    "<div class='TRS_Editor'>"
    f"{PAPER}{SIGN}</div></div>{FOOT}",
    "signature outside": f"{HEAD}<div><div>{TITLE}<br>{NUMBER}</div><div class='c'>{PAPER}</div><div>{SIGN}</div></div>{FOOT}",
    "an old page of tables": f"<form><table><tr><td>{HEAD}</td></tr><tr><td><table><tr><td align=center>{TITLE}</td></tr>"
    f"<tr><td align=center>{NUMBER}</td></tr><tr><td>{PAPER}{SIGN}</td></tr></table></td></tr>"
    f"<tr><td>{FOOT}</td></tr></table></form>",
    "breaks only": f"{HEAD}<div class='c'>{TITLE}<br>{NUMBER}<br>"
    + PAPER.replace("</p>", "<br>").replace("<p>", "")
    + SIGN.replace("</p>", "<br>").replace("<p style='text-align:right'>", "")
    + f"</div>{FOOT}",
}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312"])
@pytest.mark.parametrize("portal", PORTALS)
def test_a_paper_is_read_from_its_portal(portal: str, declared: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page = f"<html><head><title>门户</title><meta charset={declared}></head><body>{PORTALS[portal]}</body></html>"
    path.write_bytes(page.encode(encoding))
    issue = read_issue(path)
    assert issue.source.kind == "html"
    document = issue.documents[0]
    assert (document.title, document.number, str(document.signed_on)) == (TITLE, NUMBER, "2022-03-04")
    assert document.recipients == "各县（区）人民政府，市直各单位"
    assert document.tables[0].rows == (("1", "更新管网"),)
    assert [block.kind for block in document.blocks] == [
        *("recipient", "paragraph", "heading", "paragraph", "table", "signature", "date")
    ]


def test_the_contents_of_a_page_and_its_enclosed_files_are_kept() -> None:
    links = "".join(f"<li><a href='#{n}'>关于第{n}项工作的通知</a></li>" for n in range(4))
    files = "".join(f"<p><a href='/files/{n}.doc'>附件{n}：任务清单.doc</a></p>" for n in range(1, 4))
    found = texts(f"<body><p>{TITLE}</p><ul>{links}</ul><p>{PAPER}</p>{files}</body>")
    assert "关于第3项工作的通知" in found
    assert "附件3：任务清单.doc" in found


def test_a_wrapped_text_within_a_page_is_joined() -> None:
    assert texts(f"<body><pre>{wrap(LETTER, 32)}</pre></body>") == LETTER.splitlines()


DEEP = 100_000
HOSTILE: dict[str, str] = {
    "deep": "<div>" * DEEP + "甲",
    "deep and closed": "<div>" * DEEP + "甲" + "</div>" * DEEP,
    "deep tables": "<table><tr><td>" * 3000 + "甲",
    "deep inline": "<b><i>" * DEEP + "甲",
    "wide cells": "<table>" + "<tr><td colspan=999999 rowspan=999999>甲<td>乙" * 500 + "</table>",
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(20_000)) + ">甲",
    "entities": '<!DOCTYPE html [<!ENTITY a "hahaha"><!ENTITY b "&a;&a;&a;">]><p>&b;&b;甲',
    "nothing": "<html></html>",
    "no text": "<html><body><script>x</script></body></html>",
    "open comment": "<html><body><p>甲<!-- " + "x" * 100_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_harm_ends_in_one_line(case: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(HOSTILE[case], encoding="utf-8")
    with pytest.raises(IngestError, match=r"^page\.html（.{4}）：.*。.*请") as raised:
        read_issue_limited(path)
    assert "\n" not in str(raised.value)


def test_a_page_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BYTES", 1_000_000)
    path = tmp_path / "page.html"
    path.write_text("<p>甲</p>" * 200_000, encoding="utf-8")
    with pytest.raises(IngestError, match="超过 1 MB"):
        read_html(path, "page.html")


def test_a_page_without_text(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><body><img src=x></body></html>", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="没有正文"):
        read_html(path, "page.html")


@pytest.mark.parametrize("tag", ["font", "div"])
def test_tags_that_are_never_closed_hide_nothing(tag: str) -> None:
    """An old portal opens a <font> for each line and closes none."""
    lines = [f"第{number}项由市水务局按期完成。" for number in range(400)]
    assert texts("".join(f"<{tag}>{line}<br>" for line in lines)) == lines
