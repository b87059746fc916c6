"""Tests of earmark.operations.opening; of databases, see test_stores_postgres_opening.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.errors import OperationsError, UsageError
from earmark.operations.opening import open_operations


def test_a_store_is_made_only_if_it_is_wanted(tmp_path: Path) -> None:
    """Who reads wants one that is there."""
    place = str(tmp_path / "plays.sqlite")
    with pytest.raises(OperationsError, match="there is none"):
        open_operations(place, create=False)
    assert list(tmp_path.iterdir()) == []
    open_operations(place).close()
    open_operations(f"sqlite:///{place}", create=False).close()


def test_plays_are_not_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a file made of that name."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="a file or a database"):
        open_operations("memory:")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_store(tmp_path: Path) -> None:
    """Who reads is told so, and the file stays as it is."""
    place = tmp_path / "plays.sqlite"
    place.touch()
    with pytest.raises(OperationsError, match="earmark monitor --operations"):
        open_operations(str(place), create=False)
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [(place.name, 0)]
