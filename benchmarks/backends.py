"""What the homes of a library cost: the same songs in each, the same clips asked of all in turn.

    python -m benchmarks.backends SOURCE --clips FOLDER --all
    python -m benchmarks.backends SOURCE --clips FOLDER LOCATION...

SOURCE is a library that is only read, such as one of `benchmarks/scale.py`, which cuts the clips,
too. Each LOCATION is anything that `--library` takes; one that is not there is filled with the
tracks of the source, and that is timed. With --all they are a folder, a library in memory, a single
file and one in PostgreSQL, asked directly and with a copy of its index, in a temporary folder and
on a server of the tests' own (`tests/postgres.py`, but with fsync). Answers are timed from samples
to verdict, without the ladder; every clip is asked of every home before the next one is, so that
whatever else the machine does strikes all of them alike.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.scale_catalogues import Song, insert, landmarks_of
from benchmarks.scale_clips import Clips
from earmark.errors import LibraryNotFoundError
from earmark.evaluation.clips import RATE_HZ
from earmark.library import Library
from earmark.params import Ladder, Params, QueryParams
from earmark.stores.base import Store, StoreStats
from earmark.stores.location import located
from earmark.stores.opening import open_store
from earmark.stores.postgres.home import PostgresHome
from earmark.stores.segmented import SegmentedStore
from tests.postgres import private_server

HIT, STRANGER = "clean 10 s", "stranger music 10 s"
BLOCK_SONGS = 1000
"""That are committed together."""
COPY_S = 600.0
"""How long a copy of an index may take."""


@dataclass
class Home:
    """A library somewhere, and what was measured of it."""

    name: str
    """What the table calls it."""
    location: str
    songs: int = 0
    inserted_s: float = 0.0
    """All of its songs, landmarks at hand, merges and commits included; 0: it was there before."""
    opened_ms: float = 0.0
    first_ms: float = 0.0
    """The first answer of the process, kernels warm."""
    filling_ms: dict[str, float] = field(default_factory=dict)
    """Of each kind of clip, the median of the first round, which fills what is kept in memory."""
    size_bytes: int = 0
    elapsed_ms: dict[str, list[float]] = field(default_factory=dict)
    """Of each kind of clip, after the first round."""
    cpu_ms: dict[str, list[float]] = field(default_factory=dict)
    """The same of processors, all threads together: what else the machine does disturbs it less."""
    right: dict[str, int] = field(default_factory=dict)
    """Clips that were named as they should be, or not at all if nothing is known of them."""


def main() -> None:
    """Fill what is to be filled, ask, and print a table."""
    options = _options()
    clips = Clips(options.clips)
    with ExitStack() as stack:
        homes = [Home(location, location) for location in options.locations]
        homes += _every_home(stack, options.folder) if options.all else []
        held = []
        for home in homes:
            store, params = _filled(home, options.source)
            stack.callback(store.close)
            held.append(_opened(home, store, params, clips))
        for label in (HIT, STRANGER):
            for _ in range(options.rounds + 1):
                _ask(homes, held, clips, label)
    _part_first_round(homes, clips)
    _print(homes)
    if options.json:
        options.json.write_text(json.dumps([asdict(home) for home in homes], indent=1))


def _every_home(stack: ExitStack, within: Path | None) -> list[Home]:
    """Return a home of each kind, to be filled, until the stack is left."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(dir=within))
    address = stack.enter_context(private_server("fsync=on")).address("earmark")
    return [
        Home("folder", f"{folder}/music.earmark"),
        Home("memory", "memory:"),
        Home("single file", f"sqlite:///{folder}/music.db"),
        Home("PostgreSQL", address),
        Home("PostgreSQL, with a copy", f"{address}&copy={folder}/copy"),
    ]


def _filled(home: Home, source: str) -> tuple[Store, Params]:
    """Open a home, having filled it if it was not there."""
    place = located(home.location)
    with contextlib.suppress(LibraryNotFoundError):
        began = time.perf_counter()
        found = open_store(place, None, landmarks_of, create=False, for_rebuild=False)
        home.opened_ms = 1000 * (time.perf_counter() - began)
        if _stats(found[0]).tracks:
            return found
        found[0].close()
    with Library.open(source, create=False) as origin:
        params = origin.params
        store, _ = open_store(place, params, landmarks_of, create=True, for_rebuild=False)
        songs = _songs(origin)
        while block := list(islice(songs, BLOCK_SONGS)):
            began = time.perf_counter()
            with store.write() as writer:
                for song in block:
                    insert(writer, song)
            home.inserted_s += time.perf_counter() - began
            home.songs += len(block)
            print(f"{home.name}: {home.songs:,} in {home.inserted_s:.1f} s", flush=True)
    return store, params


