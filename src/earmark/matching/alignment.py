"""Where exactly, how fast and how high: hypotheses for stretched clips, and their refinement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.verification import Hypotheses, Pairs, examine, pair_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.matching.candidates import Candidate
    from earmark.matching.verification import Clip

TEMPO_REACH, TEMPO_STEP = 0.12, 0.01
SPEED_REACH, SPEED_STEP = 0.03, 0.0025
MIN_PAIRS = 8
"""Fewer agreeing peaks do not define a line."""

SNAP = 0.002
"""Tempo and pitch this near to 1 are reported as 1."""


def plain(
    candidates: Sequence[Candidate], reference: NDArray[np.int64], steps: int
) -> Hypotheses:
    """Return the unmodified hypothesis of each candidate; `reference` numbers its constellation."""
    count = len(candidates)
    offsets = np.array([c.offset_frames * steps for c in candidates], np.float64)
    return Hypotheses(reference, offsets, np.ones(count), np.ones(count))


def plain_at(reference: int, offset_steps: float) -> Hypotheses:
    """Return the one hypothesis that the clip starts here, unmodified."""
    one = np.ones(1)
    return Hypotheses(np.array([reference]), np.array([offset_steps]), one, one)


def stretched(
    candidates: Sequence[Candidate], reference: NDArray[np.int64], steps: int
) -> Hypotheses:
    """Return each candidate under other tempos, speeds and pitches, anchored where its votes lie.

    The hypotheses of one candidate follow one another, `grid_size()` of them.
    """
    tempo, pitch = _grid()
    size, count = len(tempo), len(candidates)
    offsets = np.array([c.offset_frames * steps for c in candidates], np.float64)
    anchors = np.array([c.anchor_frames * steps for c in candidates], np.float64)
    tempo, pitch = np.tile(tempo, count), np.tile(pitch, count)
    offset = np.repeat(offsets, size) + np.repeat(anchors, size) * (1 - tempo)
    return Hypotheses(np.repeat(reference, size), offset, tempo, pitch)


def grid_size() -> int:
    """Count the hypotheses that `stretched` makes of one candidate."""
    return len(_grid()[0])


def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tempos = 1 + _steps(TEMPO_REACH, TEMPO_STEP)
    speeds = 1 + _steps(SPEED_REACH, SPEED_STEP)
    level = np.ones_like
    tempo = np.concatenate([tempos, speeds, level(speeds)])
    return tempo, np.concatenate([level(tempos), speeds, speeds])


def _steps(reach: float, step: float) -> NDArray[np.float64]:
    count = round(reach / step)
    steps = np.arange(-count, count + 1) * step
    return steps[steps != 0]


def refine(
    clip: Clip,
    references: tuple[NDArray[np.uint32], NDArray[np.int64]],
    hypotheses: Hypotheses,
    rounds: int = 2,
) -> Hypotheses:
    """Fit line and pitch of each hypothesis to the peaks that agree with it; keep what gets better."""
    for _ in range(rounds):
        before = examine(clip, references, hypotheses, reach_steps=0, shifted=False)
        fitted = [_fit(clip, pair_up(clip, references, hypotheses, i), hypotheses, i)
                  for i in range(len(hypotheses))]
        offset, tempo, pitch = np.array(fitted, np.float64).reshape(-1, 3).T
        moved = Hypotheses(hypotheses.reference, offset, tempo, pitch)
        after = examine(clip, references, moved, reach_steps=0, shifted=False)
        better = after.found > before.found
        hypotheses = Hypotheses(
            hypotheses.reference,
            np.where(better, moved.offset, hypotheses.offset),
            np.where(better, moved.tempo, hypotheses.tempo),
            np.where(better, moved.pitch, hypotheses.pitch),
        )
    return hypotheses


def _fit(
    clip: Clip, pairs: Pairs, hypotheses: Hypotheses, which: int
) -> tuple[float, float, float]:
    """Return (offset, tempo, pitch) by least squares over the agreeing pairs."""
    agreeing = pairs.partner >= 0
    if agreeing.sum() < MIN_PAIRS:
        return hypotheses.offset[which], hypotheses.tempo[which], hypotheses.pitch[which]
    partner = pairs.partner[agreeing]
    clip_time = clip.peaks.time[partner].astype(np.float64)
    track_time = pairs.time[agreeing].astype(np.float64)
    centre = clip_time.mean()
    spread = ((clip_time - centre) ** 2).sum()
    if spread == 0:
        return hypotheses.offset[which], hypotheses.tempo[which], hypotheses.pitch[which]
    tempo = float(((clip_time - centre) * (track_time - track_time.mean())).sum() / spread)
    offset = float(track_time.mean() - tempo * centre)
    track_frequency = pairs.frequency[agreeing].astype(np.float64)
    clip_frequency = clip.peaks.frequency[partner].astype(np.float64)
    pitch = float((clip_frequency * track_frequency).sum() / (track_frequency**2).sum())
    return offset, tempo, pitch
