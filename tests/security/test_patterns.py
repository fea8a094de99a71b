"""No regular expression of the program can be kept busy by a text that was made for it (ReDoS).

Of each pattern the texts that are worst for it are made from the pattern itself, and made longer: the CPU time may grow
as the square of their length, which is what looking from each place anew comes to, and not faster. Ratios alone count.
"""

import re

import pytest

from tests.security.patterns import WORST, growth, hostile_texts, modules, patterns


@pytest.mark.parametrize("module", modules())
def test_no_text_keeps_a_pattern_busy(module: str) -> None:
    worse = {}
    for name, pattern in patterns().get(module, {}).items():
        text = (
            pattern
            if isinstance(pattern.pattern, str)
            else re.compile(pattern.pattern.decode("latin-1"), pattern.flags)
        )
        for before, again, behind in hostile_texts(text):
            if (power := growth(text, before, again, behind)) > WORST:
                worse[name] = (round(power, 1), before, again, behind)
                break
    assert worse == {}


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"x.*y.*z.*!",
        *(
            pytest.param(bad, marks=pytest.mark.in_full)
            for bad in (r"(?:a|a)*b", r"a*a*a*b", r"^\s*\d*\s*\d*\s*:")
        ),
    ],
)
def test_patterns_that_are_known_to_be_bad_are_found(pattern: str) -> None:
    compiled = re.compile(pattern)
    assert any(growth(compiled, *text) > WORST for text in hostile_texts(compiled))


@pytest.mark.parametrize("pattern", [r"a+b", r"\s+$", r"[ab]*c", r"^\d{1,4}年", r"(?:ab|cd)+!"])
def test_patterns_that_are_known_to_be_good_are_not(pattern: str) -> None:
    compiled = re.compile(pattern)
    assert max(growth(compiled, *text) for text in hostile_texts(compiled)) <= WORST


def test_every_pattern_is_looked_at() -> None:
    found = patterns()
    assert sum(map(len, found.values())) > 300
    # Of the module, of a table in it, and of a function.
    assert any("废止" in name for name in found["archive.ingest.parse.relations"])
    assert repr(r"“[^”]*”") in found["archive.ingest.parse.relations"]
