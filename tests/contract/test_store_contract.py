"""The laws of `stores.base`, for every backend."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earmark.errors import LibraryBusyError, UsageError
from earmark.stores.base import Reader, Store, TrackOrder
from earmark.tape import lookup
from earmark.types import MediaKind, Metadata, Track
from tests.contract.backends import Backend
from tests.recordings import EVERY_HASH, Recording, make_recording


def put(store: Store, *recordings: Recording) -> list[int]:
    """Insert recordings in one block and return their keys."""
    with store.write() as writer:
        return [writer.insert(one.track, one.constellation, one.landmarks) for one in recordings]


def indexed(reader: Reader) -> dict[int, int]:
    """Count the live postings of each key."""
    _, keys, _ = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
    return {int(key): int((keys == key).sum()) for key in set(keys.tolist())}


def frames(store: Store) -> int:
    """Return the frames of a new view."""
    with store.read() as reader:
        return reader.frames()


def titles(store: Store, **arguments: object) -> list[str]:
    """Return the titles of a page."""
    with store.read() as reader:
        return [track.metadata.title for track in reader.page(**arguments)]  # type: ignore[arg-type]


class CutShortError(Exception):
    """What a block may end with."""


def test_a_new_store_is_empty(store: Store) -> None:
    """A new store has no tracks and no postings."""
    with store.read() as reader:
        assert list(reader.all_tracks()) == []
        assert indexed(reader) == {}


def test_a_track_comes_back_as_it_was_given(store: Store) -> None:
    """All that was known about a track is there again, under its new key."""
    one = make_recording(1)
    track = replace(
        one.track,
        metadata=Metadata("Tïtle", "A", "B", 1999, "USRC17607839", "x-1", {"mood": "blue"}),
        corrupt_packets=3,
    )
    (key,) = put(store, replace(one, track=track))
    with store.read() as reader:
        assert reader.track(track.id) == replace(track, key=key)


def test_every_handle_finds_the_track(store: Store) -> None:
    """Id, key, file, contents, sound, ISRC and foreign id all lead to the track."""
    one = make_recording(1)
    track = replace(one.track, metadata=Metadata(isrc="I", external_id="E"))
    key, _ = put(store, replace(one, track=track), make_recording(2))
    with store.read() as reader:
        found = [
            reader.track(track.id),
            reader.tracks([key, 99])[key],
            reader.by_file(track.source.file),
            *reader.by_sha256(track.source.sha256),
            *reader.by_constellation(track.constellation_hash),
            *reader.by_isrc("I"),
            *reader.by_external_id("E"),
        ]
    assert found == [replace(track, key=key)] * 7


def test_what_is_not_there_is_not_found(store: Store) -> None:
    """Unknown handles give nothing, and no error."""
    put(store, replace(make_recording(1), track=_from_memory(make_recording(1).track)))
    with store.read() as reader:
        assert reader.track("?") is None
        assert reader.by_file(b"/nothing") is None
        assert reader.by_file(b"") is None
        assert reader.tracks([7]) == {}
        assert reader.by_sha256(b"?") == reader.by_isrc("?") == []


def test_what_no_row_can_hold_is_not_there(store: Store) -> None:
    """Half a surrogate pair, or a number beyond 64 bits, leads to nothing, and to no error."""
    put(store, make_recording(1))
    with store.read() as reader:
        assert reader.track("\ud800") is None
        assert reader.by_isrc("\ud800") == reader.by_external_id("\ud800") == []
        assert reader.page(containing="\ud800") == reader.page(offset=1 << 70) == []
        assert reader.tracks([1 << 70]) == {}
        assert reader.constellations([1 << 70]) == {}
        assert len(reader.page(limit=1 << 70)) == 1


@pytest.mark.parametrize("name", ["\ud800", "\udcff.opus", "a\0b", "", "..", "a/b"])
def test_media_of_impossible_names_are_not_there(store: Store, name: str) -> None:
    """A name that no file can have is the name of none."""
    with store.read() as reader, pytest.raises(KeyError):
        reader.open_media(name)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "\ud800"},
        {"media_file": "\udcff"},
        {"metadata": Metadata(year=1 << 63)},
        {"metadata": Metadata(year=-(1 << 63) - 1)},
    ],
)
def test_what_no_row_can_hold_is_refused(store: Store, change: dict[str, Any]) -> None:
    """A block that tries to write it is told so, and changes nothing."""
    one, two = make_recording(1), make_recording(2)
    (key,) = put(store, one)
    with pytest.raises(UsageError), store.write() as writer:
        writer.insert(replace(two.track, **change), two.constellation, two.landmarks)
    with pytest.raises(UsageError), store.write() as writer:
        writer.update(replace(one.track, key=key, **change))
    assert titles(store) == ["Piece 1"]


def test_the_largest_numbers_are_held(store: Store) -> None:
    """All of 64 bits can be stored."""
    one = make_recording(1)
    metadata = Metadata("t", year=-(1 << 63))
    source = replace(one.track.source, modified_ns=(1 << 63) - 1)
    (key,) = put(store, replace(one, track=replace(one.track, metadata=metadata, source=source)))
    with store.read() as reader:
        found = reader.tracks([key])[key]
    assert (found.metadata, found.source) == (metadata, source)


def test_a_suffix_that_is_not_plain_is_left_out(store: Store) -> None:
    """A media file of a strange name is kept under one that any system can hold."""
    with store.write() as writer:
        names = [writer.attach_media([b"s"], suffix) for suffix in (".m\udcff", "/../x", ".opus")]
    assert [name[32:] for name in names] == ["", "", ".opus"]


def test_every_landmark_is_found(store: Store) -> None:
    """A lookup gives every landmark of a track, with its frame."""
    one = make_recording(1)
    (key,) = put(store, one)
    with store.read() as reader:
        hashes, keys, frames = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
    assert set(keys.tolist()) == {key}
    assert hashes.tolist() == one.landmarks.hash.tolist()
    assert frames.tolist() == one.landmarks.frame.tolist()


def test_a_search_for_few_hashes_finds_all_of_theirs(store: Store) -> None:
    """Tapes asked for with one hash hold every posting of that hash."""
    recordings = [make_recording(seed) for seed in range(5)]
    put(store, *recordings)
    wanted = EVERY_HASH[[17]]
    with store.read() as reader:
        found, _, _ = lookup(reader.tapes(wanted), wanted)
    assert len(found) == sum(int((one.landmarks.hash == wanted[0]).sum()) for one in recordings)


def test_frames_are_those_of_the_live_tracks(store: Store) -> None:
    """Each live track counts to its last landmark, and neither merges nor removals change that."""
    recordings = [make_recording(seed) for seed in range(9)]
    keys = [put(store, one)[0] for one in recordings]
    with store.write() as writer:
        writer.remove(keys[:3])
    lengths = [int(one.landmarks.frame.max()) + 1 for one in recordings[3:]]
    assert frames(store) == sum(lengths)
    store.merge()
    assert frames(store) == sum(lengths)
    store.rebuild()
    assert frames(store) == sum(lengths)


def test_a_block_counts_the_frames_of_its_own_changes(store: Store) -> None:
    """Within a block, what it added is counted and what it removed is not."""
    (old,) = put(store, make_recording(1))
    two = make_recording(2)
    with store.write() as writer:
        new = writer.insert(two.track, two.constellation, two.landmarks)
        writer.remove([old])
        assert writer.frames() == int(two.landmarks.frame.max()) + 1
        writer.remove([new])
        assert writer.frames() == 0


def test_a_track_without_landmarks_is_one_frame_long(store: Store) -> None:
    """A silent recording has its place on a tape."""
    put(store, make_recording(1, landmarks=0))
    assert frames(store) == 1


def test_a_track_without_landmarks_is_a_track(store: Store) -> None:
    """A silent recording is kept, though nothing leads to it."""
    put(store, make_recording(1, landmarks=0), make_recording(2))
    with store.read() as reader:
        assert len(list(reader.all_tracks())) == 2
        assert len(indexed(reader)) == 1


def test_a_constellation_comes_back(store: Store) -> None:
    """Constellations come back as they were, one or many, those that are gone left out."""
    ones = [make_recording(1), make_recording(2)]
    first, second = put(store, *ones)
    with store.read() as reader:
        assert reader.constellation(first) == ones[0].constellation
        many = reader.constellations([second, 99, first])
    assert many == {first: ones[0].constellation, second: ones[1].constellation}


def test_a_constellation_of_no_track_is_a_key_error(store: Store) -> None:
    """Asking for one constellation that is not there is an error."""
    with store.read() as reader, pytest.raises(KeyError):
        reader.constellation(1)


def test_a_block_that_fails_changes_nothing(store: Store) -> None:
    """With an exception, no change of the block ever becomes visible."""
    (kept,) = put(store, make_recording(1))
    with contextlib.suppress(CutShortError), store.write() as writer:
        writer.remove([kept])
        one = make_recording(2)
        writer.insert(one.track, one.constellation, one.landmarks)
        raise CutShortError
    with store.read() as reader:
        assert set(indexed(reader)) == {kept}


def test_a_store_is_of_use_after_a_failed_block(store: Store) -> None:
    """A failed block leaves no lock behind."""
    with contextlib.suppress(CutShortError), store.write():
        raise CutShortError
    put(store, make_recording(1))
    assert titles(store) == ["Piece 1"]


def test_a_block_sees_its_own_changes(store: Store) -> None:
    """Within a block, what it added is there and what it removed is not."""
    (old,) = put(store, make_recording(1))
    two = make_recording(2)
    with store.write() as writer:
        new = writer.insert(two.track, two.constellation, two.landmarks)
        assert set(indexed(writer)) == {old, new}
        assert writer.remove([old, new]) == 2
        assert indexed(writer) == {}
        assert list(writer.all_tracks()) == []


def test_a_large_block_sees_its_own_changes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those whose landmarks have left the memory before it ends."""
    monkeypatch.setattr("earmark.stores.session.MOST_PENDING_BYTES", 500)
    put(store, make_recording(1))
    ones = [make_recording(number) for number in range(2, 9)]
    with store.write() as writer:
        keys = [writer.insert(one.track, one.constellation, one.landmarks) for one in ones]
        assert indexed(writer).keys() == {1, *keys}
        writer.remove(keys[:1])
        found, length = indexed(writer), writer.frames()
    with store.read() as reader:
        assert indexed(reader) == found
        assert found.keys() == {1, *keys[1:]}
        assert reader.frames() == length
    assert store.check(deep=True) == []


