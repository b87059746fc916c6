"""Evidence to decisions: what is believed, and how much.

All that is known of a hypothesis is weighed into one number, the *rating*, linear in its `traits`.
It is scaled so that a clip of unknown music reaches a rating of r in a catalogue of ten hours with
a chance of exp(-r): its unit is the nat, and the threshold follows from the false-accept rate that
the user allows. A larger catalogue offers chance more places, and every tempo and pitch that is
tried offers them again; so the logarithm of both is taken off.

The numbers below were fitted by `benchmarks/calibration.py`, on clips of known music and on the
same clips with their own recordings masked, and then scaled to the tail of 30,000 strangers by
`benchmarks/strangers.py`; docs/accuracy.md shows both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.sweep import Surroundings
    from earmark.matching.verification import Evidence

CATALOGUE_FRAMES = 2_250_000
"""Ten hours, for which the rating is scaled. A smaller catalogue is judged as one of this size."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What turns traits into a rating, and a rating into a confidence."""

    weights: tuple[float, ...]
    """Of the traits."""
    offset: float
    confidence_centre: float
    confidence_slope: float


SOUND = Scale((1.6878, -1.2219, -2.6284, 2.0539, -1.58), -0.717, 4.286, 1.0022)
"""Of a clip that was heard."""

PEAKS = Scale((1.164, -0.8427, -1.8127, 1.4165, -1.0897), -0.667, 4.286, 1.0022)
"""Of a clip of which only the peaks are known: that of sound, scaled to the tail of strangers by
peaks. Their highest tenth (of 240) reaches 1.23 nats further in the mean; a standard error more,
1.45, is taken, as there were so few (docs/peaks.md)."""

AGREEMENT = 4.0
"""Nats above chance from which what is left of a match is believed when others explain the rest."""


def traits(evidence: Evidence, around: Surroundings, frames: int) -> NDArray[np.float64]:
    """Return what the rating is made of, shape (n, 5).

    Args:
        evidence: of n hypotheses, chance measured on shifted spans.
        around: the same hypotheses.
        frames: duration of the clip.
    """
    return np.column_stack(
        [
            around.lift - around.median,
            around.top - around.median,
            around.upper - around.median,
            np.sqrt(evidence.loose),
            np.full(len(evidence.loose), np.log(frames)),
        ]
    )


def scale_of(*, by_peaks: bool) -> Scale:
    """Return the scale for a clip that was heard, or of which only the peaks are known."""
    return PEAKS if by_peaks else SOUND


def rating(traits: NDArray[np.float64], scale: Scale = SOUND) -> NDArray[np.float64]:
    """Return the ratings of n hypotheses, in nats, before size and trials are taken off."""
    ratings: NDArray[np.float64] = traits @ np.array(scale.weights) + scale.offset
    return ratings


def size_cost(catalogue_frames: int) -> float:
    """Return what a catalogue of this size takes off every rating, in nats."""
    return math.log(max(catalogue_frames, CATALOGUE_FRAMES) / CATALOGUE_FRAMES)


def threshold(far: float) -> float:
    """Return the rating from which a match is reported at this false-accept rate."""
    return -math.log(far)


def agreement_threshold(catalogue_frames: int) -> float:
    """Return the score from which the rest of a match is believed; see `grouping.py`."""
    return AGREEMENT + math.log(max(catalogue_frames, CATALOGUE_FRAMES))


def confidence(rating: float, scale: Scale = SOUND) -> float:
    """Return the probability that the best match with this rating is right."""
    logit = scale.confidence_slope * (rating - scale.confidence_centre)
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, logit))))
