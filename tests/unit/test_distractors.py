"""Distractors: numbered songs on tapes, read by the matcher beside real references."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.evaluation import distractors as module
from earmark.evaluation.distractors import (
    FIRST_KEY,
    Beside,
    Distractors,
    distractor_peaks,
    distractors,
)
from earmark.matching.matcher import match
from earmark.packing import unpack
from earmark.params import IndexParams, Params, QueryParams
from earmark.tape import lookup
from earmark.types import Status
from tests.constellations import Catalogue, excerpt, heard, make_peaks

PARAMS = Params()
ALL = np.arange(1 << 22, dtype=np.uint32)


@pytest.fixture(scope="module")
def collection() -> Distractors:
    """Three songs."""
    return Distractors.made(3, 1, PARAMS)


def postings(collection: Distractors) -> NDArray[np.int64]:
    """Return rows of hash, key and frame."""
    return np.stack([column.astype(np.int64) for column in lookup(collection.tapes(ALL), ALL)])


def test_a_song_has_its_number_whichever_others_are_made() -> None:
    """The third distractor of a seed is the same alone and in a row."""
    *_, third = distractors(3, 1, PARAMS)
    alone = distractor_peaks(2, 1, PARAMS)
    assert third.key == FIRST_KEY + 2
    assert np.array_equal(unpack(third.constellation).time, alone.time)


def test_another_seed_gives_other_songs() -> None:
    """Two collections have nothing in common."""
    one, other = (distractor_peaks(0, seed, PARAMS) for seed in (1, 2))
    assert len(one) != len(other) or not np.array_equal(one.time, other.time)


def test_songs_are_as_dense_as_references() -> None:
    """The mean of some songs lies where real recordings lie: 28 to 38 peaks a second."""
    peaks = [distractor_peaks(number, 3, PARAMS) for number in range(20)]
    seconds = sum(one.time[-1] for one in peaks) / PARAMS.peaks.steps / 62.5
    assert 28 < sum(len(one) for one in peaks) / seconds < 38


def test_tapes_hold_every_song(collection: Distractors) -> None:
    """What is on the tapes is what the songs are made of."""
    keys = set(lookup(collection.tapes(ALL), ALL)[1].tolist())
    assert len(collection) == 3
    assert keys == {FIRST_KEY, FIRST_KEY + 1, FIRST_KEY + 2}


def test_a_full_tape_is_followed_by_another(
    collection: Distractors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the songs are laid on tapes, the postings are the same."""
    monkeypatch.setattr(module, "TAPE_POSTINGS", 1)
    parted = Distractors.made(3, 1, PARAMS)
    assert len(parted.tapes(ALL)) == 3
    assert np.array_equal(postings(parted), postings(collection))
    assert parted.frames() == collection.frames()


def test_no_songs_make_an_empty_collection() -> None:
    """A collection of nothing is read like any other."""
    empty = Distractors.made(0, 1, PARAMS)
    assert len(empty) == 0
    assert empty.frames() == 0
    assert empty.constellations([FIRST_KEY]) == {}


def test_a_cache_gives_back_the_collection(collection: Distractors, tmp_path: Path) -> None:
    """What was written is what is read, and is not made twice."""
    file = tmp_path / "three.npz"
    Distractors.cached(file, 3, 1, PARAMS)
    written = file.stat().st_mtime_ns
    loaded = Distractors.cached(file, 3, 1, PARAMS)
    keys = [FIRST_KEY, FIRST_KEY + 2]
    assert file.stat().st_mtime_ns == written
    assert loaded.constellations(keys) == collection.constellations(keys)
    assert np.array_equal(postings(loaded), postings(collection))


def test_a_cache_of_other_parameters_is_made_anew(tmp_path: Path) -> None:
    """A file never stands for songs that were hashed in another way."""
    file = tmp_path / "one.npz"
    Distractors.cached(file, 1, 1, PARAMS)
    other = Distractors.cached(file, 1, 1, Params(index=IndexParams(fanout=1)))
    wanted = Distractors.made(1, 1, Params(index=IndexParams(fanout=1)))
    assert other.tapes(ALL)[0].postings == wanted.tapes(ALL)[0].postings


def test_a_clip_is_found_among_distractors(collection: Distractors) -> None:
    """Beside real references, distractors are read, and not named."""
    track = make_peaks(1, 60.0)
    clip = excerpt(track, 20.0, 10.0)
    among = Beside(Catalogue(track), collection)
    verdict = match(heard(clip, 10.0), among, PARAMS, QueryParams())
    assert verdict.status is Status.IDENTIFIED
    assert verdict.matches[0].key == 0
    assert among.frames() > collection.frames()


def test_a_distractor_is_found_when_asked_for(collection: Distractors) -> None:
    """Its constellation can be verified like any other: it could be mistaken for a match."""
    clip = excerpt(distractor_peaks(1, 1, PARAMS), 20.0, 10.0)
    verdict = match(heard(clip, 10.0), collection, PARAMS, QueryParams())
    assert verdict.matches[0].key == FIRST_KEY + 1