def _songs(library: Library) -> Iterator[Song]:
    """Yield what a library holds."""
    with library.reading() as reader:
        for track in reader.all_tracks():
            packed = reader.constellation(track.key)
            yield Song(track, packed, landmarks_of(library.params, packed))


def _opened(home: Home, store: Store, params: Params, clips: Clips) -> Library:
    """Ask a home for the first time."""
    Library.open("memory:").warm_up()
    library = Library(store, params, QueryParams(ladder=Ladder.OFF))
    stats = _stats(store)
    home.songs = stats.tracks
    home.size_bytes = stats.catalogue_bytes + stats.index_bytes + stats.media_bytes
    samples = clips.samples(clips.of(HIT)[0])
    began = time.perf_counter()
    library.identify(samples, sample_rate=RATE_HZ)
    home.first_ms = 1000 * (time.perf_counter() - began)
    _await_copy(store)
    return library


def _await_copy(store: Store) -> None:
    """Wait until the copy of an index is whole, if there is to be one."""
    if isinstance(store, SegmentedStore) and isinstance(store.home, PostgresHome):
        copied = store.home.copied(COPY_S)
        if copied and not copied.is_whole:
            sys.exit(f"the copy of {store.location} is not whole: {copied}")


def _ask(homes: Sequence[Home], held: Sequence[Library], clips: Clips, label: str) -> None:
    """Ask all homes for the clips of a kind, clip by clip."""
    for asked in clips.of(label):
        samples = clips.samples(asked)
        for home, library in zip(homes, held, strict=True):
            began, used = time.perf_counter(), time.process_time()
            found = library.identify(samples, sample_rate=RATE_HZ)
            home.cpu_ms.setdefault(label, []).append(1000 * (time.process_time() - used))
            home.elapsed_ms.setdefault(label, []).append(1000 * (time.perf_counter() - began))
            paths = [match.track.source.path.decode() for match in found.matches]
            wanted = any(path.endswith(asked.name) for path in paths)
            right = wanted if label == HIT else not paths
            home.right[label] = home.right.get(label, 0) + right


def _part_first_round(homes: Sequence[Home], clips: Clips) -> None:
    """Take the round that filled the caches out of the others."""
    for home in homes:
        for label, times in home.elapsed_ms.items():
            count = len(clips.of(label))
            home.filling_ms[label] = float(np.median(times[:count]))
            home.elapsed_ms[label] = times[count:]
            home.cpu_ms[label] = home.cpu_ms[label][count:]


def _stats(store: Store) -> StoreStats:
    with store.read() as reader:
        return reader.stats()


def _print(homes: Sequence[Home]) -> None:
    """Print a table in Markdown."""
    print("| home | songs | hit, ms | stranger | CPU | n | first round | first | songs/s | MB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for home in homes:
        hit, stranger = (np.median(home.elapsed_ms[label]) for label in (HIT, STRANGER))
        cpu = " / ".join(f"{np.median(home.cpu_ms[label]):.1f}" for label in (HIT, STRANGER))
        rate = f"{home.songs / home.inserted_s:.0f}" if home.inserted_s else "-"
        print(
            f"| {home.name} | {home.songs:,} | {hit:.1f} | {stranger:.1f} | {cpu} "
            f"| {len(home.elapsed_ms[HIT])} | {home.filling_ms[HIT]:.1f} / "
            f"{home.filling_ms[STRANGER]:.1f} | {home.first_ms:.0f} | {rate} "
            f"| {home.size_bytes / 1e6:.0f} |"
        )
        print(f"  right: {home.right}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", help="a library whose tracks fill the others")
    parser.add_argument("locations", nargs="*", metavar="LOCATION")
    parser.add_argument("--all", action="store_true", help="one of each kind, made for the run")
    parser.add_argument("--folder", type=Path, help="where to make them; a temporary one if not")
    parser.add_argument("--clips", type=Path, required=True, help="of benchmarks/scale.py")
    parser.add_argument("--rounds", type=int, default=3, help="after one that does not count")
    parser.add_argument("--json", type=Path, help="keep the numbers in this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
