"""What an explanation shows: a clip's sound and peaks, those of the track, and where they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.matching.clip import Chart, chart_of
from earmark.matching.course import moments
from earmark.matching.verification import MAX_REACH_STEPS, Hypotheses, examine, pair_up
from earmark.spectrogram import levels_db
from earmark.types import BestPlace, Exhibit, Match
from earmark.units import frame_rate_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.verdict import Found
    from earmark.params import PeakParams
    from earmark.types import Constellations, Heard

PLACE_STEPS, MOST_PLACES = 16, 20_000
"""Places of a track that are counted lie so far apart, and further if there were more of them."""


class Place:
    """A clip laid where it was found in a track."""

    def __init__(
        self, heard: Heard, found: Found, track: Constellations, params: PeakParams
    ) -> None:
        """Take a clip, where it was found, and the constellation of that track, alone."""
        self._track = track
        self._params = params
        self._steps_hz = frame_rate_hz(params) * params.steps
        self._chart: Chart = chart_of(heard.peaks, heard.frames, params)
        self._there = self._hypotheses(np.array([found.offset_s * self._steps_hz]), found)
        self._found = found

    def best(self, match: Match, threshold: float) -> BestPlace:
        """Count the peaks that agree."""
        seen = examine(self._chart, self._track, self._there, reach_steps=0, shifted=True)
        _, _, heard = self.peaks()
        return BestPlace(match, threshold, len(heard), int(heard.sum()), float(seen.chance[0]))

    def peaks(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return when and where in the clip the track's peaks should be, and which are heard."""
        pairs = pair_up(self._chart, self._track, self._there, 0)
        axis = axis_of(self._params)
        at_s = moments(pairs, self._there, self._params)
        hz = axis.hz(pairs.frequency) * self._found.pitch
        return at_s, hz, pairs.partner >= 0

    def agreeing(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return all places at which the clip might begin in the track, and what agrees there."""
        length = self._chart.length_steps * self._found.tempo
        end = float(self._track.time[-1]) if len(self._track.time) else 0.0
        apart = max(PLACE_STEPS, (end + length) / MOST_PLACES)
        places = np.arange(-length / 2, end, apart)
        tried = self._hypotheses(places, self._found)
        reach = min(MAX_REACH_STEPS, round(apart / 2))
        seen = examine(self._chart, self._track, tried, reach_steps=reach, shifted=False)
        return places / self._steps_hz, seen.found.astype(np.int64)

    def _hypotheses(self, offsets: NDArray[np.float64], found: Found) -> Hypotheses:
        count = len(offsets)
        alike = np.full(count, found.tempo), np.full(count, found.pitch)
        return Hypotheses(np.zeros(count, np.int64), offsets, *alike)


def exhibit(
    samples: NDArray[np.float32], heard: Heard, place: Place | None, params: PeakParams
) -> Exhibit:
    """Lay out a clip, shape (n,) and as it was heard, and its best place, if there is one."""
    axis, peaks = axis_of(params), heard.peaks
    nothing = np.empty(0)
    track_s, track_hz, is_heard = place.peaks() if place else (nothing, nothing, nothing > 0)
    place_s, agreeing = place.agreeing() if place else (nothing, np.empty(0, np.int64))
    return Exhibit(
        level_db=levels_db(samples, params),
        frame_s=1 / frame_rate_hz(params),
        band_hz=axis.hz(np.arange(len(axis.centre_bins)) * params.steps),
        clip_s=peaks.time / (frame_rate_hz(params) * params.steps),
        clip_hz=axis.hz(peaks.frequency),
        track_s=track_s,
        track_hz=track_hz,
        heard=is_heard,
        place_s=place_s,
        agreeing=agreeing,
    )
