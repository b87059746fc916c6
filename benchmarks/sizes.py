"""What an hour of music takes: postings and constellations, as packed today and by their entropy.

    python -m benchmarks.sizes FOLDER

Takes the catalogue that `open_corpus.tsv` names below FOLDER, and prints for several densities of
the reference's peaks: peaks and postings a second, the size of the index as packed, and the least
sizes that a coder could reach which knows how often each hash, time gap, frequency and level
occurs, but no more. For the postings this is the logarithm of the number of ways in which the list
of each hash could lie on the tape, and the entropy of the lists' lengths; for the constellation,
the entropies of the time from the last peak, of the frequency and of the level.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.music import OPEN_CORPUS, RATE_HZ, load
from earmark.audio import open_samples
from earmark.fingerprint import fingerprint
from earmark.landmarks import reference_landmarks
from earmark.params import IndexParams, Params, PeakParams
from earmark.tape import HASH_BITS, build_tape
from earmark.types import Peaks

DENSITIES = ((8, 0.08), (10, 0.10), (12, 0.09), (12, 0.12), (16, 0.12))
"""Radii of a reference peak's neighbourhood: frames, and part of its frequency."""

FANOUTS = (1, 2)
LONGEST_GAP_STEPS = 4095


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What an hour of music takes.")
    parser.add_argument("folder", type=Path)
    tunes, _ = load(parser.parse_args().folder, OPEN_CORPUS)
    seconds = sum(tune.duration_s for tune in tunes)
    per_hour = 3600 / seconds / 8 / 1e6
    print("radius, fan-out: peaks/s, postings/s; MB an hour: postings packed, by entropy; "
          "constellation by entropy, without levels")  # fmt: skip
    for radius, ratio in DENSITIES:
        peaks_only = PeakParams(reference_radius_frames=radius, reference_radius_ratio=ratio)
        found = []
        for tune in tunes:
            blocks = open_samples(
                tune.samples, input_rate_hz=RATE_HZ, sample_rate_hz=peaks_only.sample_rate_hz
            )
            found.append(fingerprint(blocks, peaks_only))
        whole, bare = constellation_bits(found)
        for fanout in FANOUTS:
            params = Params(peaks_only, IndexParams(fanout=fanout))
            marks = [reference_landmarks(peaks, params) for peaks in found]
            tape = build_tape(list(enumerate(marks)))
            bits = posting_bits(np.concatenate([one.hash for one in marks]), tape.frames)
            packed = 8 * tape.nbytes
            rates = sum(map(len, found)) / seconds, tape.postings / seconds
            sizes = [size * per_hour for size in (packed, bits, whole, bare)]
            print(f"{radius}, {ratio:.2f}, {fanout}: {rates[0]:.1f}, {rates[1]:.1f}; "
                  + ", ".join(f"{size:.3f}" for size in sizes))  # fmt: skip


def posting_bits(hashes: NDArray[np.uint32], frames: int) -> float:
    """Return the bits that postings need on a tape of so many frames."""
    lengths, how_many = np.unique(np.bincount(hashes, minlength=1 << HASH_BITS), return_counts=True)
    ways = [_log2_ways(frames, int(length)) for length in lengths]
    return float((np.array(ways) * how_many).sum() + _entropy_bits(how_many))


def constellation_bits(found: Sequence[Peaks]) -> tuple[float, float]:
    """Return the bits that constellations need, with their levels and without."""
    gaps = [np.minimum(np.diff(peaks.time, prepend=0), LONGEST_GAP_STEPS) for peaks in found]
    time = _entropy_bits(np.bincount(np.concatenate(gaps)))
    frequency = _entropy_bits(np.bincount(np.concatenate([peaks.frequency for peaks in found])))
    level = _entropy_bits(np.bincount(np.concatenate([peaks.level for peaks in found])))
    return time + frequency + level, time + frequency


def _entropy_bits(counts: NDArray[np.integer]) -> float:
    """Return the bits of all values that occur so often."""
    some = counts[counts > 0]
    return float(-(some * np.log2(some / some.sum())).sum())


def _log2_ways(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n."""
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(2)


if __name__ == "__main__":
    main()
