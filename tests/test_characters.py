"""Radicals become the characters they look like, and nothing else changes."""

import pytest

from archive.characters import CJK_RADICALS, KANGXI_RADICALS, plain_characters


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("⼈⺠政府⻔户⽹站", "人民政府门户网站"),
        ("⼀、⼆、⼗⼀⽉⽇", "一、二、十一月日"),
        ("⻓治⻋站⻩河⻛⻅⻬⻰", "长治车站黄河风见齐龙"),
        # what print chose stays: width, brackets, circled numbers, ligatures, compatibility forms
        ("（２０２２）①㎡Ⅱ〇ﬁ：；", "（２０２２）①㎡Ⅱ〇ﬁ：；"),
        ("人民政府 2022", "人民政府 2022"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_plain_characters(printed: str, plain: str) -> None:
    assert plain_characters(printed) == plain


def test_tables_lead_out_of_the_radicals_for_good() -> None:
    for radical, plain in (CJK_RADICALS | KANGXI_RADICALS).items():
        assert len(plain) == 1
        assert plain_characters(plain) == plain != radical
