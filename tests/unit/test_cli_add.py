"""Tests of earmark.cli.add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from earmark import AddReport, Library
from earmark.cli.add import summary
from earmark.params import Axis, PeakParams
from tests.music import song, title
from tests.unit.conftest import Earmark


def added(earmark: Earmark, *arguments: str) -> dict[str, Any]:
    """What `add --json` says."""
    report: dict[str, Any] = json.loads(earmark("add", "--json", *arguments).stdout)
    return report


def test_a_library_is_made_where_there_is_none(earmark: Earmark) -> None:
    """The first `add` makes the library."""
    result = earmark("add", "songs", "--library", "new.earmark", "--workers", "1")
    assert result.exit_code == 0
    assert result.stdout.startswith("3 added; 0:")
    assert Path("new.earmark").is_dir()


def test_a_new_library_has_the_axis_that_is_chosen(earmark: Earmark) -> None:
    """`--axis` decides for good; it is kept where none is said, and another is refused."""
    new = ("--library", "new.earmark", "--workers", "1")
    assert earmark("add", "songs", *new, "--axis", "mel").exit_code == 0
    with Library.open("new.earmark") as library:
        assert library.params.peaks.axis is Axis.MEL
    assert earmark("add", "songs", *new).stdout == "3 unchanged\n"
    assert earmark("identify", "clip.flac", "--library", "new.earmark").exit_code == 0
    result = earmark("add", "songs", *new, "--axis", "log")
    assert result.exit_code == 2
    assert "this library's axis is mel; use another --library" in result.stderr


def test_a_compact_library_is_smaller(earmark: Earmark) -> None:
    """`--compact` keeps a third fewer peaks, on any axis, and clips are found by them."""
    new = ("--workers", "1", "--library")
    assert earmark("add", "songs", *new, "usual.earmark").exit_code == 0
    assert earmark("add", "songs", *new, "small.earmark", "--compact").exit_code == 0
    with Library.open("usual.earmark") as usual, Library.open("small.earmark") as small:
        assert small.stats().peaks < 0.8 * usual.stats().peaks
        assert small.params.peaks == PeakParams.compact()
    assert earmark("identify", "clip.flac", "--library", "small.earmark").exit_code == 0
    assert (
        earmark("add", "songs", *new, "other.earmark", "--compact", "--axis", "mel").exit_code == 0
    )
    with Library.open("other.earmark") as other:
        assert other.params.peaks == PeakParams.compact(Axis.MEL)


def test_what_is_known_is_unchanged(earmark: Earmark) -> None:
    """A second `add` of the same folder has nothing to do."""
    result = earmark("add", "songs")
    assert (result.exit_code, result.stdout) == (0, "3 unchanged\n")


def test_skipped_files_are_listed_with_their_cause(earmark: Earmark) -> None:
    """A file that is no audio is named, and the command is still done."""
    result = earmark("add", "songs", "broken.mp3")
    assert result.exit_code == 0
    assert result.stdout == ("  ! broken.mp3: it is text, not audio\n3 unchanged, 1 skipped\n")


def test_strict_is_strict(earmark: Earmark) -> None:
    """With --strict a skipped file makes the exit code 2."""
    assert earmark("add", "songs", "broken.mp3", "--strict").exit_code == 2
    assert earmark("add", "songs", "--strict").exit_code == 0


def test_duplicates_are_listed_with_what_they_duplicate(earmark: Earmark, home: Path) -> None:
    """The same sound under another name is told, and not added."""
    (home / "songs" / "copy.flac").write_bytes(song(0))
    result = earmark("add", "songs", "--workers", "1")
    assert "3 unchanged, 1 duplicates" in result.stdout
    assert f"songs/copy.flac: sounds the same as {title(0)}" in result.stdout


def test_many_duplicates_are_only_counted(
    earmark: Earmark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first few stand for all; --json has them all."""
    monkeypatch.setattr("earmark.cli.add.SHOWN_DUPLICATES", 1)
    for number in range(3):
        (home / f"copy {number}.flac").write_bytes(song(0))
    copies = [f"copy {number}.flac" for number in range(3)]
    assert "  = and 2 more duplicates; --json" in earmark("add", *copies, "--workers", "1").stdout
    assert len(added(earmark, *copies, "--workers", "1")["duplicates"]) == 3


