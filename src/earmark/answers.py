"""What the matcher found, as part of an answer: its track, and its manner in rounded numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.types import Match
from earmark.units import pitch_to_semitones

if TYPE_CHECKING:
    from earmark.matching.matcher import Found
    from earmark.types import Track

SAME_FACTOR = 0.003
"""Tempo and pitch that differ by less are one change of speed."""
EXACT_FACTOR = 0.002
"""A tempo or pitch nearer to 1 than this is reported as 1."""
FACTOR_DECIMALS = 4
"""Of a reported speed or tempo: finer than the 0.1 % that the measurement is worth."""
SEMITONE_DECIMALS = 3


def match_of(found: Found, track: Track) -> Match:
    """Return what the matcher found in a track, as a person or a script is told it.

    Where tempo and pitch are one change of speed, both are told as this speed gives them.
    """
    speed, tempo, pitch = _manner(found.tempo, found.pitch)
    return Match(
        relation=found.relation,
        track=track,
        confidence=found.confidence,
        score=found.score,
        offset_s=found.offset_s,
        other_offsets_s=found.other_offsets_s,
        clip_start_s=found.span.clip_start_s,
        clip_end_s=found.span.clip_end_s,
        track_start_s=found.span.track_start_s,
        track_end_s=found.span.track_end_s,
        coverage=found.span.coverage,
        speed=speed,
        tempo=tempo,
        pitch_semitones=round(pitch_to_semitones(pitch), SEMITONE_DECIMALS),
    )


def _manner(tempo: float, pitch: float) -> tuple[float | None, float, float]:
    """Return speed, tempo and pitch; no speed where tempo and pitch changed differently.

    The tempo is the finer measurement of a speed: a clip is many times longer than its waves.
    """
    if abs(tempo / pitch - 1) < SAME_FACTOR:
        speed = _neat(tempo)
        return speed, speed, speed
    return None, _neat(tempo), _neat(pitch)


def _neat(factor: float) -> float:
    """Round a factor to what the measurement is worth."""
    return 1.0 if abs(factor - 1) < EXACT_FACTOR else round(factor, FACTOR_DECIMALS)
