"""Every regular expression of the program, the texts that are worst for it, and how its time grows with them."""

import ast
import importlib
import math
import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

from tests.outside import PROJECT

_FUNCTIONS = {"compile", "match", "search", "sub", "subn", "fullmatch", "split", "findall", "finditer"}
# Neither ever reads what comes from outside.
_NOT_READ = ("migrations", "benchmark")


def modules() -> list[str]:
    """The modules of the program that use regular expressions."""
    found = []
    for path in sorted(PROJECT.glob("archive/**/*.py")):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        if not set(name.split(".")) & set(_NOT_READ) and re.search(r"\bre\.", path.read_text("utf-8")):
            found.append(name)
    return found


@cache
def patterns() -> dict[str, dict[str, "re.Pattern[Any]"]]:
    """The patterns of each module by what they look like: its own, and those made within its functions.

    What a module has from another is that one's, whichever comes first.
    """
    known: set[tuple[Any, int]] = set()
    found: dict[str, dict[str, re.Pattern[Any]]] = {}
    for name in modules():
        module = importlib.import_module(name)
        held = [pattern for value in vars(module).values() for pattern in _held(value)]
        for pattern in [*held, *_made_within(module)]:
            if (key := (pattern.pattern, pattern.flags)) not in known:
                known.add(key)
                found.setdefault(name, {})[repr(pattern.pattern)] = pattern
    return found


def _held(value: Any, depth: int = 4) -> Iterator["re.Pattern[Any]"]:
    """The patterns in a value, in whatever holds them."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for one in value.items():
            yield from _held(one, depth - 1)
    elif depth and isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _held(one, depth - 1)
    elif depth and is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _held(getattr(value, one.name), depth - 1)


class _Names(dict[str, Any]):
    """What a function is given is not known here: a text of one figure, which is a number as well."""

    def __missing__(self, name: str) -> Any:
        if name in dir(__builtins__) or name in __builtins__:  # type: ignore[operator]
            raise KeyError(name)
        return "1"


def _made_within(module: ModuleType) -> Iterator["re.Pattern[Any]"]:
    assert module.__file__ is not None
    with open(module.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for call in ast.walk(tree):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "re"
            and call.func.attr in _FUNCTIONS
            and call.args
        ):
            code = compile(ast.Expression(call.args[0]), module.__file__, "eval")
            try:
                made = eval(code, _Names(vars(module)))
            except TypeError:
                continue  # bytes put together: a word of a PDF's own names
            yield made if isinstance(made, re.Pattern) else re.compile(made)


# --- texts ---------------------------------------------------------------------------------------------
_END = "\x00"
_CATEGORIES = {
    op.CATEGORY_DIGIT: "0", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "a",
    op.CATEGORY_NOT_DIGIT: "a", op.CATEGORY_NOT_SPACE: "a", op.CATEGORY_NOT_WORD: " ",
}  # fmt: skip


def hostile_texts(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str, str]]:
    """(before, again, behind): what stands between is repeated as often as one likes."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    letters = list(dict.fromkeys(_letters(tree)))[:10]
    seen = set()
    # What it ends with is nothing that a pattern waits for.
    for before, again in [
        *(("", letter) for letter in letters),
        *(("", a + b) for a, b in pairwise(letters)),
        *_pumps(tree, ""),
        ("", _sample(tree)),
    ]:
        if again and (before, again) not in seen:
            seen.add((before, again))
            yield before, again, _END


def _letters(tree: Iterable[Any]) -> Iterator[str]:
    """The characters that the pattern speaks of."""
    for kind, value in tree:
        if kind is op.LITERAL:
            yield chr(value)
        elif kind is op.IN:
            for inner, what in value[:6]:
                if inner is op.LITERAL:
                    yield chr(what)
                elif inner is op.RANGE:
                    yield chr(what[0])
                elif inner is op.CATEGORY:
                    yield _CATEGORIES[what]
            if value[0][0] is op.NEGATE:
                yield "x"
        elif kind in (op.ANY, op.NOT_LITERAL):
            yield "x"
        for part in _parts(kind, value):
            yield from _letters(part)


def _parts(kind: Any, value: Any) -> list[Any]:
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is op.SUBPATTERN:
        return [value[-1]]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is op.ATOMIC_GROUP else []


def _pumps(tree: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """For each repetition what leads to it, and what it repeats."""
    for kind, value in tree:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and value[1] > 1:
            yield before, _sample(value[2])
            yield "", before + _sample(value[2])
        for part in _parts(kind, value):
            yield from _pumps(part, before)
        before += _sample([(kind, value)])


def _sample(tree: Iterable[Any]) -> str:
    """A text that the pattern, or a part of it, takes; roughly, for what it looks for ahead is not asked."""
    text = ""
    for kind, value in tree:
        if kind is op.LITERAL:
            text += chr(value)
        elif kind is op.IN:
            text += "x" if value[0][0] is op.NEGATE else next(_letters([(kind, value)]), "x")
        elif kind in (op.ANY, op.NOT_LITERAL):
            text += "x"
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            text += _sample(value[2]) * max(value[0], 1)
        elif kind is op.BRANCH:
            text += _sample(value[1][0])
        elif kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
            text += _sample(_parts(kind, value)[0])
    return text


# --- time ----------------------------------------------------------------------------------------------
# So much CPU can be measured well, in seconds; what stays below with the longest text is the square at most.
ENOUGH = 0.02
LONGEST = 2_000
STEP = 1.5
# Looking for something from each place anew is the square; what goes beyond goes over the same text again and again.
WORST = 2.4
# A pattern that grows by powers of two never ends.
_PATIENCE = 1.0


class _TooLong(Exception):
    pass


def seconds_for(pattern: "re.Pattern[str]", text: str, times: int = 1) -> float:
    """CPU seconds for finding all in the text, the mean of so many times; infinite when that does not end."""

    def stop(*_given: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _PATIENCE)
    try:
        began = time.process_time()
        for _time in range(times):
            for _found in pattern.finditer(text):
                pass
        return (time.process_time() - began) / times
    except _TooLong:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def growth(pattern: "re.Pattern[str]", before: str, again: str, behind: str) -> float:
    """By which power of the text's length the time grows: 2 where twice the text takes four times as long, 0 where the
    longest text takes no time to speak of.

    What looks worse than the square is measured again, and the best counts: a disturbance passes, a bad pattern stays.
    """

    def time_of(size: float, times: int) -> float:
        return seconds_for(pattern, before + again * max(1, round(size / len(again))) + behind, times)

    whole = time_of(LONGEST, 1)
    if whole < ENOUGH:
        return 0.0
    if whole < math.inf and (power := math.log2(whole / max(time_of(LONGEST / 2, 1), 1e-5))) <= WORST:
        return power
    size = 12.0
    while (taken := time_of(size, 1)) < ENOUGH:
        size *= STEP
        if size > LONGEST:
            return 0.0
    if taken == math.inf:
        return taken
    best = math.inf
    for _again in range(4):
        small, large = time_of(size / 2, 6), time_of(size, 2)
        best = min(best, math.log2(large / max(small, 1e-5)) if 0 < large < math.inf else math.inf)
        if best <= WORST:
            break
    return best
