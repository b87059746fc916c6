"""What the other processes of the store tests do; each talks through one pipe."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from earmark.params import Params
from earmark.stores.base import Reader
from earmark.stores.location import Kind, located
from earmark.stores.merging import MergePolicy
from earmark.stores.postgres.home import PostgresHome, PostgresOptions
from earmark.stores.segmented import Options, SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from earmark.stores.sqlite.home import SqliteHome
from earmark.stores.sqlite.single_file import file_home
from earmark.tape import lookup
from tests.recordings import EVERY_HASH, landmarks_of, make_recording

ANSWER_S = 60.0
"""How long a test waits for a process before it fails."""

Place = Path | str
"""A folder, or the address of a single file or of a schema."""

Shared = SegmentedStore[Any]
"""What several processes may open."""

Work = Callable[[Place, Connection], None]


@contextmanager
def working(work: Work, place: Place) -> Iterator[Connection]:
    """Let another process work on a library while the block runs."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=work, args=(place, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(ANSWER_S)
        process.kill()
        process.join()
        process.close()


def answer(connection: Connection) -> object:
    """Wait for the next word of a process."""
    assert connection.poll(ANSWER_S), "the other process does not answer"
    return connection.recv()


def places(folder: Path) -> dict[str, Place]:
    """Return where the library of a test may lie, by the kind of the store."""
    return {"directory": folder, "sqlite": f"sqlite:///{folder}/library.db"}


def home_of(place: Place, patience_s: float = 30.0) -> SqliteHome | PostgresHome:
    """Return the home at a place."""
    where = located(place)
    if where.database:
        return PostgresHome(where.database, PostgresOptions(patience_s=patience_s))
    make = file_home if where.kind is Kind.FILE else folder_home
    return make(where, patience_s=patience_s)


def opened(place: Place, patience_s: float = 30.0) -> Shared:
    """Open, or make, the library of a test."""
    options = Options(policy=MergePolicy(fan_in=3))
    return SegmentedStore.create(home_of(place, patience_s), Params(), landmarks_of, options)


def add(store: Shared, *seeds: int) -> list[int]:
    """Insert the recordings of these numbers in one block."""
    ones = [make_recording(seed) for seed in seeds]
    with store.write() as writer:
        return [writer.insert(one.track, one.constellation, one.landmarks) for one in ones]


def held(reader: Reader) -> set[int]:
    """Return the keys of a state.

    Raises:
        ValueError: catalogue, constellations and index do not agree.
    """
    tracks = {track.key: track for track in reader.all_tracks()}
    _, found, _ = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
    if not set(tracks) == set(found.tolist()) == set(reader.constellations(list(tracks))):
        message = f"tracks {sorted(tracks)}, index {sorted(set(found.tolist()))}"
        raise ValueError(message)
    return set(tracks)


def watch(place: Place, connection: Connection) -> None:
    """Read until told to stop; tell after the first view, and at the end how many tracks they had.

    Every view is read twice; -1 stands for one that changed between.
    """
    store = opened(place)
    sizes: list[int] = []
    try:
        while not connection.poll():
            with store.read() as reader:
                first, second = held(reader), held(reader)
            sizes.append(len(first) if first == second else -1)
            if len(sizes) == 1:
                connection.send("watching")
        connection.send(sizes)
    except Exception as error:  # noqa: BLE001 - the test shows whatever it was
        connection.send(repr(error))
    store.close()


def look(place: Place, connection: Connection) -> None:
    """At every word, say what a new view of one open store holds."""
    store = opened(place)
    while word := _next(connection):
        with store.read() as reader:
            connection.send((word, held(reader)))
    store.close()


def hold(place: Place, connection: Connection) -> None:
    """Hold the library for writing until the next word."""
    store = opened(place)
    with store.write():
        connection.send(multiprocessing.current_process().pid)
        _next(connection)
    connection.send("let go")
    store.close()


def add_ten(place: Place, connection: Connection) -> None:
    """Add ten tracks one by one, numbered from the first word on."""
    store = opened(place)
    first = _next(connection)
    keys = [add(store, seed)[0] for seed in range(first, first + 10)]
    connection.send(keys)
    store.close()


def _next(connection: Connection) -> int:
    """Return the next word, 0 when there is none to come."""
    try:
        word: int = connection.recv()
    except EOFError:
        return 0
    return word
