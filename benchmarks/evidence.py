"""Fits the evidence: what it means that a reference peak falls on a cell of a clip.

    python -m benchmarks.evidence FOLDER [--clips N] [--seed S] [--peaks]

Takes the catalogue that `open_corpus.tsv` names below FOLDER, and clips of it in all conditions
that change neither tempo nor pitch. The peaks of the recording are laid over the clip at the true
place, and at places some seconds off. For each class of cell, near a peak of the clip or not, and
standing out so or so far, printed is the logarithm of how much oftener true peaks fall on it than
shifted ones, each clip counting the same: `EVIDENCE` of `matching/clip.py`. With `--peaks` all but
the peaks of the clips is forgotten, and it is `SKETCHED`: cells that no peak is near are one class.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import ground, heard, prepare, spread
from benchmarks.calibration import NAMES
from benchmarks.music import clips
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.matching.clip import cells_near_peaks
from earmark.matching.verification import SHIFTS_FRAMES
from earmark.packing import unpack
from earmark.params import QueryParams
from earmark.prominence import CLASSES
from earmark.units import seconds_to_frames

LEAST_PEAKS = 5
"""A clip on which fewer fall says nothing."""

PRIOR = 0.5


def main() -> None:
    """Count and print."""
    options = _options()
    prepare(options.folder)
    conditions = [one for one in CONDITIONS if one.name in NAMES]
    jobs = [(one, options.clips, options.seed, options.peaks) for one in conditions]
    counts = np.concatenate(spread(_count, jobs))
    halves = counts[:, 0, 0]
    for name, half in (
        ("one half", halves == 0),
        ("other half", halves == 1),
        ("all", halves >= 0),
    ):
        shares = counts[half][:, :, 1:].sum(axis=0) + PRIOR
        if options.peaks:
            shares[:, :CLASSES] = shares[:, :CLASSES].mean(axis=1, keepdims=True)
        true, shifted = shares / shares.sum(axis=1, keepdims=True)
        table = np.log(true / shifted).reshape(2, CLASSES)
        gain = float((true * np.log(true / shifted)).sum())
        print(f"{name}, {half.sum()} clips: {gain:.2f} nats a peak")
        print(table.round(2).tolist())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the evidence.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=40, help="in each condition (default: 40)")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--peaks", action="store_true", help="forget all but the peaks")
    return parser.parse_args()


def _count(job: tuple[Condition, int, int, bool]) -> NDArray[np.float64]:
    """Return, for each clip, two rows: its half, then the share of peaks on each class of cell.

    Shape (clips, 2, 1 + 2 CLASSES); the first row is of the true place, the second of others.
    """
    condition, count, seed, by_peaks = job
    tunes, catalogue = ground().tunes, ground().catalogue
    params, query = catalogue.params, QueryParams()
    out = []
    for clip in clips(tunes, [condition], count, seed):
        sound, place = heard(clip, params, query, by_peaks=by_peaks), clip.places[0]
        near = cells_near_peaks(sound, params.peaks)
        classes = near.astype(np.int64) * CLASSES + sound.prominence
        track = unpack(catalogue.packed[catalogue.names.index(place.tune)])
        start = round(seconds_to_frames(place.start_s, params.peaks) * params.peaks.steps)
        rows = [
            _shares(classes, track.time - start + shift * params.peaks.steps, track.frequency,
                    params.peaks.steps)
            for shift in (0, *SHIFTS_FRAMES)
        ]  # fmt: skip
        if rows[0].sum() >= LEAST_PEAKS:
            half = zlib.crc32(place.tune.encode()) % 2
            pair = [rows[0] / rows[0].sum(), np.sum(rows[1:], axis=0)]
            pair[1] = pair[1] / max(1, pair[1].sum())
            out.append([np.append(half, row) for row in pair])
    return np.array(out, np.float64).reshape(-1, 2, 1 + 2 * CLASSES)


def _shares(
    classes: NDArray[np.int64],
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
    steps: int,
) -> NDArray[np.float64]:
    """Count the peaks on each class of cell."""
    frame = (time + steps // 2) // steps
    band = (frequency.astype(np.int64) + steps // 2) // steps
    inside = (frame >= 0) & (frame < len(classes))
    found = classes[frame[inside], band[inside]]
    return np.bincount(found, minlength=2 * CLASSES).astype(np.float64)


if __name__ == "__main__":
    main()
