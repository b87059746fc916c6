"""Fits the decision: what the traits of a hypothesis weigh, and what its rating is worth.

    python -m benchmarks.calibration FOLDER [--clips N] [--seed S] [--rows FILE] [--plot FILE]
                                     [--in-use] [--peaks]

Takes the catalogue that `open_corpus.tsv` names below FOLDER. Each clip is asked for twice: with
its recording in the catalogue, and as a stranger, with the recording's own group masked. A logistic
regression tells the best true places from the wrong ones by their traits. Its log odds are then
scaled so that strangers reach a rating of r with a chance of exp(-r).

Printed are the constants of `matching/decision.py`, fitted on all clips. What follows is tested on
clips that were not fitted: the groups are halved by their names, and each half is rated by what was
fitted on the other. Printed are the strangers' tail, the share of known clips that is named at
several false-accept rates, the same without each group of traits, and how well the confidence
holds.

The numbers in use are these, scaled once more to the tail of many more strangers, by what
`benchmarks/strangers.py` prints. With `--in-use` nothing is fitted: printed are tail, shares and
confidence as they are; give it another seed than that which was fitted. With `--peaks` all but the
peaks of the clips is forgotten: that fits and tests the scale `PEAKS`.
"""

from __future__ import annotations

import argparse
import itertools
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import attempts, ground, group_of, heard, prepare, spread
from benchmarks.music import clips
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.evaluation.intervals import wilson
from earmark.matching import decision
from earmark.params import Ladder, QueryParams
from earmark.pictures.drawing import CALM, FAINT, drawn

NAMES = ("clean", "noise", "room", "codec", "telephone", "dynamics", "voice-over")
"""Conditions that change neither tempo nor pitch."""

RATES = (1e-2, 1e-3, 1e-4)
TAIL_SHARE = 0.1
"""The part of the strangers, those with the highest ratings, that the tail is fitted to."""

ABLATIONS = {
    "all traits": [0, 1, 2, 3, 4],
    "without lift and surroundings": [3, 4],
    "without surroundings": [0, 3, 4],
    "without hits": [0, 1, 2, 4],
    "without length": [0, 1, 2, 3],
}
"""Columns of `decision.traits` that are kept."""

RIDGE = 1e-6
"""Just enough for a solution: ten times as much names less, and makes confidence too careful."""
NEWTON_STEPS = 60
PLOT_IN, PLOT_BINS = (9.0, 3.6), 10
"""Inches; parts of the confidence."""

BINS = (0.0, 0.5, 0.9, 0.99, 0.999, 1.01)


@dataclass(frozen=True, eq=False)
class Rows:
    """Hypotheses of all clips; arrays of shape (n,)."""

    clip: NDArray[np.int64]
    condition: NDArray[np.int64]
    masked: NDArray[np.bool_]
    own: NDArray[np.bool_]
    """Of the clip's own group: right."""
    half: NDArray[np.bool_]
    """In which half the group is."""
    traits: NDArray[np.float64]
    """Shape (n, TRAITS)."""


def main() -> None:
    """Ask, fit and print."""
    options = _options()
    conditions = [one for one in CONDITIONS if one.name in NAMES]
    if options.rows and options.rows.exists():
        rows = Rows(**np.load(options.rows))
    else:
        rows = _asked(options, conditions)
        if options.rows:
            np.savez(options.rows, **vars(rows))
    if options.in_use:
        scale = decision.scale_of(by_peaks=options.peaks)
        rating = decision.rating(rows.traits, scale)
        best, right = _best_places(rows, rating)
        confidence = np.array([decision.confidence(one, scale) for one in best])
        _report(rows, rating, conditions, confidence, right)
    else:
        rating = _cross_rated(rows)
        _print_fitted(rows)
        confidence, right = _tested(rows, rating)
        _report(rows, rating, conditions, confidence, right)
        _print_ablations(rows)
    if options.plot:
        _draw(options.plot, confidence, right, _best(rows, rating, rows.masked))


def _print_fitted(rows: Rows) -> None:
    weights = _fitted(rows, np.ones(len(rows.clip), bool))
    best, right = _best_places(rows, _rated(rows.traits, weights))
    slope, offset = _regression(best[:, None], right)
    fitted, *rest = weights[:-1].round(4).tolist(), weights[-1], -offset / slope, slope
    print(decision.Scale(tuple(fitted), *(round(float(one), 4) for one in rest)))


def _report(
    rows: Rows,
    rating: NDArray[np.float64],
    conditions: list[Condition],
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
) -> None:
    _print_tails(rows, rating)
    _print_recall(rows, rating, conditions)
    _print_tested(confidence, right)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the decision.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=60, help="in each condition (default: 60)")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--plot", type=Path, help="draw confidence and tail into this file")
    parser.add_argument("--rows", type=Path, help="keep what was asked in this file, or read it")
    parser.add_argument("--in-use", action="store_true", help="test the numbers in use, fit none")
    parser.add_argument("--peaks", action="store_true", help="forget all but the peaks")
    return parser.parse_args()


