"""Where audio comes from: paths and byte streams, behind one file object that never raises.

FFmpeg and libsndfile are given an `Input` and nothing else, so that they can read this one source
and never open another file. An exception in one of their callbacks would end on the terminal or be
lost; `Input` keeps the first one instead, tells the reader that the data has ended, and gives it
back in `check`.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Protocol, TypeAlias

from earmark.errors import UnreadableFileError, UnsupportedAudioError, UsageError
from earmark.texts import printable


class ByteStream(Protocol):
    """A file object opened for reading bytes; it may also be able to seek."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes; none at the end."""


AudioSource: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes] | ByteStream
"""A path (`bytes` too: names need not be UTF-8), or a file object opened for reading bytes.

Data in memory goes in an `io.BytesIO`. A file object is read from where it stands, and not closed.
"""


SPOOL_LIMIT_BYTES = 1 << 30
"""How much of a stream that cannot be played as it comes is kept in a temporary file."""

SPOOL_MEMORY_BYTES = 8 << 20
HEAD_BYTES = 4096
COPY_BYTES = 1 << 20

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp"})


class Input:
    """The bytes of one source, read from where it stood; position 0 is there."""

    def __init__(self, file: ByteStream, label: str, *, owned: bool = False) -> None:
        """Take a file object.

        Args:
            file: needs only `read`; with `seek`, `tell` and a true `seekable()` it is read freely.
            label: what messages call it.
            owned: close the file with this object.
        """
        self.label = label
        self._file: Any = file  # what it can do beside `read` is found out
        self._owned = owned
        self._error: BaseException | None = None
        self._seekable, self._base = self._place()
        self._pending = b""
        self.head = self._peek()

    def close(self) -> None:
        """Close the file if it is ours; closing twice is harmless."""
        if self._owned:
            self._file.close()

    def check(self) -> None:
        """Raise what went wrong while the source was read.

        Raises:
            UnreadableFileError: reading or seeking failed.
            BaseException: whatever else the file object raised.
        """
        if isinstance(self._error, OSError | ValueError):
            raise UnreadableFileError(self.label, _reason(self._error)) from self._error
        if self._error is not None:
            raise self._error

    def readable(self) -> bool:
        """Tell the readers that this is an input."""
        return True

    def seekable(self) -> bool:
        """Tell whether `seek` works."""
        return self._seekable

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end, or after an error."""
        if self._pending:
            chunk, self._pending = self._pending[:size], self._pending[size:]
            return chunk
        if self._error is not None:
            return b""
        try:
            return self._read(size)
        except BaseException as error:  # noqa: BLE001 (C code calls this; `check` raises it again)
            self._error = error
            return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as files do, but stop at the start, and return the new position."""
        try:
            if whence == os.SEEK_SET:
                self._file.seek(self._base + max(0, offset))
            else:
                self._file.seek(max(self._base, self._anchor(whence) + offset))
            return int(self._file.tell()) - self._base
        except BaseException as error:  # noqa: BLE001 (as in `read`)
            self._error = error
            return 0

    def tell(self) -> int:
        """Return the position."""
        return int(self._file.tell()) - self._base

    def spool(self, limit_bytes: int) -> None:
        """Copy what is left into a temporary file, so that it can be read in any order.

        Raises:
            UnsupportedAudioError: there are more than `limit_bytes`.
        """
        copy = SpooledTemporaryFile(max_size=SPOOL_MEMORY_BYTES)  # noqa: SIM115 (closed by `close`)
        size = 0
        while chunk := self.read(COPY_BYTES):
            size += len(chunk)
            if size > limit_bytes:
                copy.close()
                cause = (
                    "an MP4 stream can only be played when all of it is there, and this one is "
                    f"longer than {limit_bytes >> 20} MB; save it to a file first"
                )
                raise UnsupportedAudioError(self.label, cause)
            copy.write(chunk)
        self.close()
        copy.seek(0)
        self._file, self._owned, self._seekable, self._base = copy, True, True, 0

    def _read(self, size: int) -> bytes:
        chunk: object = self._file.read(size)
        if chunk is None:
            message = "no data at the moment (the stream does not wait for it)"
            raise BlockingIOError(message)
        if not isinstance(chunk, bytes | bytearray | memoryview):
            message = (
                f"read() gave {type(chunk).__name__}, not bytes (open the file in binary mode)"
            )
            raise OSError(message)
        return bytes(chunk)

    def _anchor(self, whence: int) -> int:
        self._file.seek(0, whence)
        return int(self._file.tell())

    def _place(self) -> tuple[bool, int]:
        """Return whether the file can seek, and where it stands."""
        try:
            if self._file.seekable():
                return True, self._file.tell()
        except (OSError, AttributeError):
            pass
        return False, 0

    def _peek(self) -> bytes:
        head = b""
        while len(head) < HEAD_BYTES and (chunk := self.read(HEAD_BYTES - len(head))):
            head += chunk
        if self._seekable:
            self.seek(0)
        else:
            self._pending = head
        return head


def open_input(source: AudioSource, *, spool_limit_bytes: int | None = SPOOL_LIMIT_BYTES) -> Input:
    """Open a source for the decoders.

    A stream that cannot seek is read as it comes; only MP4 and its kin, which may keep their index
    at the end, are first copied to a temporary file, unless there is no limit given.

    Raises:
        UnreadableFileError: missing, a directory, a device, no permission, an I/O error.
        UnsupportedAudioError: nothing in it, or an MP4 stream longer than `spool_limit_bytes`.
        UsageError: `source` is neither a path nor a file object.
    """
    data = _opened(source)
    try:
        _check_head(data)
        is_mp4 = data.head[4:8] in _MP4_BOXES
        if is_mp4 and not data.seekable() and spool_limit_bytes is not None:
            data.spool(spool_limit_bytes)
    except BaseException:
        data.close()
        raise
    return data


def source_label(source: AudioSource) -> str:
    """Return what messages call a source: one printable line."""
    if isinstance(source, str | bytes | os.PathLike):
        name = os.fsdecode(source)
    else:
        found = getattr(source, "name", None)
        name = os.fsdecode(found) if isinstance(found, str | bytes) else "<stream>"
    return printable(name)


def _check_head(data: Input) -> None:
    data.check()
    if not data.head:
        raise UnsupportedAudioError(data.label, "it is empty")


def _opened(source: AudioSource) -> Input:
    label = source_label(source)
    if isinstance(source, str | bytes | os.PathLike):
        return Input(_open_path(Path(os.fsdecode(source)), label), label, owned=True)
    if not hasattr(source, "read"):
        message = f"audio comes from a path or a file object, not from {type(source).__name__}"
        raise UsageError(message)
    return Input(source, label)


def _open_path(path: Path, label: str) -> ByteStream:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnreadableFileError(label, "it is a directory")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise UnreadableFileError(label, "it is a device or a socket, not a file")
        return path.open("rb", buffering=0)
    except (OSError, ValueError) as error:
        raise UnreadableFileError(label, _reason(error)) from error


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text)[:1].lower() + str(text)[1:]
