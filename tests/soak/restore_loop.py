"""Kill imports and restores with SIGKILL at random moments, and see what they leave.

    python -m tests.soak.restore_loop --rounds 50 --seed 1 [--kind sqlite]

Two backups lie beside a library. Each round a process restores one of them, or imports both into a
second library, and is killed at a random moment. The library must then be one of the two, whole;
what was imported must be tracks of the backups, whole, and the next import must complete it.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from earmark import Library, import_archive, restore_backup
from earmark.archives import importing
from tests.archives import contents, exported
from tests.soak.kill_loop import HOMES, a_home

TRACKS = {"a": range(1, 40), "b": range(20, 70)}
"""Of each backup, by number."""


def prepare(folder: Path, home: str) -> dict[str, dict[str, tuple[object, ...]]]:
    """Write the backups and a library; return what each of them holds."""
    expected = {}
    for name, numbers in TRACKS.items():
        file = exported(folder, *numbers, name=name, media=b"sound" * 1000)
        restore_backup(file, home)
        with Library.open(home) as library:
            expected[name] = contents(library)
    return expected


def work(folder: Path, what: str, home: str) -> None:
    """Do what a round wants, and say when it begins."""
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    if what != "import":
        restore_backup(folder / what, home)
        return
    importing.BATCH_TRACKS = 5
    with Library.open(folder / "imported.earmark") as library:
        for name in TRACKS:
            import_archive(library, str(folder / name))


def kill_one(folder: Path, what: str, home: str, after_s: float) -> bool:
    """Let a process work and kill it; return whether it was killed before it was done."""
    command = [sys.executable, "-m", "tests.soak.restore_loop", "--work", what]
    command += ["--folder", str(folder), "--place", home]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(after_s)
        process.kill()
    return process.returncode != 0


def judge(
    folder: Path, expected: dict[str, dict[str, tuple[object, ...]]], what: str, home: str
) -> str:
    """Return what a kill has left.

    Raises:
        ValueError: it is not whole.
    """
    imported = folder / "imported.earmark"
    place = str(imported) if what == "import" else home
    with Library.open(place, create=what == "import") as library:
        held, problems = contents(library), library.check(deep=True)
        known = {**expected["a"], **expected["b"]}
        if problems or any(known.get(track_id) != one for track_id, one in held.items()):
            message = f"{place} is damaged: {problems}"
            raise ValueError(message)
        if what != "import":
            return next(name for name, whole in expected.items() if held == whole)
        for name in TRACKS:
            import_archive(library, str(folder / name))
        if contents(library) != known:
            message = "the next import did not complete it"
            raise ValueError(message)
    shutil.rmtree(imported)
    return f"{100 * len(held) // len(known)} % imported"


def run(
    folder: Path,
    rounds: int,
    seed: int,
    say: Callable[[str], object] = lambda _: None,
    place: str | None = None,
) -> Counter[str]:
    """Run the loop and return how often what was killed was under way.

    Raises:
        ValueError: a library was not as it must be.
    """
    rng = random.Random(seed)  # noqa: S311 - moments, no secret
    home = place or str(folder / "music.earmark")
    expected = prepare(folder, home)
    began = time.monotonic()
    kill_one(folder, "a", home, 0.0)
    longest_s = 1.5 * (time.monotonic() - began) + 0.5
    outcomes: Counter[str] = Counter()
    for number in range(1, rounds + 1):
        what = ("a", "import", "b")[number % 3]
        killed = kill_one(folder, what, home, rng.uniform(0, longest_s))
        found = judge(folder, expected, what, home)
        outcomes["under way" if killed else "done"] += 1
        say(f"kill {number}: {what}, {'under way' if killed else 'done'}: {found}")
    return outcomes


def main() -> None:
    """Run the loop, or be the process that is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=HOMES, default="directory")
    parser.add_argument("--place", help=argparse.SUPPRESS)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.folder, options.work, options.place)
        return
    with tempfile.TemporaryDirectory() as folder, a_home(options.kind) as place:
        outcomes = run(Path(folder), options.rounds, options.seed, print, str(place))
    print(f"{options.rounds} kills, never less than one whole library: {dict(outcomes)}")  # noqa: T201


if __name__ == "__main__":
    main()
