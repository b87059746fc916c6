"""Kill PostgreSQL with SIGKILL at random moments, many times, and see what a library there holds.

    python -m tests.soak.server_loop --rounds 50 --seed 1
    python -m tests.soak.server_loop --rounds 10 --failover

Each round, a seeded history of changes is followed until the server is killed at a random moment
and started again. In half of the rounds the writer waits for the server and may go on by itself;
in the others it is told at once that its connection is lost. The library must then pass the deep
check, and hold the state after the last acknowledged change or after the one under way.

With --failover the killed server stays dead, and a standby, to which every commit was replicated
before it was acknowledged, is promoted in its place; the address names both. Then the survivor
gets a standby of its own.
"""

from __future__ import annotations

import argparse
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from earmark.errors import LibraryUnavailableError
from earmark.params import Params
from earmark.stores.merging import MergePolicy
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome, PostgresOptions
from earmark.stores.postgres.pool import PoolOptions
from earmark.stores.segmented import Options, SegmentedStore
from tests.homes import InPostgres
from tests.postgres import Server, private_server
from tests.recordings import landmarks_of
from tests.soak.kill_loop import Change, State, held_by, history, judge

LONGEST_LIFE_S = 0.6
PATIENCE_S = 30.0


def opened(address: str, reconnect_s: float = PATIENCE_S) -> InPostgres:
    """Open, or make, the library."""
    home = PostgresHome(parse(address), PostgresOptions(pool=PoolOptions(reconnect_s=reconnect_s)))
    options = Options(policy=MergePolicy(fan_in=3))
    return SegmentedStore.create(home, Params(), landmarks_of, options)


class Restarted:
    """A server that is started again after each kill."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def address(self) -> str:
        """Return the address of the library."""
        return self._server.address("soak")

    def strike(self) -> None:
        """Kill the server, and start it again."""
        self._server.kill()
        self._server.start()

    def recover(self) -> None:
        """Do nothing: all is as it was."""


class Replaced:
    """A server and its standby, which takes its place after a kill and gets one of its own."""

    def __init__(self, server: Server) -> None:
        self._server, self._standby = server, server.standby()

    def address(self) -> str:
        """Return the address of the library, wherever it is at the moment."""
        both = [server.address("soak") for server in (self._server, self._standby)]
        hosts = [address.partition("@")[2].partition("/")[0] for address in both]
        named = both[0].replace(hosts[0], ",".join(hosts), 1)
        return f"{named}&target_session_attrs=read-write"

    def strike(self) -> None:
        """Kill the server, and promote its standby."""
        self._server.kill()
        self._standby.promote()

    def recover(self) -> None:
        """Give the survivor a standby."""
        self._server.stop()
        self._server = self._standby
        self._standby = self._server.standby()

    def stop(self) -> None:
        """End both."""
        self._server.stop()
        self._standby.stop()


def run(
    where: Restarted | Replaced,
    rounds: int,
    seed: int,
    say: Callable[[str], object] = lambda _: None,
) -> Counter[str]:
    """Run the loop and return what became of the changes that were under way.

    Raises:
        ValueError: a library was not as it must be.
    """
    rng = random.Random(seed)  # noqa: S311 - moments, no secret
    changes, state = history(seed), State()
    outcomes: Counter[str] = Counter()
    opened(where.address()).close()
    for number in range(1, rounds + 1):
        address = where.address()
        store = opened(address, rng.choice([0.0, PATIENCE_S]))
        killer = threading.Timer(rng.uniform(0, LONGEST_LIFE_S), where.strike)
        killer.start()
        state, count, under_way = _follow(store, changes, state, killer)
        killer.join()
        store.close()
        outcome = _settle(address, state, under_way)
        outcomes[outcome] += 1
        if under_way:
            state = under_way.expected(state)
        say(f"kill {number}: {count} acknowledged, {outcome}")
        where.recover()
    return outcomes


def _follow(
    store: InPostgres, changes: Iterator[Change], state: State, killer: threading.Timer
) -> tuple[State, int, Change | None]:
    """Follow the history until the server was killed; return what was acknowledged until then."""
    count = 0
    while killer.is_alive():
        change = next(changes)
        try:
            change.apply(store)
        except LibraryUnavailableError:
            return state, count, change
        state = change.expected(state)
        count += 1
    return state, count, None


def _settle(address: str, state: State, under_way: Change | None) -> str:
    """Compare a library with what it must hold, and carry out what was under way."""
    store = opened(address)
    try:
        found = held_by(store)
        if under_way is None:
            if found != state:
                message = f"{found} is not {state}"
                raise ValueError(message)
            return "outlived by the writer"
        outcome = judge(found, state, under_way)
        under_way.apply(store)
        return f"{under_way.kind} under way: {outcome}"
    finally:
        store.close()


def main() -> None:
    """Run the loop on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failover", action="store_true", help="promote a standby after a kill")
    options = parser.parse_args()
    with private_server() as server, ExitStack() as stack:
        where: Restarted | Replaced = Restarted(server)
        if options.failover:
            where = Replaced(server)
            stack.callback(where.stop)
        outcomes = run(where, options.rounds, options.seed, print)
    print(f"{options.rounds} kills, no change lost, none half applied: {dict(outcomes)}")  # noqa: T201


if __name__ == "__main__":
    main()
