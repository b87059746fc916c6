"""How well a few short listens tell with which contrast a whole recording is to be drawn.

    python -m benchmarks.contrast FOLDER [--files N] [--seed S]

The page draws a track's spectrogram with one contrast from beginning to end (`Contrast` in
`src/earmark/page/canvas/levels.js`, whose numbers these are), and asks for a few moments of it
first. Of N recordings of FOLDER, taken at random, it prints for each choice of moments how far the
contrast is from that of the whole recording, in levels of 255, and how many recordings would be
drawn poorly: with less than half or more than twice the ink that they would have. Nothing else.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio import MEDIA_SUFFIXES, open_audio
from earmark.params import PeakParams
from earmark.pictures.spectrum import HIGHEST_DB, LOWEST_DB
from earmark.spectrogram import levels_db

if TYPE_CHECKING:
    from numpy.typing import NDArray

SILENT_SHARE, LOUD_SHARE = 0.55, 0.998
HEADROOM, LEAST_RANGE = 24.0, 96.0
PROBE_S = 0.5
INK = 0.25
"""Of the range: from there on a cell is seen as drawn."""

MOST_INK = 2.0
"""So many times as much, or as little, as a recording should have is poor."""

CHOICES = {
    "one, at 40 %": (0.4,),
    "three, from 20 % to 80 %": (0.2, 0.5, 0.8),
    "five, from 10 % to 90 %": (0.1, 0.3, 0.5, 0.7, 0.9),
    "nine, from 10 % to 90 %": tuple(np.linspace(0.1, 0.9, 9)),
}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    paths = sorted(path for path in wanted.folder.rglob("*") if path.suffix in MEDIA_SUFFIXES)
    order = np.random.default_rng(wanted.seed).permutation(len(paths))
    chosen = [paths[i] for i in order[: wanted.files]]
    levels = [found for found in map(levels_of, chosen) if found is not None]
    print(f"| moments of {PROBE_S} s (n = {len(levels)}) | off by, median | 95th | most | poor |")
    print("|---|--:|--:|--:|--:|")
    for name, shares in CHOICES.items():
        off = [apart(contrast(at(one, shares)), contrast(one)) for one in levels]
        poor = sum(is_poor(one, contrast(at(one, shares))) for one in levels)
        told = (f"{np.quantile(off, share):.0f}" for share in (0.5, 0.95, 1.0))
        print(f"| {name} | {' | '.join(told)} | {poor} |")


def levels_of(path: Path) -> NDArray[np.float32] | None:
    """Return what the page is sent of a recording, shape (frames, bands), 0 to 255.

    None if it is shorter than all moments together.
    """
    params = PeakParams()
    with open_audio(path, sample_rate_hz=params.sample_rate_hz) as stream:
        samples = np.concatenate([np.zeros(0, np.float32), *stream])
    if len(samples) < 10 * PROBE_S * params.sample_rate_hz:
        return None
    levels = 255 * (levels_db(samples, params) - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)
    clipped: NDArray[np.float32] = np.clip(levels, 0, 255).astype(np.float32)
    return clipped


def at(levels: NDArray[np.float32], shares: tuple[float, ...]) -> NDArray[np.float32]:
    """Return a few moments of a recording, each so far into it."""
    params = PeakParams()
    frames = round(PROBE_S * params.sample_rate_hz / params.hop_samples)
    firsts = (min(len(levels) - frames, int(share * len(levels))) for share in shares)
    return np.concatenate([levels[first : first + frames] for first in firsts])


def contrast(levels: NDArray[np.float32]) -> tuple[float, float]:
    """Return what is drawn as silence and what as loud, as the page decides it."""
    low, loud = np.quantile(levels, (SILENT_SHARE, LOUD_SHARE))
    return float(low), float(max(low + LEAST_RANGE, loud + HEADROOM))


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two contrasts are apart, at the end where they differ most."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def is_poor(levels: NDArray[np.float32], chosen: tuple[float, float]) -> bool:
    """Tell whether a recording has half as much ink as it should, or twice as much."""
    ink = inked(levels, chosen) / max(1e-9, inked(levels, contrast(levels)))
    return not 1 / MOST_INK <= ink <= MOST_INK


def inked(levels: NDArray[np.float32], chosen: tuple[float, float]) -> float:
    """Return which share of a recording's cells is seen as drawn."""
    low, high = chosen
    return float(np.mean(levels > low + INK * (high - low)))


if __name__ == "__main__":
    main()
