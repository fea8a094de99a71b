"""Lists of their own for what very many documents have: clauses, and runs of three and four characters.

人民政府 stands in nearly every document of some gazettes. Its grams say so as well, but each of those texts would have
to be read to be sure, and that costs more than all else a search does. So does 本规定自发布之日起施行, and whoever asks
for any part of it finds the documents that have the whole clause without a look. Few clauses are so common; and a run
needs a list beside those of clauses only if many documents have its pairs and no such clause. A segment lists a run for
all of its documents or not at all; which runs and clauses, its first documents show, or, of one that was merged, some
from all over it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from functools import reduce
from itertools import compress
from operator import add, and_

from archive.search.grams import pairs_of

SHORTEST, LONGEST = 3, 4
# Documents that are looked at to see what is common, and how many of them have a common clause or run at least.
SAMPLE, _COMMON = 200, 7
# A run has a list where a search for it would look into so many of them, or find it in so many common clauses.
_LOOKS, _SPREAD = 16, 4
# No folded text holds a control character, so no gram of a text looks like a run or a clause, and no run goes over one.
_RUN_MARK, _CLAUSE_MARK, _BETWEEN = "\x03", "\x04", "\0"
# Chinese characters between two marks, longer than a run.
_CLAUSE = re.compile(f"[\u3400-\U0003ffff]{{{LONGEST + 1},}}")


class CommonRuns:
    """The lists of one segment, gathered while its documents are added."""

    def __init__(self) -> None:
        self._first: list[tuple[int, tuple[str, ...]]] = []
        self._lists: dict[str, list[int]] | None = None
        self._clauses: set[str] = set()
        self._runs: set[str] = set()
        self.held = 0

    def add(self, number: int, texts: tuple[str, ...]) -> None:
        """Add a document, numbered upwards, with its folded texts."""
        if self._lists is not None:
            self._note(number, texts)
            return
        self._first.append((number, texts))
        if len(self._first) == SAMPLE:
            self._choose([texts for _, texts in self._first])
            for first, of_first in self._first:
                self._note(first, of_first)
            self._first.clear()

    @classmethod
    def chosen_from(cls, sample: Sequence[tuple[str, ...]]) -> "CommonRuns":
        """Lists of what a sample has in common, without a document as yet."""
        common = cls()
        common._choose(sample)
        return common

    def grams_in(self, texts: tuple[str, ...]) -> list[str]:
        """The grams of the runs and clauses with lists that some folded texts have."""
        found = [run_gram(run) for run in _runs_among(self._runs, texts)]
        found += map(clause_gram, _clauses_of(texts) & self._clauses)
        return found

    def lists(self) -> dict[str, list[int]]:
        """The documents of each run and clause that is listed, by its gram; none where there were too few to tell."""
        return {gram: numbers for gram, numbers in (self._lists or {}).items() if numbers}

    def _choose(self, sample: Sequence[tuple[str, ...]]) -> None:
        self._clauses = _common(map(_clauses_of, sample))
        self._runs = _runs_to_list(sample, self._clauses)
        self._lists = {gram: [] for gram in (*map(run_gram, self._runs), *map(clause_gram, self._clauses))}

    def _note(self, number: int, texts: tuple[str, ...]) -> None:
        assert self._lists is not None
        found = self.grams_in(texts)
        for gram in found:
            self._lists[gram].append(number)
        self.held += len(found)


class ListedClauses:
    """The clauses that have a list in some segment, to be searched for a part of them."""

    def __init__(self, clauses: Iterable[str] = ()) -> None:
        # In one string: to look for a run in thousands takes a tenth of a millisecond.
        self._joined = _BETWEEN + "".join(clause + _BETWEEN for clause in sorted(set(clauses)))

    def with_run(self, text: str) -> list[str]:
        """The clauses that `text` stands in; all documents in their lists have it."""
        found: list[str] = []
        at = self._joined.find(text)
        while at >= 0:
            start, end = self._joined.rindex(_BETWEEN, 0, at) + 1, self._joined.index(_BETWEEN, at)
            found.append(self._joined[start:end])
            at = self._joined.find(text, end)
        return found


def run_gram(run: str) -> str:
    """The gram under which the list of a common run is kept."""
    return _RUN_MARK + run


def clause_gram(clause: str) -> str:
    """The gram under which the list of a common clause is kept; of "", what all of those begin with."""
    return _CLAUSE_MARK + clause


def clause_of(gram: bytes) -> str:
    """The clause whose list a gram keeps."""
    return gram.decode().removeprefix(_CLAUSE_MARK)


def is_run(gram: bytes) -> bool:
    """True for the gram of a common run."""
    return gram.startswith(_RUN_MARK.encode())


def is_clause(gram: bytes) -> bool:
    """True for the gram of a common clause."""
    return gram.startswith(_CLAUSE_MARK.encode())


def _runs_to_list(sample: Sequence[tuple[str, ...]], clauses: Set[str]) -> set[str]:
    """The runs for which many documents of the sample, or many of its common clauses, would have to be looked at."""
    # Sets of documents of the sample, a bit for each.
    with_pair, with_clause, surely_with_run = (defaultdict[str, int](int) for _ in range(3))
    for place, texts in enumerate(sample):
        for pair in {pair for text in texts for pair in pairs_of(text)}:
            with_pair[pair] |= 1 << place
        for clause in _clauses_of(texts) & clauses:
            with_clause[clause] |= 1 << place
    spread = Counter[str]()
    for clause, documents in with_clause.items():
        for run in _runs_of(clause):
            surely_with_run[run] |= documents
            spread[run] += 1

    def looks(run: str) -> int:
        return (reduce(and_, map(with_pair.__getitem__, pairs_of(run))) & ~surely_with_run[run]).bit_count()

    return {run for run in _common_runs(sample) if spread[run] >= _SPREAD or looks(run) >= _LOOKS}


def _common(found: Iterable[Set[str]]) -> set[str]:
    """What many documents have, and is letters and digits alone: few ask for a run over a comma."""
    counts = Counter(one for of_document in found for one in of_document)
    return {one for one, count in counts.items() if count >= _COMMON and one.isalnum()}


def _clauses_of(texts: Iterable[str]) -> set[str]:
    return {clause for text in texts for clause in _CLAUSE.findall(text)}


def _common_runs(sample: Sequence[tuple[str, ...]]) -> set[str]:
    """The common runs. One of four is common only if the three that it begins with are: few fours are counted."""
    threes = _common({run for text in texts for run in _threes(text)} for texts in sample)

    def fours(text: str) -> Iterable[str]:
        first = _threes(text)
        return compress(map(add, first, text[3:]), map(threes.__contains__, first))

    return threes | _common({run for text in texts for run in fours(text)} for texts in sample)


def _runs_among(runs: set[str], texts: Iterable[str]) -> set[str]:
    """Those of `runs` that stand in some text."""
    found: set[str] = set()
    for text in texts:
        threes = _threes(text)
        found |= runs.intersection(threes)
        found |= runs.intersection(map(add, threes, text[3:]))
    return found


def _threes(text: str) -> list[str]:
    return list(map(add, map(add, text, text[1:]), text[2:]))


def _runs_of(text: str) -> set[str]:
    threes = _threes(text)
    return {*threes, *map(add, threes, text[3:])}
