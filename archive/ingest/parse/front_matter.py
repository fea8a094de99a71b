"""What cover and masthead say of an issue.

Specimens: `云岭市人民政府公报` / `2022 年第 2 期` / `（总第 014 期）` / `某某市人民政府办公室 主管主办` /
`2022年4月30日出版（双月刊）`; or one running head `云岭市人民政府公报 2022年增刊1`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from archive.ingest.parse.signs import CHINESE_DIGITS, chinese_to_number, folded, read_date

GAZETTE = re.compile(r"([\u4e00-\u9fff]{2,30}(?:公报|政报))(?:[（(][^（）()]{1,20}[）)])?")
CHINESE = "〇○零一二三四五六七八九十"
LABEL = re.compile(r"(\d{4})年?[·.]?第?(\d{1,3}(?:[-—–、]\d{1,3})?)期")
SPECIAL = re.compile(r"(\d{4})年?(增刊\d{0,2}|特刊\d{0,2}|专刊\d{0,2})")
YEAR_ALONE, NUMBER_ALONE = re.compile(r"(\d{4})年?"), re.compile(r"第(\d{1,3}(?:[-—–]\d{1,3})?)期")
# 2022年第12号（总号：1765） as the whole line
NUMBERED = re.compile(r"(\d{4})年第(\d{1,3})号(?:\(总(?:第|号:?)?\d{1,5}[号期]?\))?")
TOTAL = re.compile(r"总(?:第|号:?|期数?:?)?(\d{1,5})(?:[期号]|\)|$)")
IN_CHINESE = re.compile(rf"[{CHINESE}]{{4}}(?=年(?:第|增刊|特刊|专刊|$))|(?<=第)[{CHINESE}]{{1,3}}(?=期|号)")
PUBLISHED = re.compile(r"(\d{1,2})月(\d{1,2})日(?:出版|发行)")
FREQUENCY = re.compile(r"(双月刊|半月刊|双周刊|月刊|季刊|旬刊|周刊|半年刊|年刊|不定期)")
ORGANISER = re.compile(
    r"^(?:主管主办|主办单位|主办|编印单位|主管)[:：]?(.{3,40})$|^(.{3,40}?)(?:主管主办|主管|主办|编印|编辑出版|编辑)$"
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What was found; "" and None for what is not printed."""

    gazette: str = ""
    year: int | None = None
    label: str = ""
    number: int | None = None
    total_number: int | None = None
    published_on: date | None = None
    frequency: str = ""
    organiser: str = ""


def read_front_matter(lines: Iterable[str], heads: Iterable[str] = ()) -> FrontMatter:
    """The masthead in the lines before the first document, and in the running `heads` where those say less."""
    # the two ends of one row stand apart: …办公室　主管主办　　2022年4月30日出版（双月刊）
    front = [folded(part) for line in lines for part in line.split("\u3000\u3000") if part.strip()]
    running = [text for text, _ in Counter(map(folded, heads)).most_common(40)]
    front = [with_figures(text) for text in front]
    running = [with_figures(text) for text in running]
    gazette = ""
    for text in [*front, *running]:
        if (found := GAZETTE.fullmatch(text)) and "关于" not in text:
            gazette = found.group(1)
            break
    year, label = _read_label(front)
    if not label:
        year, label = _read_label(running) if not year else (year, _read_label(running)[1])
    total = next((int(found.group(1)) for text in front if (found := TOTAL.search(text))), None)
    published = next((read_date(text) for text in front if "出版" in text or "发行" in text), None)
    if published is None:
        published = next((read_date(text) for text in front if len(text) < 20 and read_date(text)), None)
    if published is None and year:
        # 4月30日出版, under 2022年第12号
        published = next(
            (read_date(f"{year}年{found.group()}") for text in front if (found := PUBLISHED.search(text))),
            None,
        )
    frequency = next((found.group(1) for text in front if (found := FREQUENCY.search(text))), "")
    organiser = ""
    for text in sorted(front, key=lambda text: "主办" not in text):
        if (found := ORGANISER.match(text)) and not organiser:
            organiser = (found.group(1) or found.group(2)).strip(":：")
    return FrontMatter(
        gazette=gazette,
        year=year or (published.year if published and label else None),
        label=label,
        number=int(match.group()) if (match := re.match(r"\d+", label)) else None,
        total_number=total,
        published_on=published,
        frequency=frequency,
        organiser=organiser,
    )


def with_figures(text: str) -> str:
    """The text with the year and the number of the issue in figures: 2021年第4期 for 二〇二一年第四期."""
    return IN_CHINESE.sub(lambda found: figures_of(found.group()), text)


def figures_of(text: str) -> str:
    """2021 for 二〇二一, 12 for 十二; what is neither, as it is."""
    if len(text) == 4 and "十" not in text:
        return "".join(str(CHINESE_DIGITS[c]) for c in text)
    number = chinese_to_number(text)
    return text if number is None else str(number)


def _read_label(texts: list[str]) -> tuple[int | None, str]:
    """(year, label as printed): 2 for 2022年第2期, 增刊1 for 2022年增刊1; also when they stand on two lines."""
    for text in texts:
        if len(text) > 40 or "关于" in text:
            continue
        if found := LABEL.search(text) or NUMBERED.fullmatch(text) or SPECIAL.search(text):
            return int(found.group(1)), found.group(2).replace("—", "-").replace("–", "-")
    for above, below in pairwise(texts):
        if (year := YEAR_ALONE.fullmatch(above)) and (number := NUMBER_ALONE.search(below)):
            return int(year.group(1)), number.group(1)
    return None, ""
