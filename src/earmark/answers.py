"""Between the matcher and an answer: what it reads, and what it found as a person is told it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.errors import CorruptConstellationError
from earmark.types import Match
from earmark.units import pitch_to_semitones

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from earmark.matching.verdict import Found
    from earmark.stores.base import Reader
    from earmark.tape import Tape
    from earmark.types import Track

EXACT_FACTOR = 0.0015
"""A smaller change of speed, tempo or pitch is not told. Of 390 unchanged excerpts of 16 synthetic
pieces, of 2 to 10 s, clean and in noise up to 5 dB louder, five had a pitch off by over 0.2 %."""
DRIFT_S = 0.025
"""How far a clip may drift by a wrong tempo: it was off by more than 0.2 % in 28 % of the same
excerpts of 2 s, 22 % of 5 s and 6 % of 10 s. Within this, 2 % are still told a change."""
FACTOR_DECIMALS = 4
"""Of a reported speed or tempo: finer than the 0.1 % that the measurement is worth."""
SEMITONE_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Intact:
    """What the matcher reads; a track whose constellation is damaged is passed over."""

    reader: Reader

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,)."""
        return self.reader.list_lengths(hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return tapes that hold all postings of these hashes."""
        return self.reader.tapes(hashes)

    def frames(self) -> int:
        """Return the duration of all tracks together."""
        return self.reader.frames()

    def constellations(self, keys: Iterable[int]) -> Mapping[int, bytes]:
        """Return the packed constellations of the tracks that are there and whole."""
        wanted = list(keys)
        try:
            return self.reader.constellations(wanted)
        except CorruptConstellationError:
            return dict(self._one_by_one(wanted))

    def _one_by_one(self, keys: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        for key in keys:
            try:
                yield from self.reader.constellations([key]).items()
            except CorruptConstellationError:
                continue


def match_of(found: Found, track: Track) -> Match:
    """Return what the matcher found in a track, as a person or a script is told it.

    Where tempo and pitch are one change of speed, both are told as this speed gives them.
    """
    heard_s = found.span.clip_end_s - found.span.clip_start_s
    speed, tempo, pitch_semitones = manner(found.tempo, found.pitch, heard_s)
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
        pitch_semitones=pitch_semitones,
    )


def manner(tempo: float, pitch: float, heard_s: float) -> tuple[float | None, float, float]:
    """Return speed, tempo and semitones of what was measured over so many seconds.

    No speed where tempo and pitch changed differently. The pitch is the finer measurement: it does
    not wait for time to pass. So it tells a speed, and a tempo is not told apart from it by less
    than a drift over the stretch that agrees.
    """
    tolerance = max(EXACT_FACTOR, DRIFT_S / heard_s) if heard_s > 0 else 1.0
    speed = None
    if abs(tempo / pitch - 1) <= tolerance:
        speed = tempo = pitch = _neat(pitch, EXACT_FACTOR)
    else:
        tempo, pitch = _neat(tempo, tolerance), _neat(pitch, EXACT_FACTOR)
    return speed, tempo, round(pitch_to_semitones(pitch), SEMITONE_DECIMALS)


def _neat(factor: float, tolerance: float) -> float:
    """Round a factor to what the measurement is worth."""
    return 1.0 if abs(factor - 1) < tolerance else round(factor, FACTOR_DECIMALS)
