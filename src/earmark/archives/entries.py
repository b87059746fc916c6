"""From records to what they mean: tracks with their sound, plays, and what is damaged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, TypeAlias, cast

from earmark.archives.base import Damage, Kind, Record
from earmark.archives.values import play_of, track_of
from earmark.operations.base import Play
from earmark.types import MediaKind, Track

SPOOL_BYTES = 4 << 20
"""A media file on its way is held in memory up to this size, beyond it in a temporary file."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A track on its way."""

    track: Track
    constellation: bytes
    """Packed."""
    media: BinaryIO | None = None
    """At its beginning; who takes the entry closes it. None: its sound does not travel."""
    media_bytes: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The archive is complete: nothing before it was lost."""


Item: TypeAlias = Entry | Play | Damage | End


def entries(records: Iterable[Record | Damage], *, media: bool = True) -> Iterator[Item]:
    """Yield what an archive has behind its manifest, as it comes.

    A track whose sound is not whole comes without it, and damage behind it says so.

    Args:
        records: behind the manifest.
        media: whether sound is wanted; otherwise it is passed by.
    """
    assembler = _Assembler(media=media)
    try:
        for number, record in enumerate(records, 2):
            yield from assembler.take(record, f"record {number}")
        yield from assembler.finish()
    finally:
        assembler.drop()


def without_media(track: Track) -> Track:
    """Return a track of whose sound nothing is kept."""
    return replace(track, media=MediaKind.REFERENCE, media_file=None)


@dataclass(slots=True)
class _Pending:
    """A track whose sound is still coming."""

    track: Track
    constellation: bytes
    place: str
    expected: int
    spool: BinaryIO
    found: int = 0
    parts: int = 0
    whole: bool = True


class _Assembler:
    """Puts each track together with the pieces that follow it."""

    def __init__(self, *, media: bool) -> None:
        self._media = media
        self._pending: _Pending | None = None

    def take(self, record: Record | Damage, place: str) -> Iterator[Item]:
        """Take the next record, and yield what is complete by it."""
        if isinstance(record, Damage):
            yield record
            return
        if record.kind is Kind.MEDIA:
            self._append(record)
            return
        yield from self.finish()
        try:
            yield from self._begun(record, place)
        except ValueError as error:
            yield Damage(place, record.name, str(error))

    def finish(self) -> Iterator[Item]:
        """Yield the track that was pending."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        if pending.whole and pending.found == pending.expected:
            pending.spool.seek(0)
            track, packed = pending.track, pending.constellation
            yield Entry(track, packed, pending.spool, pending.found)
            return
        pending.spool.close()
        yield Entry(without_media(pending.track), pending.constellation)
        cause = "its sound is not whole: it comes without"
        yield Damage(pending.place, pending.track.id, cause)

    def drop(self) -> None:
        """Forget what is pending."""
        if self._pending is not None:
            self._pending.spool.close()

    def _begun(self, record: Record, place: str) -> Iterator[Item]:
        if record.kind is Kind.TRACK:
            track, media_bytes = track_of(record.values)
            if media_bytes is None or not self._media:
                yield Entry(without_media(track), record.data)
                return
            spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # noqa: SIM115
            self._pending = _Pending(track, record.data, place, media_bytes, spool)
        elif record.kind is Kind.PLAY:
            yield play_of(record.values)
        elif record.kind is Kind.END:
            yield End()
        else:
            yield Damage(place, record.name, "a second manifest")

    def _append(self, record: Record) -> None:
        """Add a piece to the sound of the pending track; one that is not the next spoils it."""
        pending = self._pending
        if pending is None:  # its track is lost, or its sound is not wanted
            return
        following = record.name == pending.track.media_file
        following = following and record.values.get("part") == pending.parts
        if not following or pending.found + len(record.data) > pending.expected:
            pending.whole = False
        if pending.whole:
            pending.spool.write(record.data)
            pending.found += len(record.data)
            pending.parts += 1
