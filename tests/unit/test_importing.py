"""Tests of earmark.archives.importing."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark import ArchiveError, Library, UsageError
from earmark.archives.exporting import export_library
from earmark.archives.importing import copy_library, import_archive
from earmark.archives.target import open_target
from earmark.errors import IncompatiblePeaksError, NotAnArchiveError
from earmark.params import IndexParams, Params, PeakParams
from tests.archives import SOUND, contents, exported, insert

COMPACT = Params(PeakParams.compact())


def rewritten(file: Path, **changes: Any) -> Path:  # noqa: ANN401 - whatever a record may hold
    """Change values of every track of an archive of lines, whose end agrees again."""
    lines = [json.loads(line) for line in file.read_bytes().splitlines()[:-1]]
    changed = [line | (changes if line["kind"] == "track" else {}) for line in lines]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in changed).encode()
    end = json.loads(file.read_bytes().splitlines()[-1])
    end["sha256"] = hashlib.sha256(text).hexdigest()
    file.write_bytes(text + json.dumps(end).encode() + b"\n")
    return file


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    """Tracks that are there are passed by, keys and all."""
    file = exported(tmp_path, 1, 2, media=SOUND)
    library = Library.open(tmp_path / "music.earmark")
    import_archive(library, str(file))
    before = list(library.tracks())
    report = import_archive(library, str(file))
    assert (report.added, report.replaced, report.unchanged) == (0, 0, 2)
    assert list(library.tracks()) == before


def test_an_interrupted_import_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed is there; the rest is added by the second run."""
    monkeypatch.setattr("earmark.archives.importing.BATCH_TRACKS", 2)
    file = exported(tmp_path, 1, 2, 3, 4, 5)
    library = Library.open("memory:")

    def stop(progress: Any) -> None:  # noqa: ANN401
        if progress.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_archive(library, str(file), on_progress=stop)
    assert library.stats().tracks == 4
    report = import_archive(library, str(file))
    assert (report.added, report.unchanged) == (1, 4)


def test_what_differs_is_replaced(tmp_path: Path) -> None:
    """Another title is written over the old one; the sound keeps its key."""
    file = exported(tmp_path, 1, 2)
    library = Library.open("memory:")
    insert(library, 1, title="Old")
    before = [track.key for track in library.tracks()]
    report = import_archive(library, str(file))
    assert (report.added, report.replaced) == (1, 1)
    assert library.track("Piece 1").key == before[0]


def test_other_sound_under_the_same_id_is_replaced(tmp_path: Path) -> None:
    """The constellation of the archive is the one that counts."""
    file = exported(tmp_path, 1)
    library = Library.open("memory:")
    import_archive(library, str(rewritten(exported(tmp_path, 7, name="b.jsonl"), id="x", name="x")))
    own = rewritten(exported(tmp_path, 1, name="c.jsonl"), id="x", name="x")
    report = import_archive(library, str(own))
    assert report.replaced == 1
    assert [one[-2] for one in contents(library).values()] == [
        base64.b64decode(json.loads(own.read_bytes().splitlines()[1])["data"])
    ]
    assert import_archive(library, str(file)).failures.count == 1  # its path belongs to x


def test_an_archive_without_sound_takes_none_away(tmp_path: Path) -> None:
    """What the library keeps of a track stays, whatever else of it changes."""
    library = Library.open("memory:")
    insert(library, 1, title="Old", media=SOUND)
    report = import_archive(library, str(exported(tmp_path, 1)))
    assert report.replaced == 1
    ((*_, sound),) = contents(library).values()
    assert sound == SOUND


def test_sound_may_be_left_in_the_archive(tmp_path: Path) -> None:
    """Without media, tracks come with their paths only."""
    library = Library.open("memory:")
    report = import_archive(library, str(exported(tmp_path, 1, media=SOUND)), media=False)
    assert (report.added, report.media_files, report.complete) == (1, 0, True)


def test_another_index_is_made_on_the_way(tmp_path: Path) -> None:
    """Landmarks are those of the library's own parameters."""
    params = Params(index=IndexParams(fanout=3))
    library = Library.open(tmp_path / "music.earmark", params=params)
    import_archive(library, str(exported(tmp_path, 1, 2)))
    postings = library.stats().postings
    library.rebuild()
    plain = Library.open("memory:")
    insert(plain, 1, 2)
    assert postings == library.stats().postings > 2 * plain.stats().postings


def test_other_constellations_are_refused(tmp_path: Path) -> None:
    """A library holds constellations of one kind; nothing of the archive is added."""
    library = Library.open(tmp_path / "music.earmark", params=COMPACT)
    insert(library, 5)
    with pytest.raises(IncompatiblePeaksError):
        import_archive(library, str(exported(tmp_path, 1)))
    assert library.stats().tracks == 1


@pytest.mark.parametrize("name", ["a.earmarks", "a.jsonl"])
def test_a_truncated_archive_gives_what_is_whole(tmp_path: Path, name: str) -> None:
    """The report says that it is not complete."""
    file = exported(tmp_path, 1, 2, 3, name=name)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 3 // 4])
    library = Library.open("memory:")
    report = import_archive(library, str(file))
    assert (report.added, report.complete, report.failures.count) == (2, False, 1)
    assert "too early" in report.failures.told[0].cause