def test_a_snapshot_does_not_change(store: Store) -> None:
    """A reader sees one state, whatever is added, removed, merged or rebuilt meanwhile."""
    keys = put(store, make_recording(1), make_recording(2))
    with store.read() as reader:
        put(store, make_recording(3))
        with store.write() as writer:
            writer.remove(keys)
        store.merge()
        store.rebuild()
        assert set(indexed(reader)) == set(keys)
        assert [track.key for track in reader.all_tracks()] == keys


def test_a_new_view_is_fresh(store: Store) -> None:
    """A removed track is in no view that begins later."""
    first, second = put(store, make_recording(1), make_recording(2))
    with store.read() as reader:
        indexed(reader)
    with store.write() as writer:
        writer.remove([first])
    with store.read() as reader:
        assert set(indexed(reader)) == {second}
        assert reader.track(make_recording(1).track.id) is None


def test_threads_read_at_once(store: Store) -> None:
    """Views of several threads overlap, and each sees the whole state."""
    put(store, *(make_recording(seed) for seed in range(3)))
    inside = threading.Barrier(4, timeout=10)
    seen: list[int] = []

    def look() -> None:
        with store.read() as reader:
            inside.wait()
            seen.append(len(indexed(reader)))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [3, 3, 3, 3]


def test_a_second_writer_waits_only_so_long(store: Store) -> None:
    """A write block that cannot begin within the store's patience is an error."""
    with store.write(), pytest.raises(LibraryBusyError), store.write():
        pass


