from __future__ import annotations

import csv
from io import StringIO

from earmark.duplicates.groups import grouped
from earmark.duplicates.records import DuplicateReport
from earmark.duplicates.report import COLUMNS, with_first, write_csv
from tests.duplicates import link, member

GROUPS = grouped([member(key) for key in range(4)], [link(0, 1), link(1, 2), link(0, 3, 0.5, 0.99)])


def rows() -> list[dict[str, str]]:
    """A report, written and read again."""
    file = StringIO()
    write_csv(DuplicateReport(tuple(GROUPS), 4, 800.0, (), 1.0), file)
    file.seek(0)
    return list(csv.DictReader(file))


def test_a_report_has_a_row_for_each_copy() -> None:
    """Group by group, with what to keep."""
    assert tuple(rows()[0]) == COLUMNS
    assert [(row["group"], row["keep"]) for row in rows()] == [
        ("1", "yes"),
        ("1", "no"),
        ("1", "no"),
        ("2", "yes"),
        ("2", "yes"),
    ]


def test_a_row_says_what_is_shared_with_the_first() -> None:
    """Seconds and places; of the first itself, nothing."""
    first, part = rows()[3:]
    assert first["shared_s"] == ""
    assert (part["shared_s"], part["coverage"]) == ("100.0", "0.99")


def test_copies_that_were_not_compared_have_no_pair() -> None:
    """The third copy was found by way of the second."""
    assert with_first(GROUPS[0], 1) is not None
    assert with_first(GROUPS[0], 2) is None
