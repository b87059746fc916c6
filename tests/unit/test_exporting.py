"""Tests of earmark.archives.exporting."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from earmark import ArchiveError, Library, UsageError
from earmark.archives.exporting import export_library
from earmark.archives.importing import import_archive
from tests.archives import SOUND, contents, insert

FORMS = ("binary", "jsonl")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Three tracks, one of them with its sound."""
    made = Library.open(tmp_path / "music.earmark")
    insert(made, 1, 2)
    insert(made, 3, media=SOUND)
    return made


@pytest.mark.parametrize("form", FORMS)
def test_a_library_comes_back_from_its_archive(library: Library, tmp_path: Path, form: str) -> None:
    """Metadata, paths of any bytes, constellations and sound are the same, in both forms."""
    report = export_library(library, str(tmp_path / "a"), form=form)
    back = Library.open("memory:")
    assert import_archive(back, str(tmp_path / "a")).complete
    assert contents(back) == contents(library)
    assert (report.tracks, report.media_files, report.media_bytes) == (3, 1, len(SOUND))
    assert report.size_bytes == (tmp_path / "a").stat().st_size


def test_the_ending_decides_the_form(library: Library, tmp_path: Path) -> None:
    """What is named .jsonl has lines of JSON, everything else is compact."""
    export_library(library, str(tmp_path / "a.jsonl"))
    export_library(library, str(tmp_path / "a.earmarks"))
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert kinds == ["manifest", *["track"] * 3, "media", "media", "end"]
    assert (tmp_path / "a.earmarks").read_bytes().startswith(b"EarmarkArchive\x01\x00")


def test_a_manifest_tells_what_is_in_it(library: Library, tmp_path: Path) -> None:
    """Ids, parameters and counts come first, for whoever reads on."""
    export_library(library, str(tmp_path / "a.jsonl"), media=False)
    manifest = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])
    assert manifest["peaks_id"] == library.params.peaks_id
    assert (manifest["tracks"], manifest["media"], manifest["plays"]) == (3, False, False)
    assert manifest["params"]["peaks"]["sample_rate_hz"] == 8000


def test_sound_stays_behind_if_it_is_not_wanted(library: Library, tmp_path: Path) -> None:
    """Then every track is one of which only the path is told."""
    report = export_library(library, str(tmp_path / "a"), media=False)
    back = Library.open("memory:")
    import_archive(back, str(tmp_path / "a"))
    assert {track.media_file for track in back.tracks()} == {None}
    assert report.media_bytes == 0


def test_an_export_is_whole_or_not_there(library: Library, tmp_path: Path) -> None:
    """One that fails leaves what had its name, and nothing beside it."""
    export_library(library, str(tmp_path / "a"))
    before = (tmp_path / "a").read_bytes()

    def fail(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_library(library, str(tmp_path / "a"), on_progress=fail)
    assert (tmp_path / "a").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"a", "music.earmark"}


def test_an_export_has_one_state(library: Library, tmp_path: Path) -> None:
    """What is removed and added while it is written changes nothing of it."""
    before = contents(library)

    def change(_: object) -> None:
        if len(list(library.tracks())) == 3:
            library.remove([f"Piece {number}" for number in (1, 2)])
            insert(library, 9)

    export_library(library, str(tmp_path / "a"), on_progress=change)
    back = Library.open("memory:")
    import_archive(back, str(tmp_path / "a"))
    assert set(contents(back)) == set(before)


def test_a_damaged_track_is_told_and_left_out(library: Library, tmp_path: Path) -> None:
    """The others are exported."""
    with sqlite3.connect(tmp_path / "music.earmark" / "catalogue.sqlite") as catalogue:
        catalogue.execute("UPDATE constellations SET crc32 = 0 WHERE key = 2")
    catalogue.close()
    report = export_library(library, str(tmp_path / "a"))
    (failed,) = report.failures.told
    assert (report.tracks, failed.cause) == (2, "its constellation is lost or damaged")


def test_lost_sound_is_told_and_its_track_travels(library: Library, tmp_path: Path) -> None:
    """A media file that is gone costs only itself."""
    for path in (tmp_path / "music.earmark" / "media").iterdir():
        path.unlink()
    report = export_library(library, str(tmp_path / "a"))
    assert (report.tracks, report.media_files, report.failures.count) == (3, 0, 1)


def test_a_place_that_cannot_be_written_is_an_error(library: Library, tmp_path: Path) -> None:
    """The message names the archive."""
    with pytest.raises(ArchiveError, match="no such file or directory"):
        export_library(library, str(tmp_path / "nowhere" / "a"))


def test_an_unknown_form_is_a_usage_error(library: Library, tmp_path: Path) -> None:
    """Forms are binary and jsonl."""
    with pytest.raises(UsageError, match="binary, jsonl"):
        export_library(library, str(tmp_path / "a"), form="zip")
