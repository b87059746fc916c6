"""The catalogue: what SQLite holds of a library, as records. One object serves one block."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.errors import CorruptCatalogueError, CorruptConstellationError, NotALibraryError
from earmark.params import Params
from earmark.searchable import resembling, search_text
from earmark.sqlfiles import statements_of
from earmark.stores import upgrading
from earmark.stores.base import TrackOrder
from earmark.stores.failures import SQLITE_ERRORS, of_sqlite
from earmark.stores.limits import LARGEST
from earmark.stores.merging import SegmentSize
from earmark.stores.rows import row_of, track_of
from earmark.stores.sqlite.sql import QUERIES, migration_scripts
from earmark.types import Metadata, Track

if TYPE_CHECKING:
    from numpy.typing import NDArray

APPLICATION_ID = 0x4561726D
"""Marks the SQLite file as ours: `Earm`."""

_PAGE_BYTES = 4096
"""Constellations of 6 to 24 kB take 6 % more in the file than by themselves, with 8192 bytes 12 %;
64 at once come in 5 microseconds each instead of 4."""

_PAGE_TRACKS = 500

_MANY_TRACKS = 1e7
"""A trigram that so many tracks have says nothing in a search."""

_SEARCH_POSTINGS = 200_000
"""That a search reads at most, those of the rarest trigrams; docs/search.md has what it finds."""


@dataclass(frozen=True, slots=True)
class State:
    """What a snapshot was made under."""

    peaks_id: str
    index_id: str
    generation: int


class Catalogue:
    """Statements over one connection; every error of SQLite becomes a `LibraryError`.

    Attributes:
        location: of the library, for messages.
        is_writing: whether what is read may not be committed yet.
    """

    OLDEST_READABLE = 2
    """From this version on, a folder's catalogue can be read as it is."""

    def __init__(self, link: sqlite3.Connection, location: str) -> None:
        self._link = link
        self.location = location
        self.is_writing = False

    def begin(self) -> State:
        """Begin to read; everything read until `rollback` belongs to the returned state."""
        self._execute("BEGIN")
        self.is_writing = False
        return self.state()

    def begin_writing(self) -> State:
        """Begin to write, alone."""
        self._execute("BEGIN IMMEDIATE")
        self.is_writing = True
        return self.state()

    def commit(self) -> None:
        """Make the changes durable and visible."""
        self._execute("COMMIT")

    def rollback(self) -> None:
        """Forget the changes, or end reading; SQLite may have done so by itself."""
        if self._link.in_transaction:
            self._execute("ROLLBACK")

    def state(self) -> State:
        """Return the ids and the generation.

        Raises:
            CorruptCatalogueError: they are lost.
        """
        rows = self._rows("state")
        if len(rows) != 1 or None in tuple(rows[0]):
            raise CorruptCatalogueError(self.location, "its catalogue has lost its state")
        return State(*rows[0])

    def version(self) -> int:
        """Return how many migrations the catalogue has had; 0 before it is one.

        Raises:
            NotALibraryError: another program's database, or a newer Earmark's.
        """
        version = self._pragma("user_version")
        ours = self._pragma("application_id") == APPLICATION_ID
        if not ours and (version or self._row("tables")["tables"]):
            raise NotALibraryError(self.location, "its catalogue is another program's database")
        if version > (known := self.newest_version()):
            cause = f"a newer Earmark made it (version {version}, this one knows {known})"
            raise NotALibraryError(self.location, cause)
        return version

    @staticmethod
    def newest_version() -> int:
        """Return the version that `migrate` leads to."""
        return len(migration_scripts())

    def prepare_file(self) -> None:
        """Choose the page size, and WAL mode, for good; on an empty file, outside a transaction."""
        self._execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        self._execute("PRAGMA journal_mode = WAL")

    def begin_new(self, params: Params) -> None:
        """Make an empty catalogue one of a library, in one transaction."""
        with self._transaction():
            self._apply_migrations()
            self._run("begin_state", peaks_id=params.peaks_id, index_id=params.index_id)
            self._run("set_parameters", json=params.to_json())

    def migrate(self) -> None:
        """Bring the catalogue of an older Earmark to today's schema, in one transaction."""
        with self._transaction():
            self._apply_migrations()
            self._make_all_searchable()

    def _apply_migrations(self) -> None:
        for script in migration_scripts()[self.version() :]:
            for statement in statements_of(script):
                self._execute(statement)
        self._execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._execute(f"PRAGMA user_version = {self.newest_version()}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
            self.commit()
        except BaseException:
            self.rollback()
            raise

    def advance(self) -> None:
        """Tell every reader that the segments or their dead changed."""
        self._run("advance")

    def params(self) -> Params:
        """Return the parameters that the library was made with.

        Raises:
            CorruptCatalogueError: they are lost.
        """
        rows = self._rows("parameters")
        try:
            return Params.from_json(rows[0]["json"])
        except (IndexError, ValueError) as error:
            cause = f"its catalogue has lost its parameters ({error})"
            raise CorruptCatalogueError(self.location, cause) from error

    def set_params(self, params: Params) -> None:
        """Record under which parameters the whole index is made now."""
        self._run("set_index_id", index_id=params.index_id)
        self._run("set_parameters", json=params.to_json())

    def track(self, key: int) -> Track | None:
        """Return the track with this key."""
        return next(iter(self._tracks("track_by_key", key=key)), None)

    def track_by_id(self, track_id: str) -> Track | None:
        """Return the track with this UUID."""
        return next(iter(self._tracks("track_by_id", id=track_id)), None)

    def track_by_file(self, file: bytes) -> Track | None:
        """Return the track of this absolute path."""
        return next(iter(self._tracks("track_by_file", file=file)), None)

    def tracks(self, keys: Iterable[int]) -> dict[int, Track]:
        """Return the tracks with these keys."""
        found = self._tracks("tracks_by_key", keys=_json_keys(keys))
        return {track.key: track for track in found}

    def tracks_by(self, query: str, **value: object) -> list[Track]:
        """Return the tracks that a named query finds, in its order."""
        return self._tracks(query, **value)

    def page(self, order: TrackOrder, limit: int, offset: int, containing: str) -> list[Track]:
        """Return part of a listing."""
        most = min(limit, LARGEST)
        return self._tracks(f"page_by_{order}", limit=most, offset=offset, text=containing)

    def all_tracks(self) -> Iterator[Track]:
        """Yield every track by key, a page at a time."""
        key = -1
        while page := self._tracks("tracks_after", key=key, limit=_PAGE_TRACKS):
            yield from page
            key = page[-1].key

    def resembling(self, trigrams: Collection[str], most: int) -> dict[int, str]:
        """Return the search texts of tracks that may be meant; see `Reader.resembling`.

        The rarest trigrams lead to tracks, as many of them as there is room for: so many postings
        that all are looked up unless more than `most` tracks have one of them.
        """
        if not self._row("has_search")["tables"]:  # an older one that may only be read
            texts = ((track.key, search_text(track.metadata)) for track in self.all_tracks())
            return resembling(texts, trigrams, most)
        keys: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        weights: list[NDArray[np.float64]] = [np.empty(0)]
        room = max(_SEARCH_POSTINGS, most * len(trigrams))
        for term, tracks in sorted(self._frequencies(trigrams), key=lambda one: one[1]):
            if tracks > room and len(keys) > 1:
                break
            room -= tracks
            (row,) = self._rows("tracks_with", term=f'"{term}"')
            keys.append(np.array(json.loads(row["keys"]), np.int64))
            weights.append(np.full(len(keys[-1]), math.log(1 + _MANY_TRACKS / tracks)))
        found, which = np.unique(np.concatenate(keys), return_inverse=True)
        total = np.bincount(which, np.concatenate(weights), len(found))
        best = found[np.lexsort((found, -total))[:most]]
        rows = self._rows("search_texts", keys=_json_keys(best.tolist()))
        return {row["key"]: row["text"] for row in rows}

    def _frequencies(self, trigrams: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Yield how many tracks have each trigram, if any has."""
        for trigram in trigrams:
            for row in self._rows("trigram_tracks", term=trigram):
                yield trigram, row["tracks"]

    def live_keys(self) -> list[int]:
        """Return the key of every track, ascending."""
        return [key for (key,) in self._rows("live_keys")]

    def totals(self) -> tuple[int, float, int]:
        """Return how many tracks there are, their seconds and their peaks."""
        tracks, duration_s, peaks = self._row("track_totals")
        return tracks, duration_s, peaks

    def size_bytes(self) -> int:
        """Return the size of the database in this snapshot."""
        return self._pragma("page_count") * self._pragma("page_size")

    def insert(self, track: Track, constellation: bytes) -> int:
        """Add a track and its constellation; return its key.

        Raises:
            ValueError: another track has its file.
        """
        key = self._change("insert_track", track).lastrowid
        self._run(
            "insert_constellation", key=key, crc32=zlib.crc32(constellation), packed=constellation
        )
        self._make_searchable(int(key or 0), track.metadata)
        return int(key or 0)

    def update(self, track: Track) -> None:
        """Change a track's row, but not its sound.

        Raises:
            KeyError: there is none with this key.
            ValueError: another track has its file.
        """
        if not self._change("update_track", track).rowcount:
            raise KeyError(track.key)
        self._forget_search(track.key)
        self._make_searchable(track.key, track.metadata)

    def delete(self, key: int) -> None:
        """Forget a track and its constellation."""
        self._run("delete_track", key=key)
        self._run("delete_constellation", key=key)
        self._forget_search(key)

    def clear(self) -> None:
        """Forget all tracks and constellations."""
        for query in (
            "delete_all_tracks",
            "delete_all_constellations",
            "delete_all_search",
            "delete_all_search_texts",
        ):
            self._run(query)

    def _make_searchable(self, key: int, metadata: Metadata) -> None:
        text = search_text(metadata)
        self._run("insert_search_text", key=key, text=text)
        self._run("insert_search", key=key, text=text)

    def _forget_search(self, key: int) -> None:
        """Take a track out of the search; the index is told what it was found by."""
        self._run("delete_search", key=key)
        self._run("delete_search_text", key=key)

    def _make_all_searchable(self) -> None:
        """Make searchable what was there before there was a search."""
        upgrading.announce(self.location, self._row("count_unsearchable")["tracks"])
        key = -1
        while tracks := self._tracks("unsearchable", key=key, limit=_PAGE_TRACKS):
            for track in tracks:
                self._make_searchable(track.key, track.metadata)
            key = tracks[-1].key

    def constellation(self, key: int) -> bytes | None:
        """Return the packed constellation of a track, if there is such a track.

        Raises:
            CorruptConstellationError: it is lost, or does not have its checksum.
        """
        return next((self._checked(row) for row in self._rows("constellation", key=key)), None)

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of these tracks, by key.

        Raises:
            CorruptConstellationError: one of them is lost, or does not have its checksum.
        """
        rows = self._rows("constellations", keys=_json_keys(keys))
        return {row["key"]: self._checked(row) for row in rows}

    def insert_media(self, name: str, size_bytes: int) -> None:
        """Record a file of the media folder."""
        self._run("insert_media", name=name, size_bytes=size_bytes)

    def forget_media(self, name: str) -> bool:
        """Forget a media file unless a track names it; return whether it was forgotten."""
        self._run("delete_unnamed_chunks", name=name)
        return self._run("delete_unnamed_media", name=name).rowcount > 0

    def forget_unnamed_media(self) -> set[str]:
        """Forget all media files that no track names; return their names."""
        names = {name for (name,) in self._rows("delete_all_unnamed_media")}
        self._run("delete_lost_chunks")
        return names

    def media_names(self) -> set[str]:
        """Return every media file that there should be."""
        return {name for (name,) in self._rows("media_names")}

    def track_media(self) -> list[tuple[str, str]]:
        """Return (track id, media file) of every track that has one."""
        return [(track_id, name) for track_id, name in self._rows("track_media")]

    def media_bytes(self) -> int:
        """Return the size of all media files."""
        return int(self._row("media_total")[0])

    def segments(self) -> list[sqlite3.Row]:
        """Return id, tracks, postings, frames and size_bytes of every segment."""
        return self._rows("segments")

    def next_segment(self) -> int:
        """Return the id for the next segment."""
        return int(self._row("next_segment")[0])

    def insert_segment(self, size: SegmentSize, size_bytes: int) -> None:
        """Make a segment part of the index."""
        self._run(
            "insert_segment",
            id=size.id,
            tracks=size.tracks,
            postings=size.postings,
            frames=size.frames,
            size_bytes=size_bytes,
        )

    def delete_segment(self, segment: int) -> None:
        """Take a segment out of the index, and its blocks, where it has some here."""
        self._run("delete_segment", id=segment)
        self._run("delete_segment_blocks", id=segment)

    def blocks(self, runs: Sequence[tuple[int, int]]) -> Iterator[sqlite3.Row]:
        """Yield id and bytes of the blocks of segments from one id to another, for each run."""
        return self._stream("segment_blocks", runs=json.dumps(runs))

    def block_stream(self, segment: int) -> Iterator[bytes]:
        """Yield the blocks of a segment in order, in bounded memory."""
        yield from (data for (data,) in self._stream("segment_stream", id=segment))

    def insert_blocks(self, blocks: Iterable[tuple[int, bytes]]) -> None:
        """Add blocks of segments, as (id, bytes)."""
        rows = ({"id": block, "bytes": data} for block, data in blocks)
        self._run_many("insert_segment_block", rows)

    def media_size(self, name: str) -> int | None:
        """Return how long a media file is; none if there is none."""
        return next((size for (size,) in self._rows("media_size", name=name)), None)

    def media_chunk(self, name: str, place: int) -> bytes:
        """Return a chunk of a media file; nothing if it is not there."""
        rows = self._rows("media_chunk", media=name, place=place)
        return next((data for (data,) in rows), b"")

    def insert_media_chunk(self, name: str, place: int, data: bytes) -> None:
        """Add a chunk of a media file."""
        self._run("insert_media_chunk", media=name, place=place, bytes=data)

    def whole_media(self) -> set[str]:
        """Return every media file whose chunks are all there."""
        return {name for (name,) in self._rows("whole_media")}

    def dead(self) -> list[int]:
        """Return the keys that segments hold and that are gone, ascending."""
        return [key for (key,) in self._rows("dead")]

    def insert_dead(self, keys: Iterable[int]) -> None:
        """Note that segments hold these keys and that they are gone."""
        for key in keys:
            self._run("insert_dead", key=key)

    def delete_dead(self, keys: Iterable[int]) -> None:
        """Note that no segment holds these keys any more."""
        self._run("delete_dead", keys=_json_keys(keys))

    def complaints(self, *, deep: bool) -> list[str]:
        """Return what SQLite's own check finds wrong."""
        check = "integrity_check" if deep else "quick_check"
        try:
            found = [text for (text,) in self._link.execute(f"PRAGMA {check}")]
        except SQLITE_ERRORS as error:
            return [str(error)]
        return [text for text in found if text != "ok"]

    def _tracks(self, query: str, **values: object) -> list[Track]:
        try:
            return [track_of(row) for row in self._rows(query, **values)]
        except (TypeError, ValueError) as error:
            cause = f"a track's row makes no sense: {error}"
            raise CorruptCatalogueError(self.location, cause) from error

    def _change(self, query: str, track: Track) -> sqlite3.Cursor:
        try:
            return self._link.execute(QUERIES[query], row_of(track))
        except sqlite3.IntegrityError as error:
            message = f"another track has this file or id: {error}"
            raise ValueError(message) from error
        except SQLITE_ERRORS as error:
            raise of_sqlite(self.location, error) from error

    def _checked(self, row: sqlite3.Row) -> bytes:
        packed: bytes | None = row["packed"]
        if packed is None or zlib.crc32(packed) != row["crc32"]:
            raise CorruptConstellationError(self.location, row["id"])
        return packed

    def _row(self, query: str) -> sqlite3.Row:
        return self._rows(query)[0]

    def _rows(self, query: str, **values: object) -> list[sqlite3.Row]:
        try:
            return self._link.execute(QUERIES[query], values).fetchall()
        except (UnicodeEncodeError, OverflowError):  # no row can hold what was asked for
            return []
        except SQLITE_ERRORS as error:
            raise of_sqlite(self.location, error) from error

    def _stream(self, query: str, **values: object) -> Iterator[sqlite3.Row]:
        try:
            yield from self._link.execute(QUERIES[query], values)
        except SQLITE_ERRORS as error:
            raise of_sqlite(self.location, error) from error

    def _run_many(self, query: str, rows: Iterable[Mapping[str, object]]) -> None:
        try:
            self._link.executemany(QUERIES[query], rows)
        except SQLITE_ERRORS as error:
            raise of_sqlite(self.location, error) from error

    def _run(self, query: str, **values: object) -> sqlite3.Cursor:
        return self._execute(QUERIES[query], values)

    def _pragma(self, name: str) -> int:
        return int(self._execute(f"PRAGMA {name}").fetchone()[0])

    def _execute(
        self, statement: str, values: Mapping[str, object] | None = None
    ) -> sqlite3.Cursor:
        try:
            return self._link.execute(statement, values or {})
        except SQLITE_ERRORS as error:
            raise of_sqlite(self.location, error) from error


def _json_keys(keys: Iterable[int]) -> str:
    return json.dumps([int(key) for key in keys])