def test_replacing_keeps_the_id_and_takes_a_new_key(store: Store) -> None:
    """A track with new sound has its old id, a new key, and nothing of its old landmarks."""
    (old,) = put(store, make_recording(1))
    again = make_recording(2, track_id=make_recording(1).track.id)
    (new,) = put(store, again)
    with store.read() as reader:
        assert [track.id for track in reader.all_tracks()] == [again.track.id]
        assert indexed(reader) == {new: len(again.landmarks)}
    assert new > old


def test_replacing_within_one_block(store: Store) -> None:
    """The last of several versions in one block is the one that stays."""
    ones = [make_recording(seed, track_id="same") for seed in (1, 2, 3)]
    keys = put(store, *ones)
    with store.read() as reader:
        assert indexed(reader) == {keys[-1]: len(ones[-1].landmarks)}


def test_updating_changes_what_is_known_and_not_the_sound(store: Store) -> None:
    """Metadata and source change; id, duration, peaks, hash and landmarks do not."""
    one = make_recording(1)
    (key,) = put(store, one)
    changed = replace(
        one.track,
        key=key,
        metadata=Metadata("New", fields={"a": "b"}),
        source=replace(one.track.source, file=b"/moved"),
    )
    with store.write() as writer:
        writer.update(replace(changed, id="?", duration_s=0, peaks=0, constellation_hash=b""))
    with store.read() as reader:
        assert reader.by_file(b"/moved") == changed
        assert indexed(reader) == {key: len(one.landmarks)}


