"""What a block says of recognised text."""

from archive.ingest.lines import Line, RuledTable
from archive.ingest.parse.body import read_body


def recognised(text: str, confidence: float | None) -> Line:
    return Line(text, page=1, box=(70, 100, 500, 110), size=10.5, starts=2.0, ends=0.0, confidence=confidence)


def test_a_block_is_as_sure_as_its_least_certain_line() -> None:
    lines = [
        recognised("为进一步做好安全生产工作，切实保障人民群众生", 0.99),
        Line(
            "命财产安全。", page=1, box=(70, 120, 200, 130), size=10.5, starts=0.0, ends=14.0, confidence=0.7
        ),
        recognised("特此通知。", None),
    ]
    body = read_body([*lines], "关于安全生产工作的通知", "", 10.5)
    assert [(block.text, block.confidence) for block in body.blocks] == [
        ("为进一步做好安全生产工作，切实保障人民群众生命财产安全。", 0.7),
        ("特此通知。", None),
    ]


def test_a_recognised_table_is_marked() -> None:
    table = RuledTable((("序号", "项目"), ("1", "抽水蓄能")), 1, (70, 100, 500, 200), confidence=0.8)
    body = read_body([table], "关于项目的通知", "", 10.5)
    assert [(block.kind, block.confidence) for block in body.blocks] == [("table", 0.8)]
