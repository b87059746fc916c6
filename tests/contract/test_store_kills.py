"""A short run of the soak in `tests/soak/kill_loop.py`."""

from __future__ import annotations

from pathlib import Path

from tests.soak.kill_loop import run


def test_a_killed_writer_loses_nothing(tmp_path: Path) -> None:
    """After each SIGKILL the library holds what was acknowledged, whole, and passes its check."""
    outcomes = run(tmp_path / "library", rounds=5, seed=7)
    assert outcomes.total() == 5
