"""The index folder: one generation is current, one process writes at a time, readers take what is current.

index/current             the name of the current generation
index/lock                held by the process that writes
index/queue/              issues that wait to be indexed, one empty file each
index/announced/          issues whose change is about to be committed, one empty file each
index/g-….../             a generation: Whoosh's files, texts (the folded texts), version
"""

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

CURRENT, LOCK, TEXTS, VERSION = "current", "lock", "texts", "version"
QUEUE, ANNOUNCED = "queue", "announced"
_GENERATION = "g-"
_A_NAME, _NOWHERE = re.compile(rb"g-[0-9A-Za-z-]{1,80}"), "g-unknown"
# How often a process that waits for the lock looks again.
_POLL_SECONDS = 0.02


def on_disk(path: str | Path) -> None:
    """Wait until what was written to a file, or the names in a folder, would outlast a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Inode, size and time of the last change: another after every write, also one that leaves the size as it was.
Seen = tuple[int, int, int]


def seen_of(path: Path) -> Seen:
    """How a file looks from outside, to tell later whether anybody wrote to it."""
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


class IndexBusy(Exception):
    """Another process kept writing for longer than this one may wait."""


class IndexFolder:
    """The folder of one index; it need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def current(self) -> Path | None:
        """The generation to read; None when there is no index."""
        try:
            name = (self.path / CURRENT).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        # What is no name of ours leads nowhere, and is told as damage.
        return self.path / (name.decode() if _A_NAME.fullmatch(name) else _NOWHERE)

    def version(self) -> str | None:
        """The version that the current generation was made with; None when there is no index."""
        generation = self.current()
        try:
            return (generation / VERSION).read_text(errors="replace") if generation else None
        except FileNotFoundError:
            return None

    @contextmanager
    def locked(self, timeout: float | None = None) -> Iterator[None]:
        """Hold the write lock; wait for it, `timeout` seconds at most. Raises IndexBusy.

        The lock is the kernel's: a process that is killed lets go of it.
        """
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            handle = self._open_lock()
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                if give_up is not None and time.monotonic() >= give_up:
                    raise IndexBusy(f"{self.path} is being written by another process") from None
                time.sleep(_POLL_SECONDS)
                continue
            if self._is_lock(handle):
                break
            os.close(handle)  # the folder was deleted and made anew meanwhile
        try:
            yield
        finally:
            # Said aloud: a process that was forked meanwhile has the file open too, and closing would not do.
            fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    def _open_lock(self) -> int:
        while True:
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                return os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except FileNotFoundError:
                continue  # deleted between the two lines

    def _is_lock(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.stat(self.path / LOCK), os.fstat(handle))
        except FileNotFoundError:
            return False

    def new_generation(self, version: str) -> Path:
        """A fresh folder beside the current one; nobody reads it before `make_current`."""
        generation = self.path / f"{_GENERATION}{time.strftime('%Y%m%dT%H%M%S')}-{secrets.token_hex(4)}"
        generation.mkdir(parents=True)
        (generation / TEXTS).touch()
        (generation / VERSION).write_text(version)
        on_disk(generation / VERSION)
        on_disk(generation)
        return generation

    def make_current(self, generation: Path) -> None:
        """Let readers see `generation` from now on, and delete all others.

        Readers that still have the old one open keep its mapped pages until they look again.
        """
        fresh = self.path / f"{CURRENT}.{secrets.token_hex(4)}"
        with fresh.open("w") as out:
            out.write(generation.name)
            out.flush()
            os.fsync(out.fileno())
        # Its name is on the disk before anything leads to it, and the change before the old one is deleted.
        on_disk(self.path)
        fresh.replace(self.path / CURRENT)
        on_disk(self.path)
        self.sweep()

    def sweep(self) -> None:
        """Delete what no reader can reach: old generations, and those of writers that were killed."""
        current = self.current()
        for path in self.path.glob(f"{_GENERATION}*"):
            if path != current:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.path.glob(f"{CURRENT}.*"):
            path.unlink(missing_ok=True)

    # --- the queue ---------------------------------------------------------------------------------
    def enqueue(self, issue_id: int) -> Path:
        """Note that an issue waits; kept on disk, so that a killed process loses none."""
        return self._note(QUEUE, issue_id)

    def announce(self, issue_id: int) -> Path:
        """Note that an issue is about to change: whoever does it may be killed before it can ask for more."""
        return self._note(ANNOUNCED, issue_id)

    def queued(self) -> dict[Path, int]:
        """The notes that stand in the queue, with their issues."""
        return self._notes(QUEUE)

    def announced(self) -> dict[Path, int]:
        """The notes of changes that were announced and whose end nobody has seen, with their issues."""
        return self._notes(ANNOUNCED)

    def done(self, notes: Iterable[Path]) -> None:
        """Take notes off the queue, or off what is announced."""
        for path in notes:
            path.unlink(missing_ok=True)

    def _note(self, shelf: str, issue_id: int) -> Path:
        folder = self.path / shelf
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            note = folder / f"{issue_id}.{secrets.token_hex(6)}"
            try:
                note.touch()
            except FileNotFoundError:
                continue  # the folder was deleted between the two lines
            return note

    def _notes(self, shelf: str) -> dict[Path, int]:
        try:
            names = {path: path.name.partition(".")[0] for path in (self.path / shelf).iterdir()}
            return {path: int(name) for path, name in names.items() if name.isdecimal()}
        except (FileNotFoundError, NotADirectoryError):
            return {}
