"""What a block of a store with a catalogue is given: its reader, or its writer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from earmark.errors import LibraryError
from earmark.stores.base import StoreStats, TrackOrder
from earmark.stores.failures import translated
from earmark.stores.home import View
from earmark.stores.indexing import IndexWriter
from earmark.stores.limits import media_name, require_storable
from earmark.stores.snapshot import IndexSnapshot
from earmark.tape import Tape, build_tape, list_lengths
from earmark.types import Landmarks, Track

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class _SourceError(Exception):
    """Carries an error of somebody else's chunks past the translation of our disk's errors."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class CatalogueReader:
    """One committed state of the catalogue, with the index that belongs to it."""

    def __init__(self, view: View, index_error: LibraryError | None) -> None:
        """Read within a transaction.

        Args:
            view: of this transaction.
            index_error: what to raise for every use of the index, if it cannot be used.
        """
        self._shelf = view.shelf
        self._catalogue = view.catalogue
        self._snapshot = view.snapshot
        self._index_error = index_error

    def track(self, track_id: str) -> Track | None:
        """Return the track with this UUID."""
        return self._catalogue.track_by_id(track_id)

    def tracks(self, keys: Iterable[int]) -> dict[int, Track]:
        """Return the tracks with these keys; keys that are gone are left out."""
        return self._catalogue.tracks(keys)

    def by_file(self, file: bytes) -> Track | None:
        """Return the track made from this absolute path."""
        return self._catalogue.track_by_file(file)

    def by_sha256(self, sha256: bytes) -> list[Track]:
        """Return the tracks made from a file with these contents, oldest first."""
        return self._catalogue.tracks_by("tracks_by_sha256", sha256=sha256)

    def by_constellation(self, digest: bytes) -> list[Track]:
        """Return the tracks with this constellation hash, oldest first."""
        return self._catalogue.tracks_by("tracks_by_constellation", digest=digest)

    def by_isrc(self, isrc: str) -> list[Track]:
        """Return the tracks with this ISRC, oldest first."""
        return self._catalogue.tracks_by("tracks_by_isrc", isrc=isrc)

    def by_external_id(self, external_id: str) -> list[Track]:
        """Return the tracks with this id in somebody else's system, oldest first."""
        return self._catalogue.tracks_by("tracks_by_external_id", external_id=external_id)

    def all_tracks(self) -> Iterator[Track]:
        """Yield every track, oldest first, in bounded memory."""
        return self._catalogue.all_tracks()

    def page(
        self,
        order: TrackOrder = TrackOrder.ADDED,
        *,
        limit: int = 100,
        offset: int = 0,
        containing: str = "",
    ) -> list[Track]:
        """Return part of a listing."""
        return self._catalogue.page(order, limit, offset, containing)

    def resembling(self, trigrams: Collection[str], most: int) -> dict[int, str]:
        """Return the search texts of tracks that may be meant."""
        return self._catalogue.resembling(trigrams, most)

    def constellation(self, key: int) -> bytes:
        """Return the packed constellation of a live track.

        Raises:
            CorruptConstellationError: it is lost, or does not have its checksum.
            KeyError: there is no live track with this key.
        """
        packed = self._catalogue.constellation(key)
        if packed is None:
            raise KeyError(key)
        return packed

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of these tracks; keys that are gone are left out.

        Raises:
            CorruptConstellationError: one is lost, or does not have its checksum.
        """
        return self._catalogue.constellations(keys)

    def open_media(self, name: str) -> BinaryIO:
        """Open a track's `media_file` for reading.

        Raises:
            KeyError: there is no such file (any more).
            LibraryError: it cannot be read.
        """
        with translated(self._catalogue.location):
            return self._shelf.open_media(name)

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,).

        Raises:
            CorruptSegmentError: part of the index does not have its checksum.
        """
        self._need_index()
        return self._snapshot.list_lengths(hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return tapes that together hold every live posting of these hashes.

        Raises:
            CorruptSegmentError: part of the index does not have its checksum.
        """
        self._need_index()
        return self._snapshot.tapes(hashes)

    def frames(self) -> int:
        """Return how many frames the live tracks are long on the tapes, all together.

        Raises:
            CorruptSegmentError: the list of tracks of a part of the index is damaged.
        """
        self._need_index()
        return self._snapshot.frames()

    def stats(self) -> StoreStats:
        """Count and measure."""
        tracks, duration_s, peaks = self._catalogue.totals()
        segments = self._catalogue.segments()
        index_bytes = sum(segment["size_bytes"] for segment in segments)
        media_bytes = self._catalogue.media_bytes()
        beside = index_bytes + media_bytes if self._shelf.within_catalogue else 0
        return StoreStats(
            tracks=tracks,
            duration_s=duration_s,
            peaks=peaks,
            postings=sum(segment["postings"] for segment in segments),
            tapes=len(segments),
            catalogue_bytes=max(0, self._catalogue.size_bytes() - beside),
            index_bytes=index_bytes,
            media_bytes=media_bytes,
        )

    def _need_index(self) -> None:
        if self._index_error:
            raise self._index_error


MOST_PENDING_BYTES = 64 << 20
"""Of landmarks that a block keeps before it writes them as a segment: those of about 500 songs, as
many as a new segment may have (`MergePolicy.max_new_postings`). docs/archive.md has what less
costs."""


class CatalogueWriter(CatalogueReader):
    """A reader that collects changes: rows in the open transaction, some landmarks in memory.

    Attributes:
        dropped: after `finish`, media files that no track names any more.
    """

    def __init__(self, view: View, index_error: LibraryError | None, index: IndexWriter) -> None:
        """Read and write within a transaction.

        Args:
            view: of this transaction.
            index_error: what to raise for every use of the index, if it cannot be used.
            index: of this transaction.
        """
        super().__init__(view, index_error)
        self._index = index
        self._attached: set[str] = set()
        self.dropped: set[str] = set()
        self._unnamed: set[str] = set()
        self._pending: dict[int, Landmarks] = {}
        self._pending_bytes = 0
        self._pending_tape: Tape | None = None
        self._has_changed = self._was_cleared = False
        self._removed: set[int] = set()

    def insert(self, track: Track, constellation: bytes, landmarks: Landmarks) -> int:
        """Add a track and return its key; a live track with its id is replaced.

        Raises:
            UsageError: a text or number of the track is beyond the limits.
            ValueError: another live track has the same `source.file`.
        """
        require_storable(track)
        self._need_index()
        holder = self._catalogue.track_by_file(track.source.file)
        if holder and holder.id != track.id:
            message = f"track {holder.id} has the file {track.source.file!r}"
            raise ValueError(message)
        if old := self._catalogue.track_by_id(track.id):
            self._drop(old)
        key = self._catalogue.insert(track, constellation)
        self._pending[key] = landmarks
        self._pending_bytes += _size(landmarks)
        self._pending_tape = None
        if self._pending_bytes > MOST_PENDING_BYTES:
            self._write_pending()
        return key

    def update(self, track: Track) -> None:
        """Change what is known about the live track with `track.key`.

        Raises:
            KeyError: there is no live track with this key.
            UsageError: a text or number of the track is beyond the limits.
            ValueError: another live track has the same `source.file`.
        """
        require_storable(track)
        old = self._catalogue.track(track.key)
        if old is None:
            raise KeyError(track.key)
        self._catalogue.update(track)
        if old.media_file and old.media_file != track.media_file:
            self._unnamed.add(old.media_file)

    def remove(self, keys: Iterable[int]) -> int:
        """Remove these tracks and return how many of them were there."""
        found = self._catalogue.tracks(keys)
        for track in found.values():
            self._drop(track)
        return len(found)

    def clear(self) -> None:
        """Remove every track, in bounded memory, however many there are."""
        self._catalogue.clear()
        self._index.drop(self._snapshot.segments)
        self._snapshot = IndexSnapshot().through(self._snapshot.source)
        self._pending, self._pending_bytes, self._pending_tape = {}, 0, None
        self._removed, self._unnamed = set(), set()
        self._has_changed = self._was_cleared = True

    def attach_media(self, chunks: Iterable[bytes], suffix: str) -> str:
        """Keep a media file and return its name.

        Raises:
            StorageFullError: there is no room for it.
            Exception: whatever the chunks raise, as it is.
        """
        name = media_name(suffix)
        self._attached.add(name)
        try:
            with translated(self._catalogue.location):
                size_bytes = self._shelf.keep_media(name, _marked(chunks))
        except _SourceError as error:
            raise error.cause from error.cause.__cause__
        self._catalogue.insert_media(name, size_bytes)
        return name

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,).

        Raises:
            CorruptSegmentError: part of the index does not have its checksum.
        """
        self._need_index()
        return self._snapshot.list_lengths(hashes) + list_lengths([self._new_tape()], hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return tapes of the index as it would be after this block.

        Raises:
            CorruptSegmentError: part of the index does not have its checksum.
        """
        self._need_index()
        committed = self._snapshot.without(self._removed).tapes(hashes)
        return [*committed, self._new_tape()] if self._pending else committed

    def frames(self) -> int:
        """Return how many frames the live tracks would be long after this block.

        Raises:
            CorruptSegmentError: the list of tracks of a part of the index is damaged.
        """
        self._need_index()
        return self._snapshot.without(self._removed).frames() + self._new_tape().live_frames

    def finish(self) -> None:
        """Write what was collected; only the commit is left to do.

        Raises:
            StorageFullError: there is no room for it.
        """
        self._index.add(self._pending.items())
        self._index.bury(sorted(self._removed))
        if self._pending or self._removed or self._has_changed:
            self._catalogue.advance()
        if self._was_cleared:
            self.dropped = self._catalogue.forget_unnamed_media()
            return
        candidates = self._unnamed | self._attached
        self.dropped = {name for name in candidates if self._catalogue.forget_media(name)}

    def _write_pending(self) -> None:
        """Write the landmarks in memory as part of the index, which only this block sees yet."""
        added = self._index.add(self._pending.items())
        self._snapshot = self._snapshot.with_segments(self._index.opened(added))
        self._pending, self._pending_bytes, self._pending_tape = {}, 0, None
        self._has_changed = True

    def _new_tape(self) -> Tape:
        if self._pending_tape is None:
            self._pending_tape = build_tape(list(self._pending.items()))
        return self._pending_tape

    def _drop(self, track: Track) -> None:
        self._catalogue.delete(track.key)
        if track.media_file:
            self._unnamed.add(track.media_file)
        landmarks = self._pending.pop(track.key, None)
        if landmarks is None:
            self._removed.add(track.key)
        else:
            self._pending_bytes -= _size(landmarks)
        self._pending_tape = None


def _size(landmarks: Landmarks) -> int:
    """Return how many bytes of memory landmarks take."""
    return landmarks.hash.nbytes + landmarks.frame.nbytes


def _marked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except Exception as error:
        raise _SourceError(error) from error
