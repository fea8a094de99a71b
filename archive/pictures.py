"""Pictures of printed pages: the cover of an issue, drawn once and kept under GAZETTE_DATA/pictures/.

The drawing library aborts its process on some files, and a page of two million points asks for all memory:
so it runs in a process of its own, with limits, and the number of pixels is bounded before anything is drawn.
A file that cannot be drawn leaves a mark, and the pages then set the cover in type.
"""

import fcntl
import logging
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from archive.models import Issue

logger = logging.getLogger(__name__)

COVER_WIDTH = 480
MAX_PIXELS = 25_000_000
MAX_MEMORY = 1024 * 1024 * 1024
MAX_CPU_SECONDS = 10
MAX_WALL_SECONDS = 20

# Runs alone, without Django: draws the first page of the PDF at argv[1] into argv[2]. It limits itself first.
_DRAW = """
import resource, sys
source, target, width, most, memory, seconds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import pypdfium2
page = pypdfium2.PdfDocument(source)[0]
across, down = page.get_size()
if not (across > 0 and down > 0):
    sys.exit("the page has no size")
scale = width / across
if across * scale * down * scale > most:
    sys.exit("the page is too long to draw")
page.render(scale=scale).to_pil().convert("RGB").save(target, "WEBP", quality=72, method=4)
"""


def has_cover(issue: Issue) -> bool:
    """True when a picture of the cover can be asked for: the file is a PDF and drawing it has not failed."""
    return issue.source_kind == Issue.SourceKind.PDF and not _failure(issue.sha256).exists()


def cover_picture(original: Path, sha256: str) -> Path | None:
    """The picture of the first page as WebP, drawn when it is first asked for; None when that fails."""
    picture = _folder(sha256) / "cover.webp"
    if picture.exists():
        return picture
    if _failure(sha256).exists():
        return None
    picture.parent.mkdir(parents=True, exist_ok=True)
    # One drawing at a time on the whole machine: a crowd of first readers must not start a crowd of processes.
    with (Path(settings.GAZETTE_DATA) / "pictures" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not picture.exists() and not _failure(sha256).exists():
            _draw(original, picture, sha256)
    return picture if picture.exists() else None


def _draw(original: Path, picture: Path, sha256: str) -> None:
    unfinished = picture.with_suffix(f".{os.getpid()}.part")
    limits = map(str, (COVER_WIDTH, MAX_PIXELS, MAX_MEMORY, MAX_CPU_SECONDS))
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", _DRAW, str(original), str(unfinished), *limits],
            timeout=MAX_WALL_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"LANG": "C.UTF-8"},
        )
        unfinished.replace(picture)
    except (subprocess.SubprocessError, OSError) as error:
        logger.warning("cover of %s cannot be drawn, it is set in type instead: %s", original.name, error)
        unfinished.unlink(missing_ok=True)
        _failure(sha256).touch()


def _folder(sha256: str) -> Path:
    return Path(settings.GAZETTE_DATA) / "pictures" / sha256


def _failure(sha256: str) -> Path:
    return _folder(sha256) / "cover.failed"
