"""What a reader may mean who has begun to type: numbers, titles and people of the archive, eight at most.

Found in memory in the folded texts of one snapshot of the index; each is read from the database once more before it
is shown, so that what was withdrawn a moment ago is not proposed, whatever the index says.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from threading import Lock
from typing import Literal
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from django.urls import reverse
from haystack import connections

from archive.models import Appointment, Document, Roster
from archive.numbers import read_number
from archive.search.folding import fold, normalise
from archive.search.query import TITLE_START
from archive.search.snapshot import Snapshot

MOST = 8
# Where all kinds are found, none crowds out the others: so many places are kept for titles and for people.
_TITLES_KEPT, _PEOPLE_KEPT = 3, 2
# From so many characters on, and of so many.
_LEAST, _LONGEST = 2, 200
# Read of each kind, since some may have been withdrawn; and documents of one person, newest first.
_READ, _OF_PERSON = 2 * MOST, 3

Kind = Literal["number", "title", "person"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that was perhaps meant, as printed; `text[start:end]` is what was typed of it (0, 0: not as such).

    `url` leads to the document, of a person to the search for the documents that name them. `detail` is the title of a
    number's document, and the number of a title's; `documents` how many name a person (for others, 1).
    """

    kind: Kind
    text: str
    url: str
    detail: str = ""
    documents: int = 1
    start: int = 0
    end: int = 0


def suggest(typed: str) -> list[Suggestion]:
    """What `typed`, which may be any string, may be going to be; [] for less than two characters.

    Numbers that begin so in whatever spelling, titles that begin so or whose subject does, titles that have it
    inside, people; newest first in each.
    """
    typed = typed[:_LONGEST]
    folded = normalise(typed).strip(' "')
    snapshot: Snapshot | None = connections["default"].get_backend().index.snapshot()
    if snapshot is None or len(folded) < _LEAST:
        return []
    held = _held_by(snapshot)
    numbers = list(islice(held.numbers_like(typed, folded), _READ))
    titles = list(islice(held.titles_like(folded), _READ))
    people = list(islice(held.people_like(folded), MOST))
    rows = _published(snapshot, {*numbers, *titles})
    persons = list(_people(snapshot, people, folded))
    places = MOST - min(len(persons), _PEOPLE_KEPT)
    numbers = [number for number in numbers if number in rows][: places - min(len(titles), _TITLES_KEPT)]
    titles = [title for title in titles if title in rows and title not in numbers][: places - len(numbers)]
    found = [_of_number(rows[number], typed, folded) for number in numbers]
    found += [_of_title(rows[title], folded) for title in titles]
    return found + persons[: MOST - len(found)]


def documents_naming(name: str, most: int = 50) -> list[int]:
    """The primary keys of the newest documents that name a person exactly so, folded; [] while there is no index.

    The index may be behind: which of them readers may see, the database has to say.
    """
    snapshot: Snapshot | None = connections["default"].get_backend().index.snapshot()
    if snapshot is None:
        return []
    numbers = _held_by(snapshot).named(normalise(name))
    return [_primary_key(snapshot, number) for number in numbers[:most]]


# --- what a snapshot holds ---------------------------------------------------------------------------
# Before a whole text, before the subject of a title, and behind either. No folded text holds a control character.
_WHOLE, _SUBJECT, _END = b"\x01", b"\x02", b"\x00"


class _Entries:
    """Short texts one behind the other, to be searched at once; each with what it is of."""

    def __init__(self, entries: Iterable[tuple[bytes, str, int]]) -> None:
        self._starts, self._owners = array("I"), array("I")
        pieces: list[bytes] = []
        at = 0
        for mark, text, owner in entries:
            self._starts.append(at)
            self._owners.append(owner)
            pieces.append(mark + text.encode() + _END)
            at += len(pieces[-1])
        self._text = b"".join(pieces)

    def having(self, *needles: bytes) -> Iterator[int]:
        """What the entries are of that have one of `needles`, in their order, each once."""
        given: set[int] = set()
        next_at = {needle: self._text.find(needle) for needle in needles}
        while places := [(at, needle) for needle, at in next_at.items() if at >= 0]:
            at, needle = min(places)
            entry = bisect_right(self._starts, at) - 1
            if (owner := self._owners[entry]) not in given:
                given.add(owner)
                yield owner
            after = self._starts[entry + 1] if entry + 1 < len(self._starts) else len(self._text)
            next_at[needle] = self._text.find(needle, after)


