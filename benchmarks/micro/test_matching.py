"""What happens to a clip among 20 hours, samples in memory to answer."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.asking import Catalogue
from benchmarks.micro.conftest import PARAMS, in_blocks
from earmark.fingerprint import hear
from earmark.matching.clip import Clip, clip_of
from earmark.matching.matcher import match
from earmark.matching.sweep import surroundings, sweep
from earmark.matching.verdict import Verdict
from earmark.matching.verification import Hypotheses, examine
from earmark.packing import unpack_all
from earmark.params import Ladder, QueryParams
from earmark.types import Constellations, Status

Samples = NDArray[np.float32]
QUERY = QueryParams()
WEIGHED = 12
"""Hypotheses that a search weighs in full."""
SWEPT = 100


@pytest.fixture(scope="module")
def indexed(noisy: Samples) -> Clip:
    """A clip made ready."""
    return clip_of(hear(in_blocks(noisy), PARAMS.peaks, QUERY), PARAMS.peaks)


@pytest.fixture(scope="module")
def references(crowd: Catalogue) -> Constellations:
    """Songs, unpacked."""
    return unpack_all(crowd.packed[-SWEPT:])


@pytest.fixture(scope="module")
def hypotheses() -> Hypotheses:
    """Places in these songs."""
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 100_000, WEIGHED)
    return Hypotheses(rng.integers(0, SWEPT, WEIGHED), places, np.ones(WEIGHED), np.ones(WEIGHED))


def ask(samples: Samples, crowd: Catalogue, query: QueryParams = QUERY) -> Verdict:
    """Hear a clip and look for it."""
    return match(hear(in_blocks(samples), PARAMS.peaks, query), crowd, PARAMS, query)


def test_verifying(
    benchmark: BenchmarkFixture,
    indexed: Clip,
    references: Constellations,
    hypotheses: Hypotheses,
) -> None:
    """A dozen hypotheses, chance measured on shifted spans."""
    benchmark(examine, indexed, references, hypotheses, reach_steps=0, shifted=True)


def test_looking_around(
    benchmark: BenchmarkFixture,
    indexed: Clip,
    references: Constellations,
    hypotheses: Hypotheses,
) -> None:
    """The lift of a minute around each of these."""
    benchmark(surroundings, indexed, references, hypotheses)


def test_sweeping(benchmark: BenchmarkFixture, indexed: Clip, references: Constellations) -> None:
    """A hundred songs drawn past a clip."""
    benchmark(sweep, indexed, [(range(SWEPT), references)], WEIGHED)


def test_naming_a_clean_clip(benchmark: BenchmarkFixture, crowd: Catalogue, clip: Samples) -> None:
    """What the quick look settles."""
    assert benchmark(ask, clip, crowd).status is Status.IDENTIFIED


def test_naming_a_noisy_clip(benchmark: BenchmarkFixture, crowd: Catalogue, noisy: Samples) -> None:
    """What needs more."""
    assert benchmark(ask, noisy, crowd).status is Status.IDENTIFIED


def test_refusing_a_stranger_at_once(
    benchmark: BenchmarkFixture, crowd: Catalogue, stranger: Samples
) -> None:
    """Without the ladder."""
    query = QueryParams(ladder=Ladder.OFF)
    assert benchmark(ask, stranger, crowd, query).status is Status.NO_MATCH


def test_refusing_a_stranger(
    benchmark: BenchmarkFixture, crowd: Catalogue, stranger: Samples
) -> None:
    """With the usual ladder."""
    assert benchmark(ask, stranger, crowd).status is Status.NO_MATCH
