"""How often music that is in no catalogue is named in a library on disk, however large.

    python -m benchmarks.unknown LIBRARY FOLDER [--clips N] [--ladder LADDER] [--seed S]

Takes the strangers that `open_corpus.tsv` names below FOLDER, and asks for clips of 3, 5 and 10 s
from random places of them, every third in noise as loud as the music. Printed are, for each length,
how many were accepted at the default rate, the highest rating beside the threshold, and the time.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.asking import spread
from benchmarks.music import OPEN_CORPUS, RATE_HZ, clips, load
from earmark.evaluation.clips import Tune
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.evaluation.intervals import wilson
from earmark.library import Library
from earmark.matching import decision
from earmark.params import Ladder, QueryParams

KINDS = {("clean", ""): 2, ("noise", "+0 dB"): 1}
"""What is asked for, and how often."""

LENGTHS_S = (3, 5, 10)
PART = 10
"""Clips of one task of a worker."""


@dataclass(frozen=True)
class Job:
    """Clips of one condition, asked of one library."""

    library: Path
    tunes: tuple[Tune, ...]
    condition: Condition
    count: int
    seed: int
    ladder: Ladder


def main() -> None:
    """Ask and print."""
    options = _options()
    _, strangers = load(options.folder, OPEN_CORPUS)
    jobs = [
        Job(options.library, tuple(strangers), condition, min(PART, end - first), first, ladder)
        for condition in CONDITIONS
        if condition.length_s in LENGTHS_S
        for end in [
            options.seed + options.clips * KINDS.get((condition.name, condition.severity), 0)
        ]
        for ladder in [options.ladder]
        for first in range(options.seed, end, PART)
    ]
    rows = np.concatenate(spread(_asked, jobs))
    threshold = decision.threshold(QueryParams().far)
    print(f"ladder {options.ladder}, threshold {threshold:.1f}")
    for length in (*LENGTHS_S, None):
        here = rows if length is None else rows[rows[:, 0] == length]
        accepted = int(here[:, 1].sum())
        low, high = wilson(accepted, len(here))
        print(
            f"{'all' if length is None else f'{length} s':>5}, n = {len(here)}: "
            f"{accepted} accepted ({100 * low:.3f}-{100 * high:.3f} %), "
            f"highest rating {here[:, 2].max():.1f}, {np.median(here[:, 3]):.0f} ms"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How often unknown music is named.")
    parser.add_argument("library", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=100, help="of each length, times its weight")
    parser.add_argument("--ladder", type=Ladder, default=Ladder.OFF)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _asked(job: Job) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return rows (length, whether it was accepted, best rating, milliseconds)."""
    query = QueryParams(ladder=job.ladder)
    rows = []
    with Library.open(job.library, create=False) as library:
        for clip in clips(job.tunes, [job.condition], job.count, job.seed):
            began = time.perf_counter()
            answer = library.identify(clip.samples, sample_rate=RATE_HZ, query=query)
            took_ms = 1000 * (time.perf_counter() - began)
            found = (*answer.matches, *answer.candidates)
            best = max((one.score for one in found), default=-np.inf)
            rows.append((job.condition.length_s, answer.best is not None, best, took_ms))
    return np.array(rows, np.float64).reshape(-1, 4)


if __name__ == "__main__":
    main()
