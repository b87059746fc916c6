"""A clip by its peaks alone: taken from sound, written as JSON, read with suspicion.

Who does not want to send the sound, or not so many bytes, sends this in its place:

    {
      "format": "earmark-peaks-1",
      "peaks_id": "p-34eb0a7cf4c2",     parameters under which the peaks were found
      "frames": 625,                    how long the clip is
      "time": [3, 5, 5, ...],           of each peak: steps from the start of the clip,
      "frequency": [328, 71, 904, ...],     steps on the frequency axis,
      "level": [96, 120, 81, ...],          half decibels above the silence level
      "name": "kitchen radio"           what to call the clip; may be left out
    }

All numbers are whole. docs/peaks.md says how peaks are found.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from earmark.audio import open_audio, open_samples
from earmark.axis import axis_of
from earmark.errors import ClipPeaksError, ForeignPeaksError, UsageError
from earmark.fingerprint import fingerprint, heard_by_peaks
from earmark.params import POSITIONS, Params, QueryParams
from earmark.recording import Clip, beginning
from earmark.types import Peaks
from earmark.units import frames_to_seconds, samples_to_frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from earmark.audio import AudioSource

FORMAT = "earmark-peaks-1"

OPENING = b"{"
"""What such a file begins with, and no recording."""

MOST_BYTES = 1 << 20
"""A longer text is not read: two minutes of music make a quarter of it."""

MOST_FRAMES = 1 << 24
"""Three days; of a clip of sensible length only the beginning is looked at anyway."""

MOST_PEAKS_PER_S = 400
"""White noise, the densest of sounds, has 185; so many more would cost a server time."""

MOST_STRONG_PER_S = 200
"""Of peaks that no other near by outdoes: these are paired, at a cost. Sounds have 60 to 80."""

SPARE_PEAKS = 100
"""That even the shortest clip may have."""

MOST_LEVEL = 255
MOST_NAME = 200
USUAL_NAME = "<peaks>"


@dataclass(frozen=True, slots=True, eq=False)
class ClipPeaks:
    """A clip of which nothing is known but its peaks.

    Example:
        peaks = take_peaks("clip.m4a")
        text = peaks.to_json()
        print(library.identify(ClipPeaks.from_json(text)).best)
    """

    peaks: Peaks
    """Dense, as a query hears them."""
    frames: int
    """Duration of the clip."""
    peaks_id: str
    """Of the parameters that they were found with: `Params.peaks_id`."""
    name: str = USUAL_NAME
    """What the clip is called."""

    def to_json(self) -> str:
        """Return the peaks as the JSON that a client sends."""
        fields = {
            "format": FORMAT,
            "peaks_id": self.peaks_id,
            "frames": self.frames,
            "time": self.peaks.time.tolist(),
            "frequency": self.peaks.frequency.tolist(),
            "level": self.peaks.level.tolist(),
            "name": self.name,
        }
        return json.dumps(fields, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> ClipPeaks:
        """Undo `to_json`; peaks may come in any order.

        Raises:
            ClipPeaksError: it is not that, or no clip has such peaks.
        """
        if len(text) > MOST_BYTES:
            raise ClipPeaksError(USUAL_NAME, f"more than {MOST_BYTES} bytes")
        found = _object(text)
        name = found.get("name", USUAL_NAME)
        if not isinstance(name, str):
            raise ClipPeaksError(USUAL_NAME, "its name is no text")
        name = "".join(c for c in name if c.isprintable())[:MOST_NAME] or USUAL_NAME
        return _checked(found, name)


def take_peaks(
    source: AudioSource | NDArray[Any],
    *,
    sample_rate: int | None = None,
    name: str = USUAL_NAME,
    params: Params | None = None,
    query: QueryParams | None = None,
) -> ClipPeaks:
    """Return the peaks of a clip, or of the first `QueryParams.max_clip_s` of it.

    Args:
        source: a path, a file object, or samples of shape (n,) or (n, channels).
        sample_rate: rate of an array's samples, in Hz.
        name: what to call the clip.
        params: those of the library that will be asked; the usual ones, unless given.
        query: how densely peaks are taken, and of how much; as usual, unless given.

    Raises:
        AudioError: the clip cannot be read.
        UsageError: an array without a sample rate.
    """
    params, query = params or Params(), query or QueryParams()
    rate_hz = params.peaks.sample_rate_hz
    if not hasattr(source, "dtype"):
        stream = open_audio(source, sample_rate_hz=rate_hz)
    elif sample_rate is None:
        message = "an array needs its sample_rate"
        raise UsageError(message)
    else:
        samples = cast("NDArray[Any]", source)
        stream = open_samples(samples, input_rate_hz=sample_rate, sample_rate_hz=rate_hz)
    with stream:
        parts = beginning(stream, params.peaks, query)
    frames = samples_to_frames(sum(map(len, parts)), params.peaks)
    return ClipPeaks(fingerprint(parts, params.peaks, query), frames, params.peaks_id, name)


def rule_of(params: Params, query: QueryParams) -> dict[str, str | int | float]:
    """Return all that a client needs to find peaks as a library does, by name."""
    peaks = params.peaks
    return {
        "format": FORMAT,
        "peaks_id": params.peaks_id,
        "axis": peaks.axis.value,
        "sample_rate_hz": peaks.sample_rate_hz,
        "window_samples": peaks.window_samples,
        "hop_samples": peaks.hop_samples,
        "low_bin": peaks.low_bin,
        "high_bin": peaks.high_bin,
        "steps": peaks.steps,
        "silence_db": peaks.silence_db,
        "radius_frames": query.radius_frames,
        "radius_ratio": query.radius_ratio,
        "min_radius_bins": peaks.min_radius_bins,
        "max_radius_bins": peaks.max_radius_bins,
        "max_clip_s": query.max_clip_s,
    }


def peaks_in(source: object) -> ClipPeaks | None:
    """Return the peaks that a file or a file object holds; None if it holds something else.

    A file object that cannot be looked into without being read holds something else.

    Raises:
        ClipPeaksError: it holds JSON that no peaks can be read from.
    """
    if isinstance(source, str | bytes | os.PathLike):
        return _in_file(source)
    head = _head(source)
    return _read(source, USUAL_NAME) if head == OPENING else None


def clip_of_peaks(sent: ClipPeaks, params: Params, query: QueryParams) -> Clip:
    """Return a clip to be looked up, or the first `query.max_clip_s` of it.

    Raises:
        ForeignPeaksError: the peaks were found with other parameters.
        ClipPeaksError: no sound has such peaks.
    """
    check_peaks(sent, params)
    most = round(query.max_clip_s / frames_to_seconds(1, params.peaks))
    frames, peaks = min(sent.frames, most), sent.peaks
    count = np.searchsorted(peaks.time, frames * params.peaks.steps)
    peaks = Peaks(peaks.time[:count], peaks.frequency[:count], peaks.level[:count])
    heard = heard_by_peaks(peaks, frames, params.peaks, query)
    duration_s = frames_to_seconds(frames, params.peaks)
    if len(heard.few) > SPARE_PEAKS + MOST_STRONG_PER_S * duration_s:
        raise ClipPeaksError(sent.name, "too many of its peaks are equally loud")
    return Clip(heard, duration_s)


def check_peaks(sent: ClipPeaks, params: Params) -> None:
    """See to it that peaks can be compared with those of a library.

    Raises:
        ForeignPeaksError: they were found with other parameters.
        ClipPeaksError: some lie where these parameters have none, or there are too many.
    """
    if sent.peaks_id != params.peaks_id:
        raise ForeignPeaksError(sent.name, sent.peaks_id, params.peaks_id)
    peaks, steps, axis = sent.peaks, params.peaks.steps, axis_of(params.peaks)
    if len(peaks) > SPARE_PEAKS + MOST_PEAKS_PER_S * frames_to_seconds(sent.frames, params.peaks):
        raise ClipPeaksError(sent.name, f"more than {MOST_PEAKS_PER_S} peaks a second")
    if not len(peaks):
        return
    if peaks.time[-1] >= sent.frames * steps:
        raise ClipPeaksError(sent.name, "a peak lies beyond its end")
    lowest, highest = axis.low_band * steps - steps // 2, (axis.high_band - 1) * steps + steps // 2
    if peaks.frequency.min() < lowest or peaks.frequency.max() > highest:
        raise ClipPeaksError(sent.name, f"frequencies lie from {lowest} to {highest}")


def _in_file(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> ClipPeaks | None:
    """Return the peaks in a file; what cannot be opened is the decoder's to complain of."""
    try:
        file = Path(os.fsdecode(path))
        if not file.is_file():
            return None  # a pipe is read once only
        with file.open("rb") as opened:
            head = opened.peek(1)[:1]
            return _read(opened, str(file)) if head == OPENING else None
    except (OSError, ValueError):
        return None


