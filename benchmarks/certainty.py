"""When a query may stop: what a clip's only track agrees in, and how sure a wrong one can look.

    python -m benchmarks.certainty FOLDER [--clips N] [--seed S]

Takes the catalogue that `open_corpus.tsv` names below FOLDER. First, for `EXPLAINED` of
`matching/matcher.py`: what part of its peaks the right place finds in clean clips, and in clips
with another track beside it. Second, for `CERTAIN`: how high a wrong track is rated without the
ladder when the clip was transposed or played faster or slower, and how high the right one is with
it.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import NOTHING_ACCEPTED, ground, heard, prepare, spread
from benchmarks.music import Clip
from earmark.evaluation.clips import make_clip
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.matching.matcher import Search
from earmark.params import Ladder, QueryParams

ALONE, BESIDE = ("clean 5 s", "clean 10 s"), ("overlap +0 dB 10 s",)
CHANGED = ("speed -8 % 10 s", "speed +4 % 10 s", "pitch -2 st 10 s", "pitch +1 st 10 s")
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
HIGHEST = 10


def main() -> None:
    """Ask and print."""
    options = _options()
    prepare(options.folder)
    by_label = {one.label: one for one in CONDITIONS}
    print("part of its peaks that the right place finds")
    print(f"{'':24}{'n':>6}" + "".join(f"{f'{p} %':>8}" for p in PERCENTILES))
    for label in (*ALONE, *BESIDE):
        rows = _asked(by_label[label], options, Ladder.OFF)
        shares = rows[np.isfinite(rows[:, 0]), 0]
        told = "".join(f"{share:8.3f}" for share in np.percentile(shares, PERCENTILES))
        print(f"{label:24}{len(shares):6}{told}")
    print(
        f"\nhighest {HIGHEST} ratings of a wrong track without the ladder, of the right one with it"
    )
    for label in CHANGED:
        rows = _asked(by_label[label], options, Ladder.FAST)
        worst = rows[np.argsort(-rows[:, 1])[:HIGHEST]]
        pairs = ", ".join(f"{wrong:.1f} ({right:.1f})" for _, wrong, right in worst)
        print(f"{label:24}{len(rows):6}  {pairs}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="When a query may stop.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=200, help="of each kind (default: 200)")
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


def _asked(
    condition: Condition, options: argparse.Namespace, ladder: Ladder
) -> NDArray[np.float64]:
    jobs = [(condition, number, options.seed, ladder) for number in range(options.clips)]
    return np.concatenate(spread(_ask, jobs))


def _ask(job: tuple[Condition, int, int, Ladder]) -> NDArray[np.float64]:
    """Return a row (part of the right place's peaks, wrong rating, right rating), or none."""
    condition, number, seed, ladder = job
    clip = _clip(condition, number, seed)
    if clip is None:
        return np.empty((0, 3))
    catalogue = ground().catalogue
    right = [catalogue.names.index(place.tune) for place in clip.places]
    query = QueryParams(ladder=ladder)
    sound = heard(clip, catalogue.params, query)
    strict = replace(query, far=NOTHING_ACCEPTED)
    search = Search(sound, catalogue, catalogue.params, strict)
    share, wrong, best = np.nan, -np.inf, -np.inf
    for evidence in search.attempts():
        keys = np.array(search.case().keys, np.int64)[evidence.hypotheses.reference]
        own = np.isin(keys, right)
        if not search.trials:
            wrong = max(wrong, evidence.rating[~own].max(initial=-np.inf))
        if evidence.rating[own].max(initial=-np.inf) > best:
            leader = int(np.argmax(np.where(own, evidence.rating, -np.inf)))
            best = evidence.rating[leader]
            share = evidence.found[leader] / evidence.expected[leader]
    return np.array([[share, wrong, best]])


def _clip(condition: Condition, number: int, seed: int) -> Clip | None:
    tunes = ground().tunes
    rng = np.random.default_rng([seed, number])
    one, other = rng.choice(len(tunes), 2, replace=False)
    return make_clip(condition, number, seed, tunes[one], tunes[other])


if __name__ == "__main__":
    main()
