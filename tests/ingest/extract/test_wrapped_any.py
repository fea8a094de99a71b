"""Wrapping and joining again, on texts of any words (Hypothesis)."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archive.ingest.extract.wrapped import find_wrappings, unwrap
from tests.ingest.extract.test_wrapped import wrap

CHARACTERS = "人民政府办公室关于加强城市供水安全工作的通知县区各单位和在为是有"
CLAUSE = st.text(CHARACTERS, min_size=4, max_size=18)
SENTENCE = st.lists(CLAUSE, min_size=3, max_size=8).map(lambda clauses: "，".join(clauses) + "。")
PARAGRAPH = st.lists(SENTENCE, min_size=2, max_size=4).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(PARAGRAPH, min_size=4, max_size=10), st.integers(28, 45))
def test_an_indented_wrap_is_undone(paragraphs: list[str], width: int) -> None:
    lines = wrap("\n".join(paragraphs), width).split("\n")
    assume(find_wrappings(lines))
    assert [line.strip() for line in unwrap(lines)] == paragraphs


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(CHARACTERS + "，。 \u3000\tAb1（）一、#|", max_size=60), max_size=40))
def test_no_character_is_lost(lines: list[str]) -> None:
    def characters(texts: list[str]) -> str:
        return "".join("".join(texts).split())

    assert characters(unwrap(lines)) == characters(lines)
