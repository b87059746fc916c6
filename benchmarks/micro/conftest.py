"""What is measured on: pieces of the synthesiser, and a catalogue of them among made-up songs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.asking import Catalogue
from earmark.demo import save
from earmark.evaluation.degradations import add_noise, excerpt
from earmark.evaluation.distractors import distractor_peaks
from earmark.evaluation.signals import resampled
from earmark.evaluation.synthesis import catalogue
from earmark.fingerprint import fingerprint
from earmark.library import Library
from earmark.params import Params
from earmark.types import Peaks

PARAMS = Params()
RATE_HZ = PARAMS.peaks.sample_rate_hz
PIECES, PIECE_S = 8, 60.0
SONGS = 300
"""Of 4 minutes: 20 hours."""
CLIP_S = 10.0
BLOCK_SAMPLES = 3 * RATE_HZ


def in_blocks(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Cut a recording as a decoder would."""
    return np.split(samples, range(BLOCK_SAMPLES, len(samples), BLOCK_SAMPLES))


@pytest.fixture(scope="session")
def pieces() -> list[NDArray[np.float32]]:
    """Music at the analysis rate."""
    made = catalogue(PIECES, 1, PIECE_S)
    return [resampled(p.samples, p.sample_rate_hz / RATE_HZ).astype(np.float32) for p in made]


@pytest.fixture(scope="session")
def stranger() -> NDArray[np.float32]:
    """A clip of a piece that is in no catalogue."""
    (piece,) = catalogue(1, 2, PIECE_S)
    samples = resampled(piece.samples, piece.sample_rate_hz / RATE_HZ)
    return excerpt(samples, RATE_HZ, 20.0, CLIP_S).astype(np.float32)


@pytest.fixture(scope="session")
def clip(pieces: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """A clip of the third piece."""
    return excerpt(pieces[2], RATE_HZ, 20.0, CLIP_S).astype(np.float32)


@pytest.fixture(scope="session")
def noisy(clip: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same under noise as loud as it."""
    return add_noise(clip, RATE_HZ, np.random.default_rng(1), snr_db=0.0).astype(np.float32)


@pytest.fixture(scope="session")
def songs(pieces: list[NDArray[np.float32]]) -> list[Peaks]:
    """The constellations of all pieces and of made-up songs; a track's key is its place here."""
    own = [fingerprint([piece], PARAMS.peaks) for piece in pieces]
    return own + [distractor_peaks(number, 1, PARAMS) for number in range(SONGS)]


@pytest.fixture(scope="session")
def crowd(songs: list[Peaks]) -> Catalogue:
    """All of them, indexed."""
    return Catalogue.of_peaks([str(number) for number in range(len(songs))], songs, PARAMS)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of the pieces, of all usual formats."""
    path = tmp_path_factory.mktemp("files") / "music"
    save(list(catalogue(PIECES, 1, PIECE_S)), path)
    return path


@pytest.fixture(scope="session")
def library(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of these files."""
    with Library.open(tmp_path_factory.mktemp("library") / "bench.earmark") as library:
        library.add([folder])
        yield library
