"""Changes of a library that the tests of failures make, and what it holds after them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from earmark.stores.base import Reader, Store
from earmark.tape import lookup
from earmark.types import MediaKind
from tests.recordings import EVERY_HASH, make_recording

Action = Callable[[Store], None]


def add(seed: int) -> Action:
    """Return the action of adding a track with its preview."""

    def act(store: Store) -> None:
        one = make_recording(seed)
        with store.write() as writer:
            name = writer.attach_media([b"sound of %d" % seed], ".opus")
            track = replace(one.track, media=MediaKind.PREVIEW, media_file=name)
            writer.insert(track, one.constellation, one.landmarks)

    return act


def remove(seed: int) -> Action:
    """Return the action of removing a track."""

    def act(store: Store) -> None:
        with store.write() as writer:
            track = writer.track(make_recording(seed).track.id)
            assert track
            writer.remove([track.key])

    return act


def held(reader: Reader) -> set[str]:
    """Return the titles of what a state holds; catalogue, index and media must agree."""
    tracks = {track.key: track for track in reader.all_tracks()}
    _, keys, _ = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
    assert set(keys.tolist()) == set(tracks) == set(reader.constellations(list(tracks)))
    for track in tracks.values():
        assert track.media_file
        with reader.open_media(track.media_file) as stream:
            assert stream.read().startswith(b"sound")
    return {track.metadata.title for track in tracks.values()}


def held_by(store: Store) -> set[str]:
    """Return what a new view holds."""
    with store.read() as reader:
        return held(reader)
