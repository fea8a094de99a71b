"""Tables set without rules: lists whose cells stand in columns; and what looks like one and is none."""

from pathlib import Path

import pytest

from archive.ingest.parse.records import ParsedDocument
from tests.ingest.proofs import read_document
from tests.typeset.proof import BODY, LEADING, Proof

TEXT = "为做好城区排水防涝工作，根据有关规定，结合本市实际，市人民政府决定对下列项目实行清单管理，各有关单位要按时完成。"
AFTER = (
    "以上项目由市住房和城乡建设局负责督促落实，每月向市人民政府报告一次进展情况，年底前对完成情况进行考核。"
)
HEAD = ("序号", "项目名称", "责任单位", "完成时限")
TASKS = (
    ("1", "城区泵站改造", "市水务局", "2022年6月底"),
    ("2", "河道清淤", "市城市管理局", "2022年7月底"),
    ("3", "易涝点整治工程", "市住建局", "2022年9月底"),
)
XS = (0.0, 5.0, 17.0, 29.0)


def begun(**shape: float) -> Proof:
    proof = Proof(**shape)
    proof.title("关于下达排水防涝项目清单的通知", "霁政发〔2022〕9号")
    proof.paragraph(TEXT)
    return proof


def ended(proof: Proof, tmp_path: Path) -> ParsedDocument:
    proof.paragraph(AFTER)
    proof.signature("霁川市人民政府", "2022年7月12日")
    found = read_document(proof, tmp_path)
    assert str(found.signed_on) == "2022-07-12"
    texts = [block.text for block in found.blocks if block.kind == "paragraph"]
    assert texts[0] == TEXT
    assert AFTER in texts
    return found


def test_a_list_with_a_head(tmp_path: Path) -> None:
    proof = begun()
    proof.rows((HEAD, *TASKS), XS)
    found = ended(proof, tmp_path)
    assert [(table.columns, table.rows) for table in found.tables] == [(HEAD, TASKS)]
    assert [block.kind for block in found.blocks] == ["paragraph", "table", "paragraph", "signature", "date"]


def test_cells_of_several_lines(tmp_path: Path) -> None:
    proof = begun()
    cut = ("2", "河道清淤和沿岸道\n路硬化工程", "市城市管理局", "2022年7月底")
    proof.rows((HEAD, TASKS[0], cut, TASKS[2]), XS)
    whole = ("2", "河道清淤和沿岸道路硬化工程", "市城市管理局", "2022年7月底")
    assert ended(proof, tmp_path).tables[0].rows == (TASKS[0], whole, TASKS[2])


def test_cells_in_the_middle_of_the_height_of_their_row(tmp_path: Path) -> None:
    proof = begun()
    proof.rows((HEAD, TASKS[0]), XS)
    proof.y += 6
    for k, line in enumerate(("河道清淤和沿岸道", "路硬化工程")):
        proof.put(line, proof.left + 5 * BODY, proof.y + k * LEADING)
    proof.y += LEADING / 2
    proof.rows((("2", "", "市城市管理局", "2022年7月底"),), XS)
    proof.y += LEADING / 2 + 6
    proof.rows((TASKS[2],), XS)
    whole = ("2", "河道清淤和沿岸道路硬化工程", "市城市管理局", "2022年7月底")
    assert ended(proof, tmp_path).tables[0].rows == (TASKS[0], whole, TASKS[2])


def test_figures_under_words_make_a_head(tmp_path: Path) -> None:
    rows = (("泉城街道", "12", "3.5"), ("河东街道", "8", "12.25"), ("南关街道", "104", "7"))
    proof = begun()
    proof.rows((("街道", "易涝点", "管网（公里）"), *rows), (0, 12, 24))
    (table,) = ended(proof, tmp_path).tables
    assert (table.columns, table.rows) == (("街道", "易涝点", "管网（公里）"), rows)


NAMES = (
    ("陆青岚", "许　澜", "沈　棠", "江晚舟"),
    ("石　磊", "程以宁", "罗维桢", "温景行"),
    ("董自宽", "段云帆", "周砚秋", "林　岚"),
    ("韩　松", "姚远山", "", ""),
)


def test_a_list_of_names_has_no_head(tmp_path: Path) -> None:
    proof = begun()
    proof.rows(NAMES, (2, 10, 18, 26))
    (table,) = ended(proof, tmp_path).tables
    assert table.columns == ()
    assert [["".join(cell.split()) for cell in row] for row in table.rows] == [
        ["".join(cell.split()) for cell in row] for row in NAMES
    ]


def test_a_counted_list_without_a_head(tmp_path: Path) -> None:
    proof = begun()
    proof.rows(TASKS, XS)
    (table,) = ended(proof, tmp_path).tables
    assert (table.columns, table.rows) == ((), TASKS)


