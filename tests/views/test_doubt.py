"""Doubts in escaped text with marks in it: nested well, nothing added to the text, said to those who do not see."""

import random
import re

import pytest
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from archive.views.doubt import Doubt, doubt_about, with_doubts, within

UNSEEN = re.compile(r'<span class="unseen"[^>]*>[^<]*</span>')
OPENING = re.compile(r'<span class="unsure"[^>]*>')


def bare(html: SafeString) -> str:
    """The spans as [ and ], what is said of them left out."""
    return OPENING.sub("[", UNSEEN.sub("", html)).replace("</span>", "]")


@pytest.mark.parametrize(
    ("html", "doubts", "marked"),
    [
        ("甲乙丙", [], "甲乙丙"),
        ("甲乙丙", [(0, 3, 0.5)], "[甲乙丙]"),
        ("甲乙丙", [(1, 2, 0.5)], "甲[乙]丙"),
        ("甲乙丙", [(0, 1, 0.5), (1, 3, 0.6)], "[甲][乙丙]"),
        ("甲&lt;&#x27;丙", [(1, 3, 0.5)], "甲[&lt;&#x27;]丙"),
        ("甲<mark>乙丙</mark>丁", [(0, 4, 0.5)], "[甲<mark>乙丙</mark>丁]"),
        ("甲<mark>乙丙</mark>丁", [(1, 3, 0.5)], "甲[<mark>乙丙</mark>]丁"),
        ("甲<mark>乙丙</mark>丁", [(0, 2, 0.5)], "[甲<mark>乙</mark>]<mark>丙</mark>丁"),
        ("甲<mark>乙丙</mark>丁", [(2, 4, 0.5)], "甲<mark>乙</mark>[<mark>丙</mark>丁]"),
        ("<mark>甲乙</mark>", [(0, 1, 0.5), (1, 2, 0.6)], "[<mark>甲</mark>][<mark>乙</mark>]"),
        ("甲", [(0, 0, 0.5)], "甲"),
    ],
)
def test_spans_and_marks_nest(html: str, doubts: list[Doubt], marked: str) -> None:
    assert bare(with_doubts(mark_safe(html), doubts)) == marked


def test_the_percentage_is_said_and_shown() -> None:
    html = with_doubts(mark_safe("甲"), [(0, 1, 0.834)])
    assert 'title="识别把握83%，请核对原版"' in html and "（识别把握83%）" in html


def test_nothing_is_added_to_the_text_or_taken_from_it() -> None:
    choose = random.Random(6)
    for _ in range(300):
        text = "".join(choose.choices("甲乙<&'丙", k=choose.randrange(12)))
        begin, end = sorted(choose.choices(range(len(text) + 1), k=2))
        html = f"{escape(text[:begin])}<mark>{escape(text[begin:end])}</mark>{escape(text[end:])}"
        borders = sorted(choose.choices(range(len(text) + 1), k=4))
        doubts = [(borders[0], borders[1], 0.5), (borders[2], borders[3], 0.6)]
        found = bare(with_doubts(mark_safe(html if begin < end else escape(text)), doubts))
        assert re.sub(r"</?mark>|[\[\]]", "", found) == escape(text)
        assert not re.search(r"\[[^\]]*\[|<mark>[^/]*[\[\]][^/]*</mark>|<mark></mark>|\[\]", found), found


def test_parts_of_a_block() -> None:
    doubts = [(2, 6, 0.5), (8, 9, 0.6)]
    assert within(doubts, 4, 9) == [(0, 2, 0.5), (4, 5, 0.6)] and within(doubts, 6, 8) == []
    text = "组长：石　峥　市政府\n副市长"
    lines = [(0, 10, 0.5), (11, 14, 0.6)]
    assert doubt_about("石峥", text, lines) == [(0, 2, 0.5)]
    assert doubt_about("市政府副市长", text, lines) == [(0, 6, 0.6)]
    assert doubt_about("晋玮", text, lines) == [] and doubt_about("", text, lines) == []
