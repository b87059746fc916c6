"""Distractors: any number of songs that nobody asks for, to fill a large catalogue.

Each has a number: the same number, seed and parameters give the same song, whichever others are
made. Some thousand pieces are played from notes by `imitation.py`, in styles drawn from
`styles.tsv`; a song is made of the bars of two of them by `resynthesis.py`.
`benchmarks/scale_catalogues.py` builds libraries of them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from earmark.evaluation.imitation import Style, bar_duration_s, imitate, read_styles
from earmark.evaluation.resynthesis import Piece, piece_of, resynthesise

if TYPE_CHECKING:
    from earmark.params import Params, PeakParams
    from earmark.types import Peaks

STYLES = Path(__file__).with_name("styles.tsv")
"""What was learned from real recordings by `benchmarks/distractor_styles.py`."""

ALGORITHM = 2
"""Raised when the same number and seed give another song: older caches are made anew."""

PIECES, PIECE_S = 2048, 240.0
"""How many pieces songs are made of, each when it is first needed, and how long they are."""

MEAN_S, SPREAD_S, LEAST_S, MOST_S = 240.0, 50.0, 90.0, 480.0
"""How long songs are: mean, standard deviation and limits."""

TEMPO_SPREAD, REGISTER_SPREAD, TUNING_SPREAD_CENTS = 0.08, 2.0, 0.5
"""How much songs of one style differ: standard deviations, that of the tempo as a part."""

PURER, QUIETER_DB = 0.5, 3.0
"""Songs in the styles as learned are a little less in tune than the recordings, and so a little
easier to tell from a clip: off-key notes and wavering are less by this factor, and noise is softer.
Chosen by the best wrong answers in docs/accuracy.md, which should rather be too hard."""


def distractor_peaks(number: int, seed: int, params: Params) -> Peaks:
    """Make the constellation of one distractor."""
    rng = np.random.default_rng((seed, number))
    duration_s = float(np.clip(rng.normal(MEAN_S, SPREAD_S), LEAST_S, MOST_S))
    return new_song(duration_s, seed, params.peaks, rng)


def new_song(duration_s: float, seed: int, params: PeakParams, rng: np.random.Generator) -> Peaks:
    """Make the constellation of a song from two of a seed's pieces."""
    which = rng.integers(PIECES, size=2).tolist()
    piece, filler = (piece_of_seed(one, seed, params) for one in which)
    return resynthesise(piece, filler, duration_s, params, rng)


def varied(style: Style, rng: np.random.Generator) -> Style:
    """Return the style of one song: purer than learned, and no two have one tempo and tuning."""
    return style._replace(
        cents=style.cents * PURER,
        chromatic=style.chromatic * PURER,
        noise_db=style.noise_db - QUIETER_DB,
        tatum_s=style.tatum_s * float(np.exp(rng.normal(0, TEMPO_SPREAD))),
        register=style.register + rng.normal(0, REGISTER_SPREAD),
        tuning_cents=style.tuning_cents + rng.normal(0, TUNING_SPREAD_CENTS),
    )


@lru_cache(maxsize=2 * PIECES)
def piece_of_seed(number: int, seed: int, params: PeakParams) -> Piece:
    """Play one of the pieces that a seed's songs are made of; it is kept."""
    rng = np.random.default_rng((seed, number, PIECES))
    styles = _styles()
    style = varied(styles[number % len(styles)], rng)
    peaks = imitate(style, PIECE_S, params, rng)
    return piece_of(peaks, bar_duration_s(style), params)


@lru_cache(maxsize=1)
def _styles() -> list[Style]:
    return read_styles(STYLES)
