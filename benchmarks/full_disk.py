"""What a full disk does to each home of a library.

    mkdir /mnt/small && mount -t tmpfs -o size=6m tmpfs /mnt/small
    mkdir /mnt/server && mount -t tmpfs -o size=120m tmpfs /mnt/server
    python -m benchmarks.full_disk /mnt/small --server-disk /mnt/server

Both are real disks with nothing else on them; what this script makes there it deletes. Songs of
about 15,000 landmarks are added, a block each, until three in a row are refused. Then, on the disk
that is still full: is everything there that was acknowledged and nothing else, can it be read, can
a song be removed? Then 1 MB is made free, 48 MB where a server has to begin anew: is the library
sound, and does the next song go in? PostgreSQL is a server of the tests' own (`tests/postgres.py`):
with the library in a tablespace on the small disk and everything else elsewhere; as a whole on
--server-disk; and there with the library in a tablespace elsewhere, so that the server's log of
writes fills the disk.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from earmark.errors import LibraryError
from earmark.params import Params
from earmark.stores.base import Store
from earmark.stores.location import located
from earmark.stores.opening import open_store
from tests.postgres import NOBODY, Server, private_server
from tests.recordings import EVERY_HASH, landmarks_of, make_recording

LANDMARKS = 20_000
"""Drawn for each song; a quarter of them twice."""
IN_A_ROW = 3
SPARE_BYTES = 1 << 20
SERVER_SPARE_BYTES = 48 << 20
"""A server that begins anew writes files of 16 MB for its log."""
SHORT_LOG = ("max_wal_size=32MB", "min_wal_size=32MB")
LONG_LOG = ("max_wal_size=1GB", "checkpoint_timeout=1h")


@dataclass
class Outcome:
    """What became of one home."""

    acknowledged: set[str] = field(default_factory=set)
    went_in: int = 0
    """Before the disk was full."""
    refused: Counter[str] = field(default_factory=Counter)
    """By the name of the error."""
    held: str = ""
    """On the full disk: `the same` as was acknowledged, or what came instead."""
    removing: str = ""
    sound: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class Home:
    """A library on a disk of its own."""

    name: str
    disk: Path
    location: str
    spare_bytes: int = SPARE_BYTES
    """That are made free in the end."""
    recover: Callable[[], None] = lambda: None
    """What its administrator does then."""


def main() -> None:
    """Fill the disks, and print a table."""
    options = _options()
    print("| home | disk | went in | refused with | while full it holds | removing then |", end="")
    print(" sound afterwards | goes on |\n|---|--:|--:|---|---|---|---|---|")
    small = [opened(options.disk) for opened in (_folder, _single_file, _tablespace)]
    whole = [_whole_server, _log] if options.server_disk else []
    for home_on_disk in (*small, *(opened(options.server_disk) for opened in whole)):
        with home_on_disk as home:
            _print(home, _measured(home))


def _measured(home: Home) -> Outcome:
    outcome = Outcome()
    ballast = home.disk / "ballast"
    ballast.write_bytes(bytes(home.spare_bytes))
    with ExitStack() as stack:
        store = stack.enter_context(_opened(home.location))
        stack.callback(ballast.unlink, missing_ok=True)
        last = _fill(store, outcome)
        outcome.went_in = len(outcome.acknowledged)
        outcome.held = _told(lambda: _state(store, outcome.acknowledged))
        outcome.removing = _told(lambda: _remove_one(store, outcome))
        ballast.unlink()
        home.recover()
        with _opened(home.location) as again:
            same = _state(again, outcome.acknowledged) == "the same"
            outcome.sound = same and again.check(deep=True) == []
        _add(store, last + 1, outcome)
        outcome.goes_on = _state(store, outcome.acknowledged) == "the same"
    return outcome


@contextlib.contextmanager
def _opened(location: str) -> Iterator[Store]:
    store, _ = open_store(located(location), Params(), landmarks_of, create=True, for_rebuild=False)
    try:
        yield store
    finally:
        store.close()


def _fill(store: Store, outcome: Outcome) -> int:
    """Add songs until some in a row are refused; return the number of the last."""
    in_a_row = 0
    for number in count(1):
        try:
            _add(store, number, outcome)
        except LibraryError as error:
            outcome.refused[type(error).__name__] += 1
            in_a_row += 1
            if in_a_row == IN_A_ROW:
                return number
        else:
            in_a_row = 0
    raise AssertionError


def _add(store: Store, number: int, outcome: Outcome) -> None:
    one = make_recording(number, landmarks=LANDMARKS)
    with store.write() as writer:
        writer.insert(one.track, one.constellation, one.landmarks)
    outcome.acknowledged.add(one.track.id)


def _remove_one(store: Store, outcome: Outcome) -> str:
    with store.write() as writer:
        track = next(iter(writer.all_tracks()))
        writer.remove([track.key])
    outcome.acknowledged.discard(track.id)
    return "works"


def _state(store: Store, acknowledged: set[str]) -> str:
    """Compare catalogue and index with what was acknowledged."""
    with store.read() as reader:
        keys = {track.key: track.id for track in reader.all_tracks()}
        indexed = {
            int(key)
            for tape in reader.tapes(EVERY_HASH)
            for key in tape.keys[~tape.dead]  # one entry a track
        }
        reader.constellations(keys)
    same = set(keys.values()) == acknowledged and indexed == set(keys)
    return "the same" if same else f"{len(keys)} tracks, {len(indexed)} in the index"


def _told(act: Callable[[], str]) -> str:
    try:
        return act()
    except LibraryError as error:
        return type(error).__name__


@contextlib.contextmanager
def _folder(disk: Path) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        yield Home("folder", disk, f"{folder}/music.earmark")


@contextlib.contextmanager
def _single_file(disk: Path) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=disk) as folder:
        yield Home("single file", disk, f"sqlite:///{folder}/music.db")


@contextlib.contextmanager
def _tablespace(disk: Path) -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=disk) as folder, private_server() as server:
        _put_tables(server, folder)
        yield _in_postgres("PostgreSQL, its tables", disk, server)


@contextlib.contextmanager
def _whole_server(disk: Path) -> Iterator[Home]:
    disk.chmod(0o755)  # for the server's user
    with private_server(*SHORT_LOG, within=disk) as server:
        home = _in_postgres("PostgreSQL, all of it", disk, server)
        yield replace(home, spare_bytes=SERVER_SPARE_BYTES)


@contextlib.contextmanager
def _log(disk: Path) -> Iterator[Home]:
    disk.chmod(0o755)
    with (
        tempfile.TemporaryDirectory() as elsewhere,
        private_server(*LONG_LOG, within=disk) as server,
    ):
        _put_tables(server, elsewhere)
        home = _in_postgres("PostgreSQL, its log", disk, server)
        yield replace(home, spare_bytes=SERVER_SPARE_BYTES)


def _put_tables(server: Server, folder: str) -> None:
    """Let the server make its new tables in a folder."""
    if os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    server.run(f"CREATE TABLESPACE apart LOCATION '{folder}'")
    server.run("ALTER ROLE postgres SET default_tablespace = apart")


def _in_postgres(name: str, disk: Path, server: Server) -> Home:
    return Home(name, disk, server.address("earmark"), recover=server.start)


def _print(home: Home, outcome: Outcome) -> None:
    entire = os.statvfs(home.disk)
    size = entire.f_blocks * entire.f_frsize
    refused = ", ".join(f"{count} {name}" for name, count in outcome.refused.items())
    yes = {True: "yes", False: "no"}
    cells = f"{outcome.went_in} | {refused} | {outcome.held} | {outcome.removing}"
    print(f"| {home.name} | {size >> 20} MB | {cells} |", end=" ")
    print(f"{yes[outcome.sound]} | {yes[outcome.goes_on]} |", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("disk", type=Path, help="a folder on a small disk")
    parser.add_argument("--server-disk", type=Path, help="a folder on one of 120 MB or so")
    return parser.parse_args()


if __name__ == "__main__":
    main()
