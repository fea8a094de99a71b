"""References: what a document names, with the relation that its sentence states."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.parse.records import Block, Reference
from archive.ingest.parse.references import STRENGTH, find_references, sentences

OWN = "汀政发〔2022〕9号"


def find(
    *texts: str, title: str = "汀州市人民政府关于某事的通知", own: str | None = OWN
) -> list[tuple[str, str]]:
    """(number or 《title》, relation) of what the texts name."""
    blocks = [Block("paragraph", text) for text in texts]
    return [(r.number or f"《{r.title}》", r.relation) for r in find_references(blocks, own, title)]


SENTENCES = [
    # based on
    ("根据《关于甲的通知》（汀政发〔2021〕43号）精神，现通知如下。", [("汀政发〔2021〕43号", "based-on")]),
    ("根据汀政办函〔2022〕15号文件精神，经研究，决定。", [("汀政办函〔2022〕15号", "based-on")]),
    (
        "按照省安委会《关于甲的通知》（安委〔2022〕1号）和省政府《关于乙的通知》（汀发〔2022〕1号）安排部署，",
        [("安委〔2022〕1号", "based-on"), ("汀发〔2022〕1号", "based-on")],
    ),
    ("为贯彻落实省政府《关于甲的决定》(汀政发[2021]48号)文件精神,", [("汀政发〔2021〕48号", "based-on")]),
    (
        "依据《汀州市风险管控办法》《汀州市风险评定办法》，",
        [("《汀州市风险管控办法》", "based-on"), ("《汀州市风险评定办法》", "based-on")],
    ),
    ("按照《甲条例》（国务院令第427号）有关规定处理。", [("国务院令第427号", "based-on")]),
    # cites
    ("严格执行新修订的《中华人民共和国安全生产法》。", [("《中华人民共和国安全生产法》", "cites")]),
    (
        "《中华人民共和国突发事件应对法》《甲条例》等。",
        [("《中华人民共和国突发事件应对法》", "cites"), ("《甲条例》", "cites")],
    ),
    ("你省《关于甲的请示》（汀政文〔2004〕15号）收悉。", [("汀政文〔2004〕15号", "cites")]),
    ("有些单位没有按照《甲条例》的程序处理。", [("《甲条例》", "cites")]),
    ("环保局正在对《甲规划纲要》进行修订。", [("《甲规划纲要》", "cites")]),
    ("参照《关于甲的意见》（汀发〔2020〕1号）执行。", [("汀发〔2020〕1号", "cites")]),
    ("《汀州日报》报道，动画《甲开讲啦》和《自查情况表》按时报送。", []),
    # repeals
    ("原《汀州市甲预案》（汀政办发〔2004〕62号）同时废止。", [("汀政办发〔2004〕62号", "repeals")]),
    ("原安监局印发的《汀州市甲预案》同时废止。", [("《汀州市甲预案》", "repeals")]),
    ("自印发之日起，《关于甲的通知》（汀办发〔2016〕82号）停止执行。", [("汀办发〔2016〕82号", "repeals")]),
    (
        "《甲办法》（汀政发〔2001〕1号）、《乙办法》（汀政发〔2002〕2号）和丙局印发的《丙实施细则》自2022年5月1日起予以废止。",
        [("汀政发〔2001〕1号", "repeals"), ("汀政发〔2002〕2号", "repeals"), ("《丙实施细则》", "repeals")],
    ),
    (
        "经研究，决定废止《关于印发〈甲办法〉的通知》（汀药监〔2020〕36号）行政规范性文件。",
        [("汀药监〔2020〕36号", "repeals")],
    ),
    (
        "决定对《关于印发〈甲办法〉的通知》（汀经发〔2022〕38号）予以废止，本通知自印发之日起施行。",
        [("汀经发〔2022〕38号", "repeals")],
    ),
    (
        "汀政发〔2017〕12号、汀政发〔2018〕3号文件同时废止。",
        [("汀政发〔2017〕12号", "repeals"), ("汀政发〔2018〕3号", "repeals")],
    ),
    ("国发〔2016〕6号文件印发的《甲管理办法》不再执行。", [("国发〔2016〕6号", "repeals")]),
    # only the named target ends
    (
        "根据《甲条例》（汀发〔2020〕1号），《乙办法》（汀发〔2010〕2号）同时废止。",
        [("汀发〔2020〕1号", "based-on"), ("汀发〔2010〕2号", "repeals")],
    ),
    ("按照《甲办法》处理，相关台账同时废止。", [("《甲办法》", "based-on")]),
    ("《甲办法》（汀发〔2010〕2号）废止前已受理的，从其规定。", [("汀发〔2010〕2号", "cites")]),
    ("建议废止《甲办法》（汀发〔2010〕2号）。", [("汀发〔2010〕2号", "cites")]),
    ("《甲办法》（汀发〔2010〕2号）未废止。", [("汀发〔2010〕2号", "cites")]),
    # amends: a list, an annex or a clause ends, or words change
    ("汀政发〔2021〕6号文件公布的《甲事项清单》不再执行，", [("汀政发〔2021〕6号", "amends")]),
    (
        "决定将《关于甲的通知》(汀政办发〔2021〕40号)中关于“六、支持科技 安排资金120万。最高50万元奖补。”条款删除,原文件仍有效。",
        [("汀政办发〔2021〕40号", "amends")],
    ),
    ("将《甲办法》（汀发〔2010〕2号）第三条修改为：“……”。", [("汀发〔2010〕2号", "amends")]),
    ("《甲办法》（汀发〔2010〕2号）附件2同时废止。", [("汀发〔2010〕2号", "amends")]),
    ("对甲企业，不再执行《甲管理规定》中关于范围的限制性规定。", [("《甲管理规定》", "amends")]),
    ("经研究，决定对《甲办法》（汀发〔2010〕2号）作如下修改：", [("汀发〔2010〕2号", "amends")]),
    # forwards, and what a document carries itself
    ("省地震局《关于甲的报告》已经省政府同意，现转发给你们，请执行。", [("《关于甲的报告》", "forwards")]),
    ("现将《关于甲的意见》（汀发〔2022〕2号）转发给你们。", [("汀发〔2022〕2号", "forwards")]),
    ("《汀州市甲应急预案》已经市人民政府同意，现印发给你们，请认真遵照执行。", []),
    ("现公布修订后的《甲实施条例》，自2019年1月1日起施行。", []),
    ("按照《甲事项清单（2022年版）》（见附件2）分类实施改革。", []),
    # one target, the strongest relation; a number and its title are one
    (
        "根据《关于甲事项的通知》（汀发〔2010〕2号），落实《关于甲事项的通知》要求。",
        [("汀发〔2010〕2号", "based-on")],
    ),
    ("国发〔2019〕5号《关于甲的通知》收悉。", [("国发〔2019〕5号", "cites")]),
    (
        "（〔1994〕财外26号、汀税二〔1994〕69号）",
        [("〔1994〕财外26号", "cites"), ("汀税二〔1994〕69号", "cites")],
    ),
    (
        "根据《甲办法》（〔1994〕财外26号、汀税二〔1994〕69号）",
        [("〔1994〕财外26号、汀税二〔1994〕69号", "based-on")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a_sentence_states_the_relation(text: str, expected: list[tuple[str, str]]) -> None:
    assert find(text) == expected


TITLES = [
    ("汀州市人民政府关于修正《关于甲的通知》部分条款的补充通知", [("《关于甲的通知》", "amends")]),
    ("汀州市人民政府关于废止《甲管理办法》的决定", [("《甲管理办法》", "repeals")]),
    ("汀州市人民政府转发《省政府关于甲的意见》的通知", [("《省政府关于甲的意见》", "forwards")]),
    ("汀州市人民政府转发省地震局关于甲工作报告的通知", [("《省地震局关于甲工作报告》", "forwards")]),
    ("汀州市人民政府关于贯彻落实《甲条例》的实施意见", [("《甲条例》", "based-on")]),
    ("汀州市人民政府关于印发《汀州市甲方案》的通知", []),
    ("汀州市人民政府关于暂时调整实施《甲条例》有关规定的决定", [("《甲条例》", "cites")]),
]


@pytest.mark.parametrize(("title", "expected"), TITLES)
def test_the_title_counts(title: str, expected: list[tuple[str, str]]) -> None:
    assert find(title=title) == expected


def test_the_title_and_a_numbered_sentence_are_one_reference() -> None:
    found = find_references(
        [Block("paragraph", "《关于甲工作的通知》（汀政办发〔2021〕40号）继续有效。")],
        OWN,
        "关于修正《关于甲工作的通知》部分条款的补充通知",
    )
    assert [(r.number, r.title, r.relation) for r in found] == [
        ("汀政办发〔2021〕40号", "关于甲工作的通知", "amends")
    ]


def test_the_own_number_is_no_reference() -> None:
    assert find("本通知（汀政发[2022]9号）自印发之日起施行。") == []
    bare = find("（1994年1月28日国务院令第142号发布 2018年12月18日国务院令第707号修订）", own="第707号")
    assert bare == [("国务院令第142号", "cites")]
    assert find("（1997年10月22日省政府令第27号修正）", own="汀州省人民政府令第27号") == []


def test_the_evidence_is_the_sentence() -> None:
    text = "现通知如下。原《甲预案》（汀办〔2004〕62号）同时废止。特此通知。"
    (reference,) = find_references([Block("paragraph", text)], OWN, "")
    assert reference == Reference(
        number="汀办〔2004〕62号",
        title="甲预案",
        relation="repeals",
        evidence="原《甲预案》（汀办〔2004〕62号）同时废止。",
    )


def test_a_short_name_stands_for_its_document() -> None:
    found = find(
        "根据《国务院关于甲的若干意见》（国发〔2019〕5号，以下简称《意见》）要求，", "对照《意见》。"
    )
    assert found == [("国发〔2019〕5号", "based-on")]
    assert find("认真落实《方案》要求。") == []


def test_a_list_of_repealed_documents() -> None:
    found = find(
        "下列文件同时废止：",
        "1.《关于甲事项的通知》（汀发〔2001〕1号）",
        "2.《关于乙事项的通知》（汀发〔2002〕2号）",
        "丙工作仍按《关于丙事项的通知》（汀发〔2003〕3号）执行。",
    )
    assert found == [
        ("汀发〔2001〕1号", "repeals"),
        ("汀发〔2002〕2号", "repeals"),
        ("汀发〔2003〕3号", "based-on"),
    ]


def test_a_table_of_repealed_and_of_kept_documents() -> None:
    blocks = [
        Block("heading", "废止的行政规范性文件目录"),
        Block(
            "table",
            "1\t汀州市财政局关于甲事项的通知\t汀财发〔2014〕30号\n2\t汀州市财政局关于乙事项的通知\t汀财发〔2015〕3号",
        ),
        Block("heading", "继续有效的行政规范性文件目录"),
        Block("table", "1\t汀州市财政局关于丙事项的通知\t汀财发〔2016〕1号"),
    ]
    found = find_references(blocks, OWN, "汀州市财政局关于公布清理结果的通知")
    assert [(r.number, r.title, r.relation) for r in found] == [
        ("汀财发〔2014〕30号", "汀州市财政局关于甲事项的通知", "repeals"),
        ("汀财发〔2015〕3号", "汀州市财政局关于乙事项的通知", "repeals"),
        ("汀财发〔2016〕1号", "", "cites"),
    ]


def test_a_list_whose_title_has_a_second_line_and_whose_documents_carry_something_out() -> None:
    blocks = [
        Block("subtitle", "废止的行政规范性文件目录\n（共1件）"),
        Block("paragraph", "1"),
        Block("paragraph", "汀州市财政局关于贯彻执行甲规定的通知汀财发〔2014〕30号"),
        Block("subtitle", "继续有效的行政规范性文件目录\n（共1件）"),
        Block("paragraph", "汀州市财政局关于贯彻执行乙规定的通知汀财发〔2015〕3号"),
    ]
    found = find_references(blocks, OWN, "汀州市财政局关于公布清理结果的通知")
    assert [(r.number, r.relation) for r in found] == [
        ("汀财发〔2014〕30号", "repeals"),
        ("汀财发〔2015〕3号", "based-on"),
    ]


def test_sentences_end_outside_quotes_and_titles() -> None:
    assert list(sentences("甲“乙。丙。”丁。《戊。己》庚。")) == ["甲“乙。丙。”丁。", "《戊。己》庚。"]
    assert list(sentences("甲“乙。丙。")) == ["甲“乙。", "丙。"]  # the quote is never closed


@pytest.mark.parametrize(
    "text", ["《" * 3000 + "号", "《甲》" * 2000 + "同时废止", "（" * 5000 + "《甲办法》（", "》》》号《"]
)
def test_mangled_marks_do_no_harm(text: str) -> None:
    for reference in find_references([Block("paragraph", text)], OWN, text[:200]):
        assert reference.relation in STRENGTH


KINDS = {"p": "paragraph", "addr": "recipient", "sign": "signature", "attach": "attachment"}


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def blocks_of(document: dict[str, Any]) -> list[Block]:
    return [
        Block(
            KINDS.get(b["kind"], b["kind"]),
            b.get("text") or "\n".join("\t".join(row) for row in b.get("rows", [])),
        )
        for b in document["blocks"]
    ]


@pytest.mark.parametrize("name", ["yangquan-2022-02.truth.json", "yangquan-2022-02-onecolumn.truth.json"])
def test_the_references_of_a_real_issue(shared: Path, name: str) -> None:
    """What stands in the truth file; a title without a number counts there when it is repealed or amended."""
    truth = json.loads((shared / "issue" / name).read_text(encoding="utf-8"))
    listed = 0
    for document in truth["documents"]:
        found = find_references(blocks_of(document), document["number_body"], document["title_body"])
        got = sorted(
            (folded(r.number or f"《{r.title}》"), r.relation)
            for r in found
            if r.number or r.relation in ("amends", "repeals")
        )
        assert got == sorted((folded(r["target"]), r["relation"]) for r in document["references"])
        listed += len(got)
    assert listed >= 15


def test_real_documents_never_refer_to_themselves(shared: Path) -> None:
    seen = 0
    for folder in ("statecouncil_75", "municipal_78"):
        for gold in json.loads((shared / "real" / folder / "gold.json").read_text(encoding="utf-8")):
            text = (shared / "real" / folder / gold["file"]).read_text(encoding="utf-8")
            blocks = [Block("paragraph", line.strip()) for line in text.split("\n") if line.strip()]
            found = find_references(blocks, gold.get("number"), gold.get("title") or "")
            assert gold.get("number") not in [r.number for r in found if r.number]
            seen += len(found)
    assert seen > 200


def test_repeals_in_real_documents(shared: Path) -> None:
    expected = {
        "statecouncil_75/36.txt": {"国办发〔2016〕82号"},
        "municipal_78/12.txt": {"市政办发〔2004〕62号"},
        "municipal_78/14.txt": {"抚政办发〔2012〕68号"},
        "municipal_78/16.txt": {"大房委发〔1999〕3号"},
        "municipal_78/64.txt": {"渝药监〔2020〕36号"},
        "municipal_78/72.txt": {"渝经信发〔2022〕38号"},
    }
    for file, numbers in expected.items():
        text = (shared / "real" / file).read_text(encoding="utf-8")
        blocks = [Block("paragraph", line.strip()) for line in text.split("\n") if line.strip()]
        found = find_references(blocks, None, "")
        assert {r.number for r in found if r.relation == "repeals"} == numbers, file


FORMS = [
    (
        "根据国发〔2016〕1号、2号和3号文件精神，制定本办法。",
        [("国发〔2016〕1号", "based-on"), ("国发〔2016〕2号", "based-on"), ("国发〔2016〕3号", "based-on")],
    ),
    (
        "霁政发〔2015〕1号至3号文件停止执行。",
        [
            ("霁政发〔2015〕1号", "repeals"),
            ("霁政发〔2015〕2号", "repeals"),
            ("霁政发〔2015〕3号", "repeals"),
        ],
    ),
    (
        "霁政办发〔2018〕22号被霁政办发〔2020〕3号废止。",
        [("霁政办发〔2018〕22号", "cites"), ("霁政办发〔2020〕3号", "cites")],
    ),
    (
        "原《甲市绿化办法》（霁政发〔2010〕5号）已被《甲市绿化条例》废止，不再作为依据。",
        [("霁政发〔2010〕5号", "cites"), ("甲市绿化条例", "cites")],
    ),
    ("删除《甲市绿化办法》（霁政发〔2010〕5号）第五条，原文件仍有效。", [("霁政发〔2010〕5号", "amends")]),
    ("《甲市绿化办法》（霁政发〔2010〕5号）其他内容不变。", [("霁政发〔2010〕5号", "amends")]),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_forms_of_relation(text: str, expected: list[tuple[str, str]]) -> None:
    found = find_references([Block("paragraph", text)], None, "霁川市人民政府关于某事的通知")
    assert [(r.number or r.title, r.relation) for r in found] == expected


def test_list_of_what_is_repealed() -> None:
    texts = [
        "经研究，决定废止下列文件：",
        "一、关于修路的通知（霁政发〔2001〕5号）",
        "2.《关于乙的通知》（霁政发〔2002〕5号）",
    ]
    found = find_references([Block("paragraph", text) for text in texts], None, "霁川市人民政府的决定")
    assert [(r.number, r.title, r.relation) for r in found] == [
        ("霁政发〔2001〕5号", "关于修路的通知", "repeals"),
        ("霁政发〔2002〕5号", "关于乙的通知", "repeals"),
    ]
