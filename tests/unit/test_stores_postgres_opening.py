from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from earmark.cli.app import app
from earmark.errors import LibraryNotFoundError
from earmark.evaluation.synthesis import catalogue
from earmark.library import Library
from earmark.operations.base import PlayQuery
from earmark.operations.opening import open_operations
from tests.plays import play
from tests.postgres import new_schema, server

WITHOUT = """
import sys
sys.modules["psycopg"] = None
from earmark.library import Library
from earmark.operations.opening import open_operations
for opened in (Library.open, open_operations):
    try:
        opened("postgresql://host/db")
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_a_library_is_opened_by_its_address() -> None:
    """It is made, asked and opened again like any other."""
    address = server().address(new_schema())
    with pytest.raises(LibraryNotFoundError):
        Library.open(address, create=False)
    piece, stranger = catalogue(2, seed=3, duration_s=20.0, sample_rate_hz=16_000)
    with Library.open(address) as library:
        track = library.add_recording(piece.samples, sample_rate=16_000)
    with Library.open(address, create=False) as library:
        clip = piece.samples[16_000 * 5 : 16_000 * 12].astype(np.float32)
        found = library.identify(clip, sample_rate=16_000)
        assert found.best is not None
        assert found.best.track == track
        assert library.identify(stranger.samples, sample_rate=16_000).best is None
        assert library.stats().tracks == 1


def test_plays_are_kept_beside_a_library() -> None:
    """In the same schema, by the same address."""
    address = server().address(new_schema())
    Library.open(address).close()
    with open_operations(address) as store:
        store.write(play())
        assert list(store.plays(PlayQuery())) == [play()]
    Library.open(address, create=False).close()


def test_a_missing_extra_is_named() -> None:
    """Who lacks the client is told what to install."""
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    lines = run.stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("MissingExtraError") for line in lines)
    assert all("earmark[postgres]" in line for line in lines)


def test_commands_take_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `--library`, and by the environment; no message tells a password."""
    address = server().address(new_schema()).replace("postgres@", "postgres:geheim@")
    said = CliRunner().invoke(app, ["list", "--library", address])
    monkeypatch.setenv("EARMARK_LIBRARY", address)
    same = CliRunner().invoke(app, ["list"])
    assert said.exit_code == same.exit_code == 2
    assert "earmark add" in said.output
    assert "geheim" not in said.output + same.output
