"""The catalogue: what PostgreSQL holds of a library, as records. One object serves one block.

New tracks are kept until they are many, or until a statement would have to see them; then they are
written at once, with `COPY`. Removed ones are collected in the same way.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from earmark.errors import CorruptCatalogueError, CorruptConstellationError
from earmark.params import Params
from earmark.searchable import search_text
from earmark.stores.base import TrackOrder
from earmark.stores.limits import LARGEST, is_storable_text
from earmark.stores.merging import SegmentSize
from earmark.stores.postgres.kept import KeptConstellations
from earmark.stores.postgres.link import Asked, Row
from earmark.stores.postgres.search import pattern_of
from earmark.stores.postgres.transaction import State, Transaction, drawn
from earmark.stores.rows import row_of, track_of
from earmark.types import Track

_PAGE_TRACKS = 500
_MOST_WAITING_BYTES = 4 << 20
"""Of constellations that are kept before they are written."""

_TRACK_TYPES = (
    "int8 text text text text int8 text text text bytea bytea bytea int8 int8 float8 text int8 "
    "bytea text text int8"
).split()
"""Of the columns of a track, in the order of `row_of`."""


class Catalogue:
    """Statements of one transaction, and the records they give; see `stores.register`."""

    def __init__(
        self, transaction: Transaction, location: str, schema: str, kept: KeptConstellations
    ) -> None:
        self.transaction = transaction
        self._kept = kept
        self.location = location
        self._schema = schema
        self._new: dict[int, tuple[Track, bytes]] = {}
        self._new_bytes = 0
        self._gone: list[int] = []
        self._told: dict[int, Row] = {}

    def begin(self) -> State:
        """Begin to read; everything read until `rollback` belongs to the returned state."""
        return self.transaction.begin()

    def may_write(self) -> bool:
        """Tell whether the server takes changes, and these from this user."""
        return bool(self.transaction.rows("may_write", schema=self._schema)[0]["may_write"])

    def begin_writing(self) -> State:
        """Begin to write, alone."""
        return self.transaction.begin_writing()

    def commit(self) -> None:
        """Make the changes durable and visible."""
        self._flush()
        self.transaction.commit()

    def rollback(self) -> None:
        """Forget the changes, or end reading."""
        self._new, self._new_bytes, self._gone, self._told = {}, 0, [], {}
        self.transaction.rollback()

    def state(self) -> State:
        """Return the ids and the generation."""
        return self.transaction.state

    def advance(self) -> None:
        """Tell every reader that the segments or their dead changed."""
        self.transaction.state = replace(self.transaction.state, generation=drawn())

    def params(self) -> Params:
        """Return the parameters that the library was made with.

        Raises:
            CorruptCatalogueError: they are lost.
        """
        try:
            return Params.from_json(self._rows("parameters")[0]["parameters"])
        except (IndexError, ValueError) as error:
            cause = f"its catalogue has lost its parameters ({error})"
            raise CorruptCatalogueError(self.location, cause) from error

    def set_params(self, params: Params) -> None:
        """Record under which parameters the whole index is made now."""
        self._run("set_parameters", index_id=params.index_id, parameters=params.to_json())

    def track(self, key: int) -> Track | None:
        """Return the track with this key."""
        return self.tracks([key]).get(key)

    def track_by_id(self, track_id: str) -> Track | None:
        """Return the track with this UUID."""
        new = (track for track, _ in self._new.values() if track.id == track_id)
        return next(new, None) or self._stored("track_by_id", id=track_id)

    def track_by_file(self, file: bytes) -> Track | None:
        """Return the track of this absolute path."""
        if not file:
            return None
        new = (track for track, _ in self._new.values() if track.source.file == file)
        return next(new, None) or self._stored("track_by_file", file=file)

    def tracks(self, keys: Iterable[int]) -> dict[int, Track]:
        """Return the tracks with these keys."""
        wanted = _possible(keys)
        if self._told.keys() >= set(wanted):
            found = self._made(self._told[key] for key in wanted)
        else:
            found = self._tracks("tracks_by_key", keys=wanted)
        return {track.key: track for track in found}

    def tracks_by(self, query: str, **value: Any) -> list[Track]:  # noqa: ANN401 - of a column
        """Return the tracks that a named query finds, in its order."""
        return self._tracks(query, **value)

    def page(self, order: TrackOrder, limit: int, offset: int, containing: str) -> list[Track]:
        """Return part of a listing."""
        most, after = min(limit, LARGEST), min(offset, LARGEST)
        return self._tracks(f"page_by_{order}", limit=most, offset=after, text=containing)

    def resembling(self, trigrams: Collection[str], most: int) -> dict[int, str]:
        """Return the search texts of tracks that may be meant; see `Reader.resembling`.

        The server looks for them: in its index of trigrams, or else through all search texts.
        """
        wanted = [pattern_of(trigram) for trigram in trigrams if is_storable_text(trigram)]
        rows = self._rows("resembling", patterns=wanted, most=min(most, LARGEST))
        return {row["key"]: row["text"] for row in rows}

    def all_tracks(self) -> Iterator[Track]:
        """Yield every track by key, a page at a time."""
        key = -1
        while page := self._tracks("tracks_after", key=key, limit=_PAGE_TRACKS):
            yield from page
            key = page[-1].key

    def live_keys(self) -> list[int]:
        """Return the key of every track, ascending."""
        return [row["key"] for row in self._rows("live_keys")]

    def totals(self) -> tuple[int, float, int]:
        """Return how many tracks there are, their seconds and their peaks."""
        row = self._rows("track_totals")[0]
        return row["tracks"], row["duration_s"], row["peaks"]

    def size_bytes(self) -> int:
        """Return the size of all tables but those of the index and the media."""
        return int(self._rows("size", schema=self._schema)[0]["size_bytes"])

    def insert(self, track: Track, constellation: bytes) -> int:
        """Add a track and its constellation; return its key."""
        state = self.transaction.state
        key = state.next_key
        self.transaction.state = replace(state, next_key=key + 1)
        self._new[key] = replace(track, key=key), constellation
        self._new_bytes += len(constellation)
        if self._new_bytes > _MOST_WAITING_BYTES:
            self._flush()
        return key

    def update(self, track: Track) -> None:
        """Change a track's row, but not its sound.

        Raises:
            KeyError: there is none with this key.
            ValueError: another track has its file.
        """
        holder = self.track_by_file(track.source.file)
        if holder and holder.key != track.key:
            message = f"track {holder.id} has the file {track.source.file!r}"
            raise ValueError(message)
        self._flush()
        ask = self.transaction.asked
        updated, *_ = self.transaction.ask(
            ask("update_track", **row_of(track)),
            ask("update_search_text", key=track.key, text=search_text(track.metadata)),
            self._changed([track.key], removed=False),
        )
        if not updated.count:
            raise KeyError(track.key)

    def delete(self, key: int) -> None:
        """Forget a track and its constellation."""
        if new := self._new.pop(key, None):
            self._new_bytes -= len(new[1])
        else:
            self._gone.append(key)

    def clear(self) -> None:
        """Forget all tracks and constellations."""
        self._new, self._new_bytes, self._gone = {}, 0, []
        ask = self.transaction.asked
        *_, changed = self.transaction.ask(
            ask("delete_all_tracks"),
            ask("delete_all_constellations"),
            ask("delete_all_search_texts"),
            ask("change_all_keys", number=self.transaction.state.next_change),
        )
        self._numbers(changed.count)

    def constellation(self, key: int) -> bytes | None:
        """Return the packed constellation of a track, if there is such a track.

        Raises:
            CorruptConstellationError: it is lost, or does not have its checksum.
        """
        return self.constellations([key]).get(key)

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of these tracks, by key.

        A query that reads one will tell of its track: what is known of that comes on the same trip.

        Raises:
            CorruptConstellationError: one of them is lost, or does not have its checksum.
        """
        wanted = _possible(keys)
        known = self._kept.probable(wanted)
        rows = {row["key"]: row for row in self._rows("constellations", keys=wanted, known=known)}
        if self.transaction.is_reading:
            self._told |= {key: {**row, "packed": None} for key, row in rows.items()}
        found = {key: self._remembered(rows[key]) for key in known if key in rows}
        lost = [key for key, packed in found.items() if packed is None]
        if lost:  # forgotten meanwhile, or another's by now
            rows |= {row["key"]: row for row in self._rows("constellations", keys=lost, known=[])}
        return {key: found.get(key) or self._checked(row) for key, row in rows.items()}

    def insert_media(self, name: str, size_bytes: int) -> None:
        """Record a media file, whose contents are there."""
        self._run("insert_media", name=name, size_bytes=size_bytes)

    def forget_media(self, name: str) -> bool:
        """Forget a media file unless a track names it; return whether it was forgotten."""
        self._flush()
        ask = self.transaction.asked
        forgotten, _ = self.transaction.ask(
            ask("delete_unnamed_media", name=name), ask("delete_media_chunks", name=name)
        )
        return forgotten.count > 0

    def forget_unnamed_media(self) -> set[str]:
        """Forget all media files that no track names; return none, as nothing of them is left."""
        self._flush()
        ask = self.transaction.asked
        self.transaction.ask(ask("delete_all_unnamed_media"), ask("delete_lost_chunks"))
        return set()

    def track_media(self) -> list[tuple[str, str]]:
        """Return (track id, media file) of every track that has one."""
        return [(row["id"], row["media_file"]) for row in self._rows("track_media")]

    def whole_media(self) -> set[str]:
        """Return every media file whose chunks are all there."""
        return {row["name"] for row in self._rows("whole_media")}

    def media_bytes(self) -> int:
        """Return the size of all media files."""
        return int(self._rows("media_total")[0]["size_bytes"])

    def segments(self) -> list[Row]:
        """Return id, mark, tracks, postings, frames and size_bytes of every segment."""
        return self._rows("segments")

    def index(self) -> tuple[list[Row], list[int]]:
        """Return the segments, and the dead keys, in one trip."""
        ask = self.transaction.asked
        segments, dead = self.transaction.ask(ask("segments"), ask("dead"))
        return segments.rows, [row["key"] for row in dead.rows]

    def next_segment(self) -> int:
        """Return the id for the next segment."""
        return self.transaction.state.next_segment

    def insert_segment(self, size: SegmentSize, size_bytes: int) -> None:
        """Make a segment part of the index."""
        self._run(
            "insert_segment",
            id=size.id,
            mark=drawn(),
            tracks=size.tracks,
            postings=size.postings,
            frames=size.frames,
            size_bytes=size_bytes,
        )
        self.transaction.state = replace(self.transaction.state, next_segment=size.id + 1)

    def delete_segment(self, segment: int) -> None:
        """Take a segment out of the index."""
        ask = self.transaction.asked
        self.transaction.ask(ask("delete_segment", id=segment), ask("delete_blocks", id=segment))

    def dead(self) -> list[int]:
        """Return the keys that segments hold and that are gone, ascending."""
        return [row["key"] for row in self._rows("dead")]

    def insert_dead(self, keys: Iterable[int]) -> None:
        """Note that segments hold these keys and that they are gone."""
        if gone := list(keys):
            self._run("insert_dead", keys=gone)

    def delete_dead(self, keys: Iterable[int]) -> None:
        """Note that no segment holds these keys any more."""
        if gone := list(keys):
            self._run("delete_dead", keys=gone)

    def complaints(self, *, deep: bool) -> list[str]:  # noqa: ARG002 - its server checks its pages
        """Return nothing: PostgreSQL looks after its tables itself."""
        return []

    def _stored(self, query: str, **values: Any) -> Track | None:  # noqa: ANN401 - of a column
        """Return the first track that a query finds; new ones were looked through already."""
        if not can_be_stored(values):
            return None
        self._forget_gone()
        return next(iter(self._made(self.transaction.rows(query, **values))), None)

    def _tracks(self, query: str, **values: Any) -> list[Track]:  # noqa: ANN401 - of a column
        return self._made(self._rows(query, **values))

    def _made(self, rows: Iterable[Row]) -> list[Track]:
        try:
            return [track_of(row) for row in rows]
        except (TypeError, ValueError) as error:
            cause = f"a track's row makes no sense: {error}"
            raise CorruptCatalogueError(self.location, cause) from error

    def _remembered(self, row: Row) -> bytes | None:
        """Return the constellation of a row that came without it."""
        return None if row["crc32"] is None else self._kept.find(row["constellation_hash"])

    def _checked(self, row: Row) -> bytes:
        packed: bytes | None = row["packed"]
        if packed is None or zlib.crc32(packed) != row["crc32"]:
            raise CorruptConstellationError(self.location, row["id"])
        self._kept.keep(row["key"], row["constellation_hash"], packed)
        return packed

    def _rows(self, query: str, **values: Any) -> list[Row]:  # noqa: ANN401 - of a column
        if not can_be_stored(values):
            return []
        self._flush()
        return self.transaction.rows(query, **values)

    def _run(self, query: str, **values: Any) -> int:  # noqa: ANN401 - of a column
        self._flush()
        return self.transaction.run(query, **values)

    def _flush(self) -> None:
        """Write what was collected: who is gone first, as somebody new may have the same file."""
        self._forget_gone()
        if not self._new:
            return
        new, self._new, self._new_bytes = self._new, {}, 0
        number = self._numbers(len(new))
        write = self.transaction.copy
        tracks = (tuple(row_of(track).values()) for track, _ in new.values())
        write("copy_tracks", _TRACK_TYPES, tracks)
        packed = ((key, zlib.crc32(one), one) for key, (_, one) in new.items())
        write("copy_constellations", ("int8", "int8", "bytea"), packed)
        texts = ((key, search_text(track.metadata)) for key, (track, _) in new.items())
        write("copy_search_texts", ("int8", "text"), texts)
        changes = ((key, number + place, False) for place, key in enumerate(new))
        write("copy_changes", ("int8", "int8", "bool"), changes)

    def _forget_gone(self) -> None:
        if not self._gone:
            return
        gone, self._gone = self._gone, []
        ask = self.transaction.asked
        self.transaction.ask(
            ask("delete_tracks", keys=gone),
            ask("delete_constellations", keys=gone),
            ask("delete_search_texts", keys=gone),
            self._changed(gone, removed=True),
        )

    def _changed(self, keys: list[int], *, removed: bool) -> Asked:
        number = self._numbers(len(keys))
        return self.transaction.asked("change_keys", keys=keys, number=number, removed=removed)

    def _numbers(self, count: int) -> int:
        """Take the numbers of so many changes, and return the first."""
        state = self.transaction.state
        self.transaction.state = replace(state, next_change=state.next_change + count)
        return state.next_change


def can_be_stored(values: dict[str, Any]) -> bool:
    """Tell whether a row could hold what is asked for."""
    return all(is_storable_text(value) for value in values.values() if isinstance(value, str))


def _possible(keys: Iterable[int]) -> list[int]:
    return [int(key) for key in keys if -LARGEST - 1 <= key <= LARGEST]
