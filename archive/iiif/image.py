"""The page of a PDF as a picture in the manner of the IIIF Image API 3.0, level 0: some sizes of the whole page, no more.

    /iiif/images/云岭市人民政府公报/2024/1/3/info.json
    /iiif/images/云岭市人民政府公报/2024/1/3/full/620,877/0/default.jpg

The sizes follow from that of the page in points, so that a manifest can name them before anything is drawn. JPEG, as level 0
asks for it, is drawn anew of the file: the WebP of the reading room is made for little weight and would look worse once more.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from archive.models import Page
from archive.pictures import (
    MAX_CPU_SECONDS,
    MAX_MEMORY,
    MAX_PIXELS,
    OPEN_PAGE,
    SMALL_WIDTH,
    Original,
    drawn_once,
    folder_of,
    page_size,
    save_picture,
)

CONTEXT = "http://iiif.io/api/image/3/context.json"
PROTOCOL = "http://iiif.io/api/image"
# In the manifest as in info.json.
SERVICE, LEVEL = "ImageService3", "level0"
FORMAT = "image/jpeg"
# A page full of small print or a photograph is drawn with less quality rather than weigh more.
MAX_JPEG_BYTES = 500_000

# Draws one page of the PDF at argv[1] into argv[2], in just that size.
_DRAW = (
    """
import sys
source, target, index, width, height, most, bytes_, memory, seconds = sys.argv[1:3] + [*map(int, sys.argv[3:])]
"""
    + OPEN_PAGE
    + """
from PIL import Image
scale = max(width / across, height / down)
if across * scale * down * scale > most:
    sys.exit("the page is too long to draw")
picture = page.render(scale=scale).to_pil().convert("RGB")
if picture.size != (width, height):
    picture = picture.resize((width, height), Image.Resampling.LANCZOS)
for quality in (80, 70, 58, 46):
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality, optimize=True)
    if data.tell() <= bytes_:
        break
open(target, "wb").write(data.getvalue())
"""
)


@dataclass(frozen=True, slots=True)
class Size:
    """Points of a picture, across and down."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width},{self.height}"


def sizes_of(page: Page) -> list[Size]:
    """The sizes that a page can be asked for, the smallest first; the last is the largest there is."""
    full = Size(*page_size(page.width, page.height))
    smaller = sorted(width for width in {SMALL_WIDTH, full.width // 2} if 0 < width < full.width / 1.5)
    return [*(Size(width, max(1, round(full.height * width / full.width))) for width in smaller), full]


def asked_size(text: str, sizes: list[Size]) -> Size | None:
    """The size that an address names: `max`, or one of the sizes in its canonical form; None for all else."""
    return sizes[-1] if text == "max" else next((size for size in sizes if str(size) == text), None)


def picture_address(base: str, size: Size | None = None) -> str:
    """The address of the picture itself below its `base`, in full or in one of its sizes."""
    return f"{base}/full/{size or 'max'}/0/default.jpg"


def image_information(base: str, sizes: list[Size]) -> dict[str, Any]:
    """What info.json says of a picture whose whole address is `base`."""
    full = sizes[-1]
    return {
        "@context": CONTEXT,
        "id": base,
        "type": SERVICE,
        "protocol": PROTOCOL,
        "profile": LEVEL,
        "width": full.width,
        "height": full.height,
        "sizes": [{"width": size.width, "height": size.height} for size in sizes],
    }


def page_jpeg(original: Original, sha256: str, number: int, full: Size) -> Path | None:
    """The picture of a page as JPEG, in its full size, masked nowhere; None when it cannot be drawn. Raises TooBusy."""
    # The size is part of the name: another reading of the file may have measured the page otherwise.
    picture = folder_of(sha256) / f"iiif-{number}-{full.width}x{full.height}.jpg"
    limits = (number - 1, full.width, full.height, MAX_PIXELS, MAX_JPEG_BYTES, MAX_MEMORY, MAX_CPU_SECONDS)
    return drawn_once(_DRAW, original, picture, limits)


def resized(picture: Path, size: Size) -> Path:
    """A picture, masked or not, in a smaller size; made once."""
    target = picture.with_name(f"{picture.stem}-{size.width}.jpg")
    if not target.exists():
        with Image.open(picture) as drawn:
            page = drawn.convert("RGB").resize((size.width, size.height), Image.Resampling.LANCZOS)
        save_picture(page, target, quality=76)
    return target


def jpegs_that_fail(sha256: str) -> set[int]:
    """The numbers of the pages of which it is known that no JPEG can be made."""
    marks = (path.stem.split("-")[1] for path in folder_of(sha256).glob("iiif-*-*.failed"))
    return {int(number) for number in marks if number.isdecimal()}
