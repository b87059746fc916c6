"""What each frequency axis is worth: recall against strangers at the same number of postings.

    python -m benchmarks.axes FOLDER [--clips N] [--seed S] [--only NAME...]

As `benchmarks/parameters.py`, with those conditions of `benchmarks/music.py` that leave every
frequency where it is. Neighbourhoods are equally high in Hz on every axis, so that all have about
equally many peaks.
"""

from __future__ import annotations

from benchmarks.music import CONDITIONS
from benchmarks.parameters import Setting, compare, parser_of
from earmark.params import Axis, PeakParams

SETTINGS = (
    Setting("linear"),
    Setting("mel, 448 bands", PeakParams(axis=Axis.MEL)),
    Setting("mel, 320 bands", PeakParams(axis=Axis.MEL, bands=320)),
    Setting("log, 448 bands", PeakParams(axis=Axis.LOG)),
    Setting("log, 231 bands", PeakParams(axis=Axis.LOG, bands=231)),
)
"""231 bands of a logarithmic axis are 48 to an octave, 448 are 93."""

STILL = tuple(one for one in CONDITIONS if not one.name.startswith("speed"))


if __name__ == "__main__":
    compare(SETTINGS, STILL, parser_of("What each frequency axis is worth.").parse_args())
