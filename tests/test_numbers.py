"""Document numbers: every printed form reads, canonicalises, survives a round trip, sorts, and is found in prose."""

import random
from pathlib import Path

import pytest

from archive.numbers import DocumentNumber, canonical, find_numbers, is_number_line, read_number

CANONICAL = [
    # brackets
    ("汀政发〔2022〕1号", "汀政发〔2022〕1号"),
    ("汀政发[2022]1号", "汀政发〔2022〕1号"),
    ("汀政发［2022］1号", "汀政发〔2022〕1号"),
    ("汀政发【2022】1号", "汀政发〔2022〕1号"),
    ("汀政发(2022)1号", "汀政发〔2022〕1号"),
    ("汀政发（2022）1号", "汀政发〔2022〕1号"),
    ("汀政发﹝2022﹞1号", "汀政发〔2022〕1号"),
    ("汀政发[2022〕1号", "汀政发〔2022〕1号"),
    ("汀政发[[2022]]1号", "汀政发〔2022〕1号"),
    ("汀政发[]2022]1号", "汀政发〔2022〕1号"),
    ("汀政发[202215号", "汀政发〔2022〕15号"),  # the closing bracket was lost
    # none, and what a reader types
    ("汀政发2022年1号", "汀政发〔2022〕1号"),
    ("汀政发2022第1号", "汀政发〔2022〕1号"),
    ("汀政发2022181号", "汀政发〔2022〕181号"),
    ("汀知字2015-36号", "汀知字〔2015〕36号"),
    ("汀政发 2022 1", "汀政发〔2022〕1号"),
    ("汀政发　２０２２　１１", "汀政发〔2022〕11号"),
    # figures, blanks, 第, zeros
    ("汀政发〔２０２２〕１号", "汀政发〔2022〕1号"),
    ("汀政发 〔 2022 〕 1 号", "汀政发〔2022〕1号"),
    ("汀政发〔2022〕第1号", "汀政发〔2022〕1号"),
    ("汀政发〔2022〕第 001 号", "汀政发〔2022〕1号"),
    ("（汀政发〔2022〕1号）", "汀政发〔2022〕1号"),
    ("〔汀政发〔2022〕1号〕", "汀政发〔2022〕1号"),
    ("汀政发〔1992〕82号文", "汀政发〔1992〕82号"),
    ("汀政发〔2022〕107", "汀政发〔2022〕107号"),
    ("汀政发[94]第9号", "汀政发〔1994〕9号"),
    ("汀政发[05]9号", "汀政发〔2005〕9号"),
    ("汀政办[一九九四]一五四号", "汀政办〔1994〕154号"),
    ("汀政发〔2015年〕5号", "汀政发〔2015〕5号"),
    # parts between, and a year in front
    ("汀府[1992]综018号", "汀府〔1992〕综18号"),
    ("汀房[1994]拆字发第92号", "汀房〔1994〕拆字发92号"),
    ("汀林发[1994][公]字第10号", "汀林发〔1994〕〔公〕字10号"),
    ("汀价[收]字[1992]第241号", "汀价〔收〕字〔1992〕241号"),
    ("[92]汀经技字第157号", "〔1992〕汀经技字157号"),
    ("[2015]-1105", "〔2015〕1105号"),
    # decrees and announcements keep their form
    ("国务院令第707号", "国务院令第707号"),
    ("国务院令 第 707 号", "国务院令第707号"),
    ("中华人民共和国国务院令第707号", "国务院令第707号"),
    ("第707号", "第707号"),
    ("第 707 号", "第707号"),
    ("第四十九号", "第49号"),
    ("中华人民共和国主席令第一百零四号", "主席令第104号"),
    ("汀州市人民政府令[第48号]", "汀州市人民政府令第48号"),
    ("汀州市人民政府令31号", "汀州市人民政府令第31号"),
    ("汀州市人民政府第14号令", "汀州市人民政府令第14号"),
    ("汀州市人大常委会公告[第三十号]", "汀州市人大常委会公告第30号"),
    ("汀州市税务局公告2015年第6号", "汀州市税务局公告2015年第6号"),
    ("2015年第2号公告", "公告2015年第2号"),
    ("汀州市政府1993年第3号令", "汀州市政府令1993年第3号"),
    ("甲委员会、乙银行公告〔2021〕第7号", "甲委员会、乙银行公告〔2021〕7号"),
    ("汀州市人大常委会公告〔8届〕第14号", "汀州市人大常委会公告〔8届〕14号"),
    ("汀州市人大常委会公告〔八届〕第14号", "汀州市人大常委会公告〔8届〕14号"),
    ("汀州市人大常委会公告8－14", "汀州市人大常委会公告〔8届〕14号"),
    # several in one
    ("汀税二〔1994〕95号、[1994]财办24号", "汀税二〔1994〕95号、〔1994〕财办24号"),
    ("汀国税发〔1994〕111号汀地税发〔1994〕128号", "汀国税发〔1994〕111号、汀地税发〔1994〕128号"),
    ("汀商发〔1992〕143号/汀商发〔1992〕143号", "汀商发〔1992〕143号"),
]


