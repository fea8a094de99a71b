"""Keep the index as the database has it; called by name, after the transaction is committed.

What is asked for is noted in a queue on disk first. Whoever holds the write lock works the queue off, so that no
process waits long for another, several issues go in with one commit, and a process that is killed loses nothing.
An issue is always brought to what the database says now: it does not matter in which order calls arrive.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from haystack import connections

from archive.edition import next_edition_beside_issues
from archive.models import Document, Issue
from archive.search.engine import GramIndex, Record, Writer
from archive.search.folder import IndexBusy
from archive.search.validity import AMENDED, REPEALED, state_of, states_said
from archive.search.whoosh_backend import GramSearchBackend

logger = logging.getLogger(__name__)

# How long a call waits for another process that writes, before it leaves its issue in the queue.
WAIT_SECONDS = 30.0
# No transaction is open for longer.
_OPEN_SECONDS = 600.0
_KEY = "archive.document."


def index_issue(issue: Issue, *, wait: float = WAIT_SECONDS) -> bool:
    """Bring an issue in the index to what the database says now.

    True when readers can find it; False when another process is writing, and will take it up when it is done.
    """
    return _bring_up_to_date(issue.pk, wait)


def remove_issue(issue_id: int, *, wait: float = WAIT_SECONDS) -> bool:
    """Take an issue out of the index that was withdrawn or deleted. As `index_issue`: the database decides."""
    return _bring_up_to_date(issue_id, wait)


def index_on_commit(issue_id: int) -> None:
    """Bring an issue to what the database says once the transaction at hand is committed.

    It is announced before: a process that is killed between the commit and its end leaves a note for `ensure`.
    A failure is logged and no longer undoes anything; the note stays.
    """
    folder = _backend().index.folder
    notes = []
    try:
        notes.append(folder.announce(issue_id))
    except OSError:
        logger.exception("issue %s could not be announced to the index", issue_id)

    def follow() -> None:
        _bring_up_to_date(issue_id, WAIT_SECONDS)
        folder.done(notes)

    transaction.on_commit(follow, robust=True)


def is_up_to_date() -> bool:
    """True when the index is of this version and no change waits to be brought in."""
    index = _backend().index
    return index.is_of_this_version() and not index.folder.queued() and not index.folder.announced()


def rebuild() -> int:
    """Write the whole index anew beside the present one and put it in its place; gives how many documents it has.

    Readers search the old one until then; issues that were asked for meanwhile follow.
    """
    backend = _backend()
    with backend.index.folder.locked():
        count = backend.write_everything()
        _work_off(backend)
    next_edition_beside_issues()
    work_off_queue()
    return count


def ensure() -> bool:
    """Rebuild when there is no index, one made by another version, or a damaged one; True when it was rebuilt. Else
    work off what waits, and bring in what a process had no time to ask for that was killed. Cheap, to be called often.
    """
    published = set(Document.objects.published().values_list("pk", flat=True))
    if not _backend().index.is_sound():
        if not published and not _backend().index.folder.current():
            return False
        logger.warning("the index is built anew, with %s documents", rebuild())
        return True
    _take_up_announced()
    work_off_queue()
    held = indexed_ids()
    if held != published:
        lacking, left_over = frozenset(published - held), frozenset(held - published)
        mend(Differences(missing=lacking, left_over=left_over))
        logger.warning("the index lacked %s documents and had %s too many", len(lacking), len(left_over))
    return False


def _take_up_announced() -> None:
    """Queue what was announced. The notes stay until no transaction that left them can still be open."""
    folder = _backend().index.folder
    waiting = set(folder.queued().values())
    for note, issue_id in folder.announced().items():
        try:
            age = time.time() - note.stat().st_mtime
        except FileNotFoundError:
            continue  # its process has come to its end
        # While the index cannot be written, one note says as much as one every minute.
        if issue_id not in waiting or age > _OPEN_SECONDS:
            folder.enqueue(issue_id)
        if age > _OPEN_SECONDS:
            folder.done([note])


def work_off_queue() -> None:
    """Index what waits in the queue, unless another process is at it."""
    backend = _backend()
    # Asked again after each round: what came in while the lock was held elsewhere belongs to nobody else.
    while backend.index.folder.queued():
        try:
            with backend.index.folder.locked(timeout=0):
                _work_off(backend)
        except IndexBusy:
            return


# --- what the index holds --------------------------------------------------------------------------
def indexed_ids() -> set[int]:
    """The primary keys of the documents that can be found."""
    snapshot = _backend().index.snapshot()
    if snapshot is None:
        return set()
    return {_primary_key(snapshot.columns.keys[number]) for number in snapshot.alive}


@dataclass(frozen=True, slots=True)
class Differences:
    """Documents (primary keys) in which index and database differ."""

    missing: frozenset[int] = frozenset()
    left_over: frozenset[int] = frozenset()
    changed: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.missing or self.left_over or self.changed)


def damage() -> str:
    """What is wrong with the files of the index, "" when nothing is, or there is none."""
    index = _backend().index
    return index.damage if index.snapshot() is None else ""


def differences() -> Differences:
    """Compare the index with what it would be, text by text."""
    backend = _backend()
    snapshot = backend.index.snapshot()
    held: dict[int, int] = {}
    if snapshot is not None:
        held = {_primary_key(snapshot.columns.keys[n]): snapshot.columns.checks[n] for n in snapshot.alive}
    wanted = {_primary_key(record.key): record.check() for record in _records(backend)}
    return Differences(
        missing=frozenset(wanted.keys() - held.keys()),
        left_over=frozenset(held.keys() - wanted.keys()),
        changed=frozenset(pk for pk in wanted.keys() & held.keys() if wanted[pk] != held[pk]),
    )


def mend(found: Differences) -> None:
    """Bring the documents of `found` to what the database says now; the whole index when there is none to mend."""
    backend = _backend()
    if not backend.index.is_sound():
        rebuild()
        return
    keys = found.missing | found.left_over | found.changed
    with backend.index.folder.locked(), backend.index.writing_locked() as writer:
        for pk in keys:
            writer.remove(f"{_KEY}{pk}")
        for record in _records(backend, pk__in=keys):
            writer.add(record)
    next_edition_beside_issues()


# --- inside ------------------------------------------------------------------------------------------
def _backend() -> GramSearchBackend:
    return connections["default"].get_backend()


def _records(backend: GramSearchBackend, **lookup: object) -> Iterable[Record]:
    index = connections["default"].get_unified_index().get_index(Document)
    return backend.records(index, **lookup)


def _primary_key(key: str) -> int:
    return int(key.removeprefix(_KEY))


def _bring_up_to_date(issue_id: int, wait: float) -> bool:
    backend = _backend()
    backend.index.folder.enqueue(issue_id)
    try:
        with backend.index.folder.locked(timeout=wait):
            _work_off(backend)
    except IndexBusy:
        logger.info("issue %s waits: another process is writing the index", issue_id)
        return False
    work_off_queue()
    return True


def _work_off(backend: GramSearchBackend) -> None:
    """Index all issues in the queue in one commit. The lock is held."""
    index: GramIndex = backend.index
    notes = index.folder.queued()
    if not notes:
        return
    if not index.is_sound():
        # One issue in a new index would hide all others.
        backend.write_everything()
    else:
        issues = set(notes.values())
        with index.writing_locked() as writer:
            _replace_issues(backend, writer, issues)
    index.folder.done(notes)
    # Search pages may have been made meanwhile, of the new rows and the index as it was.
    next_edition_beside_issues()


def _replace_issues(backend: GramSearchBackend, writer: Writer, issues: set[int]) -> None:
    # The notes were read before the rows: a change after that has a note of its own.
    for issue_id in issues:
        writer.remove_group(str(issue_id))
    for record in _records(backend, issue_id__in=issues):
        writer.add(record)
    for record in _records(backend, pk__in=_with_another_validity(backend)):
        writer.add(record)


def _with_another_validity(backend: GramSearchBackend) -> set[int]:
    """The documents, of whatever issue, that are repealed or amended where the index says otherwise.

    All are compared: an issue that was read anew, withdrawn or deleted no longer names what it repealed, and one
    that prints a number for the second time leaves a repeal without a document.
    """
    snapshot = backend.index.snapshot()
    if snapshot is None:
        return set()
    validity, keys = snapshot.columns.values["validity"], snapshot.columns.keys
    held = {
        _primary_key(keys[number]): state
        for number in snapshot.alive
        if (state := state_of(validity[number])) in (REPEALED, AMENDED)
    }
    said = states_said()
    return {pk for pk in held.keys() | said.keys() if held.get(pk) != said.get(pk)}
