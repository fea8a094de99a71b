"""What an editor is told of one document: numbering, validity, attachments."""

from archive.ingest.parse.findings import document_findings
from archive.ingest.parse.records import Attachment, Block, Finding, ParsedDocument, Validity
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


def codes_of(document: ParsedDocument) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (f.code, f.evidence)
        for f in document_findings(document)
        if f.code not in ("signature-missing", "date-missing")
    ]


LISTED = (
    Attachment("1", "任务分工表"),
    Attachment("2", "资金清单（共2项）"),
    Attachment("3", "名单", omitted=True),
)
LIST = Block("attachment", "附件：1.任务分工表\n2.资金清单（共2项）\n3.名单（略）")


def test_annexes_that_are_not_printed() -> None:
    blocks = (
        Block("paragraph", "按照任务分工表执行。"),
        LIST,
        Block("subtitle", "资金清单"),
        Block("table", "1\t甲"),
    )
    document = ParsedDocument(1, "关于甲的通知", blocks=blocks, attachments=LISTED)
    assert codes_of(document) == [("attachment-missing", ("任务分工表",))]


def test_annexes_known_by_their_label() -> None:
    blocks = (LIST, Block("attachment", "附件1"), Block("paragraph", "甲。"), Block("paragraph", "附 件 2"))
    assert codes_of(ParsedDocument(1, "关于甲的通知", blocks=blocks, attachments=LISTED)) == []


def test_annexes_that_are_not_listed() -> None:
    blocks = (LIST, *(Block("paragraph", f"附件{n}") for n in (1, 2, 4)))
    document = ParsedDocument(1, "关于甲的通知", blocks=blocks, attachments=LISTED)
    assert codes_of(document) == [("attachment-unlisted", ("附件4",))]


def test_validity_that_contradicts_itself() -> None:
    texts = ("本办法自2022年5月1日起施行。", "本办法自2022年6月1日起施行。")
    blocks = tuple(Block("paragraph", text) for text in texts)
    document = ParsedDocument(1, "甲办法", blocks=blocks, validity=Validity(evidence=texts))
    assert codes_of(document) == [("validity-contradictory", texts)]


def test_a_number_with_letters_for_figures_is_told_with_both_readings() -> None:
    document = ParsedDocument(
        1, "关于甲的通知", number="霁政发〔2022〕11号", number_as_printed="霁政发〔2022〕ll号"
    )
    [finding] = [f for f in document_findings(document) if f.code == "number-misread"]
    assert (finding.severity, finding.evidence) == ("warning", ("霁政发〔2022〕ll号", "霁政发〔2022〕11号"))
