"""Pictures of printed pages, drawn once and kept under GAZETTE_DATA/pictures/: the cover, and every page of a scan.

The drawing library aborts its process on some files, and a page of two million points asks for all memory:
so it runs in a process of its own, with limits, and the number of pixels is bounded before anything is drawn.
A page that cannot be drawn leaves a mark: a cover is then set in type, and a page says where the file is.
"""

import errno
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw

from archive.ingest.turns import turn
from archive.models import Issue
from archive.room import lacks_room, says_full

logger = logging.getLogger(__name__)

# Gives the file that something is to be made of; asked only then, for it may have to be fetched. None, or a place where
# nothing lies, when there is none.
Original = Callable[[], Path | None]
# x0, top, x1, bottom in points; the origin is the top left corner of the page.
Box = tuple[float, float, float, float]
_MASK = (31, 29, 26)
# What programs that run alone begin with.
BARE_PAGES = Path(__file__).with_name("bare_pages.py").read_text()

COVER_WIDTH = 480
# To leaf through an issue by: the make-up of a page can be told, at some 5 KB.
SMALL_WIDTH = 180
# A4 at 150 dots an inch is 1240 by 1754: the small print of a table can be read; an A3 spread is bounded.
PAGE_DPI = 150
PAGE_LONGEST = 2400
MAX_PIXELS = 25_000_000
# A picture of a page at reading size weighs no more, so that a phone can leaf through an issue.
MAX_BYTES = 150_000
MAX_MEMORY = 1024 * 1024 * 1024
MAX_CPU_SECONDS = 10
MAX_WALL_SECONDS = 20
# How long a reader's request waits for the drawings of others.
MAX_WAIT_SECONDS = 15

# How a script begins that draws the page `index` of the PDF at `source` alone, without Django, once it has read these and
# its limits, `memory` and `seconds`, from its arguments: it limits itself first.
OPEN_PAGE = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import io
import pypdfium2
page = pypdfium2.PdfDocument(source)[index]
across, down = page.get_size()
if not (across > 0 and down > 0):
    sys.exit("the page has no size")
"""

# Draws one page of the PDF at argv[1] into argv[2].
_DRAW = (
    """
import sys
source, target, index, width, dpi, longest, most, bytes_, memory, seconds = sys.argv[1:3] + [*map(int, sys.argv[3:])]
"""
    + OPEN_PAGE
    + """
scale = width / across if width else min(dpi / 72, longest / max(across, down))
if across * scale * down * scale > most:
    sys.exit("the page is too long to draw")
picture = page.render(scale=scale).to_pil().convert("RGB")
# A page full of small print says as much with less: the first of these that fits, or the last.
for share, quality in ((1, 72), (1, 60), (1, 48), (0.85, 52), (0.7, 52), (0.55, 52)):
    data = io.BytesIO()
    size = round(picture.width * share), round(picture.height * share)
    (picture if share == 1 else picture.resize(size)).save(data, "WEBP", quality=quality, method=4)
    if data.tell() <= bytes_:
        break
open(target, "wb").write(data.getvalue())
"""
)


# Runs alone, without Django: writes the PDF at argv[1] into argv[2] with pages replaced by pictures, as the JSON on
# standard input says: [[index, picture, width, height], …]. The other pages go bare, for they could bring what stands on
# those along: a page whose content cannot be decoded keeps the whole file back.
_REPLACE_PAGES = (
    BARE_PAGES
    + """
import io, json, resource, sys
source, target, memory, seconds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from PIL import Image
replaced = {index: rest for index, *rest in json.load(sys.stdin)}
with pikepdf.open(source) as old, pikepdf.new() as new:
    for index, page in enumerate(old.pages):
        if index not in replaced:
            make_bare(page)
            new.pages.append(page)
            continue
        picture, width, height = replaced[index]
        drawn, data = Image.open(picture).convert("RGB"), io.BytesIO()
        drawn.save(data, "JPEG", quality=80)
        image = pikepdf.Stream(new, data.getvalue())
        image.stream_dict = pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
            Width=drawn.width, Height=drawn.height, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode)
        new.add_blank_page(page_size=(width, height))
        fresh = new.pages[-1]
        name = fresh.add_resource(image, pikepdf.Name.XObject)
        fresh.Contents = pikepdf.Stream(new, f"q {width} 0 0 {height} 0 0 cm {name} Do Q".encode())
    new.save(target)
