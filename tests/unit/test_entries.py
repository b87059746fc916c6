"""Tests of earmark.archives.entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.archives.base import Damage, Kind, Record
from earmark.archives.entries import End, Entry, Item, entries
from earmark.archives.values import track_values
from earmark.packing import pack
from tests.archives import make_track
from tests.constellations import make_peaks

PACKED = pack(make_peaks(1))
TRACK = make_track(1, PACKED, "Piece", "x.opus")
RECORD = Record(Kind.TRACK, TRACK.id, track_values(TRACK, 10), PACKED)
FIRST = Record(Kind.MEDIA, "x.opus", {"part": 0}, b"01234567")
SECOND = Record(Kind.MEDIA, "x.opus", {"part": 1}, b"89")
LAST = Record(Kind.END, "", {})


def sound(item: Item) -> bytes | None:
    """Return what comes with a track."""
    assert isinstance(item, Entry)
    if item.media is None:
        return None
    with item.media:
        return item.media.read()


def test_a_track_comes_with_its_sound() -> None:
    """All pieces that follow it, in one stream."""
    entry, end = entries([RECORD, FIRST, SECOND, LAST])
    assert isinstance(entry, Entry)
    assert (entry.track, entry.constellation, entry.media_bytes) == (TRACK, PACKED, 10)
    assert sound(entry) == b"0123456789"
    assert isinstance(end, End)


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [FIRST],
        [SECOND, FIRST],
        [FIRST, FIRST],
        [FIRST, SECOND, replace(SECOND, values={"part": 2})],
        [FIRST, replace(SECOND, name="y.opus")],
        [FIRST, Damage("record 3", "x.opus", "it does not have its checksum")],
    ],
)
def test_sound_that_is_not_whole_is_left_out(pieces: list[Record | Damage]) -> None:
    """Its track comes without it, and damage says so."""
    items = list(entries([RECORD, *pieces, RECORD, FIRST, SECOND]))
    tracks = [item for item in items if isinstance(item, Entry)]
    assert [sound(track) for track in tracks] == [None, b"0123456789"]
    assert tracks[0].track.media_file is None
    assert any(isinstance(item, Damage) and item.name == TRACK.id for item in items)


def test_sound_that_is_not_wanted_is_passed_by() -> None:
    """Tracks come as if only their paths were told."""
    (entry,) = entries([RECORD, FIRST, SECOND], media=False)
    assert sound(entry) is None


def test_sound_without_its_track_is_passed_by() -> None:
    """The record of the track was lost, and was told as damage."""
    damage = Damage("record 2", TRACK.id, "it does not have its checksum")
    assert list(entries([damage, FIRST, SECOND])) == [damage]


def test_a_second_manifest_is_damage() -> None:
    """An archive has one."""
    (damage,) = entries([Record(Kind.MANIFEST, "", {})])
    assert isinstance(damage, Damage)


def test_what_is_no_track_is_damage() -> None:
    """A record whose values make no sense is told by its place and its name."""
    (damage,) = entries([replace(RECORD, values={})])
    assert isinstance(damage, Damage)
    assert (damage.place, damage.name) == ("record 2", TRACK.id)
