"""The index of one folder: records are written to it, snapshots are read from it.

A store (Whoosh or tantivy, see `stores`) keeps the posting lists and one small stored row a document; the folded
texts stand beside it in one file that every process maps into memory. Texts are only ever appended, and a
document's row is committed after its text is on disk, so a reader finds what its rows point to, whatever a writer
does meanwhile.
"""

import contextlib
import logging
import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from zlib import crc32

from django.conf import settings

from archive.search.folder import TEXTS, VERSION, IndexFolder
from archive.search.records import VALUES, Record, Row
from archive.search.snapshot import Snapshot
from archive.search.stores import PostingStore, StoreUnreadable, reading_store, store_of

logger = logging.getLogger(__name__)

# Raised when the index is built differently: an index of another number is not read. What folding rests on belongs to
# the version as well: it is built anew where that has changed, and until then serves as it is, though text that another
# table of characters folds otherwise may not be found in it.
_BUILT = 3
_FOLDED_BY = f"zhconv-{version('zhconv')} unicode-{unicodedata.unidata_version}"


class IndexOutdated(Exception):
    """The index was made by another version of the project, and has to be rebuilt."""


class Writer:
    """Adds and removes records; nothing of it is seen before `commit`. Made by `GramIndex.writing`."""

    def __init__(self, generation: Path, store: PostingStore) -> None:
        self._texts = (generation / TEXTS).open("ab")
        self._began = self._at = self._texts.seek(0, os.SEEK_END)
        self._postings = store.writer(generation)
        self._added: set[str] = set()

    def add(self, record: Record) -> None:
        """Add a record; one of the same key that was committed before is replaced.

        The same key twice in one commit: the first stays, both were read from the same rows.
        """
        if record.key in self._added:
            return
        self._added.add(record.key)
        self.remove(record.key)
        titles, numbers, people, body = record.parts()
        text = b"\x00".join((titles, numbers, people, body))
        row = Row(
            key=record.key,
            group=record.group,
            start=self._at,
            lengths=(len(titles), len(numbers), len(people), len(body)),
            values=tuple(record.values.get(name, "") for name in VALUES),
            day=record.day,
            order=record.order,
            check=record.check(),
            sum=crc32(text),
        )
        self._at += self._texts.write(text)
        self._postings.add(record, row)

    def remove(self, key: str) -> None:
        """Remove the committed record of `key`, if there is one."""
        self._postings.delete("key", key)

    def remove_group(self, group: str) -> None:
        """Remove all committed records of `group` (an issue)."""
        self._postings.delete("group", group)

    def commit(self) -> None:
        """Let readers see what was added and removed: all of it at once."""
        self._texts.flush()
        os.fsync(self._texts.fileno())
        self._texts.close()
        # What fails there is cancelled there.
        self._postings.commit()

    def cancel(self, *, keep_texts: bool = False) -> None:
        """Forget everything. Texts that rows may lead to have to be kept."""
        if not self._texts.closed:
            with contextlib.suppress(
                OSError
            ):  # a full disk: what is still to be written finds no room either
                self._texts.close()
            self._postings.cancel()
        if not keep_texts:
            # A full disk would stay full of texts that nobody reads.
            os.truncate(self._texts.name, self._began)


