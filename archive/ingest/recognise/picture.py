"""The picture of a page, no larger than can be held, and the long strokes in it. Needs the OCR extra."""

from pathlib import Path
from typing import Any

import cv2
import numpy
import pypdfium2

DOTS_AN_INCH = 200
POINTS_AN_INCH = 72
MAX_PIXELS = 25_000_000
# A stroke of a table is at least so long and at most so thick, in points.
STROKE_LENGTH, STROKE_THICKNESS = 24.0, 3.0

Picture = Any  # numpy.ndarray[uint8] of height × width × 3


class PagePictures:
    """The pages of one PDF as pictures, drawn one at a time."""

    def __init__(self, path: Path, password: str = "") -> None:
        self.document = pypdfium2.PdfDocument(path, password=password or None)

    def draw(self, number: int) -> tuple[Picture, float, float, float]:
        """(picture, pixels a point, width, height in points) of page `number`, which counts from 1."""
        page = self.document[number - 1]
        width, height = page.get_size()
        scale = DOTS_AN_INCH / POINTS_AN_INCH
        # bounded before it is drawn: a page can claim any size
        if width * height * scale * scale > MAX_PIXELS:
            scale = (MAX_PIXELS / (width * height)) ** 0.5
        picture = page.render(scale=scale).to_numpy()
        page.close()
        return picture, scale, width, height


def long_strokes(picture: Picture, scale: float) -> list[tuple[float, float, float, float]]:
    """The boxes (points) of long thin horizontal and vertical strokes: the rules of tables."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    length, thickness = int(STROKE_LENGTH * scale), STROKE_THICKNESS * scale
    found = []
    for across in (True, False):
        kernel = numpy.ones((1, length) if across else (length, 1), numpy.uint8)
        opened = cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)
        # a crooked stroke falls into steps: let them touch
        opened = cv2.dilate(opened, numpy.ones((3, 3), numpy.uint8))
        _, _, boxes, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
        for x, y, width, height, _area in boxes[1:]:
            thin = height if across else width
            slack = 0.012 * (width if across else height)
            if thin - 2 <= thickness + slack:
                found.append(
                    (float(x) / scale, float(y) / scale, float(x + width) / scale, float(y + height) / scale)
                )
    return found
