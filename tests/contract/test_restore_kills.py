"""A short run of the soak in `tests/soak/restore_loop.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import new_schema, server
from tests.soak.restore_loop import run


@pytest.mark.parametrize("home", ["folder", "single file", "postgres"])
def test_a_killed_restore_leaves_one_whole_library(tmp_path: Path, home: str) -> None:
    """After each SIGKILL the old library or the new one lies at the place; imports are resumed."""
    place = f"sqlite:///{tmp_path / 'music.db'}" if home == "single file" else None
    if home == "postgres":
        place = server().address(new_schema())
    outcomes = run(tmp_path, rounds=4, seed=3, place=place)
    assert outcomes.total() == 4
