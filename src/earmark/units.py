"""Seconds, samples, frames, hertz, bins, mels, moments: the only place where one becomes another.

Frame `k` is centred on sample `k * hop_samples`. Peak times and frequencies are integers in
*steps*: `PeakParams.steps` of them make one frame or one band of the frequency axis.
"""

from __future__ import annotations

import math
from datetime import MINYEAR, UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Of the calendar."""


def frame_rate_hz(params: PeakParams) -> float:
    """Frames per second."""
    return params.sample_rate_hz / params.hop_samples


def samples_to_seconds(samples: float, params: PeakParams) -> float:
    """Seconds that so many samples at the analysis rate last."""
    return samples / params.sample_rate_hz


def frames_to_seconds(frames: float, params: PeakParams) -> float:
    """Seconds from the start of the recording to the centre of a frame."""
    return frames * params.hop_samples / params.sample_rate_hz


def samples_to_frames(samples: int, params: PeakParams) -> int:
    """Frames that are centred within so many samples."""
    return -(-samples // params.hop_samples)


def seconds_to_frames(seconds: float, params: PeakParams) -> float:
    """The frame, with its fraction, whose centre lies at this time."""
    return seconds * params.sample_rate_hz / params.hop_samples


def steps_to_seconds(steps: float, params: PeakParams) -> float:
    """Seconds of a peak time."""
    return frames_to_seconds(steps / params.steps, params)


def pitch_to_semitones(ratio: float) -> float:
    """Semitones of a frequency ratio."""
    return 12 * math.log2(ratio)


def semitones_to_pitch(semitones: float) -> float:
    """Frequency ratio of so many semitones."""
    return float(2.0 ** (semitones / 12))


def bins_to_hz(bins: float, params: PeakParams) -> float:
    """Frequency in Hz of a bin, with its fraction."""
    return bins * params.sample_rate_hz / params.window_samples


def hz_to_bins(hz: float, params: PeakParams) -> float:
    """The bin, with its fraction, of a frequency in Hz."""
    return hz * params.window_samples / params.sample_rate_hz


def hz_to_mels(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mels of frequencies in Hz, by O'Shaughnessy's formula: 1000 Hz are 1000 mels."""
    return 1127 * np.log1p(hz / 700)


def mels_to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequencies in Hz of so many mels."""
    return 700 * np.expm1(mels / 1127)


def posix_to_utc(seconds: float) -> datetime:
    """The date and time in UTC of a POSIX time."""
    return datetime.fromtimestamp(seconds, UTC)


def iso_utc(moment: datetime) -> str:
    """A moment in UTC as it stands in logs and stores: `2026-01-31T12:00:00.123Z`.

    Such texts sort as their times do. A moment of another zone that is beyond the calendar in UTC
    becomes the first or the last of the calendar.
    """
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError:
        in_utc = FIRST if moment.year == MINYEAR else LAST
    text = in_utc.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text}Z"


def iso_written(text: str) -> str:
    """A moment that was written in any style of ISO 8601 in that of `iso_utc`; UTC unless it says.

    What is none stays as it is.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return iso_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def change(speed: float | None, tempo: float, pitch_semitones: float) -> str:
    """Say how a sound differs from the recording in speed, or in tempo and pitch."""
    if speed is not None:
        return _factor("speed", speed)
    pitch = f"pitch {pitch_semitones:+.2f} semitones" if pitch_semitones else ""
    return "  ".join(part for part in (_factor("tempo", tempo), pitch) if part)


def _factor(what: str, factor: float) -> str:
    return "" if factor == 1 else f"{what} {100 * (factor - 1):+.1f} %"
