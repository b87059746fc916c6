"""Kill a writer with SIGKILL at random moments, many times, and see what it leaves.

    python -m tests.soak.kill_loop --rounds 50 --seed 1
    python -m tests.soak.kill_loop --rounds 50 --kind sqlite
    python -m tests.soak.kill_loop --rounds 50 --kind postgres

Each round, a process adds, replaces, removes, merges and rebuilds as a seeded history says, and
prints the number of each change as soon as it is acknowledged. It is killed at a random moment
after a random acknowledgement. The library must then open, pass the deep check, and hold the state
after the last acknowledged change or after the one under way; the next round goes on from there.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from earmark.stores.base import Problem, Store
from earmark.tape import lookup
from tests.contract.workers import Place, opened, places
from tests.postgres import private_server
from tests.recordings import EVERY_HASH, make_recording

TRACKS = 12
LANDMARKS = 400
KINDS = ["insert"] * 6 + ["remove"] * 3 + ["merge", "rebuild"]

HOMES = ("directory", "sqlite", "postgres")

State = dict[str, int]
"""Track id to the seed of its recording."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the history; it leads from one state to the next."""

    kind: str
    track_ids: tuple[str, ...]
    seed: int

    def expected(self, state: State) -> State:
        """Return the state after this change."""
        if self.kind == "insert":
            return {**state, **{one: self.seed + i for i, one in enumerate(self.track_ids)}}
        gone = self.track_ids if self.kind == "remove" else ()
        return {one: seed for one, seed in state.items() if one not in gone}

    def apply(self, store: Store) -> None:
        """Do this change to a store."""
        if self.kind in {"merge", "rebuild"}:
            getattr(store, self.kind)()
            return
        with store.write() as writer:
            for i, track_id in enumerate(self.track_ids):
                if self.kind == "insert":
                    one = make_recording(self.seed + i, landmarks=LANDMARKS, track_id=track_id)
                    writer.insert(one.track, one.constellation, one.landmarks)
                elif track := writer.track(track_id):
                    writer.remove([track.key])


def history(seed: int) -> Iterator[Change]:
    """Yield the changes of a seed, without end."""
    rng = random.Random(seed)  # noqa: S311 - a history, no secret
    for number in itertools.count():
        ids = rng.sample(range(TRACKS), rng.randint(1, 3))
        # every version has its own seed, and so its own file
        yield Change(rng.choice(KINDS), tuple(f"track {one}" for one in ids), 10 * number)


def work(place: Place, seed: int, start: int) -> None:
    """Follow the history from a change on until killed; print each acknowledged one."""
    store = opened(place)
    for number, change in enumerate(history(seed)):
        if number >= start:
            change.apply(store)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def kill_one(place: Place, seed: int, start: int, rng: random.Random) -> int:
    """Let a process work and kill it; return the number of the next change to be acknowledged."""
    command = [sys.executable, "-m", "tests.soak.kill_loop", "--work", str(place)]
    command += ["--seed", str(seed), "--start", str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        seen = list(itertools.islice(process.stdout, rng.randint(0, 12)))
        timer = threading.Timer(rng.uniform(0, 0.03), process.kill)
        timer.start()
        seen += process.stdout.readlines()
        timer.join()
    if process.returncode != -signal.SIGKILL:
        message = f"the writer ended by itself with {process.returncode}"
        raise ValueError(message)
    return start + len(seen)


def held(place: Place) -> State:
    """Return what a library holds.

    Raises:
        ValueError: it is damaged, or its parts do not agree.
    """
    store = opened(place)
    try:
        return held_by(store)
    finally:
        store.close()


def held_by(store: Store) -> State:
    """Return what a library holds, as `held` does.

    Raises:
        ValueError: it is damaged, or its parts do not agree.
    """
    problems = store.check(deep=True)
    with store.read() as reader:
        tracks = list(reader.all_tracks())
        found = Counter(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())
        state = {track.id: int(track.metadata.title.split()[1]) for track in tracks}
        sounds = reader.constellations([track.key for track in tracks])
    for track in tracks:
        one = make_recording(state[track.id], landmarks=LANDMARKS)
        if sounds[track.key] != one.constellation or found[track.key] != len(one.landmarks):
            problems.append(Problem("index", track.id, "its sound is another's"))
    if problems or len(found) != len(tracks):
        message = f"{problems}; {len(found)} tracks in the index, {len(tracks)} in the catalogue"
        raise ValueError(message)
    return state


def run(
    place: Place, rounds: int, seed: int, say: Callable[[str], object] = lambda _: None
) -> Counter[str]:
    """Run the loop and return how often the change under way was there, or was not.

    Raises:
        ValueError: a library was not as it must be.
    """
    rng = random.Random(seed)  # noqa: S311 - moments, no secret
    changes, state, start = history(seed), State(), 0
    outcomes: Counter[str] = Counter()
    for number in range(1, rounds + 1):
        following = kill_one(place, seed, start, rng)
        for _ in range(start, following):
            state = next(changes).expected(state)
        under_way = next(changes)
        outcome = judge(held(place), state, under_way)
        outcomes[outcome] += 1
        say(f"kill {number}: {following} acknowledged, {under_way.kind} under way: {outcome}")
        store = opened(place)
        under_way.apply(store)  # once more, so that the history goes on
        store.close()
        state, start = under_way.expected(state), following + 1
    return outcomes


def judge(found: State, acknowledged: State, under_way: Change) -> str:
    """Say what became of a change that was not acknowledged.

    Raises:
        ValueError: the library is neither as it was before it nor as it is after it.
    """
    following = under_way.expected(acknowledged)
    if found not in (acknowledged, following):
        message = f"{found} is neither {acknowledged} nor {following}"
        raise ValueError(message)
    if following == acknowledged:
        return "changed nothing, as it should"
    return "applied whole" if found == following else "not applied"


def main() -> None:
    """Run the loop, or be the process that is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=HOMES, default="directory")
    parser.add_argument("--work", type=_place, help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options.seed, options.start)
        return
    with a_home(options.kind) as place:
        outcomes = run(place, options.rounds, options.seed, print)
    print(f"{options.rounds} kills, no change lost, none half applied: {dict(outcomes)}")  # noqa: T201


@contextlib.contextmanager
def a_home(kind: str) -> Iterator[Place]:
    """Yield where a library of a kind may lie; in PostgreSQL, on a server of its own."""
    if kind == "postgres":
        with private_server() as server:
            yield server.address("soak")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield places(Path(folder) / "library")[kind]


def _place(text: str) -> Place:
    return text if text.startswith(("sqlite:", "postgresql:")) else Path(text)


if __name__ == "__main__":
    main()
