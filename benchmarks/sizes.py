"""What an hour of music takes: postings and constellations, as packed today and by their entropy.

    python -m benchmarks.sizes FOLDER

Takes the catalogue that `open_corpus.tsv` names below FOLDER, and prints for several densities of
the reference's peaks, and for several precisions: peaks and postings a second, the sizes as packed,
and the least sizes that a coder could reach which knows how often each hash, time gap and frequency
occurs in all music, but no more. For the postings this is the logarithm of the number of ways in
which the list of each hash could lie on the tape, and the entropy of the lists' lengths; for the
constellation, the entropies of the time from the last peak and of the frequency. A packed
constellation may take less than that, as its codes suit the recording, or more, as it brings them.
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
from earmark.packing import pack
from earmark.params import IndexParams, Params, PeakParams
from earmark.tape import HASH_BITS, build_tape
from earmark.types import Constellation

REFERENCES = (
    (8, 0.08, 4, 2), (10, 0.10, 8, 8), (10, 0.10, 4, 4), (10, 0.10, 4, 2), (10, 0.10, 2, 2),
    (10, 0.10, 1, 1), (12, 0.09, 4, 2), (12, 0.12, 4, 2), (14, 0.12, 4, 2), (16, 0.12, 4, 2),
)  # fmt: skip
"""Radii of a reference peak's neighbourhood: frames, and part of its frequency; and the parts of a
frame and of a band that are told apart."""

FANOUTS = (1, 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What an hour of music takes.")
    parser.add_argument("folder", type=Path)
    tunes, _ = load(parser.parse_args().folder, OPEN_CORPUS)
    seconds = sum(tune.duration_s for tune in tunes)
    per_hour = 3600 / seconds / 8 / 1e6
    print("radius, parts, fan-out: peaks/s, postings/s; MB an hour: postings packed, by entropy; "
          "constellation packed, by entropy; bits a peak packed, by entropy")  # fmt: skip
    for radius, ratio, *parts in REFERENCES:
        peaks_only = PeakParams(
            reference_radius_frames=round(radius),
            reference_radius_ratio=ratio,
            reference_frame_parts=round(parts[0]),
            reference_band_parts=round(parts[1]),
        )
        found = []
        for tune in tunes:
            blocks = open_samples(
                tune.samples, input_rate_hz=RATE_HZ, sample_rate_hz=peaks_only.sample_rate_hz
            )
            found.append(fingerprint(blocks, peaks_only))
        peaks, whole = sum(map(len, found)), 8.0 * sum(len(pack(one)) for one in found)
        least = constellation_bits(found)
        for fanout in FANOUTS:
            params = Params(peaks_only, IndexParams(fanout=fanout))
            marks = [reference_landmarks(peaks, params) for peaks in found]
            tape = build_tape(list(enumerate(marks)))
            bits = posting_bits(np.concatenate([one.hash for one in marks]), tape.frames)
            packed = 8 * tape.nbytes
            sizes = [size * per_hour for size in (packed, bits, whole, least)]
            of = f"{parts[0]:g}/{parts[1]:g}"
            print(f"{radius}, {ratio:.2f}, {of}, {fanout}: {peaks / seconds:.1f}, "
                  f"{tape.postings / seconds:.1f}; " + ", ".join(f"{size:.3f}" for size in sizes)
                  + f"; {whole / peaks:.2f}, {least / peaks:.2f}")  # fmt: skip


def posting_bits(hashes: NDArray[np.uint32], frames: int) -> float:
    """Return the bits that postings need on a tape of so many frames."""
    lengths, how_many = np.unique(np.bincount(hashes, minlength=1 << HASH_BITS), return_counts=True)
    ways = [_log2_ways(frames, int(length)) for length in lengths]
    return float((np.array(ways) * how_many).sum() + _entropy_bits(how_many))


def constellation_bits(found: Sequence[Constellation]) -> float:
    """Return the bits that constellations need."""
    gaps = np.concatenate([np.diff(peaks.time, prepend=0) for peaks in found])
    frequencies = np.concatenate([peaks.frequency for peaks in found])
    counts = (np.unique(part, return_counts=True)[1] for part in (gaps, frequencies))
    return sum(_entropy_bits(count) for count in counts)


def _entropy_bits(counts: NDArray[np.integer]) -> float:
    """Return the bits of all values that occur so often."""
    some = counts[counts > 0]
    return float(-(some * np.log2(some / some.sum())).sum())


def _log2_ways(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n."""
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(2)


if __name__ == "__main__":
    main()
