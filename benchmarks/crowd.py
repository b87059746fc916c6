"""The same clips among few songs and among many: what is lost, and what it costs.

    python -m benchmarks.crowd FOLDER [--songs 0,10000] [--cache DIR] [--clips N] [--seed S]
                               [--conditions NAME,...] [--lengths S,...] [--ladder LADDER]
                               [--workers N]

Takes catalogues that `benchmarks/scale.py` built below `--cache`, of the sizes in `--songs`: the
recordings that `open_corpus.tsv` names below FOLDER, planted among made songs. Clips of them, and
of the list's strangers, in the usual conditions of `earmark bench` or those named, are asked for in
each. Printed are, by condition and size, the clips that are named and those whose recording comes
first, wrong answers, and median milliseconds by the clock.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from benchmarks.music import OPEN_CORPUS, Clip, Tune, clips, load
from benchmarks.scale_catalogues import Recipe, place_of
from earmark.evaluation.clips import RATE_HZ
from earmark.evaluation.conditions import Condition, Sound, chosen
from earmark.library import Library
from earmark.params import Ladder, Params, QueryParams

PART = 5
"""Clips of one task of a worker."""

_TUNES: dict[bool, Sequence[Tune]] = {}
"""Of the catalogue (true) and strangers; workers find them here when they are forked."""


class Job(NamedTuple):
    """Clips of one condition, to be asked for in every library."""

    condition: Condition
    first: int
    clips: int
    libraries: tuple[Path, ...]
    query: QueryParams


class Answer(NamedTuple):
    """What one clip was taken for in one library."""

    library: Path
    named: bool
    first: bool
    wrong: bool
    elapsed_ms: float


def main() -> None:
    """Ask and print."""
    options = _options()
    tunes, strangers = load(options.folder, OPEN_CORPUS)
    _TUNES.update({True: tunes, False: strangers})
    libraries = {songs: _library(options.cache, songs, options.seed) for songs in options.songs}
    conditions = [
        one for one in chosen(options.conditions, options.lengths) if one.sound is not Sound.PAIR
    ]
    query = QueryParams(ladder=options.ladder)
    total: dict[bool, list[Answer]] = {True: [], False: []}
    print("named / first of all / wrong, ms; among " + ", ".join(map(str, libraries)))
    with ProcessPoolExecutor(options.workers, get_context("fork")) as pool:
        for condition in conditions:
            places = tuple(libraries.values())
            jobs = [
                Job(condition, first, min(PART, options.clips - first), places, query)
                for first in range(0, options.clips, PART)
            ]
            answers = [one for part in pool.map(_ask, jobs) for one in part]
            total[condition.is_known] += answers
            _print(condition.label, answers, libraries.values())
    for known, label in ((True, "all known"), (False, "all strangers")):
        if total[known]:
            _print(label, total[known], libraries.values())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The same clips among few and many songs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--songs", type=_numbers, default=[0, 10_000], help="sizes (default: 0,10000)"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("earmark") / "scale",
        help="where benchmarks/scale.py keeps catalogues",
    )
    parser.add_argument("--clips", type=int, default=20, help="in each condition (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="of the made songs")
    parser.add_argument("--conditions", type=lambda text: text.split(","), default=())
    parser.add_argument("--lengths", type=_numbers, default=(), help="of the clips, in seconds")
    parser.add_argument("--ladder", type=Ladder, default=Ladder.FAST)
    parser.add_argument("--workers", type=int, default=2, help="processes that ask (default: 2)")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _library(folder: Path, songs: int, seed: int) -> Path:
    """Return the place of a catalogue that was built.

    Raises:
        SystemExit: it was not.
    """
    place = place_of(Recipe(songs, seed, Path(), 1, Params()), folder)
    if not place.exists():
        message = f"build it first: python -m benchmarks.scale FOLDER --songs {songs}"
        raise SystemExit(message)
    return place


@cache
def _opened(place: Path) -> Library:
    """Open a library once in each worker."""
    library = Library.open(place, create=False)
    library.warm_up()
    return library


def _ask(job: Job) -> list[Answer]:
    known = job.condition.is_known
    return [
        _answer(clip, place, job.query)
        for clip in clips(_TUNES[known], [job.condition], job.clips, 1 + job.first)
        for place in job.libraries
    ]


def _answer(clip: Clip, place: Path, query: QueryParams) -> Answer:
    library = _opened(place)
    began = time.perf_counter()
    found = library.identify(clip.samples, sample_rate=RATE_HZ, query=query)
    elapsed_ms = 1000 * (time.perf_counter() - began)
    paths = [os.fsdecode(one.track.source.path) for one in (*found.matches, *found.candidates)]
    right = [clip.condition.is_known and path.endswith(clip.places[0].tune) for path in paths]
    named = any(right[: len(found.matches)])
    wrong = bool(found.matches) and not named
    return Answer(place, named, bool(right) and right[0], wrong, elapsed_ms)


def _print(label: str, answers: Sequence[Answer], libraries: Iterable[Path]) -> None:
    cells = []
    for library in libraries:
        here = [one for one in answers if one.library == library]
        named, first = (100 * np.mean([one[k] for one in here]) for k in (1, 2))
        wrong = sum(one.wrong for one in here)
        median_ms = np.median([one.elapsed_ms for one in here])
        cells.append(f"{named:6.1f} /{first:6.1f} /{wrong:3},{median_ms:7.0f} ms")
    print(f"{label:34}{len(here):5}   " + "   |   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
