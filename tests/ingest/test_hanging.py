"""Hanging indents: the first line of a paragraph stands left of its others, and so does that of the next."""

from pathlib import Path

import pytest

from archive.ingest.parse.records import ParsedDocument
from tests.ingest.proofs import BEFORE, begun, read_document, texts
from tests.typeset.proof import Proof

ITEMS = (
    "各县（区）要对本辖区排水管网逐段普查，建立台账，明确责任单位和完成时限，并在规定时间内报送普查结果。",
    "市财政局统筹安排专项资金，用于泵站更新和设备购置，加强资金使用情况的监督检查，确保专款专用，"
    "按时拨付到位，任何单位和个人不得以任何理由截留、挤占和挪用，对违反规定的依法依规严肃处理，并追究有关人员的责任。",
    "实行领导带班和值班制度。",
    "遇有重要情况立即报告，不得迟报、漏报和瞒报；对失职的要严肃追究责任，并向全市通报，必要时移送有关机关处理。",
)
AFTER = "以上工作由市住房和城乡建设局负责督促落实，每月向市人民政府报告一次进展情况，年底前进行考核评价工作。"


def ended(proof: Proof, tmp_path: Path) -> ParsedDocument:
    proof.paragraph(AFTER)
    proof.paragraph(BEFORE)
    proof.signature("霁川市人民政府", "2022年7月12日")
    document = read_document(proof, tmp_path)
    assert str(document.signed_on) == "2022-07-12"
    return document


@pytest.mark.parametrize(("indent", "hang"), [(0.0, 2.0), (0.0, 3.0), (2.0, 4.0), (0.0, 1.5)])
@pytest.mark.parametrize(
    "labels",
    [
        ("（一）", "（二）", "（三）", "（四）"),
        ("1.", "2.", "3.", "4."),
        ("①", "②", "③", "④"),
        ("—",) * 4,
        ("第一条　", "第二条　", "第三条　", "第四条　"),
    ],
)
def test_items_with_labels(labels: tuple[str, ...], indent: float, hang: float, tmp_path: Path) -> None:
    proof = begun()
    items = [label + text for label, text in zip(labels, ITEMS, strict=True)]
    for item in items:
        proof.paragraph(item, indent=indent, hang=hang)
    assert texts(ended(proof, tmp_path)) == [BEFORE, *items, AFTER, BEFORE]


def test_one_labelled_item(tmp_path: Path) -> None:
    proof = begun()
    proof.paragraph("注意事项".join(("1.", ITEMS[1])), indent=0, hang=2)
    assert texts(ended(proof, tmp_path)) == [BEFORE, "1.注意事项" + ITEMS[1], AFTER, BEFORE]


def test_paragraphs_without_labels(tmp_path: Path) -> None:
    proof = begun()
    for item in (ITEMS[0], ITEMS[1], ITEMS[3]):
        proof.paragraph(item, indent=0, hang=2)
    assert texts(ended(proof, tmp_path)) == [BEFORE, ITEMS[0], ITEMS[1], ITEMS[3], AFTER, BEFORE]


def test_an_item_cut_by_the_page(tmp_path: Path) -> None:
    proof = begun()
    whole = "（二）" + ITEMS[1]
    proof.paragraph("（一）" + ITEMS[0], indent=0, hang=2)
    proof.y = 720
    proof.foot = 740
    proof.paragraph(whole, indent=0, hang=2)
    proof.paragraph("（三）" + ITEMS[3], indent=0, hang=2)
    expected = [BEFORE, "（一）" + ITEMS[0], whole, "（三）" + ITEMS[3], AFTER, BEFORE]
    assert texts(ended(proof, tmp_path)) == expected


def test_attachments_stay_a_list(tmp_path: Path) -> None:
    proof = begun()
    proof.paragraph(
        "附件：1.霁川市城区易涝点整治任务表和排水管网普查技术要点以及有关的各项管理制度汇编", 2, 6
    )
    proof.paragraph("2.霁川市城区易涝点整治任务表和排水管网普查技术要点以及有关的各项管理制度汇编文本", 5, 6)
    document = ended(proof, tmp_path)
    assert [attachment.label for attachment in document.attachments] == ["1", "2"]


def test_an_unfinished_paragraph_before_an_indented_one_stays_its_own(tmp_path: Path) -> None:
    """A full line without a stop, as 目录 of regulations have them, says nothing alone."""
    proof = begun()
    full = "霁川市城市排水设施建设管理维护和运行监督评价考核奖励办法实施细则有关问题说明的补充"
    proof.paragraph(full, indent=0)
    proof.paragraph("各有关单位要认真贯彻执行。")
    assert full in texts(ended(proof, tmp_path))


def test_a_roster_whose_posts_wrap(tmp_path: Path) -> None:
    proof = Proof(measure=20.0)
    proof.title("关于成立工作专班的通知", "霁政发〔2022〕9号")
    proof.paragraph(BEFORE)
    proof.paragraph("组　长：程以宁　市政府副市长、市公安局局长", 0, 8.5)
    for person in ("罗维桢", "许　澜", "沈　棠"):
        proof.paragraph(f"{person}　市发展和改革委员会副主任、市能源局局长", 4.5, 8.5)
    (roster,) = ended(proof, tmp_path).rosters
    assert [member.person for member in roster.members] == ["程以宁", "罗维桢", "许澜", "沈棠"]
    assert {member.post for member in roster.members[1:]} == {"市发展和改革委员会副主任、市能源局局长"}
