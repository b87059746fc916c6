"""Tests of earmark.cli.upkeep."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.unit.conftest import Earmark


def spoil_the_index(home: Path) -> None:
    """Damage every segment of the library."""
    for segment in (home / "music.earmark" / "segments").iterdir():
        data = bytearray(segment.read_bytes())
        data[-20] ^= 0xFF
        segment.write_bytes(data)


def spoil_a_constellation(home: Path) -> None:
    """Damage what is stored of the first track."""
    with sqlite3.connect(home / "music.earmark" / "catalogue.sqlite") as catalogue:
        catalogue.execute(
            "UPDATE constellations SET packed = zeroblob(length(packed)) "
            "WHERE key = (SELECT min(key) FROM constellations)"
        )
    catalogue.close()


def test_a_library_is_counted(earmark: Earmark) -> None:
    """Tracks, length, bytes and the frequency axis, for people and for programs."""
    shown = earmark("stats").stdout
    assert "tracks     3" in shown
    assert "axis       linear" in shown
    counts = json.loads(earmark("stats", "--json").stdout)
    assert (counts["tracks"], counts["library"]) == (3, "music.earmark")
    assert counts["axis"] == "linear"
    assert 0 < counts["index_bytes"] < counts["catalogue_bytes"] * 4


def test_a_healthy_library_needs_no_repair(earmark: Earmark) -> None:
    """Nothing is damaged, and nothing is done."""
    result = earmark("repair")
    assert (result.exit_code, result.stdout) == (0, "nothing is damaged\n")
    assert earmark("repair", "--json").stdout == ""


def test_a_damaged_index_is_mended(earmark: Earmark, home: Path) -> None:
    """The index is made again from the constellations, and clips are found as before."""
    spoil_the_index(home)
    result = earmark("repair", "--json")
    assert result.exit_code == 0
    assert all(json.loads(line)["mended"] for line in result.stdout.splitlines())
    assert earmark("identify", "clip.flac").exit_code == 0


def test_a_lost_constellation_is_read_from_its_file(earmark: Earmark, home: Path) -> None:
    """What the library lost is heard again."""
    spoil_a_constellation(home)
    result = earmark("repair")
    assert (result.exit_code, result.stdout[:7]) == (0, "mended:")


def test_what_is_lost_is_named(earmark: Earmark, home: Path) -> None:
    """Without the file, a lost constellation stays lost; the exit code is 1."""
    spoil_a_constellation(home)
    (home / "songs" / "0.flac").unlink()
    result = earmark("repair")
    assert result.exit_code == 1
    assert result.stdout.startswith("lost: constellation ")


def test_the_index_is_made_anew(earmark: Earmark, home: Path) -> None:
    """A rebuild needs no audio, and finds what was found before."""
    for song in (home / "songs").iterdir():
        song.unlink()
    assert earmark("rebuild").stdout == "rebuilt the index of 3 tracks\n"
    assert json.loads(earmark("rebuild", "--json").stdout) == {"tracks": 3}
    assert earmark("identify", "clip.flac").exit_code == 0