class _Held:
    """The numbers, titles and names of a snapshot, newest first; documents go by their number in it."""

    def __init__(self, snapshot: Snapshot) -> None:
        newest_first = snapshot.by_day.first(snapshot.alive)
        self._numbers = _Entries(
            (_WHOLE, key, number)
            for number in newest_first
            for key in dict.fromkeys(
                f"{number_key(one).strip()} "
                for text in _texts(snapshot.numbers(number))
                for one in text.split("、")
            )
        )
        self._titles = _Entries(
            entry
            for number in newest_first
            for title in _texts(snapshot.titles(number))
            for entry in _title_entries(title, number)
        )
        self._names: dict[str, array[int]] = {}
        for number in newest_first:
            for name in _texts(snapshot.people(number)):
                self._names.setdefault(name, array("I")).append(number)
        self._name_list = list(self._names)
        self._people = _Entries((_WHOLE, name, place) for place, name in enumerate(self._name_list))

    def numbers_like(self, typed: str, folded: str) -> Iterator[int]:
        """The documents whose number is `typed`, then those whose number begins so."""
        key = number_key(folded)
        if not key:
            return
        whole = [f"{key.strip()} "] if any(map(str.isdigit, key)) else []
        if read := read_number(typed):  # 阳政发二〇二二年一号
            whole.append(f"{number_key(normalise(read.canonical)).strip()} ")
        # [2022]15, 2022 15: of whatever code
        mark = b" " if re.match(r"\d+ \d", key) or (folded.startswith("[") and key[0].isdigit()) else _WHOLE
        yield from _once(
            self._numbers.having(*(_WHOLE + one.encode() + _END for one in whole)),
            self._numbers.having(mark + key.encode()),
        )

    def titles_like(self, folded: str) -> Iterator[int]:
        """The documents whose title or its subject begins so, then those whose title has it inside."""
        needle = folded.encode()
        yield from _once(self._titles.having(_WHOLE + needle, _SUBJECT + needle), self._titles.having(needle))

    def people_like(self, folded: str) -> Iterator[tuple[str, "array[int]"]]:
        """The names that begin so, then those that have it inside, with their documents."""
        needle = folded.encode()
        for place in _once(self._people.having(_WHOLE + needle), self._people.having(needle)):
            name = self._name_list[place]
            yield name, self._names[name]

    def named(self, name: str) -> Sequence[int]:
        """The documents that name a person exactly so."""
        return self._names.get(name, ())


_making = Lock()
_made: WeakKeyDictionary[Snapshot, _Held] = WeakKeyDictionary()


def _held_by(snapshot: Snapshot) -> _Held:
    """Made when first asked for, and gone with its snapshot."""
    with _making:
        if (held := _made.get(snapshot)) is None:
            held = _made[snapshot] = _Held(snapshot)
        return held


def _texts(part: bytes) -> list[str]:
    return part.decode().split("\x00") if part else []


def _title_entries(title: str, number: int) -> Iterator[tuple[bytes, str, int]]:
    """The title, and its subject where that does not begin it: 加强古树名木保护工作的通知."""
    yield _WHOLE, title, number
    if start := TITLE_START.match(title):
        yield _SUBJECT, title[start.end() :], number
        if (about := title.find("关于") + len("关于")) != start.end():
            yield _SUBJECT, title[about:], number  # 印发古树名木保护办法的通知


