"""Lists of their own for the runs of three and four characters that very many documents have.

人民政府 stands in nearly every document of some gazettes. Its pairs say so as well, but each of those texts would have
to be read to be sure, and that costs more than all else a search does. Few runs are so common, and their lists are
short when compressed. A segment lists a run for all of its documents or not at all; which ones, its first show.
"""

from collections import Counter
from collections.abc import Iterable
from operator import add

SHORTEST, LONGEST = 3, 4
# Documents that are looked at to see which runs are common, and the least share of them that makes one so.
_SAMPLE, _SHARE = 200, 1 / 8
# No folded text holds a control character, so no gram looks like a run.
MARK = "\x03"


class CommonRuns:
    """The lists of one segment, gathered while its documents are added."""

    def __init__(self) -> None:
        self._first: list[tuple[int, tuple[str, ...]]] = []
        self._lists: dict[str, list[int]] | None = None
        self._listed: frozenset[str] = frozenset()
        self.held = 0

    def add(self, number: int, texts: tuple[str, ...]) -> None:
        """Add a document, numbered upwards, with its folded texts."""
        if self._lists is not None:
            self._note(number, texts)
            return
        self._first.append((number, texts))
        if len(self._first) == _SAMPLE:
            self._choose()

    def lists(self) -> dict[str, list[int]]:
        """The documents of each run that is listed, by its gram; none where there were too few to tell."""
        return {run_gram(run): numbers for run, numbers in (self._lists or {}).items() if numbers}

    def _choose(self) -> None:
        counts = Counter[str]()
        for _, texts in self._first:
            counts.update(_runs_of(texts))
        self._lists = {run: [] for run, count in counts.items() if count >= _SAMPLE * _SHARE}
        self._listed = frozenset(self._lists)
        for number, texts in self._first:
            self._note(number, texts)
        self._first.clear()

    def _note(self, number: int, texts: tuple[str, ...]) -> None:
        assert self._lists is not None
        found = _runs_of(texts) & self._listed
        for run in found:
            self._lists[run].append(number)
        self.held += len(found)


def run_gram(run: str) -> str:
    """The gram under which the list of a common run is kept."""
    return MARK + run


def is_run(gram: bytes) -> bool:
    """True for the gram of a common run."""
    return gram.startswith(MARK.encode())


def runs_in(text: str) -> list[str]:
    """The longest runs in `text` that can have a list, in order; none when it is shorter than all."""
    if len(text) < LONGEST:
        return [text] if len(text) >= SHORTEST else []
    return list(dict.fromkeys(text[i : i + LONGEST] for i in range(len(text) - LONGEST + 1)))


def _runs_of(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        threes = list(map(add, map(add, text, text[1:]), text[2:]))
        found.update(threes)
        found.update(map(add, threes, text[3:]))
    return found