@pytest.mark.parametrize("name", ["a.earmarks", "a.jsonl"])
def test_a_damaged_record_costs_itself_only(tmp_path: Path, name: str) -> None:
    """It is named, and the tracks before and behind it are added."""
    file = exported(tmp_path, 1, 2, 3, name=name)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x55
    file.write_bytes(data)
    report = import_archive(Library.open("memory:"), str(file))
    assert (report.added, report.complete, report.failures.count) == (2, False, 1)
    assert report.failures.told[0].place or report.failures.told[0].name


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"year": "1999"}, "year"),
        ({"title": None}, "title"),
        ({"fields": {"a": 1}}, "fields"),
        ({"peaks": 3}, "peaks instead of 3"),
        ({"constellation_hash": "00"}, "does not have its hash"),
        ({"duration_s": 1e9}, "longer than"),
        ({"duration_s": -1e3}, "none that these parameters give"),
        ({"size_bytes": 1 << 70}, "beyond 64 bits"),
        ({"media_file": "../x", "media_bytes": None}, "do not go together"),
        ({"id": ""}, "id is empty"),
        ({"added_at": "\ud800"}, "surrogates"),
    ],
)
def test_senseless_values_are_named(tmp_path: Path, change: dict[str, Any], cause: str) -> None:
    """A track whose values cannot be is passed over, and the report says why."""
    file = rewritten(exported(tmp_path, 1, name="a.jsonl"), **change)
    report = import_archive(Library.open(tmp_path / "music.earmark"), str(file))
    assert report.added == 0
    assert cause in report.failures.told[0].cause


@given(
    st.sampled_from(["a.earmarks", "a.jsonl"]),
    st.binary(max_size=40),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 40),
)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_bytes_raise_anything_else(
    tmp_path: Path, name: str, noise: bytes, part: float, gone: int
) -> None:
    """Whatever is put in the place of whatever: an error with a name, or a report that is true."""
    data = tmp_path / name if (tmp_path / name).exists() else exported(tmp_path, 1, 2, name=name)
    whole = data.read_bytes()
    at = int(part * len(whole))
    (tmp_path / "b").write_bytes(whole[:at] + noise + whole[at + gone :])
    library = Library.open("memory:")
    try:
        report = import_archive(library, str(tmp_path / "b"))
    except (ArchiveError, IncompatiblePeaksError):
        assert library.stats().tracks == 0
    else:
        assert library.stats().tracks == report.added <= 2
        assert report.complete == ((tmp_path / "b").read_bytes() == whole)


def test_names_of_media_lead_nowhere(tmp_path: Path) -> None:
    """A media file of the archive gets a name of the library's own, whatever it is called there."""
    file = exported(tmp_path, 1, name="a.jsonl", media=b"sound")
    text = file.read_text()
    name = json.loads(text.splitlines()[1])["media_file"]
    lines = text.replace(name, "../../evil.sh").splitlines()[:-1]
    file.write_text("\n".join(lines) + "\n")
    library = Library.open(tmp_path / "music.earmark")
    import_archive(library, str(file))
    assert [one[-1] for one in contents(library).values()] == [b"sound"]
    assert not list(tmp_path.rglob("evil.sh"))


def test_something_else_is_no_archive(tmp_path: Path) -> None:
    """Files of other programs, and of newer versions, are refused."""
    library = Library.open("memory:")
    for data in (b"", b"PK\3\4", b"EarmarkArchive\x02\x00", b'{"kind":"manifest"}\n'):
        (tmp_path / "a").write_bytes(data)
        with pytest.raises(NotAnArchiveError):
            import_archive(library, str(tmp_path / "a"))


def test_a_library_is_copied(tmp_path: Path) -> None:
    """Tracks, sound and all; a second copy changes nothing."""
    source = Library.open(tmp_path / "music.earmark")
    insert(source, 1, 2, media=SOUND)
    target = Library.open("memory:")
    assert copy_library(source, target).added == 2
    assert contents(target) == contents(source)
    assert copy_library(source, target).unchanged == 2


@pytest.mark.parametrize("place", ["{}/b.earmark", "sqlite:///{}/b.db", "memory:"])
def test_libraries_of_all_kinds_hold_the_same(tmp_path: Path, place: str) -> None:
    """Wherever a library lives, what travels arrives, and goes on from there."""
    file = exported(tmp_path, 1, 2, media=SOUND)
    with open_target(place.format(tmp_path), COMPACT) as library:
        assert library.params == COMPACT
    other = place.format(tmp_path).replace("b.", "c.")
    with open_target(other, Params()) as library, Library.open("memory:") as reference:
        for one in (library, reference):
            import_archive(one, str(file))
        assert contents(library) == contents(reference)
        onwards = Library.open("memory:")
        copy_library(library, onwards)
        assert contents(onwards) == contents(reference)


def test_a_library_is_not_copied_to_itself(tmp_path: Path) -> None:
    """However it is called."""
    source = Library.open(tmp_path / "music.earmark")
    with pytest.raises(UsageError, match="to itself"):
        copy_library(source, Library.open(tmp_path / "." / "music.earmark"))


def test_a_single_file_is_not_copied_to_itself(tmp_path: Path) -> None:
    """However its address is written."""
    source = Library.open(f"sqlite:///{tmp_path}/music.db")
    with pytest.raises(UsageError, match="to itself"):
        copy_library(source, Library.open(f"sqlite:///{tmp_path}/./music.db"))


def test_forms_are_interchangeable(tmp_path: Path) -> None:
    """From one form to the other and back, an archive of one library stays the same."""
    first = exported(tmp_path, 1, 2, media=SOUND)
    library = Library.open("memory:")
    import_archive(library, str(first))
    export_library(library, str(tmp_path / "b.jsonl"))
    again = Library.open("memory:")
    import_archive(again, str(tmp_path / "b.jsonl"))
    assert contents(again) == contents(library)