def test_vanished_files_are_pruned_when_asked(earmark: Earmark, home: Path) -> None:
    """With --prune, tracks whose files are gone leave the library."""
    (home / "songs" / "0.flac").unlink()
    assert "1 pruned" in earmark("add", "songs", "--prune").stdout
    assert earmark("show", title(0)).exit_code == 1


def test_the_report_is_json(earmark: Earmark, home: Path) -> None:
    """Every file given is accounted for."""
    (home / "songs" / "cover.jpg").write_bytes(b"a picture")
    report = added(earmark, "songs", "broken.mp3")
    assert (report["unchanged"], report["ignored"], report["added"]) == (3, 1, [])
    assert report["skipped"] == [
        {"path": "broken.mp3", "type": "UnsupportedAudioError", "cause": "it is text, not audio"}
    ]


def test_what_is_said_goes_before_the_tags(earmark: Earmark) -> None:
    """Options for metadata win over the tags of the file."""
    arguments = ("--title", "Mine", "--year", "1999", "--isrc", "XX1", "--field", "mood=a=b")
    earmark("add", "songs/0.flac", "--library", "new.earmark", *arguments)
    with Library.open("new.earmark") as library:
        (track,) = library.tracks()
    assert (track.metadata.title, track.metadata.year) == ("Mine", 1999)
    assert dict(track.metadata.fields)["mood"] == "a=b"


@pytest.mark.parametrize("option", ["--title", "--isrc", "--external-id"])
def test_what_is_for_one_recording_is_not_given_to_many(earmark: Earmark, option: str) -> None:
    """A folder has no title, ISRC or external id."""
    result = earmark("add", "songs", option, "same")
    assert result.exit_code == 2
    assert "for one file" in result.stderr


def test_a_field_needs_a_name_and_a_value(earmark: Earmark) -> None:
    """`--field mood` is refused, with the form that is wanted."""
    result = earmark("add", "songs", "--field", "mood")
    assert result.exit_code == 2
    assert "NAME=VALUE" in result.stderr


@pytest.mark.parametrize(("media", "suffix"), [("copy", ".flac"), ("preview", ".opus")])
def test_the_sound_is_kept_when_asked(earmark: Earmark, media: str, suffix: str) -> None:
    """With --media, the library holds a playable file of each track."""
    earmark("add", "songs/0.flac", "--library", "new.earmark", "--media", media)
    track = json.loads(earmark("show", title(0), "--json", "-l", "new.earmark").stdout)
    assert track["media"] == media
    assert track["media_file"].endswith(suffix)


def test_progress_is_shown_on_a_terminal(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on stderr sees a bar with rate and count; stdout has only the summary."""
    monkeypatch.setattr("earmark.cli.add.is_watched", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    result = earmark("add", "songs", "--library", "new.earmark", "--workers", "1")
    assert "3/3" in result.stderr
    assert "x real time" in result.stderr
    assert result.stdout.count("\n") == 1


def test_nothing_is_said_of_what_did_not_happen() -> None:
    """Only counts that are not zero are in the summary."""
    assert summary(AddReport(unchanged=2000, ignored=1)) == "2,000 unchanged, 1 ignored"
    assert summary(AddReport()) == "nothing added"
    assert summary(AddReport(ignored=3)) == "nothing added, 3 ignored"


@pytest.mark.parametrize(
    ("paths", "code"),
    [(["nowhere"], 2), (["broken.mp3"], 2), (["songs", "broken.mp3"], 0), (["empty"], 1)],
)
def test_the_exit_code_says_whether_anything_was_done(
    earmark: Earmark, home: Path, paths: list[str], code: int
) -> None:
    """2 where all was refused, 1 where there was nothing; what is there already is enough."""
    (home / "empty").mkdir()
    assert earmark("add", *paths).exit_code == code


def test_another_axis_is_refused_with_that_of_the_library(earmark: Earmark) -> None:
    """In words, without ids."""
    result = earmark("add", "songs", "--axis", "mel")
    assert result.exit_code == 2
    assert "this library's axis is linear; use another --library" in result.stderr
    assert "not compact; use another" in earmark("add", "songs", "--compact").stderr
