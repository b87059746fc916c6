"""Where else a stored recording lies in an index: other encodings, cuts, excerpts, small speeds.

The recording's own landmarks are asked for, as they are stored: exact cells only. A catalogue has
many postings of each; so each stretch of a few seconds has a budget, and spends it on its rarest
hashes. Thus a shared passage is asked for wherever it lies, and the cost of a recording depends on
its own length alone. Other speeds are a short ladder, whose steps are fine because the cells are
exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.landmarks import EXACT, Probes, query_probes
from earmark.matching.candidates import find_candidates
from earmark.matching.ladder import moved
from earmark.matching.lines import Lead, Line
from earmark.types import Constellation
from earmark.units import seconds_to_frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.axis import FrequencyAxis
    from earmark.matching.candidates import Candidate, Index
    from earmark.params import Params
    from earmark.tape import Tape

PART_S = 300.0
"""A recording is asked for in parts of this length: bounded memory, whatever it lasts."""

WINDOW_S = 10.0
"""Each stretch of this length has a budget of its own."""

WINDOW_POSTINGS, RUNG_WINDOW_POSTINGS = 4096, 2048
"""Postings that are read for a window at most, as it is and on each rung."""

RUNG_STEP, RUNGS = 0.0075, 4
"""Speeds that are tried go up to 3.4 %, in steps that leave most peaks in their cells."""

PLACES, RUNG_PLACES = 48, 8
"""Alignments of each part that are looked at closely, as it is and on each rung."""

LEAST_VOTES, RUNG_LEAST_VOTES = 6, 8
"""With fewer, an alignment is not looked at."""

TRACKS_A_PLACE = 4
"""A part may reach over several tracks; the candidates that the votes do not lie in are dropped."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording may lie in a track."""

    key: int
    lead: Lead
    votes: int


def places(
    recording: Constellation,
    index: Index,
    axis: FrequencyAxis,
    params: Params,
    *,
    leave_out: int | None = None,
    speeds: Sequence[float] = (1.0,),
) -> Iterator[Place]:
    """Yield the places with most votes, part by part of the recording, speed by speed.

    Args:
        recording: as it is stored.
        index: where to look.
        axis: of both.
        params: of both.
        leave_out: key of a track that is not looked for: the recording itself.
        speeds: that are tried; see `Line.speed`.
    """
    others = index if leave_out is None else _Others(index, leave_out)
    part_steps = round(seconds_to_frames(PART_S, params.peaks)) * params.peaks.steps
    parts = range(0, int(recording.time[-1]) + 1 if len(recording) else 0, part_steps)
    for begin in parts:
        inside = slice(*np.searchsorted(recording.time, [begin, begin + part_steps]))
        part = Constellation(recording.time[inside] - np.int32(begin), recording.frequency[inside])
        for speed in speeds:
            yield from _places_of_part(part, begin, speed, others, axis, params)


def speeds_above() -> list[float]:
    """Return the speeds above 1 that are tried; their inverses find the same pairs."""
    return [(1 + RUNG_STEP) ** rung for rung in range(1, RUNGS + 1)]


def speeds_around() -> list[float]:
    """Return the speeds above and below 1."""
    return [*speeds_above(), *(1 / speed for speed in speeds_above())]


def _places_of_part(
    part: Constellation,
    begin: int,
    speed: float,
    index: Index,
    axis: FrequencyAxis,
    params: Params,
) -> Iterator[Place]:
    plain = speed == 1.0
    asked = part if plain else moved(part, speed, axis.warp(1 / speed), axis)
    probes = _sampled(asked, index, params, WINDOW_POSTINGS if plain else RUNG_WINDOW_POSTINGS)
    if not len(probes.hash):
        return
    wanted, least = (PLACES, LEAST_VOTES) if plain else (RUNG_PLACES, RUNG_LEAST_VOTES)
    last = int(probes.frame.max()) + 1
    steps = params.peaks.steps
    for found in find_candidates(index, probes, last, wanted * TRACKS_A_PLACE):
        if found.votes >= least and _is_within(found):
            line = Line(found.offset_frames * steps - begin * speed, speed)
            around = begin + found.anchor_frames * steps / speed
            yield Place(found.key, Lead(line, around), found.votes)


def _is_within(found: Candidate) -> bool:
    """Tell whether the votes lie in this track, and not in a neighbour on the tape."""
    return 0 <= found.offset_frames + found.anchor_frames < found.track_frames


def _sampled(recording: Constellation, index: Index, params: Params, budget: int) -> Probes:
    """Return the probes of each window's rarest hashes that are in the index and affordable."""
    probes = query_probes(recording, params, params.index.fanout, EXACT)
    lengths = index.list_lengths(probes.hash)
    window = probes.frame // round(seconds_to_frames(WINDOW_S, params.peaks))
    order = np.lexsort((lengths, window))
    spent = np.cumsum(lengths[order])
    first = np.searchsorted(window[order], window[order])
    before = np.concatenate([[0], spent])[first]
    affordable = (spent - before <= budget) & (lengths[order] > 0)
    chosen = np.sort(order[affordable])
    return Probes(probes.hash[chosen], probes.frame[chosen])


@dataclass(frozen=True, slots=True)
class _Others:
    """An index without one track."""

    index: Index
    key: int

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has; those of the track count."""
        return self.index.list_lengths(hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return the tapes, the track dead on them."""
        return [
            replace(tape, dead=tape.dead | (tape.keys == self.key))
            for tape in self.index.tapes(hashes)
        ]