def test_updating_nothing_is_a_key_error(store: Store) -> None:
    """A track that is not there cannot be updated."""
    with store.write() as writer, pytest.raises(KeyError):
        writer.update(replace(make_recording(1).track, key=5))


def test_one_file_has_one_track(store: Store) -> None:
    """A second track of one file is refused, and the block may go on."""
    one = make_recording(1)
    put(store, one)
    other = replace(make_recording(2), track=replace(one.track, id="other"))
    with store.write() as writer:
        with pytest.raises(ValueError, match="has"):
            writer.insert(other.track, other.constellation, other.landmarks)
        two = make_recording(2)
        key = writer.insert(two.track, two.constellation, two.landmarks)
        with pytest.raises(ValueError, match="has"):
            writer.update(replace(two.track, key=key, source=one.track.source))
    assert titles(store) == ["Piece 1", "Piece 2"]


def test_tracks_from_memory_have_no_file(store: Store) -> None:
    """Any number of tracks may have the empty file."""
    ones = [make_recording(seed) for seed in (1, 2)]
    put(store, *(replace(one, track=_from_memory(one.track)) for one in ones))
    assert titles(store) == ["Piece 1", "Piece 2"]


def test_a_file_is_free_once_its_track_is_gone(store: Store) -> None:
    """Removing a track frees its path for another."""
    one = make_recording(1)
    (key,) = put(store, one)
    with store.write() as writer:
        writer.remove([key])
        track = replace(one.track, id="other")
        writer.insert(track, one.constellation, one.landmarks)
    with store.read() as reader:
        assert [track.id for track in reader.all_tracks()] == ["other"]


def test_removing_counts_what_was_there(store: Store) -> None:
    """Keys that are gone, or never were, do not count."""
    first, second = put(store, make_recording(1), make_recording(2))
    with store.write() as writer:
        assert writer.remove([first, 99]) == 1
        assert writer.remove([first, second]) == 1