@pytest.mark.parametrize(("printed", "expected"), CANONICAL)
def test_printed_forms_have_one_canonical_form(printed: str, expected: str) -> None:
    assert canonical(printed) == expected


@pytest.mark.parametrize("expected", sorted({expected for _, expected in CANONICAL}))
def test_the_canonical_form_reads_as_itself(expected: str) -> None:
    assert canonical(expected) == expected


NO_NUMBERS = [
    "",
    "号",
    "汀政发〔2022〕号",  # the sequence was left open
    "汀政发[1994]",
    "2022年3月28日",
    "新华路第12号",
    "新华路12号院",
    "十号",
    "第三条",
    "关于印发汀政发〔2022〕1号的通知",
    "根据国务院令第707号",
    "汀政发〔2022〕1号，汀州市人民政府于三月发布。",
    "汀政发〔9922〕1号",
    "联系电话：0597-6831234",
]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None
    assert not is_number_line(text)


def test_the_parts_of_a_number() -> None:
    number = read_number("汀政办发〔2022〕15号")
    assert number == DocumentNumber(code="汀政办发", year=2022, sequence=15)
    decree = read_number("国务院令第707号")
    assert decree is not None
    assert (decree.code, decree.year, decree.sequence, decree.is_decree) == ("国务院令", None, 707, True)
    bare = read_number("第707号")
    assert bare is not None
    assert bare.code == ""


def test_two_spellings_of_an_announcement_are_the_same_number() -> None:
    assert read_number("汀州市税务局公告2015年第6号") == read_number("汀州市税务局公告〔2015〕6号")


def test_joint_numbers_are_kept_apart_and_together() -> None:
    number = read_number("汀劳险〔1994〕213号、汀老干〔1994〕27号、[94]汀港字第0584号")
    assert number is not None
    assert [part.canonical for part in number.parts] == [
        "汀劳险〔1994〕213号",
        "汀老干〔1994〕27号",
        "〔1994〕汀港字584号",
    ]


def test_letters_for_figures_are_read_and_told() -> None:
    number = read_number("汀文发[1994]ll号")
    assert number is not None
    assert (number.sequence, number.misread) == (11, True)
    bracket = read_number("汀文发〔2022J11号")
    assert bracket is not None
    assert (bracket.canonical, bracket.misread) == ("汀文发〔2022〕11号", True)
    clean = read_number("汀文发[1994]11号")
    assert clean is not None
    assert not clean.misread


def test_numbers_sort_by_code_year_and_sequence_not_by_letter() -> None:
    in_order = [
        "国务院令第9号",
        "国务院令第707号",
        "汀政发〔2021〕100号",
        "汀政发〔2022〕9号",
        "汀政发〔2022〕10号",
        "汀政发〔2022〕10号、汀财〔2022〕3号",
    ]
    numbers = [read_number(text) for text in in_order]
    assert all(numbers)
    shuffled = [n for n in numbers if n]
    random.Random(7).shuffle(shuffled)
    assert [n.canonical for n in sorted(shuffled, key=lambda n: n.sort_key)] == in_order


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("（国发〔2019〕5号）", True),
        ("国务院令 第707号", True),
        ("第 707 号", True),
        ("第四十九号", True),
        ("汀政发[2022]1号", True),
        ("汀府[92]170", True),
        ("汀政发 2022 1", False),  # what a reader types is no line of print
        ("汀政发〔2022〕1号 签发人：张三", False),
        ("附件1", False),
        ("附件第2号", False),
        ("（2015）12", False),
    ],
)
def test_number_lines(line: str, expected: bool) -> None:
    assert is_number_line(line) is expected


