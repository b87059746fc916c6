"""Changes of the segment list, within a transaction of the catalogue: bytes first, row second."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from earmark.errors import CorruptSegmentError
from earmark.stores.failures import translated
from earmark.stores.layout import segment_chunks
from earmark.stores.merging import MergePolicy, SegmentSize, batches, choose
from earmark.stores.register import Register
from earmark.stores.segment import Segment, segment_name
from earmark.stores.shelf import Shelf
from earmark.stores.snapshot import IndexSnapshot
from earmark.tape import Draft, Tape, laid, merged
from earmark.types import Landmarks


class IndexWriter:
    """Adds and replaces segments; nothing of it counts before the catalogue's commit."""

    def __init__(
        self, shelf: Shelf, catalogue: Register, index_id: str, policy: MergePolicy
    ) -> None:
        self._shelf = shelf
        self._catalogue = catalogue
        self._index_id = index_id
        self._policy = policy

    def add(self, recordings: Iterable[tuple[int, Landmarks]]) -> list[int]:
        """Index these (key, landmarks), in as few segments as the policy allows.

        Returns:
            The numbers of the segments.

        Raises:
            StorageFullError: there is no room for them.
        """
        return [self._publish(laid(batch)) for batch in batches(recordings, self._policy)]

    def opened(self, numbers: Collection[int]) -> list[Segment]:
        """Open segments that were added in this transaction.

        Raises:
            LibraryError: one cannot be opened.
        """
        location = self._catalogue.location
        rows = [row for row in self._catalogue.segments() if row["id"] in numbers]
        with translated(location):
            return [
                Segment(
                    self._shelf.segment(row),
                    segment_name(row["id"]),
                    location,
                    row["id"],
                    self._index_id,
                )
                for row in rows
            ]

    def bury(self, keys: Iterable[int]) -> None:
        """Mark keys that segments hold as dead."""
        self._catalogue.insert_dead(keys)

    def drop(self, segments: Iterable[Segment], kept: Iterable[int] = ()) -> None:
        """Take segments out of the index, and out of the dead all keys but those kept."""
        for segment in segments:
            self._catalogue.delete_segment(segment.number)
        self._catalogue.delete_dead(set(self._catalogue.dead()).difference(kept))

    def merge_step(self, snapshot: IndexSnapshot, damaged: set[int]) -> bool:
        """Do one merge that the policy asks for; return whether there was one.

        Args:
            snapshot: the index within this transaction.
            damaged: numbers of segments to leave alone; one that is found damaged is added.

        Raises:
            StorageFullError: there is no room for the merged segment.
        """
        while chosen := choose(self._sizes(snapshot, damaged), self._policy):
            group = [segment for segment in snapshot.segments if segment.number in chosen]
            if tapes := _healthy(snapshot, group, damaged):
                self._replace(group, tapes)
                return True
        return False

    def _replace(self, group: Sequence[Segment], tapes: Sequence[Tape]) -> None:
        draft = merged(sorted(tapes, key=lambda tape: int(tape.keys[0])))
        gone = {int(key) for tape in tapes for key in tape.keys[tape.dead]}
        for segment in group:
            self._catalogue.delete_segment(segment.number)
        self._catalogue.delete_dead(gone)
        if len(draft.keys):
            self._publish(draft)

    def _publish(self, draft: Draft) -> int:
        with translated(self._catalogue.location):
            number, written = self._shelf.publish(segment_chunks(draft, self._index_id))
        size = SegmentSize(number, len(draft.keys), 0, draft.postings, int(draft.starts[-1]))
        self._catalogue.insert_segment(size, written)
        return number

    def _sizes(self, snapshot: IndexSnapshot, damaged: set[int]) -> list[SegmentSize]:
        rows = {row["id"]: row for row in self._catalogue.segments()}
        sizes = []
        for segment in snapshot.segments:
            row = rows[segment.number]
            try:
                dead = int(snapshot.mask(segment).sum())
            except CorruptSegmentError:
                damaged.add(segment.number)
            if segment.number not in damaged:
                sizes.append(
                    SegmentSize(row["id"], row["tracks"], dead, row["postings"], row["frames"])
                )
        return sizes


def _healthy(
    snapshot: IndexSnapshot, group: Sequence[Segment], damaged: set[int]
) -> list[Tape] | None:
    """Return the tapes of a group; none if one is damaged, which is then noted."""
    tapes = []
    for segment in group:
        try:
            tapes.append(snapshot.whole_tape(segment))
        except CorruptSegmentError:
            damaged.add(segment.number)
            return None
    return tapes
