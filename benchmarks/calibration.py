"""What a score is worth: the tail of wrong answers, and the confidence fitted to right and wrong.

    python -m benchmarks.calibration FOLDER [--clips N] [--seed S]

Takes the catalogue and the strangers that `open_corpus.tsv` names below FOLDER, and asks for clips
of both in every condition. Half of the tunes, by
their names, are used for fitting, the others for testing.

The *excess* of an answer is its score less the logarithm of the number of frames in the catalogue.
Printed are: the exponential tail of the strangers' best excess, and where it falls to 1 in 100,
1,000 and 10,000 clips; the logistic curve fitted to all best candidates, right or wrong; and how
well the confidence that it gives holds on the other half. The constants of `matching/decision.py`
come from here.
"""

from __future__ import annotations

import argparse
import itertools
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.music import CONDITIONS, OPEN_CORPUS, RATE_HZ, Clip, clips, load
from earmark.library import Library
from earmark.matching.decision import ACCEPT_EXCESS, CONFIDENCE_CENTRE, CONFIDENCE_SLOPE
from earmark.types import Metadata
from earmark.units import seconds_to_frames

TAIL_SHARE = 0.1
"""The part of the strangers, those with the highest scores, that the tail is fitted to."""

BINS = (0.0, 0.5, 0.9, 0.99, 0.999, 1.01)
NEWTON_STEPS = 50


@dataclass(frozen=True)
class Answer:
    """The best candidate of one clip, accepted or not."""

    excess: float
    right: bool
    stranger: bool
    fitting: bool


def main() -> None:
    """Measure, fit and print."""
    options = _options()
    catalogue, strangers = load(options.folder, options.corpus)
    with Library.open("memory:") as library:
        for tune in catalogue:
            library.add_recording(tune.samples, sample_rate=RATE_HZ, metadata=Metadata(tune.name))
        known = clips(catalogue, CONDITIONS, options.clips, options.seed)
        unknown = clips(strangers, CONDITIONS, options.clips, options.seed)
        answers = [_ask(library, clip, stranger=False) for clip in known]
        answers += [_ask(library, clip, stranger=True) for clip in unknown]
    _print_tail([answer.excess for answer in answers if answer.stranger])
    fitting = [answer for answer in answers if answer.fitting]
    testing = [answer for answer in answers if not answer.fitting]
    centre, slope = _fit(fitting)
    print(
        f"\nlogistic curve fitted to {len(fitting)} answers: centre {centre:.2f}, slope {slope:.2f}"
    )
    print(f"in use: centre {CONFIDENCE_CENTRE}, slope {CONFIDENCE_SLOPE}")
    _print_reliability(testing, centre, slope)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Tail of wrong answers, and confidence.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=OPEN_CORPUS, help="what is what in FOLDER")
    parser.add_argument("--clips", type=int, default=100, help="in each condition (default: 100)")
    parser.add_argument("--seed", type=int, default=2)
    return parser.parse_args()


def _ask(library: Library, clip: Clip, *, stranger: bool) -> Answer:
    result = library.identify(clip.samples, sample_rate=RATE_HZ)
    found = (*result.matches, *result.candidates)
    seconds = library.stats().duration_s
    chance = math.log(seconds_to_frames(seconds, library.params.peaks))
    return Answer(
        excess=found[0].score - chance if found else -chance,
        right=bool(found) and found[0].track.metadata.title == clip.places[0].tune,
        stranger=stranger,
        fitting=zlib.crc32(clip.places[0].tune.encode()) % 2 == 0,
    )


def _print_tail(excesses: Sequence[float]) -> None:
    wrong = np.sort(excesses)
    start = float(np.quantile(wrong, 1 - TAIL_SHARE))
    beyond = wrong[wrong > start] - start
    scale = float(beyond.mean())
    error = scale / math.sqrt(len(beyond))
    print(f"{len(wrong)} clips of strangers; highest excesses {np.round(wrong[-5:][::-1], 1)}")
    print(f"tail beyond {start:.2f}: exponential, scale {scale:.2f} +- {error:.2f} nats")
    for rate in (1e-2, 1e-3, 1e-4):
        place = start + scale * math.log(TAIL_SHARE / rate)
        print(f"  1 in {1 / rate:,.0f}: excess {place:.1f}")
    accepted = int((wrong >= ACCEPT_EXCESS).sum())
    print(f"in use: {ACCEPT_EXCESS}, which accepts {accepted} of these")


def _fit(answers: Sequence[Answer]) -> tuple[float, float]:
    """Return centre and slope of the logistic curve of highest likelihood, by Newton's method."""
    x = np.array([answer.excess for answer in answers])
    y = np.array([answer.right for answer in answers], np.float64)
    design = np.stack([np.ones_like(x), np.clip(x, -30, 30)], axis=1)
    weights = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        p = _logistic(design @ weights)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2)
        weights += np.linalg.solve(hessian, design.T @ (y - p))
    return float(-weights[0] / weights[1]), float(weights[1])


def _print_reliability(answers: Sequence[Answer], centre: float, slope: float) -> None:
    excess = np.array([answer.excess for answer in answers])
    right = np.array([answer.right for answer in answers])
    confidence = _logistic(slope * (excess - centre))
    print(f"\n{'confidence':>16}{'n':>7}{'mean':>9}{'right':>9}   (the other half)")
    error = 0.0
    for low, high in itertools.pairwise(BINS):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            mean, share = confidence[inside].mean(), right[inside].mean()
            error += inside.sum() * abs(mean - share)
            print(f"{low:7.3f} to {min(high, 1):5.3f}{inside.sum():7}{mean:9.4f}{share:9.4f}")
    print(f"expected calibration error {error / len(answers):.4f}, n = {len(answers)}")


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))


if __name__ == "__main__":
    main()
