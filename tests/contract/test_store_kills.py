"""A short run of the soak in `tests/soak/kill_loop.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.workers import places
from tests.postgres import new_schema, server
from tests.soak.kill_loop import HOMES, run


@pytest.mark.parametrize("kind", HOMES)
def test_a_killed_writer_loses_nothing(tmp_path: Path, kind: str) -> None:
    """After each SIGKILL the library holds what was acknowledged, whole, and passes its check."""
    own = kind == "postgres"
    place = server().address(new_schema()) if own else places(tmp_path / "library")[kind]
    outcomes = run(place, rounds=5, seed=7)
    assert outcomes.total() == 5
