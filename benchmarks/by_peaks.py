"""What is lost when a client sends the peaks of a clip and not its sound.

    python -m benchmarks.by_peaks FOLDER [--clips N] [--seed S]

Takes the catalogue that `open_corpus.tsv` names below FOLDER, and clips of it, plain and spoiled.
Each is asked for by its sound and by its peaks, under the usual false-accept rate. Printed are, by
condition, how many are named rightly each way, how many of them only one way, and how many are
named wrongly; and how long an answer takes. Strangers by peaks are `strangers.py --peaks`.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import ground, group_of, heard, prepare, spread
from benchmarks.music import clips
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.matching.matcher import match
from earmark.params import QueryParams

LABELS = (
    "clean 1 s",
    "clean 2 s",
    "clean 5 s",
    "noise +5 dB 5 s",
    "noise +0 dB 5 s",
    "noise +0 dB 10 s",
    "noise -5 dB 5 s",
    "noise -5 dB 10 s",
    "noise -10 dB 10 s",
    "room +10 dB 5 s",
    "room +10 dB 10 s",
    "room +0 dB 5 s",
    "room +0 dB 10 s",
    "codec Opus 12 kbit/s 5 s",
    "telephone line 5 s",
    "speed -2 % 10 s",
    "pitch -1 st 10 s",
)

RIGHT, WRONG, NOTHING = 2, 1, 0


def main() -> None:
    """Ask and print."""
    options = _options()
    prepare(options.folder)
    wanted = [condition for condition in CONDITIONS if condition.label in LABELS]
    jobs = [(one, options.clips, options.seed + number) for number, one in enumerate(wanted)]
    print(f"{'':26}{'n':>5}{'sound':>8}{'peaks':>8}{'only':>6}{'only':>6}  wrong   CPU, ms")
    answers = spread(_ask, jobs)
    for condition, rows in zip(wanted, answers, strict=True):
        print(_line(condition.label, rows))
    print(_line("all", np.concatenate(answers)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What is lost without the sound.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=100, help="in each condition (default: 100)")
    parser.add_argument("--seed", type=int, default=4)
    return parser.parse_args()


def _ask(job: tuple[Condition, int, int]) -> NDArray[np.float64]:
    """Return rows (by sound, by peaks, CPU of each in ms), shape (clips, 4)."""
    condition, count, seed = job
    query = QueryParams()
    tunes, catalogue = ground().tunes, ground().catalogue
    rows = []
    for clip in clips(tunes, [condition], count, seed):
        own = group_of(clip.places[0].tune)
        found, took = [], []
        for by_peaks in (False, True):
            sound = heard(clip, catalogue.params, query, by_peaks=by_peaks)
            began = time.process_time()
            verdict = match(sound, catalogue, catalogue.params, query)
            took.append(1000 * (time.process_time() - began))
            groups = [catalogue.groups[one.key] for one in verdict.matches[:1]]
            found.append(RIGHT if groups == [own] else WRONG if groups else NOTHING)
        rows.append([*found, *took])
    return np.array(rows, np.float64).reshape(-1, 4)


def _line(label: str, rows: NDArray[np.float64]) -> str:
    kinds = Counter((sound == RIGHT, peaks == RIGHT) for sound, peaks, *_ in rows.tolist())
    shares = 100 * (rows[:, :2] == RIGHT).mean(axis=0)
    wrong = (rows[:, :2] == WRONG).sum(axis=0)
    times = np.median(rows[:, 2:], axis=0)
    return (
        f"{label:26}{len(rows):5}{shares[0]:8.1f}{shares[1]:8.1f}{kinds[True, False]:6}"
        f"{kinds[False, True]:6}{wrong[0]:4} /{wrong[1]:2}{times[0]:6.0f} /{times[1]:4.0f}"
    )


if __name__ == "__main__":
    main()
