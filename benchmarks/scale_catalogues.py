"""Catalogues of made songs with real recordings planted among them, built once and kept.

Songs are made in other processes and inserted in this one, block by block, as any program would
that adds to a store. A build that was stopped goes on where it was; one that is done is used again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from earmark.evaluation.distractors import ALGORITHM, distractor_peaks
from earmark.ingest import make_track
from earmark.landmarks import reference_landmarks
from earmark.library import Library
from earmark.packing import pack, unpack
from earmark.params import Params
from earmark.recording import Recording
from earmark.stores.base import StoreStats, Writer
from earmark.stores.location import located
from earmark.stores.merging import MergePolicy
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from earmark.types import Landmarks, Metadata, Source, Track
from earmark.units import steps_to_seconds
from tests.homes import OnDisk

CHUNK_SONGS, BLOCK_SONGS = 50, 1000
"""Songs that a process makes at once; that are committed together."""

AHEAD = 6
"""Chunks that are waited for: 30 MB."""

SAMPLED_SONGS = 200
"""Of a small catalogue, which tells how much room a large one needs."""

SPARE_BYTES = 1 << 30
"""That are left free, whatever a catalogue needs."""

SONGS_OF_AN_ALBUM, ALBUMS_OF_AN_ARTIST = 12, 4


@dataclass(frozen=True, eq=False)
class Song:
    """All that a store needs of one recording; the key of the track is not used."""

    track: Track
    constellation: bytes
    landmarks: Landmarks


@dataclass(frozen=True)
class Recipe:
    """What a catalogue is made of."""

    songs: int
    seed: int
    planted: Path
    """A library of real recordings."""
    workers: int
    params: Params


@dataclass
class Build:
    """What building took, all runs together; seconds."""

    waited_s: float = 0.0
    """For songs to be made."""
    inserted_s: float = 0.0
    committed_s: float = 0.0
    """To make, write and merge segments, and to commit."""
    songs: int = 0

    @property
    def total_s(self) -> float:
        """The whole time."""
        return self.waited_s + self.inserted_s + self.committed_s


def plant(folder: Path, names: Sequence[str], library: Path, workers: int) -> None:
    """Add real recordings to a library of their own, unless they are there."""
    with Library.open(library) as held:
        held.add([folder / name for name in names], workers=workers)


def built(recipe: Recipe, cache: Path) -> tuple[Path, Build]:
    """Build a catalogue below a folder, or go on; return its place and what it took.

    Raises:
        SystemExit: the disk has no room for it.
    """
    place = place_of(recipe, cache)
    store = open_store(place, recipe.params)
    record = place.with_suffix(".json")
    build = Build(**json.loads(record.read_text())) if record.exists() else Build()
    done = stats_of(store).tracks
    wanted = recipe.songs + _count(recipe.planted)
    if done < wanted:
        _need_room(recipe, cache, 1 - done / wanted)
        for _ in _filled(store, recipe, done, build):
            record.write_text(json.dumps(asdict(build)))
    store.close()
    return place, build


def place_of(recipe: Recipe, cache: Path) -> Path:
    """Return the folder of a catalogue; its name tells all that decides what is in it."""
    label = f"{recipe.songs}-{recipe.seed}-{ALGORITHM}-{recipe.params.index_id}"
    return cache / f"{label}.earmark"


def open_store(place: Path, params: Params) -> OnDisk:
    """Open a catalogue as a store, or begin one."""
    return SegmentedStore.create(folder_home(located(place)), params, landmarks_of)


def landmarks_of(params: Params, constellation: bytes) -> Landmarks:
    """Return the landmarks of a packed constellation."""
    return reference_landmarks(unpack(constellation), params)


def stats_of(store: OnDisk) -> StoreStats:
    """Count and measure a store."""
    with store.read() as reader:
        return reader.stats()


def insert(writer: Writer, song: Song) -> int:
    """Add a song, and return its key."""
    return writer.insert(song.track, song.constellation, song.landmarks)


def made_songs(numbers: Sequence[int], seed: int, params: Params) -> list[Song]:
    """Make the songs of these numbers."""
    return [_made_song(number, seed, params) for number in numbers]


def _filled(store: OnDisk, recipe: Recipe, done: int, build: Build) -> Iterator[None]:
    """Insert what a catalogue lacks, and yield after every block, which `build` then counts."""
    with ProcessPoolExecutor(recipe.workers, get_context("fork")) as pool:
        songs = _in_order(recipe, done, pool)
        for _ in range(done, recipe.songs + _count(recipe.planted), BLOCK_SONGS):
            began = time.perf_counter()
            block = list(islice(songs, BLOCK_SONGS))
            waited = time.perf_counter()
            with store.write() as writer:
                for song in block:
                    insert(writer, song)
                inserted = time.perf_counter()
            build.waited_s += waited - began
            build.inserted_s += inserted - waited
            build.committed_s += time.perf_counter() - inserted
            build.songs += len(block)
            _tell(build)
            yield


def _in_order(recipe: Recipe, done: int, pool: ProcessPoolExecutor) -> Iterator[Song]:
    """Yield the songs of a catalogue from one number on, with the planted ones among them."""
    planted = list(_planted(recipe))
    total = recipe.songs + len(planted)
    places = [number * len(planted) // total for number in range(total + 1)]
    made = _made_ahead(range(done - places[done], recipe.songs), recipe, pool)
    for number in range(done, total):
        is_planted = places[number + 1] > places[number]
        yield planted[places[number]] if is_planted else next(made)


def _planted(recipe: Recipe) -> Iterator[Song]:
    """Yield the real recordings."""
    store = open_store(recipe.planted, recipe.params)
    with store.read() as reader:
        for track in reader.all_tracks():
            packed = reader.constellation(track.key)
            yield Song(track, packed, landmarks_of(recipe.params, packed))
    store.close()


def _count(library: Path) -> int:
    with Library.open(library, create=False) as held:
        return held.stats().tracks


def _made_ahead(numbers: range, recipe: Recipe, pool: ProcessPoolExecutor) -> Iterator[Song]:
    """Yield songs in the order of their numbers, a few chunks of which are under way."""
    waiting: deque[Future[list[Song]]] = deque()
    for first in range(0, len(numbers), CHUNK_SONGS):
        chunk = numbers[first : first + CHUNK_SONGS]
        waiting.append(pool.submit(made_songs, chunk, recipe.seed, recipe.params))
        if len(waiting) == AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _made_song(number: int, seed: int, params: Params) -> Song:
    """Make a song with such metadata as a file of somebody's collection has."""
    peaks = distractor_peaks(number, seed, params)
    packed = pack(peaks)
    album, index = divmod(number, SONGS_OF_AN_ALBUM)
    metadata = Metadata(
        title=f"Song number {number}",
        artist=f"Artist number {album // ALBUMS_OF_AN_ARTIST}",
        album=f"Album number {album}",
        year=1960 + album % 60,
        isrc=f"QZERM{number % 10**7:07}",
        fields={"track": str(index + 1), "genre": "made"},
    )
    path = os.fsencode(f"/music/{metadata.artist}/{metadata.album}/{index + 1:02} {number}.flac")
    duration_s = steps_to_seconds(float(peaks.time[-1]), params.peaks)
    recording = Recording(metadata, packed, len(peaks), duration_s, 0)
    source = Source(path, path, hashlib.sha256(path).digest(), round(1e5 * duration_s))
    return Song(make_track(recording, source, metadata), packed, landmarks_of(params, packed))


