"""Gutters of pages that were laid askew on the scanner: the lines of a column end where the sheet was turned to."""

import random

import pytest

from archive.ingest.layout.gutters import Form, page_gutters
from archive.ingest.lines import Glyph

SIZE, WIDTH = 10.5, 595.0
LEFT, RIGHT, FULL = 60.0, 310.0, 21
ROWS = 40
# Places of the pages among the eight that are no page in two columns, or have a title over them.
CONTENTS, TITLED = 1, (2, 5)


def row(y: float, *texts: tuple[float, int]) -> list[Glyph]:
    """A row of texts, each (its left edge, its characters)."""
    return [
        Glyph("字", x + i * SIZE, y, x + (i + 1) * SIZE, y + SIZE, SIZE)
        for x, count in texts
        for i in range(count)
    ]


def scanned(seed: int) -> list[Form]:
    """Eight pages: contents across the page, titles over two columns, and text in two columns, all a little askew."""
    chance = random.Random(seed)
    pages = []
    for place in range(8):
        askew, moved = chance.uniform(-8, 8), chance.uniform(-6, 6)
        rows = []
        for k in range(ROWS):
            y, by = k * 17.0, moved + askew * (k - ROWS / 2) / (ROWS / 2)
            if place == CONTENTS:
                rows.append(row(y, (LEFT, chance.randint(30, 44))))
            elif place in TITLED and k < 10:
                rows.append(row(y, (150.0, chance.randint(20, 28))))
            else:
                left = (LEFT + by, chance.choice([FULL] * 5 + [12]))
                right = (RIGHT + by, chance.choice([FULL] * 5 + [9]))
                rows.append(row(y, left, right) if chance.random() < 0.9 else row(y, left))
        pages.append(Form((595,), WIDTH, rows))
    return pages


@pytest.mark.parametrize("seed", range(40))
def test_a_scan_laid_askew(seed: int) -> None:
    found = page_gutters(scanned(seed), SIZE)
    for place, gutters in enumerate(found):
        if place == CONTENTS:
            assert gutters == ()
        else:
            # the white of a page laid straight goes from 280.5 to 310
            assert len(gutters) == 1, place
            assert 283 < gutters[0] < 307, place
