"""A short run of the soak in `tests/soak/restore_loop.py`."""

from __future__ import annotations

from pathlib import Path

from tests.soak.restore_loop import run


def test_a_killed_restore_leaves_one_whole_library(tmp_path: Path) -> None:
    """After each SIGKILL the old library or the new one lies at the place; imports are resumed."""
    outcomes = run(tmp_path, rounds=4, seed=3)
    assert outcomes.total() == 4
