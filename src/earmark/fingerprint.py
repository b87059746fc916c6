"""Audio to constellation: the stages joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.peaks import PeakPicker, thinned
from earmark.prominence import Prominence
from earmark.sketch import sketched
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


class Listener:
    """Hears a recording as a query hears a clip, as a stream; how it is cut makes no difference."""

    def __init__(self, params: PeakParams, query: QueryParams) -> None:
        """Begin a recording."""
        self._spectrogram = Spectrogram(params)
        self._dense = PeakPicker(params, query.radius_frames, query.radius_ratio, params.every_step)
        self._cells = Prominence(params)

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples: shape (n,), float32, mono, at the parameters' rate."""
        self._hear(self._spectrogram.feed(samples))

    def take(self) -> tuple[Peaks, NDArray[np.uint8]]:
        """Return, and forget, what was heard since the last call: dense peaks and prominence.

        The prominence, shape (frames, bands), says how far it was heard; no peak before there is
        still to come, but some may lie a little beyond.
        """
        return self._dense.take(), self._cells.take()

    def finish(self) -> tuple[Peaks, NDArray[np.uint8]]:
        """End the recording and return the rest of it."""
        self._hear(self._spectrogram.finish())
        self._dense.finish()
        return self._dense.take(), self._cells.finish()

    def _hear(self, rows: Iterable[NDArray[np.float32]]) -> None:
        for power in rows:
            self._dense.feed(power)
            self._cells.feed(power)


def hear(blocks: Iterable[NDArray[np.float32]], params: PeakParams, query: QueryParams) -> Heard:
    """Return all that a query needs of a clip given as blocks of mono samples."""
    listener = Listener(params, query)
    for block in blocks:
        listener.feed(block)
    return heard_of(*listener.finish(), params, query)


def heard_of(
    peaks: Peaks, prominence: NDArray[np.uint8], params: PeakParams, query: QueryParams
) -> Heard:
    """Return a clip made of its dense peaks and its prominence, shape (frames, bands)."""
    few = thinned(peaks, params, query.few_radius_frames, query.few_radius_ratio)
    return Heard(peaks, few, prominence)


def heard_by_peaks(peaks: Peaks, frames: int, params: PeakParams, query: QueryParams) -> Heard:
    """Return a clip of which only the dense peaks are known, and how many frames it has."""
    few = thinned(peaks, params, query.few_radius_frames, query.few_radius_ratio)
    return Heard(peaks, few, sketched(peaks, frames, params), by_peaks=True)
