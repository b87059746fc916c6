"""The index as one committed state has it: open segments, and which of their tracks are dead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from earmark.stores.segment import Segment
from earmark.tape import Tape

if TYPE_CHECKING:
    from numpy.typing import NDArray


class IndexSnapshot:
    """Segments that stay open, and usable, whatever is merged or deleted meanwhile.

    Attributes:
        generation: the catalogue's, which this is true for; 0 is true for none.
        segments: all of the index, in the order of their numbers.
        dead: keys that segments hold and that are gone.
    """

    def __init__(
        self, generation: int = 0, segments: Sequence[Segment] = (), dead: Iterable[int] = ()
    ) -> None:
        self.generation = generation
        self.segments = tuple(segments)
        self.dead = frozenset(dead)
        self._dead = np.array(sorted(self.dead), np.int64)
        self._masks: dict[int, NDArray[np.bool_]] = {}
        self._frames: int | None = None

    def without(self, keys: Iterable[int]) -> IndexSnapshot:
        """Return the same index with more keys dead."""
        return IndexSnapshot(self.generation, self.segments, self.dead.union(keys))

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,).

        Raises:
            CorruptSegmentError: the directory that tells is damaged.
        """
        total = np.zeros(len(hashes), np.int64)
        for segment in self.segments:
            total += segment.list_lengths(hashes)
        return total

    def tapes(self, hashes: NDArray[np.uint32]) -> list[Tape]:
        """Return the tape of every segment, checked as far as these hashes need it.

        Raises:
            CorruptSegmentError: something that they need is damaged.
        """
        return [segment.tape(hashes, self.mask(segment)) for segment in self.segments]

    def frames(self) -> int:
        """Return how many frames the live tracks are long, all together.

        Raises:
            CorruptSegmentError: a segment's list of tracks is damaged.
        """
        if self._frames is None:
            self._frames = sum(one.frames(self.mask(one)) for one in self.segments)
        return self._frames

    def whole_tape(self, segment: Segment) -> Tape:
        """Return the tape of one segment, all of it checked.

        Raises:
            CorruptSegmentError: something in it is damaged.
        """
        return segment.whole_tape(self.mask(segment))

    def mask(self, segment: Segment) -> NDArray[np.bool_]:
        """Return which tracks of a segment are dead, shape (tracks,).

        Raises:
            CorruptSegmentError: its list of tracks is damaged.
        """
        if segment.number not in self._masks:
            self._masks[segment.number] = np.isin(segment.keys(), self._dead)
        return self._masks[segment.number]
