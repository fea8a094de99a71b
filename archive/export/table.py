"""A table as CSV that spreadsheets open as it is: no cell becomes a formula, no character another one."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Without this mark, spreadsheets take UTF-8 for the code page of the machine.
MARK = "\ufeff"
# A spreadsheet takes what begins so for a formula; some take the full-width forms as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# -3.2% is a figure of a table and stays one; a dash alone says that there is none.
_FIGURE = re.compile(r"[+-]?[0-9][0-9,]*(?:\.[0-9]+)?%?|[-－]{1,2}")


def safe_cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would reckon with it."""
    return f"'{text}" if text.startswith(_FORMULA) and not _FIGURE.fullmatch(text) else text


def table_as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The head, where there is one, and the rows, beginning with the mark of UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    for row in [columns, *rows] if columns else rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return MARK + file.getvalue()
