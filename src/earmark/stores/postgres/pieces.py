"""The bytes of segments in PostgreSQL: written in rows of 64 kB, read in stretches of blocks.

A row of one block of 4096 bytes would leave half of a page of 8192 empty, or be cut in three by
PostgreSQL itself. Rows of 64 kB take 5 % more than what is in them, and as they are not compressed,
a stretch of one is read without the rest; `docs/postgresql.md` has the measurement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from earmark.stores.blocks import BLOCK_BYTES, pieces
from earmark.stores.postgres.transaction import Transaction

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROW_BLOCKS = 16
ROW_BYTES = ROW_BLOCKS * BLOCK_BYTES
_ROWS_AT_ONCE = 64
"""That `stream` reads in one trip: 4 MB."""


class Pieces:
    """A source of blocks, and a place for them, within one transaction.

    Attributes:
        budget_bytes: of all segments together, how much is kept beside their directories.
    """

    def __init__(self, transaction: Transaction, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._transaction = transaction

    def fetch(self, wanted: Mapping[int, NDArray[np.intp]]) -> Iterable[tuple[int, int, bytes]]:
        """Return (segment, block, bytes) of these blocks, in one trip; lost ones are left out."""
        stretches = [
            (segment, first, count)
            for segment, numbers in wanted.items()
            for first, count in _stretches(numbers)
        ]
        rows = self._transaction.rows(
            "pieces",
            segments=[segment for segment, _, _ in stretches],
            numbers=[first // ROW_BLOCKS for _, first, _ in stretches],
            begins=[first % ROW_BLOCKS * BLOCK_BYTES for _, first, _ in stretches],
            sizes=[count * BLOCK_BYTES for _, _, count in stretches],
        )
        for (segment, first, _), row in zip(stretches, rows, strict=True):
            yield from _cut(segment, first, row["data"] or b"")

    def stream(self, segment: int) -> Iterator[bytes]:
        """Yield all bytes of a segment, in order and in bounded memory."""
        begin = 0
        while rows := self._transaction.rows(
            "rows_of_segment", segment=segment, begin=begin, end=begin + _ROWS_AT_ONCE
        ):
            yield from (row["data"] for row in rows)
            begin += _ROWS_AT_ONCE

    def write(self, segment: int, chunks: Iterable[bytes]) -> int:
        """Write all bytes of a segment, in bounded memory, and return how many they are."""
        size = 0

        def rows() -> Iterator[tuple[int, int, bytes]]:
            nonlocal size
            for number, data in enumerate(pieces(chunks, ROW_BYTES)):
                size += len(data)
                yield segment, number, data

        self._transaction.copy("copy_blocks", ("int8", "int8", "bytea"), rows())
        return size


def _stretches(numbers: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield (first, count) of blocks that follow one another within one row."""
    ends_row = numbers[:-1] // ROW_BLOCKS != numbers[1:] // ROW_BLOCKS
    cuts = np.flatnonzero((np.diff(numbers) > 1) | ends_row) + 1
    for run in np.split(numbers, cuts):
        yield int(run[0]), len(run)


def _cut(segment: int, first: int, data: bytes) -> Iterator[tuple[int, int, bytes]]:
    for at in range(0, len(data), BLOCK_BYTES):
        yield segment, first + at // BLOCK_BYTES, data[at : at + BLOCK_BYTES]
