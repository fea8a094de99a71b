"""One form for each character, and the way back to the print."""

import random
import sys

import pytest

from archive.search.folding import fold, is_word, normalise

FOLDED = [
    # (printed or typed, folded)
    ("２０２２年", "2022年"),  # full width
    ("ＧＤＰ", "gdp"),
    ("陽泉市關於發佈", "阳泉市关于发布"),  # traditional, single characters
    ("頭髮 發展", "头发发展"),  # no phrase is looked at: 髮 and 發 are both 发
    ("〔2022〕［2022］【2022】（2022）(2022)", "[2022]" * 5),
    ("《通知》“十四五”", "《通知》“十四五”"),  # titles and quotations are no brackets
    ("二〇二二 二○二二", "二零二二二零二二"),
    ("⼀⼆三", "一二三"),  # Kangxi radicals
    ("⻔⺠⻓⻢", "门民长马"),  # CJK radicals, ⻓ over 長
    ("晋　玮", "晋玮"),
    ("晋 玮", "晋玮"),
    ("项\n目", "项目"),  # a line break
    ("项\f目", "项目"),  # a page break
    ("2022 年 3 月", "2022年3月"),
    ("GDP 2022", "gdp 2022"),  # between Latin words and numbers one blank stays
    ("Belt  and\nRoad", "belt and road"),
    ("No. 5", "no.5"),
    ("  通知 ", "通知"),
    ("Ⅰ级Ⅱ级", "i级ii级"),
    ("㈠⑴⒈", "[一][1]1."),
    ("①②", "①②"),  # says something else than 12
    ("100㎡ m²", "100㎡m²"),
    ("通\u200b知\ufeff", "通知"),  # zero width
    ("\ufe0f\U000e0100", ""),  # selectors of variants
    ("\x00\ud800", ""),
    ("，：；！？", ",:;!?"),
    ("「」", "“”"),
    ("é", "é"),
    ("", ""),
]


@pytest.mark.parametrize(("printed", "folded"), FOLDED)
def test_folded(printed: str, folded: str) -> None:
    assert normalise(printed) == folded
    assert fold(printed).text == folded


def random_texts(count: int) -> list[str]:
    choose = random.Random(20220401)
    common = list("  \n\t\u3000ab1年阳（)ⅡＡ\u200b\ufe0f㈠é陽⻔")
    rare = [chr(choose.randrange(sys.maxunicode + 1)) for _ in range(400)]
    return ["".join(choose.choices(common + rare, k=choose.randrange(1, 16))) for _ in range(count)]


def test_folding_twice_changes_nothing() -> None:
    for text in random_texts(3000):
        assert normalise(normalise(text)) == normalise(text)


def test_folding_looks_at_one_character_at_a_time() -> None:
    """The folded form of a text is that of its characters; only white space asks for its neighbours."""
    for text in random_texts(2000):
        bare = "".join(text.split())
        assert normalise(bare) == "".join(normalise(c) for c in bare)


def test_what_stands_in_a_text_stands_in_it_folded() -> None:
    """A run of characters cut out anywhere is found in the folded text, however the cut falls."""
    choose = random.Random(7)
    for text in random_texts(2000):
        start = choose.randrange(len(text))
        run = text[start : start + choose.randrange(1, 8)].strip()
        assert normalise(run) in normalise(text)


def test_offsets_lead_back_to_the_print() -> None:
    for text in random_texts(3000):
        folded = fold(text)
        assert folded.text == normalise(text)
        assert len(folded.offsets) == len(folded.text) + 1
        assert list(folded.offsets) == sorted(folded.offsets)
        for i, character in enumerate(folded.text):
            printed = text[folded.offsets[i]]
            assert character == " " or character in normalise(printed)


@pytest.mark.parametrize(
    ("printed", "found", "span"),
    [
        ("任命晋　玮为主任", "晋玮", "晋　玮"),
        ("阳政发〔２０２２〕1 号文", "[2022]1号", "〔２０２２〕1 号"),
        ("关 于", "关", "关"),  # the blank behind a find does not belong to it
        ("第㈠条", "[一]", "㈠"),
        ("GDP\n 2022", "gdp 2022", "GDP\n 2022"),
        ("𠀀通知", "通知", "通知"),
    ],
)
def test_a_find_is_cut_from_the_print(printed: str, found: str, span: str) -> None:
    folded = fold(printed)
    at = folded.text.index(found)
    start, end = folded.printed_span(at, at + len(found))
    assert printed[start:end] == span


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2022", True), ("covid", True), ("covid-19", False), ("第1", False), ("", False), ("é1", True)],
)
def test_words(text: str, expected: bool) -> None:
    assert is_word(text) is expected
