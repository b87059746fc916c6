"""Audio to constellation: the stages joined."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from earmark.peaks import PeakPicker, thinned
from earmark.prominence import Prominence
from earmark.spectrogram import Spectrogram
from earmark.types import Heard, Peaks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from earmark.params import PeakParams, QueryParams


class Fingerprinter:
    """Turns blocks of samples into a constellation; any cut into blocks gives the same one."""

    def __init__(self, params: PeakParams, query: QueryParams | None = None) -> None:
        """Begin a recording: a reference, or with `query` a clip with its denser peaks."""
        radius, ratio = params.reference_radius_frames, params.reference_radius_ratio
        parts = params.reference_parts
        if query is not None:
            radius, ratio, parts = query.radius_frames, query.radius_ratio, params.every_step
        self._spectrogram = Spectrogram(params)
        self._picker = PeakPicker(params, radius, ratio, parts)

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples: shape (n,), float32, mono, at the parameters' rate."""
        for power in self._spectrogram.feed(samples):
            self._picker.feed(power)

    def finish(self) -> Peaks:
        """End the recording and return its peaks."""
        for power in self._spectrogram.finish():
            self._picker.feed(power)
        self._picker.finish()
        return self._picker.take()


def fingerprint(
    blocks: Iterable[NDArray[np.float32]], params: PeakParams, query: QueryParams | None = None
) -> Peaks:
    """Return the constellation of a recording given as blocks of mono samples."""
    fingerprinter = Fingerprinter(params, query)
    for block in blocks:
        fingerprinter.feed(block)
    return fingerprinter.finish()


def hear(blocks: Iterable[NDArray[np.float32]], params: PeakParams, query: QueryParams) -> Heard:
    """Return all that a query needs of a clip given as blocks of mono samples."""
    spectrogram = Spectrogram(params)
    dense = PeakPicker(params, query.radius_frames, query.radius_ratio, params.every_step)
    cells = Prominence(params)
    for power in chain.from_iterable(map(spectrogram.feed, blocks)):
        dense.feed(power)
        cells.feed(power)
    for power in spectrogram.finish():
        dense.feed(power)
        cells.feed(power)
    dense.finish()
    peaks = dense.take()
    few = thinned(peaks, params, query.few_radius_frames, query.few_radius_ratio)
    return Heard(peaks, few, cells.finish())