def _need_room(recipe: Recipe, cache: Path, part: float) -> None:
    """Tell how much room the missing part of a catalogue takes, and refuse if it is not there.

    A merge writes a segment before it deletes those that it was made of.

    Raises:
        SystemExit: there is less.
    """
    sample = _sample(recipe, cache)
    index, catalogue = (
        size / sample.tracks for size in (sample.index_bytes, sample.catalogue_bytes)
    )
    largest = MergePolicy().max_postings * sample.tracks // sample.postings
    needed = part * recipe.songs * (index + catalogue) + min(recipe.songs, largest) * index
    free = shutil.disk_usage(cache).free - SPARE_BYTES
    print(
        f"{recipe.songs:,} songs: {needed / 1e9:.2f} GB are needed, merges included "
        f"({index / 1e3:.1f} kB of index and {catalogue / 1e3:.1f} kB of catalogue a song); "
        f"{free / 1e9:.1f} GB are free",
        flush=True,
    )
    if needed > free:
        message = f"no room in {cache}: make some, or name another folder by --cache"
        raise SystemExit(message)


def _sample(recipe: Recipe, cache: Path) -> StoreStats:
    """Measure a small catalogue."""
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        store = open_store(Path(folder) / "sample.earmark", recipe.params)
        with store.write() as writer:
            for song in made_songs(range(SAMPLED_SONGS), recipe.seed, recipe.params):
                insert(writer, song)
        stats = stats_of(store)
        store.close()
    return stats


def _tell(build: Build) -> None:
    """Print how far building is."""
    rate = build.songs / build.total_s
    stages = (build.waited_s, build.inserted_s, build.committed_s)
    shares = ", ".join(f"{100 * stage / build.total_s:.0f} %" for stage in stages)
    print(
        f"{build.songs:,} songs, {rate:.0f} a second (waiting, inserting, committing: {shares})",
        flush=True,
    )