def test_clearing_leaves_nothing(store: Store) -> None:
    """No track, no posting and no media file, but for what the block adds afterwards."""
    one = make_recording(1)
    with store.write() as writer:
        old = writer.attach_media([b"old"], ".opus")
        track = replace(one.track, media=MediaKind.PREVIEW, media_file=old)
        writer.insert(track, one.constellation, one.landmarks)
    put(store, make_recording(2))
    other = make_recording(3)
    with store.write() as writer:
        new = writer.attach_media([b"new"], ".opus")
        writer.clear()
        assert (list(writer.all_tracks()), indexed(writer), writer.frames()) == ([], {}, 0)
        track = replace(other.track, media=MediaKind.PREVIEW, media_file=new)
        key = writer.insert(track, other.constellation, other.landmarks)
    with store.read() as reader:
        assert [track.key for track in reader.all_tracks()] == list(indexed(reader)) == [key]
        with reader.open_media(new) as stream:
            assert stream.read() == b"new"
        with pytest.raises(KeyError):
            reader.open_media(old)
    assert key > 2
    assert store.check(deep=True) == []


def test_clearing_comes_to_nothing_with_its_block(store: Store) -> None:
    """A block that fails after it leaves every track where it was."""
    put(store, make_recording(1), make_recording(2))
    with contextlib.suppress(CutShortError), store.write() as writer:
        writer.clear()
        raise CutShortError
    with store.read() as reader:
        assert len(indexed(reader)) == len(list(reader.all_tracks())) == 2
    assert store.check(deep=True) == []


def test_keys_are_never_used_again(store: Store, backend: Backend, tmp_path: Path) -> None:
    """Not even the highest key comes back, after a removal and a new start."""
    keys = put(store, make_recording(1), make_recording(2))
    with store.write() as writer:
        writer.remove(keys)
    store = backend.reopen(store, tmp_path)
    (new,) = put(store, make_recording(3))
    store.close()
    assert new > max(keys)


def test_what_was_written_is_there_after_reopening(
    store: Store, backend: Backend, tmp_path: Path
) -> None:
    """Closing and opening changes no answer."""
    keys = put(store, *(make_recording(seed) for seed in range(3)))
    store = backend.reopen(store, tmp_path)
    with store.read() as reader:
        assert set(indexed(reader)) == set(keys)
    store.close()


def test_merging_changes_no_answer(store: Store) -> None:
    """Tracks that came one by one answer the same, whatever was merged."""
    recordings = [make_recording(seed) for seed in range(9)]
    keys = [put(store, one)[0] for one in recordings]
    with store.write() as writer:
        writer.remove(keys[:3])
    store.merge()
    with store.read() as reader:
        found = indexed(reader)
    assert found == {key: len(one.landmarks) for key, one in zip(keys[3:], recordings[3:])}


def test_rebuilding_changes_no_answer(store: Store) -> None:
    """An index made anew from the constellations is the same index."""
    keys = put(store, make_recording(1), make_recording(2), make_recording(3))
    with store.write() as writer:
        writer.remove(keys[:1])
    with store.read() as reader:
        before = indexed(reader)
    store.rebuild()
    with store.read() as reader:
        assert indexed(reader) == before


def test_a_sound_store_has_no_problems(store: Store) -> None:
    """Neither check finds anything wrong after ordinary use, and there is nothing to repair."""
    keys = put(store, make_recording(1), make_recording(2))
    with store.write() as writer:
        writer.remove(keys[:1])
    assert store.check() == store.check(deep=True) == []
    assert store.repair() == []


def test_stats_count(store: Store) -> None:
    """Tracks, seconds and peaks are those of the live tracks."""
    ones = [make_recording(1), make_recording(2)]
    keys = put(store, *ones)
    with store.write() as writer:
        writer.remove(keys[:1])
    with store.read() as reader:
        stats = reader.stats()
    assert (stats.tracks, stats.duration_s, stats.peaks) == (
        1,
        ones[1].track.duration_s,
        ones[1].track.peaks,
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (TrackOrder.ADDED, ["b", "A", "ä", "a", "C"]),
        (TrackOrder.NEWEST, ["C", "a", "ä", "A", "b"]),
        (TrackOrder.TITLE, ["A", "a", "b", "C", "ä"]),
        (TrackOrder.ARTIST, ["a", "C", "b", "A", "ä"]),
    ],
)
def test_a_listing_is_sorted(store: Store, order: TrackOrder, expected: list[str]) -> None:
    """ASCII letters sort without regard to case, ties by key, tracks without artist first."""
    rows = [("b", "x"), ("A", "X"), ("ä", "y"), ("a", None), ("C", None)]
    ones = [make_recording(seed) for seed in range(len(rows))]
    put(
        store,
        *(
            replace(one, track=replace(one.track, metadata=Metadata(title, artist)))
            for one, (title, artist) in zip(ones, rows)
        ),
    )
    assert titles(store, order=order) == expected


