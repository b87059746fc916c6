"""What each frequency axis is worth: recall against strangers at the same number of postings.

    python -m benchmarks.axes FOLDER [--clips N] [--seed S] [--only NAME...]

As `benchmarks/parameters.py`, with the conditions of `benchmarks/music.py` and larger changes of
speed, which move all frequencies of a clip. Neighbourhoods are equally high in Hz on every axis, so
that all have about equally many peaks.
"""

from __future__ import annotations

from benchmarks.music import CONDITIONS, Condition, Effect
from benchmarks.parameters import Setting, compare, read_options
from earmark.evaluation.degradations import change_speed
from earmark.params import Axis, PeakParams


def _faster(factor: float) -> Effect:
    return lambda x, _: change_speed(x, factor)


SETTINGS = (
    Setting("linear"),
    Setting("mel, 448 bands", PeakParams(axis=Axis.MEL)),
    Setting("mel, 320 bands", PeakParams(axis=Axis.MEL, bands=320)),
    Setting("log, 448 bands", PeakParams(axis=Axis.LOG)),
    Setting("log, 320 bands", PeakParams(axis=Axis.LOG, bands=320)),
    Setting("log, 231 bands", PeakParams(axis=Axis.LOG, bands=231)),
)
"""231 bands of a logarithmic axis are 48 to an octave."""

MOVED = tuple(
    Condition(f"speed {100 * by:+g} %", 10, _faster(1 + by)) for by in (-0.1, -0.05, 0.05, 0.1)
)


if __name__ == "__main__":
    compare(SETTINGS, (*CONDITIONS, *MOVED), read_options("What each frequency axis is worth."))
