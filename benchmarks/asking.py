"""A catalogue in memory, asked without the edges: every hypothesis, with its traits.

For the scripts that fit and check the decision. A clip of a recording of the catalogue is asked
for twice: with its recording there, and with the recording and all that shares material with it
masked, which makes it a stranger whose style the catalogue knows well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.music import OPEN_CORPUS, RATE_HZ, Clip, Tune, load
from earmark.audio import open_samples
from earmark.fingerprint import fingerprint, hear, heard_by_peaks
from earmark.landmarks import reference_landmarks
from earmark.matching.matcher import Search
from earmark.packing import pack
from earmark.params import Params, QueryParams
from earmark.tape import Tape, build_tape, list_lengths
from earmark.types import Heard, Peaks

Job = TypeVar("Job")
Answer = TypeVar("Answer")

SHARING = ("planetblupi-music-ogg", "warzone2100-music", "nexuiz-music")
"""Packages of the open corpus in which recordings share loops, or are remixes of one another: each
counts as one group."""

_DRASCULA = "drascula-music/usr/share/scummvm/drascula/audio"
PASSAGES = {f"{_DRASCULA}/track16.ogg": f"{_DRASCULA}/track2.ogg"}
"""Recordings that have a passage in common with another, and count as of its group: here 15 s, at
93 % of the other's tempo and its own pitch."""

WORKERS = 2
"""Processes that ask."""

NOTHING_ACCEPTED = 1e-300
"""A false-accept rate at which every attempt is made."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Recordings, fingerprinted; what `matching.matcher.References` asks for."""

    names: Sequence[str]
    packed: Sequence[bytes]
    tape: Tape
    params: Params

    @classmethod
    def of(cls, tunes: Sequence[Tune], params: Params) -> Catalogue:
        """Fingerprint recordings; their keys are 0, 1, 2 and so on."""
        peaks = [fingerprint(_blocks(tune.samples, params), params.peaks) for tune in tunes]
        return cls.of_peaks([tune.name for tune in tunes], peaks, params)

    @classmethod
    def of_peaks(cls, names: Sequence[str], peaks: Sequence[Peaks], params: Params) -> Catalogue:
        """Index constellations; their keys are 0, 1, 2 and so on."""
        marks = [(key, reference_landmarks(one, params)) for key, one in enumerate(peaks)]
        return cls(names, [pack(one) for one in peaks], build_tape(marks), params)

    def without(self, group: str) -> Catalogue:
        """Return the catalogue with this group masked."""
        dead = self.tape.dead | np.array([group_of(name) == group for name in self.names])
        return replace(self, tape=replace(self.tape, dead=dead))

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has."""
        return list_lengths([self.tape], hashes)

    def tapes(self, _hashes: object) -> Sequence[Tape]:
        """Return the one tape."""
        return [self.tape]

    def frames(self) -> int:
        """Return the whole length, masked or not: so that ratings compare."""
        return self.tape.frames

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return packed constellations, of the keys that there are."""
        return {key: self.packed[key] for key in keys if key < len(self.packed)}

    @cached_property
    def groups(self) -> Sequence[str]:
        """The group of each recording."""
        return [group_of(name) for name in self.names]


@dataclass(frozen=True, eq=False)
class Found:
    """What one attempt found; arrays of shape (n,), one row for each hypothesis."""

    rungs: int
    """Rungs that were tried by then: 0 before the ladder."""
    keys: NDArray[np.int64]
    rating: NDArray[np.float64]
    traits: NDArray[np.float64]
    """Shape (n, TRAITS)."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What every worker asks."""

    tunes: Sequence[Tune]
    catalogue: Catalogue


_GROUND: list[Ground] = []


def prepare(folder: Path) -> Ground:
    """Load the open corpus' catalogue from a folder, for this process and its workers."""
    tunes, _ = load(folder, OPEN_CORPUS)
    _GROUND[:] = [Ground(tunes, Catalogue.of(tunes, Params()))]
    return _GROUND[0]


def ground() -> Ground:
    """Return what `prepare` loaded."""
    return _GROUND[0]


def spread(ask: Callable[[Job], Answer], jobs: Iterable[Job]) -> list[Answer]:
    """Ask in several processes that share what was prepared; the answers are in order."""
    with ProcessPoolExecutor(WORKERS, get_context("fork")) as pool:
        return list(pool.map(ask, jobs))


def group_of(name: str) -> str:
    """Return the group of a recording: itself, but for those that share material."""
    package = name.split("/", 1)[0]
    return package if package in SHARING else PASSAGES.get(name, name)


def heard(clip: Clip, params: Params, query: QueryParams, *, by_peaks: bool = False) -> Heard:
    """Listen to a clip; with `by_peaks`, and forget all of it but its peaks."""
    whole = hear(_blocks(clip.samples, params), params.peaks, query)
    return heard_by_peaks(whole.peaks, whole.frames, params.peaks, query) if by_peaks else whole


def attempts(clip: Heard, catalogue: Catalogue, query: QueryParams) -> Iterator[Found]:
    """Yield what every attempt finds, whatever the ones before it found."""
    search = Search(clip, catalogue, catalogue.params, replace(query, far=NOTHING_ACCEPTED))
    for evidence in search.attempts():
        keys = np.array(search.case().keys, np.int64)
        yield Found(
            search.trials, keys[evidence.hypotheses.reference], evidence.rating, evidence.traits
        )


def _blocks(samples: NDArray[np.float32], params: Params) -> Iterator[NDArray[np.float32]]:
    rate = params.peaks.sample_rate_hz
    yield from open_samples(samples, input_rate_hz=RATE_HZ, sample_rate_hz=rate)
