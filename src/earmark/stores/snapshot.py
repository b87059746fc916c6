"""The index as one committed state has it: open segments, and which of their tracks are dead."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from earmark.stores.blocks import BlockSource, NoSource, fulfilled
from earmark.stores.failures import translated
from earmark.stores.files import Files
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
        source: where lacking blocks are fetched from.
    """

    def __init__(
        self, generation: int = 0, segments: Sequence[Segment] = (), dead: Iterable[int] = ()
    ) -> None:
        self.generation = generation
        self.segments = tuple(segments)
        self.dead = frozenset(dead)
        self._dead = np.array(sorted(self.dead), np.int64)
        self._masks: dict[int, NDArray[np.bool_]] = {}
        self._frames: dict[int, int] = {}
        self.source: BlockSource = NoSource()

    def through(self, source: BlockSource) -> IndexSnapshot:
        """Return this index as one transaction of a database reads it."""
        bound = copy.copy(self)
        bound.source = source
        return bound

    def without(self, keys: Iterable[int]) -> IndexSnapshot:
        """Return the same index with more keys dead."""
        wider = IndexSnapshot(self.generation, self.segments, self.dead.union(keys))
        return wider.through(self.source)

    def with_segments(self, segments: Sequence[Segment]) -> IndexSnapshot:
        """Return the same index with more segments."""
        wider = IndexSnapshot(self.generation, (*self.segments, *segments), self.dead)
        return wider.through(self.source)

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,).

        Raises:
            CorruptSegmentError: the directory that tells is damaged.
        """
        tasks = [segment.list_lengths(hashes) for segment in self.segments]
        return sum(fulfilled(tasks, self.source), np.zeros(len(hashes), np.int64))

    def tapes(self, hashes: NDArray[np.uint32]) -> list[Tape]:
        """Return the tape of every segment, checked as far as these hashes need it.

        Raises:
            CorruptSegmentError: something that they need is damaged.
        """
        self._know_masks()
        tasks = [segment.tape(hashes, self.mask(segment)) for segment in self.segments]
        tapes = fulfilled(tasks, self.source)
        self._keep_to_budget()
        return tapes

    def frames(self) -> int:
        """Return how many frames the live tracks are long, all together.

        Raises:
            CorruptSegmentError: a segment's list of tracks is damaged.
        """
        self._know_masks()
        new = [one for one in self.segments if one.number not in self._frames]
        found = fulfilled([one.frames(self.mask(one)) for one in new], self.source)
        self._frames.update({one.number: frames for one, frames in zip(new, found, strict=True)})
        return sum(self._frames[one.number] for one in self.segments)

    def whole_tape(self, segment: Segment) -> Tape:
        """Return the tape of one segment, all of it checked.

        One of a database is written into a file without a name first, which ends with the tape:
        memory stays bounded, and nothing is fetched twice.

        Raises:
            CorruptSegmentError: something in it is damaged.
            StorageFullError: there is no room for that file.
        """
        mask = self.mask(segment)
        if segment.distant:
            with translated(segment.location):
                segment = segment.copied(Files(), self.source.stream(segment.number))
        return fulfilled([segment.whole_tape(mask)], self.source)[0]

    def mask(self, segment: Segment) -> NDArray[np.bool_]:
        """Return which tracks of a segment are dead, shape (tracks,).

        Raises:
            CorruptSegmentError: its list of tracks is damaged.
        """
        if segment.number not in self._masks:
            self._masks[segment.number] = np.isin(self.keys(segment), self._dead)
        return self._masks[segment.number]

    def keys(self, segment: Segment) -> NDArray[np.int64]:
        """Return the keys of a segment's tracks, shape (tracks,).

        Raises:
            CorruptSegmentError: its list of tracks is damaged.
        """
        return fulfilled([segment.keys()], self.source)[0]

    def _know_masks(self) -> None:
        """Read the lists of tracks of all segments side by side."""
        new = [one for one in self.segments if one.number not in self._masks]
        fulfilled([one.keys() for one in new], self.source)

    def _keep_to_budget(self) -> None:
        """Forget words that were fetched until the rest is within the budget, the most first."""
        held = {segment: segment.held_bytes() for segment in self.segments if segment.distant}
        while sum(held.values()) > self.source.budget_bytes:
            most = max(held, key=lambda segment: held[segment])
            most.forget_words()
            held[most] = 0