def _once(*found: Iterator[int]) -> Iterator[int]:
    """All of the first, then of the others what was not there before."""
    given: set[int] = set()
    for one in chain(*found):
        if one not in given:
            given.add(one)
            yield one


# --- spellings of numbers ------------------------------------------------------------------------------
_KEY_STEPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\[\]\s\-/]+|第(?=\s*(?:[0-9]|$))|(?<=[0-9])\s*[年号]"), " "),
    (re.compile(r"(?<=[^\s0-9])(?=[0-9])|(?<=[0-9])(?=[^\s0-9])"), " "),
    (re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?=[0-9]{1,4}(?![0-9]))"), r"\1 "),  # 阳政发20221
    (re.compile(r"(?<= )0+(?=[0-9])"), ""),
    (re.compile(r" {2,}"), " "),
)


def number_key(folded: str) -> str:
    """A number, or how one begins, without the signs between its parts: 阳政发 2022 1 for 阳政发[2022]1.

    It ends with a blank where the last part is closed: 阳政发 2022 1 and the blank for 阳政发[2022]1号, which does not
    begin 阳政发[2022]15号.
    """
    for pattern, by in _KEY_STEPS:
        folded = pattern.sub(by, folded)
    return folded.lstrip()


# --- what is shown -----------------------------------------------------------------------------------
def _published(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, Document]:
    """Those of some documents that readers may see now, by their number in the snapshot."""
    keys = {_primary_key(snapshot, number): number for number in numbers}
    rows = Document.objects.published().filter(pk__in=keys)
    fields = ("public_id", "title", "number", "number_as_printed", "number_in_contents")
    return {keys[row.pk]: row for row in rows.only(*fields)}


def _primary_key(snapshot: Snapshot, number: int) -> int:
    return int(snapshot.columns.keys[number].rpartition(".")[2])


def _of_number(document: Document, typed: str, folded: str) -> Suggestion:
    """The reading of its number that was typed: contents and body may print two."""
    readings = (document.number, document.number_in_contents, document.number_as_printed)
    key, number = number_key(folded), read_number(typed)
    text = next(
        (
            reading
            for reading in readings
            if reading and (key in number_key(normalise(reading)) or read_number(reading) == number)
        ),
        document.number,
    )
    return Suggestion(
        "number", text, document.get_absolute_url(), document.title, 1, *_place_of(folded, text)
    )


def _of_title(document: Document, folded: str) -> Suggestion:
    title, url = document.title, document.get_absolute_url()
    return Suggestion("title", title, url, document.number, 1, *_place_of(folded, title))


def _people(
    snapshot: Snapshot, candidates: Sequence[tuple[str, Sequence[int]]], folded: str
) -> Iterator[Suggestion]:
    """The people whom a document names that readers may see now, as it prints them, without blanks."""
    keys = {_primary_key(snapshot, number) for _, numbers in candidates for number in numbers[:_OF_PERSON]}
    documents = Document.objects.published().filter(pk__in=keys)
    named = (
        list(Appointment.objects.filter(document__in=documents).values_list("person", flat=True))
        if keys
        else []
    )
    if keys:
        for members in Roster.objects.filter(document__in=documents).values_list("members", flat=True):
            named.extend(member.get("person", "") for member in members)
    printed = {normalise(name): "".join(name.split()) for name in named}
    for name, numbers in candidates:
        if text := printed.get(name):
            query = urlencode({"q": 'person:"{}"'.format(text.replace('"', ""))})
            url = f"{reverse('search')}?{query}"
            yield Suggestion("person", text, url, "", len(numbers), *_place_of(folded, text))


def _place_of(folded: str, text: str) -> tuple[int, int]:
    """Where what was typed stands in `text` as printed; (0, 0) where it is spelt in another way."""
    found = fold(text)
    at = found.text.find(folded)
    return found.printed_span(at, at + len(folded)) if at >= 0 else (0, 0)
