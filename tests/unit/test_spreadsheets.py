"""Tests of earmark.spreadsheets."""

from __future__ import annotations

import csv

import pytest

from earmark.spreadsheets import csv_line


def test_a_line_is_read_as_it_was_written() -> None:
    """Commas, quotes and line ends are part of a cell; what is missing is empty."""
    cells = ['One, "two"', "three\nfour", None, 5, 0.25]
    (read,) = csv.reader(csv_line(cells).splitlines(keepends=True))
    assert read == ['One, "two"', "three\nfour", "", "5", "0.25"]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-A1", "@SUM(A1)", "\t=1"])
def test_a_formula_becomes_text(formula: str) -> None:
    """A title may begin as a formula does; an apostrophe tells a spreadsheet that it is none."""
    (read,) = csv.reader([csv_line([formula])])
    assert read == [f"'{formula}"]


def test_a_negative_number_stays_one() -> None:
    """Whether it is written as a number or as text."""
    assert csv_line([-1.5, "-1.5"]) == "-1.5,-1.5"
