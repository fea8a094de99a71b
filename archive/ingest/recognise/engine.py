"""Character recognition by rapidocr, whose models come with it: it needs no network. Needs the OCR extra."""

import importlib.util
import logging
import os
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from archive.ingest.recognise.pages import RecognisedLine, RecognisedPage


def available() -> bool:
    """True when the OCR extra is installed (requirements-ocr.txt) and not switched off by GAZETTE_OCR=0."""
    return os.environ.get("GAZETTE_OCR", "1") != "0" and importlib.util.find_spec("rapidocr") is not None


def engine_version() -> str:
    """What recognised a page: rapidocr-3.10.0; "" without the extra."""
    try:
        return f"rapidocr-{version('rapidocr')}"
    except PackageNotFoundError:
        return ""


class Engine:
    """Loads its models once; then one call a page."""

    def __init__(self) -> None:
        logging.disable(logging.WARNING)
        from rapidocr import RapidOCR

        # its results are of four classes, by what was asked for
        self.recognise: Any = RapidOCR()

    def read(self, number: int, drawn: tuple[Any, float, float, float]) -> RecognisedPage:
        """What stands on the picture of page `number`, in points."""
        from archive.ingest.recognise.picture import long_strokes

        picture, scale, width, height = drawn
        result = self.recognise(picture, return_word_box=True)
        lines: list[RecognisedLine] = []
        if result.txts is not None:
            words = result.word_results or ((),) * len(result.txts)
            for text, score, box, chars in zip(
                result.txts, result.scores, result.boxes.tolist(), words, strict=True
            ):
                corners = tuple((round(x / scale, 2), round(y / scale, 2)) for x, y in box)
                lines.append(
                    RecognisedLine(
                        text,
                        corners,
                        round(float(score), 4),
                        tuple(
                            (
                                char,
                                round(min(x for x, _ in quad) / scale, 2),
                                round(max(x for x, _ in quad) / scale, 2),
                                round(float(sure), 4),
                            )
                            for char, sure, quad in chars
                            if char and quad
                        ),
                    )
                )
        strokes = tuple(
            (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2))
            for x0, top, x1, bottom in long_strokes(picture, scale)
        )
        return RecognisedPage(number, width, height, tuple(lines), strokes)
