"""Scores to decisions: which scores are believed, and what a score is worth as a probability.

A wrong alignment reaches score s with a chance that falls like exp(-s), and a catalogue offers as
many alignments as it has frames. So the score is compared with the logarithm of that number: the
*excess* is what remains, and it means the same in a small and in a large catalogue. The numbers
below were fitted on clips of known and unknown music by `benchmarks/calibration.py`.
"""

from __future__ import annotations

import math

ACCEPT_EXCESS = 4.0
"""About one clip in 1,000 of unknown music reaches it, by the tail fitted in docs/accuracy.md."""

SMALLEST_CATALOGUE_FRAMES = 2_250_000
"""Ten hours: a smaller catalogue is judged as one of this size. Chance falls more slowly than the
formula says where few tracks of one style share a tempo and a key."""

CONFIDENCE_CENTRE = 0.7
CONFIDENCE_SLOPE = 0.54


def threshold(catalogue_frames: int) -> float:
    """Return the score from which a match is reported in a catalogue of this size."""
    return ACCEPT_EXCESS + _chance(catalogue_frames)


def confidence(score: float, catalogue_frames: int) -> float:
    """Return the probability that a match with this score is right."""
    excess = score - _chance(catalogue_frames)
    logit = CONFIDENCE_SLOPE * (excess - CONFIDENCE_CENTRE)
    return 1 / (1 + math.exp(-max(-700.0, min(700.0, logit))))


def _chance(catalogue_frames: int) -> float:
    return math.log(max(catalogue_frames, SMALLEST_CATALOGUE_FRAMES))
