"""Pictures of printed pages, drawn once and kept under GAZETTE_DATA/pictures/: the cover, and every page of a scan.

The drawing library aborts its process on some files, and a page of two million points asks for all memory:
so it runs in a process of its own, with limits, and the number of pixels is bounded before anything is drawn.
A page that cannot be drawn leaves a mark: a cover is then set in type, and a page says where the file is.
"""

import fcntl
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from archive.models import Issue

logger = logging.getLogger(__name__)

COVER_WIDTH = 480
# A4 at 150 dots an inch is 1240 by 1754: the small print of a table can be read; an A3 spread is bounded.
PAGE_DPI = 150
PAGE_LONGEST = 2400
MAX_PIXELS = 25_000_000
MAX_MEMORY = 1024 * 1024 * 1024
MAX_CPU_SECONDS = 10
MAX_WALL_SECONDS = 20
# How long a reader's request waits for the drawings of others.
MAX_WAIT_SECONDS = 15

# Runs alone, without Django: draws one page of the PDF at argv[1] into argv[2]. It limits itself first.
_DRAW = """
import resource, sys
source, target, index, width, dpi, longest, most, memory, seconds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import pypdfium2
page = pypdfium2.PdfDocument(source)[index]
across, down = page.get_size()
if not (across > 0 and down > 0):
    sys.exit("the page has no size")
scale = width / across if width else min(dpi / 72, longest / max(across, down))
if across * scale * down * scale > most:
    sys.exit("the page is too long to draw")
page.render(scale=scale).to_pil().convert("RGB").save(target, "WEBP", quality=72, method=4)
"""


class TooBusy(Exception):
    """Others have pages drawn just now; the same request is worth trying again."""


def has_cover(issue: Issue) -> bool:
    """True when a picture of the cover can be asked for: the file is a PDF and drawing it has not failed."""
    return issue.source_kind == Issue.SourceKind.PDF and not _failure(_cover(issue.sha256)).exists()


def cover_picture(original: Path, sha256: str) -> Path | None:
    """The picture of the first page as WebP, drawn when it is first asked for; None when that fails."""
    return _drawn(original, _cover(sha256), 0, COVER_WIDTH)


def page_picture(original: Path, sha256: str, number: int) -> Path | None:
    """The picture of a page, to be read, as WebP; None when it cannot be drawn. Raises TooBusy."""
    return _drawn(original, _folder(sha256) / f"page-{number}.webp", number - 1, 0)


def page_size(width: float, height: float) -> tuple[int, int]:
    """About how many points across and down `page_picture` has for a page of that size (in points)."""
    if not (width > 0 and height > 0):
        return page_size(595, 842)
    scale = min(PAGE_DPI / 72, PAGE_LONGEST / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def pages_that_fail(sha256: str) -> set[int]:
    """The numbers of the pages of which it is known that they cannot be drawn."""
    marks = (path.stem.removeprefix("page-") for path in _folder(sha256).glob("page-*.failed"))
    return {int(number) for number in marks if number.isdecimal()}


def _drawn(original: Path, picture: Path, index: int, width: int) -> Path | None:
    if picture.exists():
        return picture
    if _failure(picture).exists():
        return None
    picture.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time():
        if not picture.exists() and not _failure(picture).exists():
            _draw(original, picture, index, width)
    return picture if picture.exists() else None


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """One drawing at a time on the whole machine: a crowd of first readers must not start a crowd of processes."""
    until = time.monotonic() + MAX_WAIT_SECONDS
    with (Path(settings.GAZETTE_DATA) / "pictures" / "lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TooBusy from None
                time.sleep(0.05)
        yield


def _draw(original: Path, picture: Path, index: int, width: int) -> None:
    unfinished = picture.with_suffix(f".{os.getpid()}.part")
    limits = (index, width, PAGE_DPI, PAGE_LONGEST, MAX_PIXELS, MAX_MEMORY, MAX_CPU_SECONDS)
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", _DRAW, str(original), str(unfinished), *map(str, limits)],
            timeout=MAX_WALL_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"LANG": "C.UTF-8"},
        )
        unfinished.replace(picture)
    except (subprocess.SubprocessError, OSError) as error:
        logger.warning("page %d of %s cannot be drawn: %s", index + 1, original.name, error)
        unfinished.unlink(missing_ok=True)
        _failure(picture).touch()


def _folder(sha256: str) -> Path:
    return Path(settings.GAZETTE_DATA) / "pictures" / sha256


def _cover(sha256: str) -> Path:
    return _folder(sha256) / "cover.webp"


def _failure(picture: Path) -> Path:
    return picture.with_suffix(".failed")
