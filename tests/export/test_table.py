"""Tables as CSV: read back as they were, and nothing in them is reckoned with."""

import csv
import io

import pytest

from archive.export.table import safe_cell, table_as_csv


def test_a_table_is_read_back_as_it_was() -> None:
    columns, rows = ("序号", "名称", "数量"), (("1", '冲锋舟，"大"', "6"), ("2", "编织袋\n（加厚）", "-3.2%"))
    made = table_as_csv(columns, rows)
    assert made.startswith("\ufeff") and made.count("\ufeff") == 1
    assert list(csv.reader(io.StringIO(made[1:]))) == [list(columns), *map(list, rows)]


def test_a_table_without_a_head_begins_with_its_rows() -> None:
    assert table_as_csv((), [("甲", "乙")]) == "\ufeff甲,乙\r\n"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "-x", "+86 351"],
)
def test_no_cell_becomes_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-3.2", "+5", "-12,000.50", "+0.8%", "-", "－", "--", "3-5", "a=b", "", "—"]
)
def test_figures_stay_figures(text: str) -> None:
    assert safe_cell(text) == text