def _asked(options: argparse.Namespace, conditions: list[Condition]) -> Rows:
    prepare(options.folder)
    how = (options.clips, options.seed, options.peaks)
    jobs = [(number, condition, *how) for number, condition in enumerate(conditions)]
    parts = spread(_ask, jobs)
    whole = [np.concatenate([getattr(p, name) for p in parts]) for name in Rows.__annotations__]
    return Rows(*whole)


def _ask(job: tuple[int, Condition, int, int, bool]) -> Rows:
    number, condition, count, seed, by_peaks = job
    tunes, catalogue = ground().tunes, ground().catalogue
    query = QueryParams(ladder=Ladder.OFF)
    rows: list[tuple[int, int, bool, bool, bool]] = []
    traits = []
    for clip in clips(tunes, [condition], count, seed):
        group = group_of(clip.places[0].tune)
        half = zlib.crc32(group.encode()) % 2 == 0
        sound = heard(clip, catalogue.params, query, by_peaks=by_peaks)
        for masked in (False, True):
            asked = catalogue.without(group) if masked else catalogue
            for found in attempts(sound, asked, query):
                for key, row in zip(found.keys.tolist(), found.traits, strict=True):
                    own = catalogue.groups[key] == group
                    rows.append((number * count + clip.number, number, masked, own, half))
                    traits.append(row)
    clip_of, which, masks, owned, halves = np.array(rows, np.int64).T
    return Rows(
        clip_of, which, masks.astype(bool), owned.astype(bool), halves.astype(bool),
        np.array(traits),
    )  # fmt: skip