def _head(file: Any) -> bytes:  # noqa: ANN401 - what a file object can do is found out
    """Return the first byte of a file object, unread."""
    if hasattr(file, "peek"):
        return bytes(file.peek(1)[:1])
    if hasattr(file, "seekable") and file.seekable():
        head = bytes(file.read(1))
        file.seek(-len(head), os.SEEK_CUR)
        return head
    return b""


def _read(file: Any, name: str) -> ClipPeaks:  # noqa: ANN401 - anything with `read`
    """Read peaks; a nameless clip gets the name of its file."""
    sent = ClipPeaks.from_json(file.read(MOST_BYTES + 1))
    return replace(sent, name=name) if sent.name == USUAL_NAME else sent


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ClipPeaksError(USUAL_NAME, f'it is no JSON object with the format "{FORMAT}"')
    return found


def _checked(found: Mapping[str, Any], name: str) -> ClipPeaks:
    """Take the numbers of an object, if a clip can have them."""
    peaks_id, frames = found.get("peaks_id"), found.get("frames")
    if not isinstance(peaks_id, str):
        raise ClipPeaksError(name, "it has no peaks_id")
    if type(frames) is not int or not 0 < frames <= MOST_FRAMES:
        raise ClipPeaksError(name, f"its frames are no number from 1 to {MOST_FRAMES}")
    time = _column(found, "time", 0, np.iinfo(np.int32).max, name)
    frequency = _column(found, "frequency", 0, POSITIONS - 1, name)
    level = _column(found, "level", 1, MOST_LEVEL, name)
    if not len(time) == len(frequency) == len(level):
        raise ClipPeaksError(name, "time, frequency and level have different lengths")
    order = np.lexsort((frequency, time))
    peaks = Peaks(
        time[order].astype(np.int32),
        frequency[order].astype(np.uint16),
        level[order].astype(np.uint8),
    )
    return ClipPeaks(peaks, frames, peaks_id[:MOST_NAME], name)


def _column(
    found: Mapping[str, Any], key: str, least: int, most: int, name: str
) -> NDArray[np.int64]:
    """Return one column of the table, shape (n,)."""
    values = found.get(key)
    if not isinstance(values, list) or not set(map(type, values)) <= {int}:
        raise ClipPeaksError(name, f"its {key} is no list of whole numbers")
    if values and not least <= min(values) <= max(values) <= most:
        raise ClipPeaksError(name, f"its {key} is not from {least} to {most} throughout")
    return np.array(values, np.int64)
