"""Kill PostgreSQL with SIGKILL at random moments, many times, and see what a library there holds.

    python -m tests.soak.server_loop --rounds 50 --seed 1

Each round, a seeded history of changes is followed until the server is killed at a random moment
and started again. In half of the rounds the writer waits for the server and may go on by itself;
in the others it is told at once that its connection is lost. The library must then pass the deep
check, and hold the state after the last acknowledged change or after the one under way.
"""

from __future__ import annotations

import argparse
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator

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


def run(
    server: Server, rounds: int, seed: int, say: Callable[[str], object] = lambda _: None
) -> Counter[str]:
    """Run the loop and return what became of the changes that were under way.

    Raises:
        ValueError: a library was not as it must be.
    """
    rng = random.Random(seed)  # noqa: S311 - moments, no secret
    changes, state = history(seed), State()
    address = server.address("soak")
    outcomes: Counter[str] = Counter()
    opened(address).close()
    for number in range(1, rounds + 1):
        store = opened(address, rng.choice([0.0, PATIENCE_S]))
        killer = threading.Timer(rng.uniform(0, LONGEST_LIFE_S), _restart, [server])
        killer.start()
        state, count, under_way = _follow(store, changes, state, killer)
        killer.join()
        store.close()
        outcome = _settle(address, state, under_way)
        outcomes[outcome] += 1
        if under_way:
            state = under_way.expected(state)
        say(f"kill {number}: {count} acknowledged, {outcome}")
    return outcomes


def _restart(server: Server) -> None:
    server.kill()
    server.start()


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
    options = parser.parse_args()
    with private_server() as server:
        outcomes = run(server, options.rounds, options.seed, print)
    print(f"{options.rounds} kills, no change lost, none half applied: {dict(outcomes)}")  # noqa: T201


if __name__ == "__main__":
    main()
