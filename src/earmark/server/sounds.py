"""The stored sound of a track: found, made sure to be its own, and opened.

A client names a track; which file that is, the library says. The file that a track was made from
is given only while its bytes are still those that were read: an archive that was imported may name
any path, but can know the digest only of what its maker had.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, cast

from earmark.errors import SoundGoneError

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.types import Track

MEDIA_TYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mka": "audio/x-matroska",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
    ".wma": "audio/x-ms-wma",
}
"""Of files by the endings of their names."""

UNKNOWN_TYPE = "application/octet-stream"

MOST_KNOWN = 10_000
"""Files that are remembered to be what they were: the digest of each is reckoned once."""

_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sound:
    """A file with sound in it, open; whoever takes it closes it."""

    file: BinaryIO
    size_bytes: int
    media_type: str
    name: str
    """What messages call it."""
    digest: str
    """Changes with its bytes."""


class Sounds:
    """The sounds of a library's tracks; safe for threads."""

    def __init__(self, library: Library) -> None:
        """Begin without having looked at any."""
        self._library = library
        self._known: OrderedDict[_Stamp, bytes] = OrderedDict()
        self._guard = threading.Lock()

    def open(self, track: Track) -> Sound:
        """Open what is kept of a track's sound: its copy or preview, else the file that it is of.

        Raises:
            SoundGoneError: there is none; it says why.
            LibraryError: the library cannot be read.
        """
        if track.media_file is not None:
            with self._library.reading() as reader:
                try:
                    media = reader.open_media(track.media_file)
                except KeyError:
                    media = None
            if media is not None:
                digest = hashlib.sha256(track.media_file.encode()).hexdigest()
                return _sound(media, track.media_file, digest)
        return self._own_file(track)

    def _own_file(self, track: Track) -> Sound:
        source = track.source
        if not source.file:
            cause = "nothing of it was kept when it was added"
            raise SoundGoneError(track.id, cause)
        try:
            file = _regular(source.file)
        except OSError as error:
            cause = f"its file cannot be read ({(error.strerror or str(error)).lower()})"
            raise SoundGoneError(track.id, cause) from error
        try:
            is_same = self._digest(file) == source.sha256
        except OSError:
            is_same = False
        if not is_same:
            file.close()
            cause = "another file is at its path now"
            raise SoundGoneError(track.id, cause)
        return _sound(file, os.fsdecode(source.file), source.sha256.hex())

    def _digest(self, file: io.BufferedReader) -> bytes:
        """Return the SHA-256 of a file's bytes, reckoned anew if the file has changed."""
        stamp = _stamp(file)
        with self._guard:
            if stamp in self._known:
                self._known.move_to_end(stamp)
                return self._known[stamp]
        digest = hashlib.file_digest(file, "sha256").digest()
        file.seek(0)
        with self._guard:
            self._known[stamp] = digest
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return digest


def media_type_of(name: str) -> str:
    """Return the media type of a file of this name."""
    return MEDIA_TYPES.get(PurePath(name).suffix.lower(), UNKNOWN_TYPE)


def numbered(file: BinaryIO) -> BinaryIO:
    """Return a file that has a number of the system's: this one, or a copy; the other is closed."""
    try:
        file.fileno()
    except io.UnsupportedOperation:
        copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - whoever asks closes it
        with file:
            shutil.copyfileobj(file, copy, 1 << 20)
        copy.seek(0)
        return copy
    return file


def _regular(path: bytes) -> io.BufferedReader:
    """Open a regular file, and wait for nothing else.

    Raises:
        OSError: it is none, or may not be read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        message = "it is no file"
        raise OSError(message)
    return os.fdopen(handle, "rb")


def _stamp(file: io.BufferedReader) -> _Stamp:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _sound(file: BinaryIO, name: str, digest: str) -> Sound:
    size_bytes = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Sound(file, size_bytes, media_type_of(name), PurePath(name).name, digest)
