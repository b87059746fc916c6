"""A library of every version that was frozen is opened, asked, changed and rebuilt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earmark import Library, import_archive, search, verify_archive
from earmark.archives.target import open_target
from tests import music
from tests.formats.make import REMOVED

VERSIONS = sorted(Path(__file__).parent.glob("v*"))
HOMES = sorted(Path(__file__).parent.glob("v*/music.earmark")) + sorted(
    Path(__file__).parent.glob("v*/music.db")
)
"""The first version knew no single file."""


@pytest.fixture(params=HOMES, ids=lambda home: f"{home.parent.name} {home.name}")
def home(request: pytest.FixtureRequest) -> Path:
    """A library as a version left it."""
    place: Path = request.param
    return place


@pytest.fixture
def frozen(home: Path) -> Path:
    """The folder of its version."""
    return home.parent


@pytest.fixture
def expected(frozen: Path) -> dict[str, Any]:
    """What was written down when the version was frozen."""
    told: dict[str, Any] = json.loads((frozen / "expected.json").read_text())
    return told


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of the library, opened by today's code."""
    copy = tmp_path / home.name
    location = str(copy)
    if home.is_dir():
        shutil.copytree(home, copy)
    else:
        shutil.copy(home, copy)
        location = f"sqlite:///{copy}"
    with Library.open(location, create=False) as library:
        yield library


def assert_answers(library: Library, frozen: Path, expected: dict[str, Any]) -> None:
    """Every clip is named as it was, at its place."""
    for answer in expected["answers"]:
        best = library.identify(frozen / answer["clip"]).best
        assert (best and best.track.metadata.title) == answer["title"]
        if best:
            assert abs(best.offset_s - answer["start_s"]) < 0.05


def test_there_are_frozen_versions() -> None:
    """Without any the other tests would say nothing."""
    assert VERSIONS


def test_it_is_whole(library: Library, expected: dict[str, Any]) -> None:
    """The same tracks are there, under the same ids, and every byte has its checksum."""
    assert sorted(track.id for track in library.tracks()) == expected["track_ids"]
    assert (library.params.peaks_id, library.params.index_id) == (
        expected["peaks_id"],
        expected["index_id"],
    )
    assert library.check(deep=True) == []


def test_it_answers(library: Library, frozen: Path, expected: dict[str, Any]) -> None:
    """Its clips are named by the index as it was written."""
    assert_answers(library, frozen, expected)


def test_it_can_be_changed(
    library: Library, frozen: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    """New tracks join the old, and are merged with them."""
    song = tmp_path / "new.flac"
    song.write_bytes(music.song(REMOVED))
    library.add([song])
    library.merge()
    *known, removed = expected["answers"]
    named = removed | {"title": music.title(REMOVED)}
    assert_answers(library, frozen, {"answers": [*known, named]})
    assert library.check(deep=True) == []


def test_it_can_be_searched(library: Library) -> None:
    """Its tracks are found by their names, though it is older than search."""
    for track in library.tracks():
        assert search(library, track.metadata.title[1:])[0].track.id == track.id


@pytest.mark.parametrize("frozen", VERSIONS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("name", ["music.earmarks", "music.jsonl"])
def test_its_archives_can_be_imported(
    frozen: Path, expected: dict[str, Any], tmp_path: Path, name: str
) -> None:
    """What was exported then gives the same answers in a library of today."""
    manifest = verify_archive(frozen / name)
    with open_target(tmp_path / "new.earmark", manifest.params) as new:
        assert import_archive(new, str(frozen / name)).complete
        assert_answers(new, frozen, expected)


def test_it_can_be_rebuilt(library: Library, frozen: Path, expected: dict[str, Any]) -> None:
    """Today's index of its constellations gives the same answers."""
    library.rebuild()
    assert_answers(library, frozen, expected)
