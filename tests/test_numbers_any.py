"""Document numbers of any code, year and sequence, in any printed form."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archive.numbers import canonical, find_numbers, read_number

PLACES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
BODIES = ("政发", "政办发", "政办函", "政任字", "府办规", "人社发", "财综", "教基", "建房", "环函")
BRACKETS = ("〔〕", "[]", "［］", "【】", "()", "（）", "﹝﹞", "{}")[:7]

codes = st.builds(lambda place, body: place + body, st.sampled_from(PLACES), st.sampled_from(BODIES))
years = st.integers(1950, 2049)
sequences = st.integers(1, 9999)
blanks = st.sampled_from(["", " ", "\u3000"])


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text)


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, str]:
    """(canonical, as printed somewhere)."""
    code, year, sequence = draw(codes), draw(years), draw(sequences)
    opening, closing = draw(st.sampled_from(BRACKETS))
    figures = str(sequence).zfill(draw(st.integers(1, 4)))
    first, second = draw(blanks), draw(blanks)
    form = f"{code}{first}{opening}{year}{closing}{draw(st.sampled_from(['', '第']))}{second}{figures}号"
    return f"{code}〔{year}〕{sequence}号", draw(st.sampled_from([str, wide]))(form)


@given(printed())
def test_any_printed_form_is_one_number(number: tuple[str, str]) -> None:
    wanted, form = number
    assert canonical(form) == wanted
    assert canonical(wanted) == wanted


@given(printed())
def test_a_round_trip_changes_nothing(number: tuple[str, str]) -> None:
    read = read_number(number[1])
    assert read is not None
    again = read_number(read.canonical)
    assert again == read
    assert again is not None and again.sort_key == read.sort_key


@given(st.lists(printed(), min_size=2, max_size=20))
def test_numbers_sort_by_code_year_and_figure(numbers: list[tuple[str, str]]) -> None:
    read = [number for _, form in numbers if (number := read_number(form))]
    ordered = sorted(read, key=lambda number: number.sort_key)
    for one, other in pairwise(ordered):
        if one.code == other.code:
            assert (one.year or 0, one.sequence or 0) <= (other.year or 0, other.sequence or 0)


@given(
    printed(),
    st.sampled_from(["根据《关于节水的通知》（", "按照", "现将", "经研究，"]),
    st.sampled_from(["）", "，", "。"]),
)
def test_a_number_is_found_in_a_sentence_with_a_known_code(
    number: tuple[str, str], before: str, after: str
) -> None:
    wanted, form = number
    read = read_number(form)
    assert read is not None
    found = find_numbers(f"{before}{form}{after}请认真贯彻落实。", frozenset({read.code}))
    assert [one.number.canonical for one in found] == [wanted]


@given(st.text(alphabet="〔〕[]（）第号令公告发0123456789一二十年OlI 、晋政办函\u3000", max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    number = read_number(text)
    if number is not None:
        assert number.canonical
        assert number.sort_key
    find_numbers(text)