def test_a_list_over_two_pages_prints_its_head_again(tmp_path: Path) -> None:
    proof = begun()
    proof.rows((HEAD, *TASKS), XS)
    proof.page()
    more = (("4", "雨水管网普查", "市住建局", "11月底"), ("5", "清淤", "市水务局", "12月底"))
    proof.rows((HEAD, *more), XS)
    (table,) = ended(proof, tmp_path).tables
    assert table.rows == (*TASKS, *more)
    assert (table.page, table.last_page) == (1, 2)


def two_columns(proof: Proof, rows: int) -> None:
    top = proof.y
    for column in (0, 1):
        proof.y = top
        for _ in range(rows):
            proof.paragraph(AFTER, left=column * 22.0, measure=20.0)


def test_a_list_over_both_columns_of_a_page(tmp_path: Path) -> None:
    proof = begun()
    two_columns(proof, 4)
    proof.rows((HEAD, *TASKS), XS)
    two_columns(proof, 4)
    found = ended(proof, tmp_path)
    assert [(table.columns, table.rows) for table in found.tables] == [(HEAD, TASKS)]
    assert [block.text for block in found.blocks if block.kind == "paragraph"].count(AFTER) == 17


def test_a_list_in_one_of_two_columns(tmp_path: Path) -> None:
    proof = begun()
    two_columns(proof, 6)
    top = proof.y
    head, rows = (
        ("序号", "项目", "时限"),
        (("1", "泵站改造", "6月底"), ("2", "河道清淤", "7月底"), ("3", "普查", "9月")),
    )
    proof.rows((head, *rows), (0, 4, 12))
    proof.paragraph(AFTER, measure=20.0)
    proof.y = top
    for _ in range(2):
        proof.paragraph(AFTER, left=22.0, measure=20.0)
    proof.y += 60
    found = ended(proof, tmp_path)
    assert [(table.columns, table.rows) for table in found.tables] == [(head, rows)]
    assert [block.text for block in found.blocks if block.kind == "paragraph"].count(AFTER) == 16


ROSTER = (
    ("组　长：", "程以宁", "副市长"),
    ("副组长：", "罗维桢", "市政府副秘书长"),
    ("成　员：", "陆青岚", "市财政局副局长"),
    ("", "许　澜", "市应急管理局副局长"),
)
PLAIN_ROSTER = tuple((role.rstrip("："), *rest) for role, *rest in ROSTER)
LISTED = (
    ("关于加强排水防涝工作的通知", "霁政发〔2022〕9号", "3"),
    ("关于成立防汛工作专班的通知", "霁政发〔2022〕10号", "7"),
    ("关于做好秋季防火工作的通知", "霁政发〔2022〕11号", "12"),
)
COUNTED = tuple((str(n), *row) for n, row in enumerate(LISTED, 1))
SIGNED = (
    ("霁川市水务局", "霁川市财政局", "霁川市民政局"),
    ("霁川市教育局", "霁川市统计局", "霁川市司法局"),
    ("霁川市档案馆", "霁川市气象局", "霁川市公安局"),
)
MEMBERS = (
    ("成员：陆青岚", "许　澜", "沈　棠"),
    ("石　磊", "程以宁", "罗维桢"),
    ("董自宽", "段云帆", "周砚秋"),
)
LINES = (("陆青岚", "许　澜", "沈　棠"), ("石　磊", "程以宁", "罗维桢"))


@pytest.mark.parametrize(
    ("rows", "xs"),
    [
        (ROSTER, (2, 7, 12)),
        (PLAIN_ROSTER, (2, 7, 12)),
        (LISTED, (0, 18, 36)),
        (COUNTED, (0, 4, 20, 36)),
        ((("序号", "标题", "文号", "页码"), *COUNTED), (0, 4, 20, 36)),
        (SIGNED, (2, 14, 26)),
        (MEMBERS, (2, 10, 18)),
        (LINES, (2, 10, 18)),
    ],
    ids=["roster", "roster without colons", "contents", "counted contents", "contents with a head", "signers",
         "members on several lines", "two lines"],
)  # fmt: skip
def test_what_is_no_table(rows: tuple[tuple[str, ...], ...], xs: tuple[float, ...], tmp_path: Path) -> None:
    proof = begun()
    proof.rows(rows, xs)
    assert ended(proof, tmp_path).tables == ()


def test_a_roster_keeps_its_people(tmp_path: Path) -> None:
    proof = begun()
    proof.rows(ROSTER, (0, 4.5, 8.5))
    (roster,) = ended(proof, tmp_path).rosters
    assert [member.person for member in roster.members] == ["程以宁", "罗维桢", "陆青岚", "许澜"]


def test_a_date_under_a_list_is_none_of_its_cells(tmp_path: Path) -> None:
    proof = begun()
    proof.paragraph(AFTER)
    proof.rows((HEAD, *TASKS), XS)
    proof.signature("霁川市人民政府", "2022年7月12日")
    found = read_document(proof, tmp_path)
    assert found.tables[0].rows == TASKS
    assert (found.signed_by, str(found.signed_on)) == (("霁川市人民政府",), "2022-07-12")
