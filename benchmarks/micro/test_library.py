"""Whole paths: files into a library on disk, and clips named by it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.micro.conftest import RATE_HZ
from earmark.library import Library
from earmark.types import Status

Samples = NDArray[np.float32]
BATCH = 16


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".m4a", ".opus"])
def test_adding_a_file(
    benchmark: BenchmarkFixture, folder: Path, tmp_path: Path, suffix: str
) -> None:
    """A minute of one format, into a library of its own each time; decoding is most of it."""
    file = next(path for path in sorted(folder.iterdir()) if path.suffix == suffix)
    numbers = count()

    def add() -> int:
        with Library.open(tmp_path / f"{next(numbers)}.earmark") as library:
            return len(library.add([file]).added)

    assert benchmark(add) == 1


def test_passing_by_what_is_known(
    benchmark: BenchmarkFixture, library: Library, folder: Path
) -> None:
    """The same files again."""
    assert not benchmark(library.add, [folder]).added


def test_identifying_a_clip(benchmark: BenchmarkFixture, library: Library, clip: Samples) -> None:
    """One that is known."""
    answer = benchmark(library.identify, clip, sample_rate=RATE_HZ)
    assert answer.status is Status.IDENTIFIED


def test_identifying_a_stranger(
    benchmark: BenchmarkFixture, library: Library, stranger: Samples
) -> None:
    """One that is not."""
    assert benchmark(library.identify, stranger, sample_rate=RATE_HZ).status is Status.NO_MATCH


def test_identifying_many(benchmark: BenchmarkFixture, library: Library, clip: Samples) -> None:
    """Known clips, on all processors: with CPU time, what threads cost; `speed.py` has the gain."""

    def ask() -> int:
        answers = library.identify_many([clip] * BATCH, sample_rate=RATE_HZ)
        return sum(answer.status is Status.IDENTIFIED for answer in answers)

    assert benchmark(ask) == BATCH
