"""Hard-wrapped text: what a wrap takes apart comes together again, and what was not wrapped stays as it is."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.ingest.extract.text import text_to_items
from archive.ingest.extract.wrapped import character_count, em_width, find_wrappings, unwrap
from archive.ingest.parse.issue import parse_items
from archive.ingest.parse.records import ParsedDocument, Source

NOT_FIRST = "，。、；：！？”’）》〉】〕」』"
WIDTHS = range(28, 46, 3)


def wrap(
    text: str,
    width: float,
    indent: str = "　　",
    blank: bool = False,
    measure: Callable[[str], float] = em_width,
    hold_stops: bool = True,
) -> str:
    """The text with each line cut at `width`, as programs that save “with line ends” do."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = indent
        for piece in re.findall(r"[0-9A-Za-z.%]+|.", paragraph.strip()):
            if line.strip() and measure(line) + measure(piece) > width:
                if hold_stops and piece in NOT_FIRST:
                    lines.append(line[:-1])
                    line = line[-1] + piece
                    continue
                lines.append(line)
                line = ""
            line += piece
        lines.append(line)
        if blank and len(lines) > 6:
            lines.append("")
    return "\n".join(lines)


STYLES: dict[str, dict[str, object]] = {
    "indented": {},
    "indented, blank lines": {"blank": True},
    "blank lines": {"indent": "", "blank": True},
    "flush": {"indent": ""},
    "by count of characters": {"measure": character_count, "hold_stops": False},
}


def documents(text: str) -> tuple[ParsedDocument, ...]:
    return parse_items(text_to_items(text), Source("x.txt", "0", "text", None)).documents


def head(document: ParsedDocument) -> tuple[object, ...]:
    return (
        document.title,
        document.number,
        document.signed_on,
        document.signed_by,
        document.recipients,
    )


def real_texts(shared: Path) -> Iterator[str]:
    for number, path in enumerate(sorted((shared / "real").glob("*_7*/*.txt"))):
        if number % 4 == 0:
            yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize("style", STYLES)
def test_real_texts_survive_a_wrap(style: str, shared: Path) -> None:
    heads = right_heads = paragraphs = right_paragraphs = 0
    for number, text in enumerate(real_texts(shared)):
        width = WIDTHS[number % len(WIDTHS)]
        before = documents(text)
        after = documents(wrap(text, width, **STYLES[style]))  # type: ignore[arg-type]
        heads += len(before)
        right_heads += sum(head(a) == head(b) for a, b in zip(before, after, strict=False))
        wanted = [block.text for document in before for block in document.blocks]
        found = {block.text for document in after for block in document.blocks}
        paragraphs += len(wanted)
        right_paragraphs += sum(text in found for text in wanted)
    assert heads > 15
    assert right_heads >= 0.95 * heads, (
        f"{right_heads} of {heads} documents keep title, number, date, signature"
    )
    # without indents and blank lines a paragraph that fills its last line cannot be told from one that goes on
    assert right_paragraphs >= (0.9 if style == "flush" else 0.95) * paragraphs, (
        f"{right_paragraphs} of {paragraphs}"
    )


def test_no_real_text_is_taken_for_wrapped(shared: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((shared / "real").rglob("*.txt"))]
    assert len(texts) > 50
    assert [text[:40] for text in texts if find_wrappings(text.splitlines())] == []


PARAGRAPH = (
    "为切实保障城市供水安全，满足居民生活和经济社会发展用水需要，根据《城市供水条例》和省人民政府有关意见精神，"
    "结合我市实际，现就进一步加强城市供水安全保障工作通知如下，请各有关单位认真抓好贯彻落实并及时报告。"
)
LETTER = "\n".join(
    [
        "云岭市人民政府关于加强供水安全工作的通知",
        "云政发〔2022〕4号",
        "各县（区）人民政府：",
        PARAGRAPH,
        "一、总体要求",
        PARAGRAPH,
        "（一）基本原则",
        PARAGRAPH + "到2025年底前ABC系统覆盖率达到95%以上。",
        "云岭市人民政府",
        "2022年3月4日",
    ]
)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("width", [28, 30, 34, 38, 40, 45])
def test_headings_numbers_and_signs_stay_apart(style: str, width: int) -> None:
    wrapped = wrap(LETTER, width, **STYLES[style])  # type: ignore[arg-type]
    assert [line.strip() for line in unwrap(wrapped.split("\n")) if line.strip()] == LETTER.splitlines()


def test_lines_set_apart_by_blank_lines_throughout() -> None:
    wrapped = wrap(LETTER, 30).replace("\n", "\n\n")
    assert [line.strip() for line in unwrap(wrapped.split("\n"))] == LETTER.splitlines()


def test_a_word_cut_between_lines_keeps_its_blank() -> None:
    lines = wrap("\n".join([PARAGRAPH] * 4), 30, indent="").split("\n")
    lines[2] = lines[2][:-4] + " system"
    lines[3] = "is " + lines[3]
    assert "system is " in "".join(unwrap(lines))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["云政发〔2022〕4号"],
        LETTER.splitlines(),
        # a list of lines that happen to be as long as each other, each a sentence
        [PARAGRAPH[:30] + "。"] * 40,
        [f"{number}\t指标\t{number * 7}" for number in range(40)],
    ],
)
def test_what_is_not_wrapped_stays(lines: list[str]) -> None:
    assert unwrap(lines) == lines


def test_table_rows_in_a_wrapped_file_stay() -> None:
    rows = ["序号\t指标\t数值", "1\t甲\t2"]
    lines = [*wrap(LETTER, 30).split("\n"), *rows]
    assert unwrap(lines)[-2:] == rows