"""
)
# Writing a large file anew takes longer than drawing a page.
MAX_REWRITE_SECONDS = 60


class TooBusy(Exception):
    """Others have pages drawn just now, or the file went away in the middle; the same request is worth trying again."""


def has_cover(issue: Issue) -> bool:
    """True when a picture of the cover can be asked for: the file is a PDF and drawing it has not failed."""
    return issue.source_kind == Issue.SourceKind.PDF and not failure_of(_cover(issue.sha256)).exists()


def cover_picture(original: Original, sha256: str) -> Path | None:
    """The picture of the first page as WebP, drawn when it is first asked for; None when that fails."""
    return _drawn(original, _cover(sha256), 0, COVER_WIDTH)


def page_picture(original: Original, sha256: str, number: int) -> Path | None:
    """The picture of a page, to be read, as WebP; None when it cannot be drawn. Raises TooBusy."""
    return _drawn(original, folder_of(sha256) / f"page-{number}.webp", number - 1, 0)


def masked_picture(picture: Path, masks: Sequence[Box], width: float, height: float, key: str) -> Path:
    """A picture of a page or cover with boxes (in points, of a page of that size) filled in; drawn once for a `key`.

    As WebP or JPEG, whichever it was.
    """
    target = picture.with_name(f"{picture.stem}-masked-{key}{picture.suffix}")
    if not target.exists():
        for old in picture.parent.glob(f"{picture.stem}-masked-*"):
            old.unlink(missing_ok=True)
        with Image.open(picture) as drawn:
            page = drawn.convert("RGB")
        across, down = page.width / width, page.height / height
        pen = ImageDraw.Draw(page)
        for x0, top, x1, bottom in masks:
            pen.rectangle((x0 * across, top * down, x1 * across, bottom * down), fill=_MASK)
        save_picture(page, target, quality=72)
    return target


def small_picture(picture: Path) -> Path:
    """A picture of a page, masked or not, at the width to leaf through an issue by; made once."""
    target = picture.with_name(f"{picture.stem}-small.webp")
    if not target.exists():
        with Image.open(picture) as drawn:
            page = drawn.convert("RGB")
        page.thumbnail((SMALL_WIDTH, 4 * SMALL_WIDTH), Image.Resampling.LANCZOS)
        save_picture(page, target, quality=60)
    return target


def save_picture(picture: Image.Image, target: Path, quality: int) -> None:
    """Put a picture in its place when it is whole, in the format that the place is named for: .webp or .jpg."""
    with _written(target) as unfinished:
        if target.suffix == ".jpg":
            picture.save(unfinished, "JPEG", quality=quality, optimize=True)
        else:
            picture.save(unfinished, "WEBP", quality=quality, method=4)


def masked_pdf(
    original: Original, sha256: str, pages: Sequence[tuple[int, Path, float, float]], key: str
) -> Path | None:
    """The PDF with `pages` (number, masked picture, size in points) replaced by their pictures, so that nothing of what
    is masked is left in it; written once for a `key`. None when it cannot be written. Raises TooBusy.
    """
    # The name changed when the other pages began to go bare: files from before must not go out any more.
    target = folder_of(sha256) / f"masked-bare-{key}.pdf"
    if target.exists():
        return target
    source = existing(original)
    if source is None:
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        if not target.exists() and not failure_of(target).exists():
            for old in target.parent.glob("masked-*"):
                old.unlink(missing_ok=True)
            replaced = [[number - 1, str(picture), width, height] for number, picture, width, height in pages]
            limits = (MAX_MEMORY, MAX_REWRITE_SECONDS)
            run_alone(_REPLACE_PAGES, source, target, limits, MAX_REWRITE_SECONDS, json.dumps(replaced))
    return target if target.exists() else None


def page_size(width: float, height: float) -> tuple[int, int]:
    """About how many points across and down `page_picture` has for a page of that size (in points)."""
    if not (width > 0 and height > 0):
        return page_size(595, 842)
    scale = min(PAGE_DPI / 72, PAGE_LONGEST / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def pages_that_fail(sha256: str) -> set[int]:
    """The numbers of the pages of which it is known that they cannot be drawn."""
    marks = (path.stem.removeprefix("page-") for path in folder_of(sha256).glob("page-*.failed"))
    return {int(number) for number in marks if number.isdecimal()}


def _drawn(original: Original, picture: Path, index: int, width: int) -> Path | None:
    limits = (
        *(index, width, PAGE_DPI, PAGE_LONGEST, MAX_PIXELS, MAX_BYTES),
        *(MAX_MEMORY, MAX_CPU_SECONDS),
    )
    return drawn_once(_DRAW, original, picture, limits)


def drawn_once(program: str, original: Original, picture: Path, limits: Sequence[int]) -> Path | None:
    """The picture that a program draws of the file, drawn when it is first asked for; None when that fails. Raises TooBusy."""
    if picture.exists():
        return picture
    if failure_of(picture).exists():
        return None
    source = existing(original)
    if source is None:
        return None
    picture.parent.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        if not picture.exists() and not failure_of(picture).exists():
            run_alone(program, source, picture, limits, MAX_WALL_SECONDS)
    return picture if picture.exists() else None


def existing(original: Original) -> Path | None:
    """The file, None when it is not there; fetched, where it has to be, before anybody waits for a turn to draw."""
    # A copy can be thrown away between two looks: that there is no such file is believed the second time.
    for _look in range(2):
        source = original()
        if source is not None and source.is_file():
            return source
    return None


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """One drawing at a time on the whole machine: a crowd of first readers must not start a crowd of processes."""
    with turn(Path(settings.GAZETTE_DATA) / "pictures" / "lock", MAX_WAIT_SECONDS, TooBusy()):
        yield


def run_alone(
    program: str, source: Path, target: Path, limits: Sequence[int], seconds: int, given: str = ""
) -> None:
    """Let a program make `target` of `source` in a process of its own; a failure leaves a mark.

    Raises OSError where the disk is full, TooBusy where the folder of pictures or the source (a copy of what lies elsewhere)
    was thrown away meanwhile: that is no fault of the file, and no mark must outlast it.
    """
    try:
        with _written(target) as unfinished:
            subprocess.run(
                [sys.executable, "-I", "-c", program, str(source), str(unfinished), *map(str, limits)],
                timeout=seconds,
                check=True,
                input=given.encode(),
                capture_output=True,
                env={"LANG": "C.UTF-8"},
            )
    except (subprocess.SubprocessError, OSError) as error:
        said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip().splitlines()
        why = said[-1] if said else type(error).__name__
        logger.warning("%s of %s cannot be made: %s", target.name, source.name, why)
        if lacks_room(error) or says_full(why):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
        gone = isinstance(error, FileNotFoundError) or os.strerror(errno.ENOENT) in why
        if gone or not source.exists():
            raise TooBusy from error
        failure_of(target).touch()


@contextmanager
def _written(target: Path) -> Iterator[Path]:
    """A place to write what becomes `target` when it is whole; nothing of it remains when that fails."""
    # Two threads may make the same picture at once: each writes its own.
    unfinished = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield unfinished
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def folder_of(sha256: str) -> Path:
    """Where all that is drawn and cut of the file with that checksum is kept; it may not be there yet."""
    return Path(settings.GAZETTE_DATA) / "pictures" / sha256


def _cover(sha256: str) -> Path:
    return folder_of(sha256) / "cover.webp"


def failure_of(picture: Path) -> Path:
    """The mark that a failure leaves in the place of what could not be made."""
    return picture.with_suffix(".failed")
