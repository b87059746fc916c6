"""What readers, writers, merges and checks ask of a catalogue, whatever database holds it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

from earmark.params import Params
from earmark.stores.base import TrackOrder
from earmark.stores.merging import SegmentSize
from earmark.stores.rows import Row
from earmark.types import Track


class State(Protocol):
    """What a snapshot was made under."""

    @property
    def peaks_id(self) -> str:
        """Of the parameters of the constellations."""

    @property
    def index_id(self) -> str:
        """Of the parameters of the index."""

    @property
    def generation(self) -> int:
        """Another one whenever the segments or their dead changed."""


class Register(Protocol):
    """The records of a library, within one transaction. Every error is a `LibraryError`."""

    @property
    def location(self) -> str:
        """Where the library lies, for messages."""

    def advance(self) -> None:
        """Tell every reader that the segments or their dead changed."""

    def set_params(self, params: Params) -> None:
        """Record under which parameters the whole index is made now."""

    def track(self, key: int) -> Track | None:
        """Return the track with this key."""

    def track_by_id(self, track_id: str) -> Track | None:
        """Return the track with this UUID."""

    def track_by_file(self, file: bytes) -> Track | None:
        """Return the track of this absolute path."""

    def tracks(self, keys: Iterable[int]) -> dict[int, Track]:
        """Return the tracks with these keys."""

    def tracks_by(self, query: str, **value: Any) -> list[Track]:  # noqa: ANN401 - of a column
        """Return the tracks that a named query finds, in its order."""

    def page(self, order: TrackOrder, limit: int, offset: int, containing: str) -> list[Track]:
        """Return part of a listing."""

    def resembling(self, trigrams: Collection[str], most: int) -> dict[int, str]:
        """Return the search texts, by key, of tracks that may be meant; see `Reader.resembling`."""

    def all_tracks(self) -> Iterator[Track]:
        """Yield every track by key, in bounded memory."""

    def live_keys(self) -> list[int]:
        """Return the key of every track, ascending."""

    def totals(self) -> tuple[int, float, int]:
        """Return how many tracks there are, their seconds and their peaks."""

    def size_bytes(self) -> int:
        """Return the size of the catalogue in this snapshot."""

    def insert(self, track: Track, constellation: bytes) -> int:
        """Add a track and its constellation; return its key."""

    def update(self, track: Track) -> None:
        """Change a track's row, but not its sound.

        Raises:
            KeyError: there is none with this key.
            ValueError: another track has its file.
        """

    def delete(self, key: int) -> None:
        """Forget a track and its constellation."""

    def clear(self) -> None:
        """Forget all tracks and constellations."""

    def constellation(self, key: int) -> bytes | None:
        """Return the packed constellation of a track, if there is such a track.

        Raises:
            CorruptConstellationError: it is lost, or does not have its checksum.
        """

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of these tracks, by key.

        Raises:
            CorruptConstellationError: one of them is lost, or does not have its checksum.
        """

    def insert_media(self, name: str, size_bytes: int) -> None:
        """Record a media file."""

    def forget_media(self, name: str) -> bool:
        """Forget a media file unless a track names it; return whether it was forgotten."""

    def forget_unnamed_media(self) -> set[str]:
        """Forget all media files that no track names; return those that may lie elsewhere."""

    def track_media(self) -> list[tuple[str, str]]:
        """Return (track id, media file) of every track that has one."""

    def media_bytes(self) -> int:
        """Return the size of all media files."""

    def segments(self) -> Sequence[Row]:
        """Return id, tracks, postings, frames and size_bytes of every segment."""

    def insert_segment(self, size: SegmentSize, size_bytes: int) -> None:
        """Make a segment part of the index."""

    def delete_segment(self, segment: int) -> None:
        """Take a segment out of the index."""

    def dead(self) -> list[int]:
        """Return the keys that segments hold and that are gone, ascending."""

    def insert_dead(self, keys: Iterable[int]) -> None:
        """Note that segments hold these keys and that they are gone."""

    def delete_dead(self, keys: Iterable[int]) -> None:
        """Note that no segment holds these keys any more."""

    def complaints(self, *, deep: bool) -> list[str]:
        """Return what the database's own check finds wrong."""
