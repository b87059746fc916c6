"""From agreeing peaks to the span of the clip that a match explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.verification import pair_up
from earmark.units import steps_to_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.verification import Case, Evidence
    from earmark.params import PeakParams

BLOCK_S = 0.5
"""Coverage counts blocks of this length in which a peak agrees."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where clip and track agree, in seconds of each."""

    clip_start_s: float
    clip_end_s: float
    track_start_s: float
    track_end_s: float
    coverage: float
    """The part of the clip, 0 to 1, in whose blocks at least one peak of the span agrees."""


def span_of(case: Case, evidence: Evidence, which: int, params: PeakParams) -> Span:
    """Return the stretch that the match explains better than chance does.

    Each reference peak counts for the match when the clip has it and against it when not, by
    log-likelihood ratio; the stretch with the largest sum is the span.
    """
    hypotheses = evidence.hypotheses
    pairs = pair_up(case.clip, case.references, hypotheses, which)
    agrees = pairs.partner >= 0
    first, last = _heaviest(agrees, float(evidence.chance[which]))
    offset, tempo = float(hypotheses.offset[which]), float(hypotheses.tempo[which])
    track_start, track_end = (
        float(pairs.time[i]) if len(pairs.time) else offset for i in (first, last)
    )
    # a peak rounded to the clip's very edge must not make the span stick out of it
    clip_start, clip_end = (
        min(max((at - offset) / tempo, 0.0), float(case.clip.length_steps))
        for at in (track_start, track_end)
    )
    times = (pairs.time[first : last + 1][agrees[first : last + 1]] - offset) / tempo
    return Span(
        steps_to_seconds(clip_start, params),
        steps_to_seconds(clip_end, params),
        steps_to_seconds(track_start, params),
        steps_to_seconds(track_end, params),
        _coverage(times, case.clip.length_steps, params),
    )


def _heaviest(agrees: NDArray[np.bool_], chance: float) -> tuple[int, int]:
    """Return the first and last peak of the stretch with the largest sum of evidence."""
    if not agrees.any():
        return 0, max(0, len(agrees) - 1)
    share = np.clip(agrees.mean(), 2 * chance, 0.98)
    weight = np.where(agrees, np.log(share / chance), np.log((1 - share) / (1 - chance)))
    total = np.concatenate([[0.0], np.cumsum(weight)])
    lowest = np.minimum.accumulate(total)[:-1]
    last = int(np.argmax(total[1:] - lowest))
    first = int(np.argmin(total[: last + 1]))
    return first, last


def _coverage(times: NDArray[np.floating], length_steps: int, params: PeakParams) -> float:
    block = BLOCK_S * params.sample_rate_hz / params.hop_samples * params.steps
    blocks = max(1, round(length_steps / block))
    return len(np.unique(np.clip(times // block, 0, blocks - 1))) / blocks
