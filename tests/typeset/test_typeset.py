"""The typesetter sets what the manuscript says: lines by the rules of print, pages of the asked shape, equal truth."""

import io
import json
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from tests.typeset import issue_text, issue_truth, parse_source, read_source, small_issue, typeset
from tests.typeset.breaking import CLOSING, NEVER_FIRST, OPENING, break_lines
from tests.typeset.faces import reader_faces
from tests.typeset.records import Appointment
from tests.typeset.sheet import HEIGHT, WIDTH, Text
from tests.typeset.small import SMALL_SOURCE, set_small_issue

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = sorted((PROJECT / "archive" / "samples" / "source").glob("*.md"))
TRUTH = PROJECT / "tests" / "samples_truth"


def square(char: str, face: str) -> float:
    """Chinese characters and marks are one em wide, the others half of it."""
    return 1.0 if ord(char) > 0x2000 else 0.5


@pytest.mark.parametrize(
    ("text", "measure", "lines"),
    [
        ("市人民政府研究决定。", 5, ["市人民政府", "研究决定。"]),
        # a closing mark may hang over by its empty half, and never begins a line
        ("市人民政府，研究决定", 5, ["市人民政", "府，研究决", "定"]),
        ("市人民政府决，定", 6.5, ["市人民政府决，", "定"]),
        # an opening mark never ends a line
        ("依据本市《条例》办理", 5, ["依据本市", "《条例》办", "理"]),
        # a number stays whole
        ("自2024年起施行", 3, ["自2024", "年起施", "行"]),
        # two marks that meet share half an em
        ("《甲》（乙）。丙丁", 7, ["《甲》（乙）。丙", "丁"]),
    ],
)
def test_lines_are_broken_by_the_rules_of_print(text: str, measure: float, lines: list[str]) -> None:
    assert [line.text for line in break_lines([(text, "song")], measure, square)] == lines


def test_all_but_the_last_line_reach_the_edge() -> None:
    text = (
        "为提高城区排水防涝能力，根据省政府《关于做好汛期城市排水工作的通知》（2022年第6号）要求，通知如下。"
        * 2
    )
    lines = break_lines([(text, "song")], 21.0, square, first_indent=2.0)
    for line in lines[:-1]:
        last = line.pieces[-1]
        end = last.x + sum(square(c, "song") for c in last.text) + last.spread * (len(last.text) - 1)
        assert end == pytest.approx(21.5 if line.text[-1] in CLOSING and end > 21.1 else 21.0)
        assert line.text[-1] not in OPENING
    assert all(line.text[0] not in NEVER_FIRST for line in lines[1:])
    assert "".join(line.text for line in lines) == text


@pytest.mark.parametrize(
    ("appointment", "printed"),
    [
        (
            Appointment("appoint", "沈棠", "市水务局副局长", "试用期一年"),
            "沈　棠为市水务局副局长（试用期一年）；",
        ),
        (Appointment("remove", "温景行", "市水务局局长", stop="。"), "温景行的市水务局局长职务。"),
        (Appointment("remove", "董自宽", "市审计局副局长", "退休"), "董自宽的市审计局副局长职务（退休）；"),
        (Appointment("remove", "段云帆", "市图书馆副馆长", "兼"), "段云帆的市图书馆副馆长（兼）职务；"),
    ],
)
def test_appointments_as_printed(appointment: Appointment, printed: str) -> None:
    assert appointment.printed == printed


def page_characters(pdf: bytes) -> list[list[str]]:
    """The characters of each page in no order."""
    document = pypdfium2.PdfDocument(pdf)
    return [sorted("".join(page.get_textpage().get_text_bounded().split())) for page in document]


def test_a_small_issue_is_the_same_each_time() -> None:
    assert small_issue() == small_issue()


def test_drawing_order_changes_nothing_but_the_order() -> None:
    plain, shuffled = small_issue(), small_issue(shuffled=7)
    assert plain != shuffled
    assert page_characters(plain) == page_characters(shuffled)


def runs_of_text(pdf: bytes, page: int) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        operators = [str(operator) for _, operator in pikepdf.parse_content_stream(document.pages[page])]
    return operators.count("BT")


def test_fake_bold_prints_heavy_type_twice() -> None:
    heavy = [
        mark
        for mark in set_small_issue().sheets[2].marks
        if isinstance(mark, Text) and mark.face in ("bold", "hei")
    ]
    assert heavy
    plain, fake = runs_of_text(small_issue(), 2), runs_of_text(small_issue(fake_bold=True), 2)
    assert fake == plain + len(heavy)


@pytest.mark.parametrize(
    ("rotation", "size"), [(0, (WIDTH, HEIGHT)), (90, (HEIGHT, WIDTH)), (180, (WIDTH, HEIGHT))]
)
def test_rotated_sheets(rotation: int, size: tuple[float, float]) -> None:
    page = pypdfium2.PdfDocument(small_issue(rotation=rotation))[2]
    assert page.get_size() == pytest.approx(size, abs=0.1)


@pytest.mark.parametrize("columns", [1, 2])
def test_text_stands_in_as_many_columns_as_asked(columns: int) -> None:
    sheet = set_small_issue(columns=columns, front=False).sheets[0]
    starts = {round(mark.x) for mark in sheet.marks if isinstance(mark, Text) and mark.size == 10.5}
    assert any(start > WIDTH / 2 and start < WIDTH / 2 + 40 for start in starts) == (columns == 2)


def test_truth_of_the_small_issue() -> None:
    truth = issue_truth(set_small_issue())
    assert [d["number"] for d in truth["documents"]] == [
        "霁政发〔2022〕9号",
        "霁政办函〔2022〕31号",
        "霁政任〔2022〕6号",
    ]
    assert [m["role"] for m in truth["documents"][1]["rosters"][0]["members"]] == [
        "组长",
        "副组长",
        "副组长",
        "成员",
        "成员",
    ]
    assert truth["documents"][0]["references"] == [
        {"number": "霖政发〔2022〕6号", "title": "关于做好汛期城市排水工作的通知", "relation": "based-on"}
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("@rooster\n", "unknown mark"),
        ("### 总体要求\n", "without a label"),
        ("@roster\n组长 | 程以宁\n\n", "expected 3 cells"),
    ],
)
def test_a_wrong_mark_is_named(wrong: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_source(SMALL_SOURCE + wrong)


def without_pages(value: Any) -> Any:
    """A truth without what depends on the widths of one font."""
    if isinstance(value, list):
        return [without_pages(inner) for inner in value]
    if isinstance(value, dict):
        return {key: without_pages(inner) for key, inner in value.items() if "page" not in key}
    return value


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_bundled_truth_is_that_of_the_manuscript(source: Path) -> None:
    bundled = json.loads((TRUTH / f"{source.stem}.json").read_text(encoding="utf-8"))
    setting = typeset(read_source(source), faces=reader_faces())
    assert without_pages(issue_truth(setting, bundled["source"]["kind"])) == without_pages(bundled)


def test_bundled_text_is_that_of_the_manuscript() -> None:
    (file,) = (PROJECT / "archive" / "samples").glob("*.txt")
    bundled = json.loads((TRUTH / f"{file.stem}.json").read_text(encoding="utf-8"))
    source = file.parent / "source" / f"{file.stem}.md"
    printed = issue_text(read_source(source), [entry["page"] for entry in bundled["contents"]])
    assert file.read_text(encoding="utf-8") == printed
