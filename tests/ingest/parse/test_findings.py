"""What an editor is told of one document: numbering, validity, attachments."""

from archive.ingest.parse.findings import document_findings
from archive.ingest.parse.records import Block, Finding, ParsedDocument
from archive.ingest.parse.sections import SectionReader


def find(*paragraphs: str) -> list[tuple[str, tuple[str, ...]]]:
    reader = SectionReader(list(paragraphs))
    blocks = []
    for text in paragraphs:
        reading = reader.read(text, None)
        section = len(reader.sections) - 1 if reader.sections else None
        blocks.append(Block("heading" if reading.is_heading else "paragraph", text, section=section))
    document = ParsedDocument(1, "关于甲的通知", blocks=tuple(blocks), sections=tuple(reader.sections))
    found: list[Finding] = document_findings(document)
    return [(f.code, f.evidence) for f in found if not f.code.endswith("-missing")]


def test_a_label_left_out() -> None:
    assert find("一、目标", "正文。", "三、要求", "正文。") == [("section-gap", ("一、目标", "三、要求"))]
    assert [code for code, _ in find("第一条 甲。", "第二条 乙。", "第四条 丙。")] == ["section-gap"]


def test_a_label_within_a_paragraph_is_not_left_out() -> None:
    assert find("一、目标", "正文。二、任务 正文。", "三、要求") == []


def test_numbering_that_runs_on_or_begins_again_has_no_gap() -> None:
    assert (
        find("一、甲", "（一）子。丑。", "（二）寅。卯。", "二、乙", "（三）辰。巳。", "（四）午。未。") == []
    )
    assert (
        find("一、甲", "（一）子。丑。", "（二）寅。卯。", "二、乙", "（一）辰。巳。", "（二）午。未。") == []
    )


def test_decimal_labels_out_of_order() -> None:
    found = find("1 总则", "1.1 甲", "1.4 丁", "1.5 戊", "1.2 乙", "1.3 丙", "2 附则")
    assert found == [("section-order", ("1.5", "1.2")), ("section-order", ("1.5", "1.3"))]


def test_a_scheme_that_begins_again_is_said_once() -> None:
    found = find("一、甲", "1.子子。丑。", "2.寅寅。卯。", "1.辰辰。巳。", "2.午午。未。")
    assert found == [("section-repeated", ("1.子子", "1.辰辰"))]