class GramIndex:
    """The index at one path, shared by all threads of a process; other processes have their own.

    `version` names the engine and what else the index rests on: one of another version is built anew. Until that is
    done it is read, and not written, where its files can be read.
    """

    def __init__(self, path: Path) -> None:
        self.folder = IndexFolder(path)
        self._store = store_of(settings.SEARCH_ENGINE)
        self.version = f"{_BUILT} {self._store.version} {_FOLDED_BY}"
        self._opening = threading.Lock()
        self._snapshot: Snapshot | None = None
        # What is wrong with the files of the index, as far as `snapshot` has seen; "" while nothing is.
        self.damage = ""

    def snapshot(self) -> Snapshot | None:
        """What is in the index now; None when there is none, one that cannot be read, or a damaged one (`damage`).

        The same object while nothing changed. A snapshot stays whole while it is held, whatever is written.
        """
        try:
            found = self._look()
        except (StoreUnreadable, OSError) as error:
            if self.damage != str(error):
                logger.error("the index cannot be read: %s", error)
            self.damage = str(error)
            return None
        self.damage = ""
        return found

    def _look(self) -> Snapshot | None:
        """As `snapshot`. Raises StoreUnreadable, OSError for a damaged index."""
        seen = self._snapshot
        for _ in range(20):
            generation = self.folder.current()
            if generation is None:
                return None
            try:
                if seen and seen.is_current(generation):
                    return seen
                with self._opening:
                    if self._snapshot and self._snapshot.is_current(generation):
                        return self._snapshot
                    # Not `folder.version()`: a swap in between would make it none.
                    store = self._store_for((generation / VERSION).read_text(errors="replace"))
                    if store is None:
                        return None
                    self._snapshot = Snapshot(generation, store, previous=self._snapshot)
                    return self._snapshot
            except FileNotFoundError:
                seen = None  # a writer put another generation or segment in its place: look again
            except StoreUnreadable:
                if self.folder.current() == generation:
                    if self.is_outdated():
                        return None  # not even read; the new one is on its way
                    raise
                seen = None
        # Nobody writes so often: what is named is not there.
        raise StoreUnreadable(f"files of {generation} are missing")

    def _store_for(self, version: str) -> PostingStore | None:
        """What reads the files of an index of `version`; None when nothing does."""
        if version == self.version:
            return self._store
        built, _, rest = version.partition(" ")
        files = rest.partition(" zhconv-")[0]
        return reading_store(files) if built == str(_BUILT) else None

    @contextmanager
    def writing(self, timeout: float | None = None) -> Iterator[Writer]:
        """Add and remove in one commit. Makes the index when there is none; raises IndexBusy, IndexOutdated."""
        with self.folder.locked(timeout), self.writing_locked() as writer:
            yield writer

    @contextmanager
    def writing_locked(self) -> Iterator[Writer]:
        """As `writing`, for whoever holds the lock. Raises StoreUnreadable for a damaged index, too."""
        if self.is_outdated():
            raise IndexOutdated(
                f"{self.folder.path} was made by another version: run manage.py rebuild_index"
            )
        generation = self.folder.current()
        if generation is None or not self.is_of_this_version():
            with self.rebuilding_locked() as writer:
                yield writer
            return
        before = self.snapshot()
        if before is None:
            # Else what is damaged would be merged into what has checksums of its own.
            raise StoreUnreadable(f"{self.damage}: run manage.py rebuild_index")
        self.folder.sweep()
        writer = Writer(generation, self._store)
        try:
            yield writer
            writer.commit()
        except BaseException:
            # A commit may fail when readers see it already, over what is left to do after it.
            writer.cancel(keep_texts=not before.is_current(generation))
            raise

    @contextmanager
    def rebuilding(self, timeout: float | None = None) -> Iterator[Writer]:
        """Write the whole index anew beside the one that is read, and put it in its place at the end."""
        with self.folder.locked(timeout), self.rebuilding_locked() as writer:
            yield writer

    @contextmanager
    def rebuilding_locked(self) -> Iterator[Writer]:
        """As `rebuilding`, for whoever holds the lock."""
        self.folder.sweep()
        try:
            generation = self.folder.new_generation(self.version)
            self._store.create(generation)
            writer = Writer(generation, self._store)
        except BaseException:
            self.folder.sweep()
            raise
        try:
            yield writer
            writer.commit()
        except BaseException:
            writer.cancel()
            self.folder.sweep()
            raise
        self.folder.make_current(generation)

    def is_sound(self) -> bool:
        """True when there is an index of this version, and its files are as they were written."""
        return self.is_of_this_version() and self.snapshot() is not None

    def is_of_this_version(self) -> bool:
        """False when there is no index, or one that another version of the project made."""
        return self.folder.version() == self.version

    def is_outdated(self) -> bool:
        """True when there is an index that another version made: nothing goes into it."""
        return self.folder.version() not in {None, self.version}


def index_at(path: str) -> GramIndex:
    """The index at `path` by the engine that settings name, one object a process."""
    return _index_at(path, settings.SEARCH_ENGINE)


# An index keeps its files mapped, and each mapping is an open file: a process that goes from folder to folder has to
# let go of the first, or it runs out of descriptors.
@lru_cache(maxsize=4)
def _index_at(path: str, engine: str) -> GramIndex:
    return GramIndex(Path(path))
