"""The promise of a store: catalogue, constellations and index of one library, changed together.

A store holds tracks, their packed constellations (the source of truth) and an inverted index of
their landmarks, as tapes. Backends differ in where the bytes lie, never in what they answer: one
contract suite runs over all of them.

Laws

1.  *Atomic.* All changes of one `write()` block become visible together when the block ends
    without an exception; with an exception, none of them ever does.
2.  *Durable.* When a `write()` block has ended, its changes survive the death of the process and,
    for backends on a disk, the loss of power.
3.  *Snapshot.* Everything read within one `read()` block agrees with one committed state, whatever
    others write, remove or merge meanwhile, in this process or another.
4.  *Fresh.* A `read()` block sees every `write()` block, of any process, that ended before it
    began: a removed track is never seen again.
5.  *One writer.* `write()` blocks follow one another; one that cannot begin within the store's
    patience raises `LibraryBusyError`.
6.  *Keys* rise and are never used again. Replacing a track's sound gives it a new key and keeps
    its id.
7.  *Same answers.* For the same tracks, all backends return the same landmarks for the same hashes,
    however the tapes are cut, and whatever was merged.
8.  *Named damage.* Data that does not have its checksum raises a `CorruptionError` that names it; a
    wrong answer is never given instead.
9.  *One track per file.* No two live tracks have the same `source.file`, except the empty one.
10. *Media.* A media file lives as long as the track that names it; one that no track names when its
    `write()` block ends is dropped. It belongs to no snapshot: it goes when its track's removal is
    committed, though streams that are open stay good.
11. *Same frames.* A track is as many frames long as its last landmark's frame and one, or one if it
    has none. `frames()` is the sum over the live tracks: the same for all backends, however the
    tapes are cut, and whatever was merged or removed besides.
12. *Limits.* Text with NUL or half a surrogate pair in it, and integers beyond 64 bits, are refused
    with a `UsageError` when they are written. Asked for, they are simply not there.

A reader or writer is used by one thread, within its block; `read()` blocks of one store may run in
many threads at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from earmark.stores.location import Location
from earmark.tape import Tape
from earmark.types import Landmarks, Metadata, Track, TrackOrder


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Counts and sizes of a store."""

    tracks: int
    duration_s: float
    peaks: int
    postings: int
    """Landmarks in the index, those of removed tracks included until a merge drops them."""
    tapes: int
    catalogue_bytes: int
    """Everything but the index: tracks, metadata, constellations."""
    index_bytes: int
    media_bytes: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a store, found by `check`."""

    what: str
    """`segment`, `constellation`, `catalogue` or `media`."""
    name: str
    """The segment's file or the track's id."""
    cause: str


@dataclass(frozen=True, slots=True)
class Repair:
    """What `repair` did about one problem."""

    problem: Problem
    mended: bool
    """False: lost, or not mendable from the store alone."""


class Reader(Protocol):
    """One consistent state of the store."""

    def track(self, track_id: str) -> Track | None:
        """Return the track with this UUID."""

    def tracks(self, keys: Iterable[int]) -> dict[int, Track]:
        """Return the tracks with these keys; keys that are gone are left out."""

    def by_file(self, file: bytes) -> Track | None:
        """Return the track made from this absolute path."""

    def by_sha256(self, sha256: bytes) -> list[Track]:
        """Return the tracks made from a file with these contents, oldest first."""

    def by_constellation(self, digest: bytes) -> list[Track]:
        """Return the tracks with this constellation hash, oldest first."""

    def by_isrc(self, isrc: str) -> list[Track]:
        """Return the tracks with this ISRC, oldest first."""

    def by_external_id(self, external_id: str) -> list[Track]:
        """Return the tracks with this id in somebody else's system, oldest first."""

    def all_tracks(self) -> Iterator[Track]:
        """Yield every track, oldest (lowest key) first, in bounded memory."""

    def page(
        self,
        order: TrackOrder = TrackOrder.ADDED,
        *,
        limit: int = 100,
        offset: int = 0,
        containing: str = "",
    ) -> list[Track]:
        """Return part of a listing.

        Args:
            order: what to sort by.
            limit: how many tracks at most.
            offset: how many to leave out before the first.
            containing: only tracks with this text in title, artist or album, whatever the case of
                its ASCII letters.
        """

    def resembling(self, trigrams: Collection[str], most: int) -> dict[int, str]:
        """Return the search texts (`searchable.py`), by key, of tracks that may be meant.

        These are all tracks whose search text has one of the trigrams in it, ascending by key, if
        there are at most `most`. Of more, a store returns `most` that have many of the trigrams,
        rare ones above all; which ones, at the edge, is its own affair.
        """

    def constellation(self, key: int) -> bytes:
        """Return the packed constellation of a live track.

        Raises:
            CorruptConstellationError: it is lost, or does not have its checksum.
            KeyError: there is no live track with this key.
        """

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of these tracks; keys that are gone are left out.

        Raises:
            CorruptConstellationError: one is lost, or does not have its checksum.
        """

    def open_media(self, name: str) -> BinaryIO:
        """Open a track's `media_file` for reading; the stream can seek.

        Raises:
            KeyError: there is no such file (any more).
        """

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,).

        Cheap: a query chooses by it what to look for. On a small tape it is the mean of several
        hashes; those of removed tracks count, until a merge drops them.

        Raises:
            CorruptSegmentError: part of the index does not have its checksum.
        """

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return tapes that together hold every live posting of these hashes.

        They may hold more: other hashes, and tracks listed in `Tape.dead`.

        Args:
            hashes: shape (n,), in any order, repeats allowed.

        Raises:
            CorruptSegmentError: part of the index does not have its checksum.
        """

    def frames(self) -> int:
        """Return how many frames the live tracks are long on the tapes, all together.

        Raises:
            CorruptSegmentError: the list of tracks of a part of the index is damaged.
        """

    def stats(self) -> StoreStats:
        """Count and measure."""


class Writer(Reader, Protocol):
    """A reader that sees, and may add to, the changes of its own `write()` block."""

    def insert(self, track: Track, constellation: bytes, landmarks: Landmarks) -> int:
        """Add a track and return its key; `track.key` is ignored.

        A live track with the same id is replaced: its old sound and metadata go in the same step.

        Raises:
            UsageError: a text or number of the track is beyond the limits.
            ValueError: another live track has the same `source.file`.
        """

    def update(self, track: Track) -> None:
        """Change what is known about the live track with `track.key`; its sound stays.

        Its id, duration, peaks and constellation hash stay too, whatever `track` says.

        Raises:
            KeyError: there is no live track with this key.
            UsageError: a text or number of the track is beyond the limits.
            ValueError: another live track has the same `source.file`.
        """

    def remove(self, keys: Iterable[int]) -> int:
        """Remove these tracks and return how many of them were there."""

    def clear(self) -> None:
        """Remove every track, in bounded memory, however many there are."""

    def attach_media(self, chunks: Iterable[bytes], suffix: str) -> str:
        """Keep a media file and return its name, for `Track.media_file`.

        Args:
            chunks: the contents.
            suffix: end of the name, such as `.opus`; one that is not plain is left out.
        """


class Store(Protocol):
    """A place where one library lives."""

    place: Location
    """Where it is."""
    location: str
    """The same, for messages."""

    def notes(self) -> list[str]:
        """Return what could be better, in sentences; nothing of it is wrong."""

    def may_write(self) -> bool:
        """Tell whether rights and settings let changes in, as far as can be seen beforehand."""

    def read(self) -> AbstractContextManager[Reader]:
        """Begin a consistent view; cheap enough for every query."""

    def write(self) -> AbstractContextManager[Writer]:
        """Begin an exclusive change, committed when the block ends.

        Raises:
            LibraryBusyError: another writer did not finish within the store's patience.
            ReadOnlyLibraryError: the store may not be written.
            StorageFullError: there was no room; nothing was changed.
        """

    def merge(self) -> None:
        """Merge tapes and drop removed tracks as far as the merge policy asks for it."""

    def check(self, *, deep: bool = False) -> list[Problem]:
        """Look for damage; `deep` reads every byte."""

    def repair(self) -> list[Repair]:
        """Rebuild damaged parts of the index from the constellations; report what is lost."""

    def rebuild(self) -> None:
        """Make the whole index anew from the constellations, under today's `index_id`."""

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""


__all__ = [
    "Landmarks",
    "Metadata",
    "Problem",
    "Reader",
    "Repair",
    "Store",
    "StoreStats",
    "TrackOrder",
    "Writer",
]
