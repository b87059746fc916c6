"""Lines of CSV that spreadsheets read without harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

FORMULA = ("=", "+", "-", "@", "\t")
"""A cell that begins so would be computed by a spreadsheet; it gets an apostrophe."""


def csv_line(cells: Iterable[object]) -> str:
    """Write one line of CSV, without its end; what is None is an empty cell."""
    line = io.StringIO()
    plain = (_harmless(cell) if isinstance(cell, str) else cell for cell in cells)
    # only what may end a line is quoted for it: so the line is ended first
    csv.writer(line).writerow(plain)
    return line.getvalue().removesuffix("\r\n")


def _harmless(text: str) -> str:
    """Keep a text from being taken for a formula; numbers stay numbers."""
    is_number = text.lstrip("-").replace(".", "", 1).isdecimal()
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text