def test_a_listing_comes_in_pages(store: Store) -> None:
    """Limit and offset cut the listing."""
    put(store, *(make_recording(seed) for seed in range(5)))
    assert titles(store, limit=2, offset=3) == ["Piece 3", "Piece 4"]
    assert titles(store, limit=2, offset=5) == []


@pytest.mark.parametrize("text", ["NIGHT", "müller", "100%"])
def test_a_listing_can_be_searched(store: Store, text: str) -> None:
    """The text is found in title, artist or album; it is no pattern."""
    one = make_recording(1)
    track = replace(one.track, metadata=Metadata("A Night", "Müller", "100% Sure"))
    put(store, replace(one, track=track), make_recording(2))
    assert titles(store, containing=text) == (["A Night"] if text != "MÜLLER" else [])


def test_media_come_back(store: Store) -> None:
    """A media file is read as it was written, and seeks."""
    with store.write() as writer:
        one = make_recording(1)
        name = writer.attach_media([b"so", b"und"], ".opus")
        track = replace(one.track, media=MediaKind.PREVIEW, media_file=name)
        writer.insert(track, one.constellation, one.landmarks)
    with store.read() as reader, reader.open_media(name) as stream:
        stream.seek(2)
        assert (name.endswith(".opus"), stream.read()) == (True, b"und")
        assert reader.stats().media_bytes == 5


def test_media_that_no_track_names_are_dropped(store: Store) -> None:
    """A file that was attached for nothing is gone after the block."""
    with store.write() as writer:
        name = writer.attach_media([b"sound"], ".opus")
    with store.read() as reader, pytest.raises(KeyError):
        reader.open_media(name)


@pytest.mark.parametrize("how", ["remove", "update", "replace"])
def test_media_go_with_their_track(store: Store, how: str) -> None:
    """A file is dropped when its track is removed, replaced, or names it no more."""
    one = make_recording(1)
    with store.write() as writer:
        name = writer.attach_media([b"sound"], ".opus")
        track = replace(one.track, media=MediaKind.COPY, media_file=name)
        key = writer.insert(track, one.constellation, one.landmarks)
    with store.write() as writer:
        if how == "remove":
            writer.remove([key])
        elif how == "update":
            writer.update(replace(one.track, key=key))
        else:
            writer.insert(one.track, one.constellation, one.landmarks)
    with store.read() as reader, pytest.raises(KeyError):
        reader.open_media(name)


def test_media_stay_when_their_track_is_replaced_with_them(store: Store) -> None:
    """A new version of a track may keep the old one's media."""
    one = make_recording(1)
    with store.write() as writer:
        name = writer.attach_media([b"sound"], ".opus")
        track = replace(one.track, media=MediaKind.COPY, media_file=name)
        writer.insert(track, one.constellation, one.landmarks)
    with store.write() as writer:
        writer.insert(track, one.constellation, one.landmarks)
    with store.read() as reader, reader.open_media(name) as stream:
        assert stream.read() == b"sound"


@pytest.mark.parametrize("name", ["", ".", "..", "../catalogue.sqlite", "/etc/hosts", "unknown"])
def test_no_other_file_passes_for_media(store: Store, name: str) -> None:
    """A name that is no media file's is a key error, wherever it points."""
    with store.read() as reader, pytest.raises(KeyError):
        reader.open_media(name)


def test_closing_twice_is_harmless(store: Store) -> None:
    """A closed store may be closed again."""
    store.close()
    store.close()
    assert store.location


def _from_memory(track: Track) -> Track:
    return replace(track, source=replace(track.source, file=b"", path=b""))
