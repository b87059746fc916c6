from __future__ import annotations

from pathlib import Path

import pytest

from earmark import Library, Likeness, UsageError, find_duplicates, find_duplicates_in
from earmark.duplicates.records import DuplicateReport
from earmark.evaluation.codecs import MP3_128K, encode
from earmark.evaluation.signals import Signal
from tests.music import pieces, song, write_songs


def write_mp3(file: Path, number: int, begin_s: float = 0.0) -> None:
    """Write a piece as an MP3 file, without its beginning."""
    samples: Signal = pieces()[number].samples
    rate_hz = pieces()[number].sample_rate_hz
    file.write_bytes(encode(samples[round(begin_s * rate_hz) :], rate_hz, MP3_128K))


def names(report: DuplicateReport) -> list[tuple[str, list[tuple[str, bool]]]]:
    """The files of each group, and whether they are kept."""
    return [
        (
            group.likeness.value,
            [(Path(copy.path.decode()).name, copy.keep) for copy in group.copies],
        )
        for group in report.groups
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three songs, the second also as an MP3, the third as a part and as a copy of its bytes."""
    songs = write_songs(tmp_path / "songs")
    write_mp3(songs / "again.mp3", 1)
    write_mp3(songs / "part.mp3", 2, begin_s=4.0)
    (songs / "twin.flac").write_bytes(song(2))
    return songs


WANTED = [
    ("same", [("1.flac", True), ("again.mp3", False)]),
    ("contains", [("2.flac", True), ("part.mp3", True)]),
]


def test_duplicates_of_a_catalogue_are_found_without_audio(folder: Path) -> None:
    """Another encoding is the same recording, and the lossless one is kept."""
    counted: list[tuple[int, int]] = []
    with Library.open("memory:") as library:
        library.add([folder])
        report = find_duplicates(
            library, least_s=5, on_compared=lambda *counts: counted.append(counts)
        )
    assert names(report) == WANTED
    assert report.groups[0].copies[0].reason == "lossless (flac)"
    assert counted == [(number, 5) for number in range(1, 6)]
    assert report.recordings == 5


def test_files_with_the_same_sound_are_copies(folder: Path) -> None:
    """A copy of a file's bytes is found among files, though a library would hold it once."""
    report = find_duplicates_in([folder], least_s=5)
    assert names(report)[1] == ("same", [("2.flac", True), ("twin.flac", False)])
    assert {copy.in_library for group in report.groups for copy in group.copies} == {False}


def test_gone_files_have_no_header(folder: Path) -> None:
    """What the catalogue has is compared even if the files are gone; no coding is told."""
    with Library.open("memory:") as library:
        library.add([folder])
        (folder / "again.mp3").unlink()
        (group, *_) = find_duplicates(library, least_s=5).groups
    assert group.copies[1].header is None
    assert group.copies[1].reason == "its file cannot be read"


def test_files_are_compared_with_a_library(folder: Path, tmp_path: Path) -> None:
    """What the catalogue has of the files is told, and the catalogue is not changed."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    write_mp3(inbox / "new.mp3", 1)
    write_mp3(inbox / "stranger.mp3", 3)
    with Library.open("memory:") as library:
        library.add([folder / "0.flac", folder / "1.flac"])
        report = find_duplicates_in([inbox], library=library, least_s=5)
        assert library.stats().tracks == 2
    assert names(report) == [("same", [("1.flac", True), ("new.mp3", False)])]
    assert [copy.in_library for copy in report.groups[0].copies] == [True, False]


def test_a_file_of_the_library_is_no_copy_of_itself(folder: Path) -> None:
    """Folders that the library was made of hold what it has, and that is told once."""
    with Library.open("memory:") as library:
        library.add([folder])
        report = find_duplicates_in([folder], library=library, least_s=5)
    assert [(likeness, len(copies)) for likeness, copies in names(report)] == [
        ("same", 2),
        ("same", 2),
        ("contains", 2),
    ]
    known = {copy.path: copy.in_library for group in report.groups for copy in group.copies}
    assert {Path(path.decode()).name for path, there in known.items() if not there} == {"twin.flac"}
    assert [len(group.pairs) for group in report.groups] == [1, 1, 1]


def test_short_overlaps_are_not_told(folder: Path) -> None:
    """What shares less than asked for is left out."""
    report = find_duplicates_in([folder / "1.flac", folder / "again.mp3"], least_s=60)
    assert report.groups == ()


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    """A broken file stops nothing."""
    (folder / "broken.mp3").write_text("not at all music\n")
    report = find_duplicates_in([folder], least_s=5)
    assert [Path(skipped.path).name for skipped in report.skipped] == ["broken.mp3"]
    assert report.groups[0].likeness is Likeness.SAME


def test_nothing_to_compare_is_refused() -> None:
    """No path is a mistake; an empty library has no duplicates."""
    with pytest.raises(UsageError):
        find_duplicates_in([])
    with Library.open("memory:") as library:
        assert find_duplicates(library).groups == ()
