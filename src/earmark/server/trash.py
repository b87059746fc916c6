"""Deleted tracks, kept aside so that they can be restored: for a while, and only so many.

A track leaves the library at once, and with it the index: nothing finds it any more. What it was
lies in an archive of its own (`earmark.archives`): its metadata, its constellation, and its sound
if the library kept that. The steps of a deletion, each durable before the next:

1. The archive is written.
2. A row of the server's database names it.
3. The track is removed from the library.

A restored track goes the same way back. A server that dies on the way leaves a row of a track that
the library has, or an archive without a row; the next one drops both as it starts.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from earmark import jsonable
from earmark.archives.exporting import export_track
from earmark.archives.files import write
from earmark.archives.importing import import_archive
from earmark.archives.report import ExportReport
from earmark.errors import (
    ArchiveError,
    NotDeletedError,
    TooLargeError,
    TrackConflictError,
    TrackNotFoundError,
)
from earmark.server.options import MEGABYTE
from earmark.server.state import unusable
from earmark.stores.failures import of_system
from earmark.units import iso_utc

if TYPE_CHECKING:
    import sqlite3

    from earmark.library import Library
    from earmark.server.options import ServerOptions
    from earmark.sqlitefile import SqliteFile
    from earmark.types import Track

SUFFIX = ".earmark"
NAME_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Deleted:
    """A track that was deleted."""

    track: jsonable.Object
    """As it was."""
    deleted_at: str
    """UTC, ISO 8601, like the next."""
    expires_at: str | None
    """Until when it can be restored; None if it cannot."""


class Trash:
    """The deleted tracks of a server; safe for threads."""

    def __init__(self, library: Library, state: SqliteFile, options: ServerOptions) -> None:
        """Use the server's database, and a folder beside it."""
        self._library = library
        self._state = state
        self._folder = folder_of(options.state)
        self._most_bytes = options.limits.trash_mb * MEGABYTE
        self._kept = timedelta(hours=options.trash_hours)
        self._guard = threading.Lock()
        """One deletion at a time: two of one track must not write the same archive."""

    def delete(self, track_id: str, *, for_good: bool = False) -> Deleted:
        """Remove a track from the library, and keep it to be restored.

        One whose constellation is damaged is no more than its name, and goes for good.

        Args:
            track_id: its id.
            for_good: keep nothing of it.

        Raises:
            TrackNotFoundError: the library has no such track.
            TooLargeError: its sound is larger than all that is kept.
            StorageFullError: there is no room to keep it.
            ServerStateError: the server's own files cannot be written.
            LibraryError: the library cannot be read or written.
        """
        is_kept = not for_good and self._kept > timedelta(0)
        with self._guard:
            while True:
                track = self._found(track_id)
                now = datetime.now(UTC)
                kept = is_kept and self._put(track, now)
                if self._removed(track, was_kept=kept):
                    expires_at = iso_utc(now + self._kept) if kept else None
                    return Deleted(jsonable.track(track), iso_utc(now), expires_at)

    def restore(self, track_id: str) -> Track:
        """Put a deleted track back as it was, and return it.

        Raises:
            NotDeletedError: there is none with this id, or its time is over.
            TrackConflictError: the library has it again, or has its file as another track.
            IncompatiblePeaksError: the library was made anew with other parameters.
            ArchiveError: what was kept of it is damaged.
            LibraryError: the library cannot be read or written.
        """
        with self._guard:
            rows = self._state.rows("trash_by_id", id=track_id) if track_id.isascii() else []
            if not rows or rows[0]["deleted_at"] <= self._oldest():
                raise NotDeletedError(track_id)
            with self._library.reading() as reader:
                if reader.track(track_id) is not None:
                    message = f"the library has the track {track_id}; it is not deleted"
                    raise TrackConflictError(message)
            self._put_back(track_id)
            self._drop(track_id)
        return self._found(track_id)

    def page(self, before: int | None, limit: int) -> tuple[list[Deleted], int | None]:
        """Return deleted tracks that can be restored, latest first, and the next page's `before`.

        Args:
            before: where the page begins, as the page before told; None for the first.
            limit: how many there are on it, at least one.
        """
        rows = self._state.rows("trash", since=self._oldest(), before=before, page=limit + 1)
        page = rows[:limit]
        following = page[-1]["number"] if len(rows) > limit else None
        return [self._deleted(row) for row in page], following

    def settle(self) -> None:
        """Drop what a server left that died on the way; to be called before anything is asked.

        Raises:
            LibraryError: the library cannot be read.
            ServerStateError: the server's own files cannot be used.
        """
        rows = self._state.rows("all_trash")
        with self._library.reading() as reader:
            alive = [row["id"] for row in rows if reader.track(row["id"]) is not None]
        for track_id in alive:
            self._drop(track_id)
        named = {self._path(row["id"]).name for row in self._state.rows("all_trash")}
        with self._translated():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for entry in self._folder.iterdir():
                if entry.name not in named:
                    entry.unlink()

    def tidy(self) -> None:
        """Drop tracks whose time is over."""
        with self._guard:
            oldest = self._oldest()
            for row in self._state.rows("all_trash"):
                if row["deleted_at"] <= oldest:
                    self._drop(row["id"])

    def _found(self, track_id: str) -> Track:
        with self._library.reading() as reader:
            track = reader.track(track_id) if track_id.isascii() else None
        if track is None:
            raise TrackNotFoundError(track_id)
        return track

    def _put(self, track: Track, now: datetime) -> bool:
        """Keep a track; return whether there is anything to be kept."""
        report = ExportReport("")
        path = self._path(track.id)
        with self._library.reading() as reader:
            chunks = self._bounded(export_track(self._library, reader, track, report))
            try:
                size_bytes = write(str(path), chunks)
            except ArchiveError as error:
                cause = error.__cause__
                raise of_system(str(path), cause) if isinstance(cause, OSError) else error from None
        if not report.tracks:
            self._drop(track.id)
            return False
        self._make_room(size_bytes)
        text = jsonable.dumps(jsonable.track(track))
        moment = iso_utc(now)
        self._state.changed(
            "put_trash", id=track.id, track=text, size_bytes=size_bytes, deleted_at=moment
        )
        return True

    def _removed(self, track: Track, *, was_kept: bool) -> bool:
        """Remove a track from the library; return false if it is not what was kept any more."""
        try:
            with self._library.writing() as writer:
                if writer.track(track.id) == track:
                    writer.remove([track.key])
                    return True
                return False
        except Exception:
            if was_kept:
                self._drop(track.id)
            raise

    def _put_back(self, track_id: str) -> None:
        """Add a track from its archive."""
        report = import_archive(self._library, self._path(track_id))
        if not report.added:
            causes = [failed.cause for failed in report.failures.told]
            message = f"the track {track_id} cannot be restored: {'; '.join(causes)}"
            raise TrackConflictError(message)

    def _make_room(self, size_bytes: int) -> None:
        """Drop the oldest until there is room."""
        rows = self._state.rows("all_trash")
        over = sum(row["size_bytes"] for row in rows) + size_bytes - self._most_bytes
        for row in rows:
            if over <= 0:
                return
            self._drop(row["id"])
            over -= row["size_bytes"]

    def _bounded(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        count = 0
        for chunk in chunks:
            count += len(chunk)
            if count > self._most_bytes:
                message = (
                    f"its sound takes more than the {self._most_bytes // MEGABYTE} MB that are "
                    "kept of deleted tracks; ?for_good=true deletes it all the same"
                )
                raise TooLargeError(message)
            yield chunk

    def _drop(self, track_id: str) -> None:
        """Forget a track: the row first, so that no row is without its archive."""
        self._state.changed("drop_trash", id=track_id)
        with self._translated():
            self._path(track_id).unlink(missing_ok=True)

    def _path(self, track_id: str) -> Path:
        """Return where a track's archive lies; its id may have come with an import, and be odd."""
        name = hashlib.sha256(track_id.encode()).hexdigest()[:NAME_DIGITS]
        return self._folder / f"{name}{SUFFIX}"

    def _oldest(self) -> str:
        return iso_utc(datetime.now(UTC) - self._kept)

    def _deleted(self, row: sqlite3.Row) -> Deleted:
        until = datetime.fromisoformat(row["deleted_at"]) + self._kept
        return Deleted(json.loads(row["track"]), row["deleted_at"], iso_utc(until))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unusable(self._folder, error) from error


def folder_of(state: Path) -> Path:
    """Where the archives of deleted tracks lie."""
    return state / "trash"
