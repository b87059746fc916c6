"""How often unknown music is named: many clips, each with its own recording masked.

    python -m benchmarks.strangers FOLDER [--clips N] [--ladder LADDER] [--seed S]
                                   [--json FILE] [--peaks]

Takes the catalogue that `open_corpus.tsv` names below FOLDER. Clips of it, of 1 to 10 s, most of
them plain, others in noise, in rooms, slowed or transposed, are asked for with their own recording,
and all that shares material with it, masked: so every one is a stranger, of a style that the
catalogue knows well. Every attempt is made.
With `--peaks` all but the peaks of the clips is forgotten.

The rating is meant to be reached by a stranger with a chance of exp(-rating). Printed for each
length are the clips whose best rating reaches the thresholds of 1 in 100, 1,000 and 10,000, with
95 % intervals, and the exponential tail beyond the highest hundredth, with the rate that it
gives at the default threshold and the interval that its scale allows. Then the constants of
`matching/decision.py`, scaled so that this tail, without the ladder, is what it is meant to be.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import attempts, ground, group_of, heard, prepare, spread
from benchmarks.music import clips
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.evaluation.intervals import wilson
from earmark.matching import decision
from earmark.params import Ladder, QueryParams

LENGTHS_S = (1, 2, 3, 5, 10)
KINDS = {
    ("clean", ""): 4,
    ("noise", "+5 dB"): 1,
    ("room", "+10 dB"): 1,
    ("speed", "-8 %"): 1,
    ("pitch", "-1 st"): 1,
    ("pitch", "-2 st"): 1,
}
"""What is asked for, and how often: plain music is the most dangerous, and costs least to make.
Changed speed and pitch put the held notes of one drone on those of another; of 10 s only."""

RATES = (1e-2, 1e-3, 1e-4)
TAIL_SHARE = 0.01

PART = 50
"""Clips of one task of a worker."""


def main() -> None:
    """Ask and print."""
    options = _options()
    prepare(options.folder)
    jobs = [
        (condition, min(PART, wanted - first), options.seed + first, options.ladder, options.peaks)
        for condition in CONDITIONS
        for wanted in [KINDS.get((condition.name, condition.severity), 0) * options.clips]
        for first in range(0, wanted, PART)
    ]
    best = np.concatenate(spread(_ask, jobs))
    if options.json:
        options.json.write_text(json.dumps(best.tolist()))
    print(f"{len(best)} clips, ladder {options.ladder}")
    _print("without the ladder", best[:, 0], best[:, 1])
    if options.ladder != Ladder.OFF:
        _print(f"ladder {options.ladder}", best[:, 0], best[:, 1:].max(axis=1))
    _print_scaled(best[:, 1], decision.scale_of(by_peaks=options.peaks))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How often unknown music is named.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--clips", type=int, default=1000, help="of each length and kind, times its weight"
    )
    parser.add_argument("--ladder", type=Ladder, default=Ladder.OFF)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--json", type=Path, help="keep the ratings in this file")
    parser.add_argument("--peaks", action="store_true", help="forget all but the peaks")
    return parser.parse_args()


def _ask(job: tuple[Condition, int, int, Ladder, bool]) -> NDArray[np.float64]:
    """Return rows (length, best rating as it is, best rating on the ladder)."""
    condition, count, seed, ladder, by_peaks = job
    tunes, catalogue = ground().tunes, ground().catalogue
    query = QueryParams(ladder=ladder)
    rows = []
    for clip in clips(tunes, [condition], count, seed):
        masked = catalogue.without(group_of(clip.places[0].tune))
        best = [-np.inf, -np.inf]
        sound = heard(clip, catalogue.params, query, by_peaks=by_peaks)
        for found in attempts(sound, masked, query):
            which = int(found.rungs > 0)
            best[which] = max(best[which], found.rating.max(initial=-np.inf))
        rows.append((condition.length_s, *best))
    return np.array(rows, np.float64).reshape(-1, 3)


def _print(name: str, length: NDArray[np.float64], rating: NDArray[np.float64]) -> None:
    print(f"\n{name}\n{'length':>8}{'n':>8}", end="")
    print("".join(f"{f'1 in {1 / rate:,.0f}':>24}" for rate in RATES), "  tail at 1 in 10,000")
    for seconds in (*LENGTHS_S, None):
        here = rating if seconds is None else rating[length == seconds]
        cells = []
        for rate in RATES:
            count = int((here >= -np.log(rate)).sum())
            low, high = wilson(count, len(here))
            cells.append(f"{count} ({100 * low:.3f}-{100 * high:.3f} %)")
        label = "all" if seconds is None else f"{seconds} s"
        print(f"{label:>8}{len(here):8}" + "".join(f"{cell:>24}" for cell in cells), _tail(here))


def _print_scaled(rating: NDArray[np.float64], used: decision.Scale) -> None:
    start, scale, beyond = _highest(rating)
    if not beyond:
        return
    level = -np.log(TAIL_SHARE)
    offset, centre = (
        (one - start) / scale + level for one in (used.offset, used.confidence_centre)
    )
    weights = tuple(round(one / scale, 4) for one in used.weights)
    slope = used.confidence_slope * scale
    print()
    print(decision.Scale(weights, *(round(float(one), 4) for one in (offset, centre, slope))))


def _highest(rating: NDArray[np.float64]) -> tuple[float, float, int]:
    """Return where the highest TAIL_SHARE begins, how far it reaches on average, and its size."""
    start = float(np.quantile(rating, 1 - TAIL_SHARE))
    beyond = rating[rating > start] - start
    return start, float(beyond.mean()) if len(beyond) else 0.0, len(beyond)


def _tail(rating: NDArray[np.float64]) -> str:
    """Return the rate at the default threshold, by an exponential fit to the highest part."""
    start, scale, beyond = _highest(rating)
    if not beyond:
        return "  no tail"
    error = 1.96 / np.sqrt(beyond)
    rates = [
        TAIL_SHARE * np.exp((start + np.log(QueryParams().far)) / (scale * part))
        for part in (1, 1 - error, 1 + error)
    ]
    return f"  {rates[0]:.1e} ({rates[1]:.1e}-{rates[2]:.1e}), scale {scale:.2f}"


if __name__ == "__main__":
    main()
