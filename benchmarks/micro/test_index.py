"""From constellations to an index, and what it costs to look into it; songs of four minutes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.asking import Catalogue
from benchmarks.micro.conftest import PARAMS, PIECES, in_blocks
from earmark.fingerprint import hear
from earmark.landmarks import Probes, query_probes, reference_landmarks
from earmark.matching.candidates import find_candidates
from earmark.packing import pack, unpack_all
from earmark.params import QueryParams
from earmark.tape import assembled, build_tape, gather, merged
from earmark.types import Landmarks, Peaks

QUERY = QueryParams()
LAID = 100
"""Songs on a tape that is built."""


@pytest.fixture(scope="module")
def marks(songs: list[Peaks]) -> list[tuple[int, Landmarks]]:
    """The landmarks of some songs."""
    some = songs[PIECES : PIECES + LAID]
    return [(key, reference_landmarks(song, PARAMS)) for key, song in enumerate(some)]


@pytest.fixture(scope="module")
def probes(clip: NDArray[np.float32]) -> Probes:
    """What a thorough look asks for."""
    heard = hear(in_blocks(clip), PARAMS.peaks, QUERY)
    return query_probes(heard.peaks, PARAMS, QUERY.fanout, QUERY.fuzziness)


def test_landmarks_of_a_song(benchmark: BenchmarkFixture, songs: list[Peaks]) -> None:
    """Pairs of peaks, hashed and sorted."""
    assert len(benchmark(reference_landmarks, songs[-1], PARAMS))


def test_packing_a_song(benchmark: BenchmarkFixture, songs: list[Peaks]) -> None:
    """A constellation as it is stored."""
    benchmark(pack, songs[-1])


def test_unpacking_a_hundred_songs(benchmark: BenchmarkFixture, songs: list[Peaks]) -> None:
    """What a sweep reads."""
    benchmark(unpack_all, [pack(song) for song in songs[PIECES : PIECES + LAID]])


def test_building_a_tape(benchmark: BenchmarkFixture, marks: list[tuple[int, Landmarks]]) -> None:
    """Of a hundred songs."""
    benchmark(build_tape, marks)


def test_merging_tapes(benchmark: BenchmarkFixture, marks: list[tuple[int, Landmarks]]) -> None:
    """Of fifty songs each, into one."""
    halves = [build_tape(marks[: LAID // 2]), build_tape(marks[LAID // 2 :])]
    benchmark(lambda: assembled(merged(halves)))


def test_looking_up(benchmark: BenchmarkFixture, crowd: Catalogue, probes: Probes) -> None:
    """All postings of what a clip asks for, among 20 hours."""
    benchmark(gather, crowd.tape, probes.hash)


def test_finding_candidates(benchmark: BenchmarkFixture, crowd: Catalogue, probes: Probes) -> None:
    """The alignments with most votes."""
    frames = int(probes.frame.max()) + 1
    found = benchmark(find_candidates, crowd, probes, frames, 20)
    assert found[0].key == 2  # noqa: PLR2004 - the clip is of the third piece