def _rated(traits: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(traits @ weights[:-1] + weights[-1])


def _cross_rated(rows: Rows) -> NDArray[np.float64]:
    """Rate each half by what was fitted on the other."""
    one, other = (_rated(rows.traits, _fitted(rows, half)) for half in (rows.half, ~rows.half))
    return np.where(rows.half, other, one)


def _fitted(rows: Rows, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return weights and offset of the rating, shape (TRAITS + 1,)."""
    weights = _fit(rows, chosen)
    start, scale = _tail(_best(rows, _rated(rows.traits, weights), rows.masked & chosen))
    # a stranger beyond `start` has a chance of TAIL_SHARE, and exp(-r) at a rating of r
    weights /= scale
    weights[-1] -= start / scale + np.log(TAIL_SHARE)
    return weights


def _fit(rows: Rows, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return weights and offset of the logistic regression, shape (TRAITS + 1,).

    Right is the best place of each known clip; wrong are all places of masked ones. As which is
    best depends on the weights, it is chosen anew a few times, by lift first.
    """
    score = rows.traits[:, 0]
    for _ in range(4):
        right = _leaders(rows, score, chosen & rows.own & ~rows.masked)
        wrong = np.flatnonzero(chosen & rows.masked)
        which = np.concatenate([right, wrong])
        truth = np.arange(len(which)) < len(right)
        weights = _regression(rows.traits[which], truth)
        score = _rated(rows.traits, weights)
    return weights


def _regression(traits: NDArray[np.float64], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    middle, spread = traits.mean(axis=0), traits.std(axis=0) + 1e-9
    design = np.column_stack([(traits - middle) / spread, np.ones(len(traits))])
    weights = np.zeros(design.shape[1])
    ridge = RIDGE * len(design) * np.eye(len(weights))
    for _ in range(NEWTON_STEPS):
        p = _logistic(design @ weights)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + ridge
        weights += np.linalg.solve(hessian, design.T @ (truth - p) - ridge @ weights)
    scaled = weights[:-1] / spread
    return np.append(scaled, weights[-1] - scaled @ middle)


def _leaders(
    rows: Rows, score: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the row with the highest score of each clip."""
    which = np.flatnonzero(chosen)
    which = which[np.lexsort((-score[which], rows.clip[which]))]
    first = np.append(True, np.diff(rows.clip[which]) > 0)
    leaders: NDArray[np.int64] = which[first]
    return leaders


def _best(rows: Rows, score: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    return score[_leaders(rows, score, chosen)]


def _tail(best: NDArray[np.float64]) -> tuple[float, float]:
    """Return where the highest TAIL_SHARE begins, and the scale of its exponential fit."""
    start = float(np.quantile(best, 1 - TAIL_SHARE))
    return start, float((best[best > start] - start).mean())


def _print_tails(rows: Rows, rating: NDArray[np.float64]) -> None:
    for name, chosen in (("one half", rows.half), ("other half", ~rows.half), ("all", True)):
        best = np.sort(_best(rows, rating, rows.masked & chosen))
        start, scale = _tail(best)
        beyond = [f"1 in {1 / p:,.0f}: {start + scale * np.log(TAIL_SHARE / p):.1f}" for p in RATES]
        print(f"\nstrangers, {name}, n = {len(best)}: tail beyond {start:.2f}, "
              f"scale {scale:.2f}; {'; '.join(beyond)}; highest {best[-5:].round(1)}")  # fmt: skip


def _print_recall(rows: Rows, rating: NDArray[np.float64], conditions: list[Condition]) -> None:
    right, wrong = _rivals(rows, rating, ~rows.masked)
    which = rows.condition[_leaders(rows, rating, ~rows.masked)]
    print("\nnamed at 1 in " + ", ".join(f"{1 / p:,.0f}" for p in RATES) + ", and ranked first")
    for number in [*range(len(conditions)), None]:
        here = np.ones(len(which), bool) if number is None else which == number
        first = right[here] > wrong[here]
        shares = [100 * np.mean(first & (right[here] > -np.log(p))) for p in RATES]
        label = "all" if number is None else conditions[number].label
        print(
            f"{label:32}{here.sum():5}"
            + "".join(f"{s:7.1f}" for s in (*shares, 100 * first.mean()))
        )


def _rivals(
    rows: Rows, rating: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the best ratings of right and of wrong places, clip by clip."""
    right = _best(rows, np.where(rows.own, rating, -np.inf), chosen)
    return right, _best(rows, np.where(rows.own, -np.inf, rating), chosen)


def _print_ablations(rows: Rows) -> None:
    """Fit again without each group of traits."""
    print("\nnamed at 1 in " + ", ".join(f"{1 / p:,.0f}" for p in RATES) + ", and ranked first")
    for name, kept in ABLATIONS.items():
        print_named(name, replace(rows, traits=rows.traits[:, kept]))


def print_named(name: str, rows: Rows) -> None:
    """Print the shares of known clips that are named; each half's threshold is its own tail's."""
    rating = _cross_rated(rows)
    results = []
    for half in (rows.half, ~rows.half):
        start, scale = _tail(_best(rows, rating, rows.masked & half))
        right, wrong = _rivals(rows, rating, ~rows.masked & half)
        named = [
            np.mean((right > wrong) & (right > start + scale * np.log(TAIL_SHARE / p)))
            for p in RATES
        ]
        results.append([*named, np.mean(right > wrong)])
    print(f"{name:40}" + "".join(f"{100 * share:7.1f}" for share in np.mean(results, axis=0)))


def _best_places(
    rows: Rows, rating: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the best rating of each clip, known and masked, and whether that place is right."""
    leaders = _best_rows(rows, rating)
    return rating[leaders], rows.own[leaders] & ~rows.masked[leaders]


def _best_rows(rows: Rows, rating: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.concatenate(
        [_leaders(rows, rating, rows.masked == masked) for masked in (False, True)]
    )


def _tested(
    rows: Rows, rating: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the confidence in the best place of each clip, by what the other half taught."""
    best, right = _best_places(rows, rating)
    half = rows.half[_best_rows(rows, rating)]
    confidence = np.empty(len(best))
    for fitting in (half, ~half):
        slope, offset = _regression(best[fitting, None], right[fitting])
        confidence[~fitting] = _logistic(slope * best[~fitting] + offset)
    return confidence, right


def _print_tested(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    error = 0.0
    for low, high in itertools.pairwise(BINS):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            mean, share = confidence[inside].mean(), right[inside].mean()
            error += inside.sum() * abs(mean - share)
            print(f"{low:7.3f} to {min(high, 1):5.3f}{inside.sum():7}{mean:9.4f}{share:9.4f}")
    print(f"expected calibration error {error / len(confidence):.4f}, n = {len(confidence)}")


def _draw(
    file: Path,
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    strangers: NDArray[np.float64],
) -> None:
    """Draw how often a confidence is right, and how often strangers reach a rating."""
    with drawn(file, *PLOT_IN) as figure:
        one, other = figure.subplots(1, 2)
        edges = np.linspace(0, 1, PLOT_BINS + 1)
        which = np.clip(np.digitize(confidence, edges) - 1, 0, PLOT_BINS - 1)
        there = np.unique(which)
        means = np.array([confidence[which == k].mean() for k in there])
        shares = np.array([right[which == k].mean() for k in there])
        bounds = np.array(
            [wilson(int(right[which == k].sum()), int((which == k).sum())) for k in there]
        )
        reach = np.abs(bounds.T - shares)
        one.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8)
        one.errorbar(means, shares, reach, fmt="o", color=CALM, markersize=4, capsize=2)
        one.set(xlabel="confidence", ylabel="part that is right, with 95 % interval")
        ratings = np.sort(strangers)[::-1]
        share = np.arange(1, len(ratings) + 1) / len(ratings)
        other.semilogy(ratings, share, color=CALM, label=f"strangers, n = {len(ratings):,}")
        line = np.linspace(-np.log(TAIL_SHARE), -np.log(RATES[-1]), 2)
        other.semilogy(line, np.exp(-line), color=FAINT, linewidth=0.8, label="exp(-rating)")
        other.set(xlabel="rating, nats", ylabel="part that reaches it", xlim=(-5, None))
        other.yaxis.set_major_formatter(lambda part, _: f"1 in {1 / part:,.0f}")
        other.legend()


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))


if __name__ == "__main__":
    main()
