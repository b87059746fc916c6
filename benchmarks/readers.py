"""What many readers at once cost in PostgreSQL: ever more threads that read what a query reads.

    python -m benchmarks.readers postgresql://user@host/database --readers 1,10,100

The library is there already. Each reader has a connection of its own and all begin together. What
it reads over and over is what a clip of one of the songs makes a query read: a view, the lists of
its landmarks, the constellations of the songs with most votes, and what is known of the best of
them. Nothing is matched: that takes processors, and not the server.
"""

from __future__ import annotations

import argparse
import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_catalogues import landmarks_of
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome, PostgresOptions
from earmark.stores.postgres.pool import PoolOptions
from earmark.stores.segmented import SegmentedStore
from tests.homes import InPostgres

HASHES = 400
"""That a glance at a clip of 10 s looks up, about."""
CONSTELLATIONS = 40
TOLD = 3
CLIPS = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a query of one clip reads."""

    hashes: NDArray[np.uint32]
    keys: list[int]


def main() -> None:
    """Measure every number of readers, and print a table."""
    options = _options()
    pool = PoolOptions(most=max(options.readers) + 1)
    home = PostgresHome(parse(options.location), PostgresOptions(pool=pool))
    store = SegmentedStore.open(home, None, landmarks_of)
    wishes = _wishes(store)
    for wish in wishes:  # what every later query finds in memory
        _read(store, wish)
    print("| readers | queries a second | median, ms | 95 %, ms | n |")
    print("|--:|--:|--:|--:|--:|")
    for readers in options.readers:
        began = time.perf_counter()
        times = _crowd(store, wishes, readers, options.seconds)
        rate = len(times) / (time.perf_counter() - began)
        middle, late = 1000 * np.percentile(times, [50, 95])
        print(
            f"| {readers} | {rate:.0f} | {middle:.1f} | {late:.1f} | {len(times):,} |", flush=True
        )
    store.close()


def _wishes(store: InPostgres) -> list[Wish]:
    rng = np.random.default_rng(1)
    with store.read() as reader:
        keys = np.array([track.key for track in reader.all_tracks()])
        chosen = rng.choice(keys, min(CLIPS, len(keys)), replace=False).tolist()
        sounds = reader.constellations(chosen)
    wishes = []
    for packed in sounds.values():
        hashes = landmarks_of(store.params, packed).hash
        begin = int(rng.integers(max(1, len(hashes) - HASHES)))
        others = rng.choice(keys, CONSTELLATIONS, replace=False).tolist()
        wishes.append(Wish(hashes[begin : begin + HASHES], others))
    return wishes


def _read(store: InPostgres, wish: Wish) -> None:
    with store.read() as reader:
        reader.list_lengths(wish.hashes)
        reader.tapes(wish.hashes)
        reader.frames()
        reader.constellations(wish.keys)
        reader.tracks(wish.keys[:TOLD])


def _crowd(store: InPostgres, wishes: list[Wish], readers: int, seconds: float) -> list[float]:
    """Return how long each query took, in seconds."""
    times: list[float] = []
    begin = threading.Barrier(readers)

    def work(number: int) -> None:
        begin.wait()
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            number += 1
            _read(store, wishes[number % len(wishes)])
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(17 * n,)) for n in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("location", help="the address of a library")
    parser.add_argument("--readers", type=_numbers, default=[1, 10, 80])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each number of them")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


if __name__ == "__main__":
    main()