FOUND = [
    ("根据晋政办函〔2022〕15号文件要求，现通知如下。", ["晋政办函〔2022〕15号"]),
    ("原汀政发〔2017〕128号同时废止。", ["汀政发〔2017〕128号"]),
    ("，原政发〔2017〕128号同时废止。", ["原政发〔2017〕128号"]),  # a code that begins with 原
    ("按照财建〔2024〕368号", ["财建〔2024〕368号"]),
    ("《关于甲的通知》（国办发〔2016〕82号）", ["国办发〔2016〕82号"]),
    ("《甲的通知》和汀政发〔2022〕3号", ["汀政发〔2022〕3号"]),
    (
        "汀发〔2022〕3号和汀政发〔2022〕4号、汀办〔2022〕5号",
        ["汀发〔2022〕3号", "汀政发〔2022〕4号", "汀办〔2022〕5号"],
    ),
    ("（经信发改〔2015〕1号）", ["经信发改〔2015〕1号"]),  # a code that begins with a word
    ("贯彻执行人事部财政部国人部发〔2007〕100号", ["国人部发〔2007〕100号"]),
    (
        "主管税务机关可按国税发[2000]38号和汀地税所[2000]86号执行",
        ["国税发〔2000〕38号", "汀地税所〔2000〕86号"],
    ),
    ("1987年11月28日汀政发〔1987〕139号发布", ["汀政发〔1987〕139号"]),
    ("汀政发〔2021〕43、48号文件", ["汀政发〔2021〕43号", "汀政发〔2021〕48号"]),
    ("《处分条例》（国务院令第427号）有关规定", ["国务院令第427号"]),
    ("2018年12月18日中华人民共和国国务院令第707号第四次修订", ["国务院令第707号"]),
    ("《甲规定》（人力资源和社会保障部令第40号）、《乙》", ["人力资源和社会保障部令第40号"]),
    ("财政部令第85 号", ["财政部令第85号"]),
    ("市政府第14号令发布", ["市政府令第14号"]),
    ("根据甲银行公告〔2020〕第5号", ["甲银行公告〔2020〕5号"]),
    ("见〔1994〕财外26号", ["〔1994〕财外26号"]),
    ("新华路第12号，3号楼，2022年3月1日", []),
    ("（2015）年产12号煤的矿井", []),
    ("（2019）汀01民终123号判决", []),
    ("经市人民政府第3号会议室", []),
    ("没有", []),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_numbers_in_running_text(text: str, expected: list[str]) -> None:
    found = find_numbers(text)
    assert [f.number.canonical for f in found] == expected
    assert all(text[f.start : f.end] == f.printed for f in found)


def test_a_known_code_settles_where_it_begins() -> None:
    text = "请参与汀州建设汀建规函〔2022〕3号"
    codes = frozenset({"汀建规函"})
    assert [f.number.code for f in find_numbers(text, codes)] == ["汀建规函"]
    joint = frozenset({"甲委、乙行公告"})
    assert [f.number.code for f in find_numbers("按甲委、乙行公告〔2022〕3号", joint)] == ["甲委、乙行公告"]


@pytest.mark.parametrize("words", ["现将", "已被", "请按", "经", "见", "，"])
def test_a_known_code_of_two_characters_is_not_swallowed(words: str) -> None:
    found = find_numbers(f"各部门：{words}汀发〔2022〕3号执行", frozenset({"汀发"}))
    assert [f.number.code for f in found] == ["汀发"]
    longer = find_numbers("根据省汀发〔2022〕3号", frozenset({"汀发"}))
    assert [f.number.code for f in longer] == ["省汀发"]


def test_every_real_printed_form(shared: Path) -> None:
    """All forms seen in use read, but for those without a sequence; each survives the round trip and sorts."""
    lines = (shared / "real/numbers/printed_forms.tsv").read_text(encoding="utf-8").splitlines()
    printed = [line.split("\t")[1] for line in lines]
    assert len(printed) > 10_000
    unread = []
    numbers = []
    for form in printed:
        number = read_number(form)
        if number is None:
            unread.append(form)
            continue
        again = read_number(number.canonical)
        assert again == number, form
        assert again is not None
        assert again.canonical == number.canonical
        numbers.append(number)
    assert [
        form for form in unread if any(c.isdigit() for c in form.rsplit("]", 1)[-1].rsplit("〕", 1)[-1])
    ] == []
    assert len(sorted(numbers, key=lambda n: n.sort_key)) == len(printed) - len(unread)


@pytest.mark.parametrize(
    "sentence",
    [
        "（{}〔2022〕1号）",
        "根据{}〔2022〕1号文件",
        "《关于甲的通知》和{}〔2022〕1号",
        "的规定，{}〔2022〕1号",
    ],
)
def test_real_codes_are_not_cut_nor_swallow_words(shared: Path, sentence: str) -> None:
    rows = (shared / "real/numbers/agency_codes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    codes = [row.split("\t")[0] for row in rows]
    wrong = []
    for code in codes:
        found = find_numbers(sentence.format(code))
        if [f.number for f in found][-1:] != [read_number(f"{code}〔2022〕1号")]:
            wrong.append(code)
    assert len(wrong) < 0.005 * len(codes), wrong


def test_the_code_dictionary_mends_the_rest(shared: Path) -> None:
    rows = (shared / "real/numbers/agency_codes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    codes = frozenset(row.split("\t")[0] for row in rows if len(row.split("\t")[0]) > 2)
    wrong = []
    for code in codes:
        found = find_numbers(f"按原{code}〔2022〕1号", codes)
        if [f.number for f in found] != [read_number(f"{code}〔2022〕1号")]:
            wrong.append(code)
    assert wrong == []


def test_mangled_text_is_read_or_left_but_never_breaks() -> None:
    draw = random.Random(1)
    alphabet = "〔〕[]（）令第号一1发2022公告 、年届十l"
    for _ in range(3000):
        text = "".join(draw.choices(alphabet, k=draw.randint(1, 30)))
        number = read_number(text)
        if number is not None:
            again = read_number(number.canonical)
            assert again is not None, text
            assert again.canonical == number.canonical, text
        for found in find_numbers(text):
            assert text[found.start : found.end] == found.printed
