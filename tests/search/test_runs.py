"""Runs over segments: a hit is one, wherever the text is cut."""

import random

import pytest

from archive.search.folding import normalise
from archive.search.query_language import make_term, parse_query, positive_terms
from archive.search.runs import Span, find_runs, places


def found(query: str, segments: list[str]) -> list[list[str]]:
    """The printed pieces of every run."""
    runs = find_runs(segments, positive_terms(parse_query(query)))
    return [[segments[span.segment][span.start : span.end] for span in run] for run in runs]


@pytest.mark.parametrize(
    ("query", "segments", "runs"),
    [
        ("安全生产", ["做好安全", "生产工作"], [["安全", "生产"]]),
        ("安全生产", ["安", "全", "生", "产"], [["安", "全", "生", "产"]]),
        ("安全生产", ["安全", "", "　", "生产"], [["安全", "生产"]]),
        ("晋玮", ["任命晋　", "　玮为"], [["晋", "玮"]]),
        ("晋玮", ["任命晋　玮为"], [["晋　玮"]]),
        ("陽泉", ["阳泉，陽泉"], [["阳泉"], ["陽泉"]]),
        ("阳泉", ["陽", "泉"], [["陽", "泉"]]),
        ("[2022]1号", ["阳政发〔２０２２〕", "１号"], [["〔２０２２〕", "１号"]]),
        # Between words and numbers the end of a line is a blank.
        ("2022", ["20", "22"], []),
        ("PDF", ["APDF PDF", "pdf2", "pdf"], [["PDF"], ["pdf"]]),
        ('"open data"', ["open", "data opendata"], [["open", "data"]]),
        # Overlapping and touching finds are one, over the end of a line too.
        ("全生 安全", ["安全生产"], [["安全生"]]),
        ("全生 安全", ["安全", "生产"], [["安全", "生"]]),
        ("安全 生产", ["安全生产"], [["安全生产"]]),
        ("一一", ["一一一", "二"], [["一一一"]]),
        # What only touches at the end of a paragraph is not.
        ("通知", ["特此通知", "通知如下"], [["通知"], ["通知"]]),
        ("安全 生产", ["安全", "生产"], [["安全"], ["生产"]]),
        ("title:安全", ["安全"], [["安全"]]),
        ("kind:通知", ["通知"], []),
        ("-安全", ["安全"], []),
        ("", ["安全"], []),
        ("安全", [], []),
        ("安全", ["", ""], []),
    ],
)
def test_runs(query: str, segments: list[str], runs: list[list[str]]) -> None:
    assert found(query, segments) == runs


def test_a_run_names_its_segments() -> None:
    (term,) = positive_terms(parse_query("安全生产"))
    assert find_runs(["做好安全 ", " 生产工作"], [term]) == [(Span(0, 2, 4), Span(1, 1, 3))]


def test_wherever_the_text_is_cut_the_same_is_found() -> None:
    choose = random.Random(8)
    for _ in range(400):
        text = "".join(choose.choices("安全生产一陽阳〔２", k=choose.randrange(1, 25)))
        start = choose.randrange(len(text))
        term = make_term(text[start : start + choose.randrange(1, 5)])
        assert term
        if term.whole:
            continue
        cuts = sorted(choose.choices(range(len(text) + 1), k=choose.randrange(4)))
        segments = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        covered = [
            sum(map(len, segments[: span.segment])) + place
            for run in find_runs(segments, [term])
            for span in run
            for place in range(span.start, span.end)
        ]
        wanted = {
            place
            for begin in range(len(text))
            if normalise(text)[begin:].startswith(term.text)
            for place in range(begin, begin + len(term.text))
        }
        assert covered == sorted(wanted), (segments, term.text)


def test_places_are_all_or_the_first_few() -> None:
    one, word = make_term("的"), make_term("a")
    assert one and word
    assert places("的" * 1000, one) == list(range(1000))
    assert places("的" * 1000, one, most=3) == [0, 1, 2]
    assert places("a b a a", word, most=2) == [0, 4]
    assert places("ab", word) == []
