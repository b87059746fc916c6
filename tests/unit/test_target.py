"""What an archive goes into: a library that is there, a new one, or an empty one made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.archives.target import open_target
from earmark.library import Library
from earmark.params import Params, PeakParams
from tests.archives import insert

COMPACT = Params(peaks=PeakParams.compact())


@pytest.mark.parametrize("before", ["none", "empty", "memory"])
def test_a_new_or_empty_library_takes_over_the_parameters(tmp_path: Path, before: str) -> None:
    """It becomes one of the archive's kind."""
    place = "memory:" if before == "memory" else str(tmp_path / "music.earmark")
    if before == "empty":
        Library.open(place).close()
    with open_target(place, COMPACT) as library:
        assert library.params == COMPACT
    assert not list(tmp_path.glob("*.restoring"))


def test_a_library_with_tracks_keeps_its_parameters(tmp_path: Path) -> None:
    """Whatever is to be imported."""
    place = tmp_path / "music.earmark"
    with Library.open(place) as library:
        insert(library, 1)
    with open_target(place, COMPACT) as library:
        assert library.params == Params()
