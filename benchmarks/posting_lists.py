"""How the postings of real and of made music are spread over the hashes, as catalogues grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import Catalogue
from benchmarks.constellations import hash_spectrum
from earmark.evaluation.distractors import PIECES, distractor_peaks, piece_of_seed
from earmark.evaluation.resynthesis import resynthesise
from earmark.landmarks import query_probes, reference_landmarks
from earmark.matching.candidates import find_candidates
from earmark.params import Params, QueryParams
from earmark.tape import HASH_BITS
from earmark.types import Peaks
from earmark.units import seconds_to_frames, steps_to_seconds

SONG_S, PASSAGE_S = 240.0, 10.0
"""Beside whole recordings, their beginnings of the length of a song are compared: a few pieces of
half an hour, made of loops, have the longest lists of all."""

QUANTILES = (0.5, 0.9, 0.99, 0.999)

EVERY = (8, 4, 2, 1)
"""Growth is shown from every eighth recording on."""

MORE_HOURS = (100, 1000)
"""Of made songs, beyond the size of the real catalogue."""

PAIRS = 500
"""Of songs that are compared."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recording:
    """A constellation, its duration, and the name of what it shares material with."""

    peaks: Peaks
    seconds: float
    group: str


def print_lists(real: Sequence[Recording], made: Sequence[Recording], params: Params) -> None:
    """Print the lists of two catalogues, whole and as if every recording were a song long."""
    begun = [[_begun(one, params) for one in side] for side in (real, made)]
    sides = (real, made, *begun)
    print(f"\n{'postings':34}" + "".join(f"{name:>12}" for name in ("real", "made") * 2))
    rows = [_described(side, params) for side in sides]
    for name in rows[0]:
        print(f"{name:34}" + "".join(f"{row[name]:12.5g}" for row in rows))
    for ours, theirs in (sides[:2], sides[2:]):
        chance = _chance(*(_spectrum(side, params) for side in (ours, theirs)))
        print(f"one real and one made are equal, in a million: {1e6 * chance:.2f}")


def print_growth(
    real: Sequence[Recording], made: Sequence[Recording], seed: int, params: Params
) -> None:
    """Print how lists and entropy grow with the catalogue, by made songs beyond its size."""
    print(f"\n{'hours':>8}{'lists, real':>14}{'made':>12}{'entropy, real':>16}{'made':>8}")
    for every in EVERY:
        rows = [_shape(_spectrum(side[::every], params)) for side in (real, made)]
        lists, bits = ([row[name] for row in rows] for name in ("lists", "entropy, bits"))
        print(f"{_hours(real[::every]):8.1f}{lists[0]:14,.0f}{lists[1]:12,.0f}"
              f"{bits[0]:16.2f}{bits[1]:8.2f}")  # fmt: skip
    for hours, spectrum in _growing(seed, params):
        row = _shape(spectrum)
        print(f"{hours:8}{'':14}{row['lists']:12,.0f}{'':16}{row['entropy, bits']:8.2f}")


def print_alike(seed: int, params: Params) -> None:
    """Print the votes of a song's passage in others: do songs of one piece resemble each other?"""
    rng = np.random.default_rng(seed)
    votes: dict[str, list[int]] = {"of the same piece": [], "of any piece": []}
    for number in range(PAIRS):
        which = rng.integers(PIECES, size=3).tolist()
        piece, *fillers = (piece_of_seed(one, seed, params.peaks) for one in which)
        one, other = (resynthesise(piece, fill, SONG_S, params.peaks, rng) for fill in fillers)
        start_s = rng.uniform(0, SONG_S - PASSAGE_S)
        passage = _cut(one, start_s, PASSAGE_S, params)
        for name, song in zip(votes, (other, distractor_peaks(number, seed, params))):
            votes[name].append(_votes(passage, song, params))
    print(f"\n{'most votes of 10 s in another song':36}50 %   90 %   99 %    all")
    for name, counts in votes.items():
        print(f"{name:33}" + "".join(f"{v:7.0f}" for v in np.quantile(counts, (0.5, 0.9, 0.99, 1))))


def _described(side: Sequence[Recording], params: Params) -> dict[str, float]:
    """Describe the lists of a catalogue, and what recordings of different groups share."""
    total = _spectrum(side, params)
    same, pairs = float(total @ total), float(total.sum() ** 2)
    for group in {one.group for one in side}:
        own = _spectrum([one for one in side if one.group == group], params)
        same -= float(own @ own)
        pairs -= float(own.sum() ** 2)
    equal = {"two of others are equal, in a million": 1e6 * same / pairs}
    return {"hours": _hours(side), **_shape(total), **equal}


def _shape(spectrum: Numbers) -> dict[str, float]:
    """Describe how long the lists are: quantiles over lists, and over postings."""
    lists = np.sort(spectrum[spectrum > 0])
    shares = lists / lists.sum()
    running = np.cumsum(shares)
    return {
        "postings": lists.sum(),
        "lists": len(lists),
        "entropy, bits": float(-(shares * np.log2(shares)).sum()),
        **{f"length, {100 * q:g} % of lists": np.quantile(lists, q) for q in QUANTILES},
        **{
            f"length, {100 * q:g} % of postings": lists[np.searchsorted(running, q)]
            for q in QUANTILES
        },
    }


def _chance(some: Numbers, others: Numbers) -> float:
    """Return the chance that a posting of the one and a posting of the other have one hash."""
    return float(some @ others) / float(some.sum() * others.sum())


def _growing(seed: int, params: Params) -> Iterator[tuple[int, Numbers]]:
    """Yield the spectra of ever more made songs."""
    total, number, seconds = np.zeros(1 << HASH_BITS), 0, 0.0
    for hours in MORE_HOURS:
        while seconds < 3600 * hours:
            peaks = distractor_peaks(number, seed, params)
            np.add.at(total, reference_landmarks(peaks, params).hash, 1)
            seconds += steps_to_seconds(float(peaks.time[-1]), params.peaks)
            number += 1
        yield hours, total


def _votes(passage: Peaks, song: Peaks, params: Params) -> int:
    query = QueryParams()
    probes = query_probes(passage, params, query.fanout, query.fuzziness)
    alone = Catalogue.of_peaks([""], [song], params)
    frames = round(seconds_to_frames(PASSAGE_S, params.peaks))
    found = find_candidates(alone, probes, frames, 1)
    return max((one.votes for one in found), default=0)


def _begun(one: Recording, params: Params) -> Recording:
    """Return the beginning of a recording, as long as a song."""
    return Recording(_cut(one.peaks, 0.0, SONG_S, params), min(one.seconds, SONG_S), one.group)


def _cut(peaks: Peaks, start_s: float, length_s: float, params: Params) -> Peaks:
    ends_s = np.array([start_s, start_s + length_s])
    steps = seconds_to_frames(1.0, params.peaks) * ends_s * params.peaks.steps
    low, high = np.searchsorted(peaks.time, steps)
    time = peaks.time[low:high] - np.int32(steps[0])
    return Peaks(time, peaks.frequency[low:high], peaks.level[low:high])


def _spectrum(side: Sequence[Recording], params: Params) -> Numbers:
    return hash_spectrum([one.peaks for one in side], params)


def _hours(side: Sequence[Recording]) -> float:
    return sum(one.seconds for one in side) / 3600
