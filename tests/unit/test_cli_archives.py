"""Tests of earmark.cli.archives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from earmark import Library
from tests.unit.conftest import Earmark


def titles(place: str) -> list[str]:
    """Return the titles of a library."""
    with Library.open(place, create=False) as library:
        return sorted(track.metadata.title for track in library.tracks())


@pytest.mark.parametrize("name", ["a.earmarks", "a.jsonl"])
def test_a_library_goes_through_an_archive(earmark: Earmark, name: str) -> None:
    """Out and in again; the clip is known there, and a second import changes nothing."""
    told = earmark("export", name).stdout
    assert told.startswith("3 tracks, ")
    assert "without sound (paths only)" in told
    assert earmark("import", name, "-l", "other.earmark").stdout.startswith("3 added\n")
    assert earmark("import", name, "-l", "other.earmark").stdout.startswith("3 unchanged\n")
    assert earmark("identify", "clip.flac", "-l", "other.earmark").exit_code == 0


def test_reports_are_json(earmark: Earmark) -> None:
    """Counts by their names."""
    told = json.loads(earmark("export", "a", "--json").stdout)
    assert (told["tracks"], told["failed"], told["size_bytes"]) == (3, 0, Path("a").stat().st_size)
    told = json.loads(earmark("import", "a", "-l", "b.earmark", "--json").stdout)
    assert (told["added"], told["complete"], told["failures"]) == (3, True, [])


def test_an_archive_goes_through_a_pipe(earmark: Earmark) -> None:
    """On stdout there is nothing else; what happened is told on stderr."""
    result = earmark("export", "-")
    assert result.stdout_bytes.startswith(b"EarmarkArchive")
    assert result.stderr.startswith("3 tracks, ")
    result = earmark("import", "-", "-l", "other.earmark", input=result.stdout_bytes)
    assert result.stdout.startswith("3 added\n")


def test_a_new_library_takes_over_the_parameters(earmark: Earmark) -> None:
    """An archive of a compact library makes a compact one."""
    earmark("add", "songs", "--compact", "-l", "compact.earmark")
    earmark("export", "a", "-l", "compact.earmark")
    assert earmark("import", "a").exit_code == 2
    assert earmark("import", "a", "-l", "other.earmark").exit_code == 0
    with Library.open("compact.earmark") as one, Library.open("other.earmark") as other:
        assert one.params == other.params


def test_damage_is_named_and_exit_code_2(earmark: Earmark) -> None:
    """The rest is imported."""
    earmark("export", "a")
    data = bytearray(Path("a").read_bytes())
    data[len(data) // 2] ^= 1
    Path("a").write_bytes(data)
    result = earmark("import", "a", "-l", "other.earmark")
    assert result.exit_code == 2
    assert result.stdout.startswith("2 added, 1 failed; not complete\n")
    assert "earmark: record 3 (" in result.stderr


def test_what_is_no_archive_is_exit_code_2(earmark: Earmark) -> None:
    """And makes no library."""
    result = earmark("import", "clip.flac", "-l", "other.earmark")
    assert (result.exit_code, Path("other.earmark").exists()) == (2, False)
    assert result.stderr == "earmark: archive clip.flac: it is no archive of Earmark\n"


def test_a_library_is_copied(earmark: Earmark) -> None:
    """Directly; and again, without a change."""
    assert earmark("copy", "music.earmark", "other.earmark").stdout.startswith("3 added\n")
    assert earmark("copy", "music.earmark", "other.earmark").stdout.startswith("3 unchanged\n")
    assert titles("other.earmark") == titles("music.earmark")


def test_sound_travels_unless_it_is_not_wanted(earmark: Earmark) -> None:
    """The message says what came along."""
    earmark("add", "songs", "--media", "copy", "-l", "full.earmark")
    told = earmark("copy", "full.earmark", "other.earmark").stdout
    assert "with 3 media files (" in told
    told = earmark("copy", "full.earmark", "third.earmark", "--media", "none").stdout
    assert "without sound" in told


def test_a_backup_is_restored(earmark: Earmark) -> None:
    """What was changed since is as it was."""
    before = titles("music.earmark")
    assert earmark("backup", "b").exit_code == 0
    earmark("remove", "--yes", before[0])
    assert earmark("restore", "b", "music.earmark").stdout.startswith("3 added\n")
    assert titles("music.earmark") == before


def test_plays_have_to_be_there_to_be_backed_up(earmark: Earmark) -> None:
    """A store of plays is not made by backing it up; restoring makes one."""
    result = earmark("backup", "b", "--operations", "plays.sqlite")
    assert (result.exit_code, Path("plays.sqlite").exists()) == (2, False)
    earmark("backup", "b")
    assert earmark("restore", "b", "x.earmark", "--operations", "plays.sqlite").exit_code == 0


@pytest.mark.parametrize("command", ["backup a", "import a", "restore a x.earmark"])
def test_plays_may_be_in_a_database(earmark: Earmark, command: str) -> None:
    """An address is asked, never taken for the name of a file; its password is told nowhere."""
    earmark("export", "a")
    before = sorted(path.name for path in Path().iterdir())
    address = "postgresql://bob:geheim@127.0.0.1:1/x?connect_timeout=1"
    result = earmark(*command.split(), "--operations", address)
    assert result.exit_code == 2
    assert "geheim" not in result.output
    assert sorted(path.name for path in Path().iterdir()) == before


def test_an_empty_library_is_exit_code_1(earmark: Earmark) -> None:
    """There was nothing to export."""
    Library.open("empty.earmark").close()
    assert earmark("export", "a", "-l", "empty.earmark").exit_code == 1


def test_a_person_sees_how_far_it_is(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar goes to stderr and is gone at the end."""
    monkeypatch.setattr("earmark.cli.progress.is_watched", lambda: True)
    result = earmark("export", "-", "--format", "jsonl")
    assert all(line.startswith("{") for line in result.stdout.splitlines())
