"""Tests of earmark.archives.files."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from earmark.archives.base import Form, Kind, Record
from earmark.archives.files import encoded, form_of, opened, write
from earmark.archives.values import Manifest, manifest_values
from earmark.errors import ArchiveError, DamagedArchiveError, NotAnArchiveError, UsageError
from earmark.params import Params

MANIFEST = Manifest("earmark 1", "now", "p", "i", Params(), 1, 2.0, media=True, plays=False)
RECORDS = (
    Record(Kind.MANIFEST, "", manifest_values(MANIFEST)),
    Record(Kind.TRACK, "x", {}, b"d"),
)


class Piped(io.BytesIO):
    """A stream that comes three bytes at a time, and cannot seek."""

    def read(self, size: int | None = -1) -> bytes:
        """Read no more than three bytes, or what is asked for at once of the start."""
        return super().read(size if size == 64 else min(3, size or 3))

    def seekable(self) -> bool:
        """It cannot."""
        return False


@pytest.mark.parametrize("form", Form)
def test_an_archive_is_read_from_a_pipe(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its form is known by its start, in whatever pieces the rest comes."""
    data = b"".join(encoded(RECORDS, form))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Piped(data)))
    with opened("-") as archive:
        track, end = archive.records
    assert (archive.manifest, track) == (MANIFEST, RECORDS[1])
    assert isinstance(end, Record)


@pytest.mark.parametrize(
    ("name", "form"), [("a", Form.BINARY), ("a.JSONL", Form.JSONL), ("a.ndjson", Form.JSONL)]
)
def test_the_form_follows_the_name(name: str, form: Form) -> None:
    """Lines where the ending says so, in whatever case."""
    assert form_of(name) is form


@pytest.mark.parametrize("form", Form)
def test_chunks_are_written_under_the_name(tmp_path: Path, form: Form) -> None:
    """An archive that was there is replaced, nothing else is left, and the length is told."""
    (tmp_path / "a").write_bytes(b"".join(encoded(RECORDS, form)))
    assert write(str(tmp_path / "a"), [b"so", b"und"]) == 5
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"sound"]


def test_what_is_no_archive_is_not_replaced(tmp_path: Path) -> None:
    """A library or a song that has the name stays; an empty file may be one that was prepared."""
    song = tmp_path / "song.ogg"
    song.write_bytes(b"OggS")
    with pytest.raises(NotAnArchiveError, match="not replaced"):
        write(str(song), [b"x"])
    assert song.read_bytes() == b"OggS"
    song.write_bytes(b"")
    assert write(str(song), [b"x"]) == 1


def test_an_address_is_no_archive() -> None:
    """Who names a library there is told where it belongs, and no password."""
    address = "postgresql://bob:secret@127.0.0.1:1/x"
    with pytest.raises(UsageError, match="--library") as written:
        write(address, [b"x"])
    with pytest.raises(UsageError, match="--library") as read, opened(address):
        pass
    assert "secret" not in f"{written.value}{read.value}"


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    """An error of the system names the archive; one of another kind is raised as it is."""
    with pytest.raises(ZeroDivisionError):
        write(str(tmp_path / "a"), (bytes(1 // n) for n in (1, 0)))
    with pytest.raises(ArchiveError, match="is a directory"):
        write(str(tmp_path), [b"x"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "no archive"),
        (b"RIFF" + bytes(100), "no archive"),
        (b"EarmarkArchive\x02\x00", "version 2"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes, cause: str) -> None:
    """The error says why."""
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(NotAnArchiveError, match=cause), opened(str(tmp_path / "a")):
        pass


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"".join(encoded(RECORDS[1:], Form.BINARY)), "another record comes first"),
        (b"".join(encoded(RECORDS, Form.BINARY))[:40], "manifest is lost"),
        (b"".join(encoded([Record(Kind.MANIFEST, "", {})], Form.BINARY)), "makes no sense"),
    ],
)
def test_an_archive_without_its_manifest_is_damaged(
    tmp_path: Path, data: bytes, cause: str
) -> None:
    """What is behind it cannot be trusted to be of any kind."""
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(DamagedArchiveError, match=cause), opened(str(tmp_path / "a")):
        pass


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It names the archive."""
    with pytest.raises(ArchiveError, match="no such file"), opened(str(tmp_path / "a")):
        pass
