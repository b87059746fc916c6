"""Looking for damage in a store, and mending what the constellations can mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from earmark.errors import CorruptConstellationError, CorruptSegmentError
from earmark.params import Params
from earmark.stores.base import Problem
from earmark.stores.register import Register
from earmark.stores.segment import Segment, segment_name
from earmark.stores.shelf import Shelf
from earmark.stores.snapshot import IndexSnapshot
from earmark.tape import Tape, postings_in_chunks
from earmark.types import Landmarks

LandmarksOf = Callable[[Params, bytes], Landmarks]
"""Derives the landmarks of a packed constellation, under the library's parameters; a ValueError
says that it is none."""

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: problems for people, segments and keys for the repair."""

    problems: list[Problem] = field(default_factory=list)
    damaged: list[Segment] = field(default_factory=list)
    indexed: set[int] = field(default_factory=set)
    """Keys that intact segments hold, dead ones included."""


class Inspector:
    """Checks one snapshot, whose segments were opened anew for it."""

    def __init__(
        self,
        shelf: Shelf,
        catalogue: Register,
        snapshot: IndexSnapshot,
        landmarks_of: Callable[[bytes], Landmarks],
    ) -> None:
        self._shelf = shelf
        self._catalogue = catalogue
        self._snapshot = snapshot
        self._landmarks_of = landmarks_of

    def inspect(self, *, deep: bool) -> Findings:
        """Look for damage; `deep` reads every byte."""
        complaints = self._catalogue.complaints(deep=deep)
        found = Findings(
            [Problem("catalogue", self._shelf.catalogue_name, text) for text in complaints]
        )
        if complaints:
            return found
        expected = self._check_constellations(found) if deep else {}
        for segment in self._snapshot.segments:
            self._check_segment(segment, found, expected, deep=deep)
        self._check_coverage(found)
        self._check_media(found)
        return found

    def recordings(self, keys: Iterable[int]) -> Iterator[tuple[int, Landmarks]]:
        """Yield (key, landmarks) of these tracks; a lost constellation has no landmarks."""
        for key, landmarks in self._landmarks(keys):
            yield key, _NOTHING if landmarks is None else landmarks

    def _landmarks(self, keys: Iterable[int]) -> Iterator[tuple[int, Landmarks | None]]:
        """Yield (key, landmarks) of these tracks, none where the constellation is lost."""
        for key, packed in self._constellations(keys):
            try:
                yield key, None if packed is None else self._landmarks_of(packed)
            except ValueError:
                yield key, None

    def _constellations(self, keys: Iterable[int]) -> Iterator[tuple[int, bytes | None]]:
        ordered = sorted(keys)
        for at in range(0, len(ordered), _CHUNK):
            chunk = ordered[at : at + _CHUNK]
            try:
                found = self._catalogue.constellations(chunk)
            except CorruptConstellationError:
                yield from ((key, self._intact(key)) for key in chunk)
            else:
                yield from found.items()

    def _intact(self, key: int) -> bytes | None:
        try:
            return self._catalogue.constellation(key)
        except CorruptConstellationError:
            return None

    def _check_constellations(self, found: Findings) -> dict[int, int]:
        """Return how many landmarks each intact constellation has, by key."""
        expected: dict[int, int] = {}
        lost: list[int] = []
        for key, landmarks in self._landmarks(self._catalogue.live_keys()):
            if landmarks is None:
                lost.append(key)
            else:
                expected[key] = len(landmarks)
        for track in self._catalogue.tracks(lost).values():
            cause = "it is missing, does not have its checksum, or cannot be unpacked"
            found.problems.append(Problem("constellation", track.id, cause))
        return expected

    def _check_segment(
        self, segment: Segment, found: Findings, expected: dict[int, int], *, deep: bool
    ) -> None:
        try:
            if deep:
                _check_counts(self._snapshot.whole_tape(segment), expected)
            found.indexed.update(self._snapshot.keys(segment).tolist())
        except (CorruptSegmentError, ValueError) as error:
            found.damaged.append(segment)
            found.problems.append(Problem("segment", segment_name(segment.number), str(error)))

    def _check_coverage(self, found: Findings) -> None:
        """Every live track must be in the index, unless a damaged segment may hold it."""
        if found.damaged:
            return
        missing = set(self._catalogue.live_keys()) - (found.indexed - self._snapshot.dead)
        for track in self._catalogue.tracks(sorted(missing)).values():
            found.problems.append(Problem("segment", track.id, "no segment holds this track"))

    def _check_media(self, found: Findings) -> None:
        there = self._shelf.media_names()
        for track_id, name in self._catalogue.track_media():
            if name not in there:
                found.problems.append(Problem("media", track_id, f"its file {name} is gone"))


def _check_counts(tape: Tape, expected: dict[int, int]) -> None:
    """Compare the postings of every live track with its constellation's landmarks.

    Raises:
        ValueError: they disagree for a track.
    """
    counts = np.zeros(len(tape.keys), np.int64)
    for _, positions in postings_in_chunks(tape):
        track = np.searchsorted(tape.starts, positions, side="right") - 1
        counts += np.bincount(track, minlength=len(tape.keys))
    for key, count, dead in _rows(tape.keys, counts, tape.dead):
        if not dead and expected.get(key, count) != count:
            message = f"it holds {count} postings of key {key} instead of {expected[key]}"
            raise ValueError(message)


def _rows(*columns: np.ndarray) -> Iterator[Sequence[int]]:
    return zip(*(column.tolist() for column in columns))


_NOTHING = Landmarks(np.empty(0, np.uint32), np.empty(0, np.uint32))
