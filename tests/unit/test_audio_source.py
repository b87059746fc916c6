"""Paths and byte streams behind one file object that never raises."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import cast

import pytest

from earmark.audio.source import ByteStream, Input, open_input, source_label
from earmark.errors import UnreadableFileError, UnsupportedAudioError, UsageError
from tests.media import Pipe

AS_NOBODY = """
import os, sys
from earmark.audio import open_audio
from earmark.errors import UnreadableFileError
if os.geteuid() == 0:
    os.setuid(65534)
try:
    open_audio(sys.argv[1], sample_rate_hz=8000)
except UnreadableFileError as error:
    print(error.cause)
"""


class Broken(io.BytesIO):
    """A file on a disk that fails after the first bytes."""

    def read(self, size: int | None = -1) -> bytes:
        """Fail from the second read on."""
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize("kind", [str, os.fsencode, Path])
def test_any_kind_of_path_is_opened(kind: type, tmp_path: Path) -> None:
    """Text, bytes and path objects name the same file."""
    file = tmp_path / "sound"
    file.write_bytes(b"abc")
    data = open_input(kind(str(file)))
    assert data.read(10) == b"abc"
    data.close()


@pytest.mark.parametrize("name", [b"a b", b"a\nb", b"\xff\xfe", "🎵♥".encode(), b"-", b"a%03d.png"])
def test_odd_names_are_names(name: bytes, tmp_path: Path) -> None:
    """A name is bytes, not a pattern, an address or text."""
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118 (Path has no bytes)
    Path(os.fsdecode(path)).write_bytes(b"abc")
    data = open_input(path)
    assert data.read(10) == b"abc"
    data.close()


def test_labels_are_one_printable_line() -> None:
    """Neither line breaks nor stray bytes of a name get into a message; other scripts do."""
    assert source_label(b"\xc3\xa9\n\xff \xf0\x9f\x8e\xb5") == "é\\n\\udcff 🎵"


def test_a_stream_without_a_name_has_a_label() -> None:
    """Messages about data in memory have something to say, too."""
    assert source_label(io.BytesIO(b"")) == "<stream>"


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    """A file that vanished is named with its cause."""
    with pytest.raises(UnreadableFileError, match=r"gone\.mp3: no such file"):
        open_input(tmp_path / "gone.mp3")


def test_a_directory_is_unreadable(tmp_path: Path) -> None:
    """A directory is no recording."""
    with pytest.raises(UnreadableFileError, match="it is a directory"):
        open_input(tmp_path)


def test_a_path_with_a_zero_byte_is_unreadable() -> None:
    """No file can have such a name, which is said, not raised as it comes."""
    with pytest.raises(UnreadableFileError):
        open_input("a\0b")


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_devices_are_not_read(path: str) -> None:
    """A device may never end, so it is not begun."""
    with pytest.raises(UnreadableFileError, match="device"):
        open_input(path)


def test_a_forbidden_file_is_unreadable(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file without read permission gives the typed error, in words."""
    file = tmp_path_factory.mktemp("forbidden") / "a.mp3"
    file.touch(mode=0)
    command = [sys.executable, "-c", AS_NOBODY, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "permission denied"


def test_an_empty_file_is_said_to_be_empty() -> None:
    """Zero bytes are their own cause."""
    with pytest.raises(UnsupportedAudioError, match="it is empty"):
        open_input(io.BytesIO())


@pytest.mark.parametrize("source", [7, None, [b"abc"]])
def test_other_objects_are_a_usage_error(source: object) -> None:
    """What is neither path nor file is the caller's mistake."""
    with pytest.raises(UsageError):
        open_input(cast("ByteStream", source))


def test_text_files_are_unreadable() -> None:
    """A file object opened for text gives the cause, not a crash."""
    with pytest.raises(UnreadableFileError, match="binary mode"):
        open_input(cast("ByteStream", io.StringIO("abc")))


def test_reading_begins_where_the_file_stands() -> None:
    """What a caller has already read is not part of the recording."""
    file = io.BytesIO(b"header+sound")
    file.seek(7)
    data = Input(file, "x")
    assert (data.tell(), data.read(99)) == (0, b"sound")
    assert data.seek(-2, os.SEEK_END) == 3
    assert data.seek(-9, os.SEEK_CUR) == 0


def test_a_callers_file_stays_open() -> None:
    """Only files that were opened here are closed here."""
    file = io.BytesIO(b"abc")
    open_input(file).close()
    assert not file.closed


def test_an_error_ends_the_data_and_is_kept() -> None:
    """A failing read looks like the end to a decoder; afterwards the cause is told."""
    data = Input(Broken(b"x" * 100_000), "disk")
    while data.read(50_000):
        pass
    with pytest.raises(UnreadableFileError, match="disk: input/output error"):
        data.check()


def test_a_pipe_gives_its_head_again() -> None:
    """Looking at the start of a stream that cannot seek does not lose it."""
    data = open_input(Pipe(bytes(range(256)) * 100))
    received = b"".join(iter(lambda: data.read(1000), b""))
    assert received == bytes(range(256)) * 100


def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    """A FIFO given by its path is read to its end."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(b"abc" * 5000))
    writer.start()
    data = open_input(path)
    writer.join()
    assert (data.seekable(), len(data.head)) == (False, 4096)
    data.close()


def test_a_socket_is_a_stream() -> None:
    """The file object of a socket needs neither seek nor tell."""
    near, far = socket.socketpair()
    with near, far, far.makefile("rb") as file:
        near.sendall(b"abc")
        near.shutdown(socket.SHUT_WR)
        assert open_input(file).read(10) == b"abc"


def test_a_stream_that_does_not_wait_is_unreadable() -> None:
    """A non-blocking stream without data is an error, not the end of a recording."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    with open(read_end, "rb", buffering=0) as file, pytest.raises(UnreadableFileError):  # noqa: PTH123
        open_input(file)
    os.close(write_end)


def test_an_mp4_stream_is_spooled() -> None:
    """MP4 from a pipe becomes seekable, because its index may lie at its end."""
    data = open_input(Pipe(b"\0\0\0\x18ftypM4A " + b"x" * 50_000))
    assert data.seekable()
    assert data.seek(0, os.SEEK_END) == 50_012
    data.close()


def test_spooling_is_bounded() -> None:
    """A stream longer than the limit is refused, with the way out."""
    with pytest.raises(UnsupportedAudioError, match="longer than 1 MB; save it to a file"):
        open_input(Pipe(b"\0\0\0\x18ftypM4A " + b"x" * 2**21), spool_limit_bytes=2**20)
