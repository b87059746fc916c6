"""The reference store: plain Python, nothing on disk, gone with its process.

A committed state is never changed; a `write()` block works on a copy and puts it in its place.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from earmark.errors import LibraryBusyError
from earmark.searchable import resembling, search_text
from earmark.stores.base import Problem, Repair, StoreStats, TrackOrder
from earmark.stores.limits import media_name, require_storable
from earmark.stores.location import Kind, Location
from earmark.tape import Tape, build_tape, list_lengths
from earmark.types import Landmarks, Track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(slots=True)
class _State:
    """All that a store holds; `recordings` by key, `media` by name."""

    recordings: dict[int, _Recording] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    next_key: int = 1

    def copy(self) -> _State:
        return _State(dict(self.recordings), dict(self.media), self.next_key)


@dataclass(frozen=True, slots=True)
class _Recording:
    track: Track
    constellation: bytes
    landmarks: Landmarks


class MemoryReader:
    """One state of a memory store."""

    def __init__(self, state: _State) -> None:
        self.state = state
        self._tape: Tape | None = None

    def track(self, track_id: str) -> Track | None:
        """Return the track with this UUID."""
        return next((track for track in self.all_tracks() if track.id == track_id), None)

    def tracks(self, keys: Iterable[int]) -> dict[int, Track]:
        """Return the tracks with these keys; keys that are gone are left out."""
        held = self.state.recordings
        return {key: held[key].track for key in keys if key in held}

    def by_file(self, file: bytes) -> Track | None:
        """Return the track made from this absolute path."""
        return next((one for one in self.all_tracks() if file and one.source.file == file), None)

    def by_sha256(self, sha256: bytes) -> list[Track]:
        """Return the tracks made from a file with these contents, oldest first."""
        return [track for track in self.all_tracks() if track.source.sha256 == sha256]

    def by_constellation(self, digest: bytes) -> list[Track]:
        """Return the tracks with this constellation hash, oldest first."""
        return [track for track in self.all_tracks() if track.constellation_hash == digest]

    def by_isrc(self, isrc: str) -> list[Track]:
        """Return the tracks with this ISRC, oldest first."""
        return [track for track in self.all_tracks() if track.metadata.isrc == isrc]

    def by_external_id(self, external_id: str) -> list[Track]:
        """Return the tracks with this id in somebody else's system, oldest first."""
        return [track for track in self.all_tracks() if track.metadata.external_id == external_id]

    def all_tracks(self) -> Iterator[Track]:
        """Yield every track, oldest first."""
        for key in sorted(self.state.recordings):
            yield self.state.recordings[key].track

    def page(
        self,
        order: TrackOrder = TrackOrder.ADDED,
        *,
        limit: int = 100,
        offset: int = 0,
        containing: str = "",
    ) -> list[Track]:
        """Return part of a listing."""
        wanted = _folded(containing)
        found = [track for track in self.all_tracks() if wanted in _folded(_text(track))]
        if order is TrackOrder.NEWEST:
            found.reverse()
        elif order is TrackOrder.TITLE:
            found.sort(key=lambda track: _folded(track.metadata.title))
        elif order is TrackOrder.ARTIST:
            found.sort(key=lambda track: _rank(track.metadata.artist))
        return found[offset : offset + limit]

    def resembling(self, trigrams: Collection[str], most: int) -> dict[int, str]:
        """Return the search texts of tracks that may be meant."""
        texts = ((track.key, search_text(track.metadata)) for track in self.all_tracks())
        return resembling(texts, trigrams, most)

    def constellation(self, key: int) -> bytes:
        """Return the packed constellation of a live track.

        Raises:
            KeyError: there is no live track with this key.
        """
        return self.state.recordings[key].constellation

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of these tracks; keys that are gone are left out."""
        held = self.state.recordings
        return {key: held[key].constellation for key in keys if key in held}

    def open_media(self, name: str) -> BinaryIO:
        """Open a track's `media_file` for reading.

        Raises:
            KeyError: there is no such file (any more).
        """
        return io.BytesIO(self.state.media[name])

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,)."""
        return list_lengths([self._whole_tape()], hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:  # noqa: ARG002 - one tape for all
        """Return the one tape of all tracks."""
        return [self._whole_tape()]

    def frames(self) -> int:
        """Return how many frames the tracks are long, all together."""
        return self._whole_tape().live_frames

    def stats(self) -> StoreStats:
        """Count and measure; memory has no index of its own."""
        held = self.state.recordings.values()
        return StoreStats(
            tracks=len(held),
            duration_s=sum(one.track.duration_s for one in held),
            peaks=sum(one.track.peaks for one in held),
            postings=sum(len(one.landmarks) for one in held),
            tapes=1,
            catalogue_bytes=sum(len(one.constellation) for one in held),
            index_bytes=0,
            media_bytes=sum(len(data) for data in self.state.media.values()),
        )

    def _whole_tape(self) -> Tape:
        if self._tape is None:
            held = self.state.recordings
            self._tape = build_tape([(key, held[key].landmarks) for key in sorted(held)])
        return self._tape


class MemoryWriter(MemoryReader):
    """A copy of the state, to be changed."""

    def insert(self, track: Track, constellation: bytes, landmarks: Landmarks) -> int:
        """Add a track and return its key; a live track with its id is replaced.

        Raises:
            UsageError: a text or number of the track is beyond the limits.
            ValueError: another live track has the same `source.file`.
        """
        require_storable(track)
        self._refuse_second(track)
        old = self.track(track.id)
        if old:
            del self.state.recordings[old.key]
        key = self.state.next_key
        self.state.next_key += 1
        self._put(_Recording(replace(track, key=key), constellation, landmarks))
        return key

    def update(self, track: Track) -> None:
        """Change what is known about the live track with `track.key`.

        Raises:
            KeyError: there is no live track with this key.
            UsageError: a text or number of the track is beyond the limits.
            ValueError: another live track has the same `source.file`.
        """
        require_storable(track)
        old = self.state.recordings[track.key]
        kept = old.track
        changed = replace(
            track,
            id=kept.id,
            duration_s=kept.duration_s,
            peaks=kept.peaks,
            constellation_hash=kept.constellation_hash,
        )
        self._refuse_second(changed)
        self._put(replace(old, track=changed))

    def remove(self, keys: Iterable[int]) -> int:
        """Remove these tracks and return how many of them were there."""
        found = [self.state.recordings.pop(key, None) for key in keys]
        self._tape = None
        return sum(one is not None for one in found)

    def clear(self) -> None:
        """Remove every track."""
        self.remove(list(self.state.recordings))

    def attach_media(self, chunks: Iterable[bytes], suffix: str) -> str:
        """Keep a media file and return its name."""
        name = media_name(suffix)
        self.state.media[name] = b"".join(chunks)
        return name

    def finish(self) -> _State:
        """Return the new state, without the media that no track names."""
        named = {track.media_file for track in self.all_tracks()}
        self.state.media = {k: data for k, data in self.state.media.items() if k in named}
        return self.state

    def _refuse_second(self, track: Track) -> None:
        holder = self.by_file(track.source.file)
        if holder and holder.id != track.id:
            message = f"track {holder.id} has the file {track.source.file!r}"
            raise ValueError(message)

    def _put(self, recording: _Recording) -> None:
        self.state.recordings[recording.track.key] = recording
        self._tape = None


class MemoryStore:
    """A library in memory.

    Attributes:
        place: where it lies.
        location: the same, for messages.
    """

    location = "in memory"
    place = Location(Kind.MEMORY, location)

    def __init__(self, patience_s: float = 30.0) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._reader = MemoryReader(_State())

    def notes(self) -> list[str]:
        """Return nothing: it could not be better."""
        return []

    def may_write(self) -> bool:
        """Return True."""
        return True

    @contextlib.contextmanager
    def read(self) -> Iterator[MemoryReader]:
        """Begin a consistent view."""
        yield self._reader

    @contextlib.contextmanager
    def write(self) -> Iterator[MemoryWriter]:
        """Begin an exclusive change, visible when the block ends.

        Raises:
            LibraryBusyError: another writer did not finish in time.
        """
        if not self._lock.acquire(timeout=self._patience_s):
            cause = f"another thread is writing and did not finish within {self._patience_s:g} s"
            raise LibraryBusyError(self.location, cause)
        try:
            writer = MemoryWriter(self._reader.state.copy())
            yield writer
            self._reader = MemoryReader(writer.finish())
        finally:
            self._lock.release()

    def merge(self) -> None:
        """Do nothing: there is one tape."""

    def check(self, *, deep: bool = False) -> list[Problem]:  # noqa: ARG002 - nothing to read
        """Find nothing: memory has no checksums."""
        return []

    def repair(self) -> list[Repair]:
        """Mend nothing."""
        return []

    def rebuild(self) -> None:
        """Do nothing: landmarks come with their tracks."""

    def close(self) -> None:
        """Do nothing; the store stays as it is."""


def _text(track: Track) -> str:
    metadata = track.metadata
    return "\n".join([metadata.title, metadata.artist or "", metadata.album or ""])


def _folded(text: str) -> bytes:
    """Fold the case of ASCII letters; the order of UTF-8 is that of the code points."""
    return text.encode("utf-8", "surrogatepass").lower()


def _rank(artist: str | None) -> tuple[bool, bytes]:
    return artist is not None, _folded(artist or "")
