"""Catalogues of any size: built in blocks, gone on with, and asked as if a recording were gone."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import scale_catalogues as module
from benchmarks.scale_catalogues import Build, Recipe, built, open_store
from benchmarks.scale_measures import Plan, _without
from earmark.evaluation.codecs import FLAC, encode
from earmark.library import Library
from earmark.params import Params

PARAMS = Params()
SONGS = 7
RATE_HZ, FILE = 8000, "noise.flac"
NOISE = np.random.default_rng(1).normal(0, 0.1, 10 * RATE_HZ).astype(np.float32)


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Seven songs and a recording, to be built in blocks of three."""
    monkeypatch.setattr(module, "SAMPLED_SONGS", 1)
    monkeypatch.setattr(module, "CHUNK_SONGS", 2)
    monkeypatch.setattr(module, "BLOCK_SONGS", 3)
    monkeypatch.setattr(
        module, "ProcessPoolExecutor", lambda workers, _: ThreadPoolExecutor(workers)
    )
    file = tmp_path / FILE
    file.write_bytes(encode(NOISE, RATE_HZ, FLAC))
    with Library.open(tmp_path / "planted.earmark") as planted:
        planted.add([file])
    return Recipe(SONGS, 1, tmp_path / "planted.earmark", 1, PARAMS)


def contents(place: Path) -> list[bytes]:
    """Return the hashes of all constellations of a catalogue, in the order of their keys."""
    with Library.open(place, create=False) as library:
        return [track.constellation_hash for track in library.tracks()]


def test_a_catalogue_has_its_songs_and_what_is_planted(recipe: Recipe, tmp_path: Path) -> None:
    """Every song comes once, and so does every real recording."""
    place, build = built(recipe, tmp_path)
    assert len(set(contents(place))) == SONGS + 1
    assert set(contents(recipe.planted)) < set(contents(place))
    assert build.songs == SONGS + 1


def test_a_build_that_was_stopped_goes_on(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is committed is not made again, and the catalogue is the same in the end."""
    once = tmp_path / "once"
    once.mkdir()
    whole = contents(built(recipe, once)[0])

    def stop(_build: Build) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "_tell", stop)
        with pytest.raises(KeyboardInterrupt):
            built(recipe, tmp_path)
    place, _ = built(recipe, tmp_path)
    assert contents(place) == whole


def test_a_catalogue_that_is_built_is_used_again(recipe: Recipe, tmp_path: Path) -> None:
    """The second time nothing is added, and what the first took is remembered."""
    place, build = built(recipe, tmp_path)
    with Library.open(place, create=False) as library:
        before = library.stats()
    assert built(recipe, tmp_path) == (place, build)
    with Library.open(place, create=False) as library:
        assert library.stats() == before


def test_a_full_disk_is_noticed_beforehand(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A catalogue that has no room is not begun."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=module.SPARE_BYTES))
    with pytest.raises(SystemExit, match="no room"):
        built(recipe, tmp_path)
    assert not contents(module.place_of(recipe, tmp_path))


def test_a_masked_recording_is_there_afterwards(recipe: Recipe, tmp_path: Path) -> None:
    """Within the block it cannot be named; nothing of the block is committed."""
    place, _ = built(recipe, tmp_path)
    plan = Plan(place, recipe, tmp_path, tmp_path, 1)
    store, clip = open_store(place, PARAMS), NOISE[2 * RATE_HZ : 7 * RATE_HZ]
    with _without(store, plan, [FILE]) as library:
        assert library.identify(clip, sample_rate=RATE_HZ).best is None
    with Library.open(place) as library:
        assert library.identify(clip, sample_rate=RATE_HZ).best is not None
