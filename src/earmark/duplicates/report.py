"""A report of duplicates as a table for a spreadsheet: one row for each copy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from earmark.spreadsheets import csv_line

if TYPE_CHECKING:
    from earmark.duplicates.records import Copy, DuplicateGroup, DuplicatePair, DuplicateReport

COLUMNS = (
    *("group", "likeness", "keep", "reason", "path", "in_library", "title", "artist", "album"),
    *("duration_s", "codec", "bit_rate", "sample_rate_hz", "channels"),
    *("shared_s", "first_start_s", "start_s", "speed", "coverage_of_first", "coverage"),
)
"""The last six tell what the copy shares with the first one of its group, on the longest span."""


def write_csv(report: DuplicateReport, file: TextIO) -> None:
    """Write a report; the file was opened with `newline=""` and errors that let any name pass."""
    _write(file, COLUMNS)
    for number, group in enumerate(report.groups, 1):
        for place, copy in enumerate(group.copies):
            _write(file, [number, group.likeness, *_copy(copy), *_shared(group, place)])


def _write(file: TextIO, cells: Iterable[object]) -> None:
    file.write(f"{csv_line(cells)}\r\n")


def with_first(group: DuplicateGroup, place: int) -> DuplicatePair | None:
    """Return the pair of a group's first copy and this one, if the two were compared."""
    found = (pair for pair in group.pairs if (pair.first, pair.second) == (0, place))
    return next(found, None)


def _copy(copy: Copy) -> list[object]:
    metadata, header = copy.track.metadata, copy.header
    coding: list[object] = [""] * 4
    if header is not None:
        coding = [header.codec, header.bit_rate, header.sample_rate_hz, header.channels]
    return [
        "yes" if copy.keep else "no",
        copy.reason,
        os.fsdecode(copy.path),
        "yes" if copy.in_library else "no",
        metadata.title,
        metadata.artist,
        metadata.album,
        round(copy.track.duration_s, 3),
        *coding,
    ]


def _shared(group: DuplicateGroup, place: int) -> list[object]:
    pair = with_first(group, place)
    if pair is None:
        return [""] * 6
    longest = max(pair.spans, key=lambda span: span.end_s - span.start_s)
    return [
        round(sum(span.end_s - span.start_s for span in pair.spans), 3),
        round(longest.start_s, 3),
        round(longest.other_start_s, 3),
        round(longest.speed, 4),
        round(pair.coverage, 3),
        round(pair.other_coverage, 3),
    ]
