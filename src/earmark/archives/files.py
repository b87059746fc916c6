"""Archives as files: read in whatever form they have; written, they are whole or absent."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from earmark.archives import binary, lines
from earmark.archives.base import FORMAT, Damage, Form, Kind, Record
from earmark.archives.values import Manifest, manifest_of
from earmark.errors import ArchiveError, DamagedArchiveError, NotAnArchiveError, UsageError
from earmark.stores.files import Files, publish
from earmark.texts import is_url

STANDARD = "-"
"""Stands for the standard input or output."""

JSONL_ENDINGS = (".jsonl", ".ndjson")
_START_BYTES = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive whose manifest was read."""

    name: str
    manifest: Manifest
    records: Iterator[Record | Damage]
    """Those behind the manifest."""


def form_of(name: str) -> Form:
    """Return the form that an archive of this name has unless another is asked for."""
    return Form.JSONL if name.lower().endswith(JSONL_ENDINGS) else Form.BINARY


def encoded(records: Iterable[Record], form: Form) -> Iterator[bytes]:
    """Yield the bytes of an archive."""
    return lines.written(records) if form is Form.JSONL else binary.written(records)


def write(name: str, chunks: Iterable[bytes]) -> int:
    """Write an archive under a temporary name, and give it its own when it is whole and durable.

    To the standard output it is written as it comes. An archive of this name is replaced, nothing
    else is. Returns its length in bytes.

    Raises:
        UsageError: it is the address of a library.
        NotAnArchiveError: something else has this name.
        ArchiveError: it cannot be written.
    """
    if name == STANDARD:
        with _translated(name):
            return _pour(chunks, sys.stdout.buffer)
    _refuse_address(name)
    path = Path(name).absolute()
    _refuse_others(name, path)
    try:
        with _translated(name):
            return publish(Files(), path, chunks)
    finally:
        with contextlib.suppress(OSError):
            path.with_name(f"{path.name}.part").unlink()


@contextlib.contextmanager
def opened(name: str) -> Iterator[Opened]:
    """Open an archive, in whatever form it is, for the block.

    Raises:
        UsageError: it is the address of a library.
        NotAnArchiveError: it is none, or a newer Earmark wrote it.
        DamagedArchiveError: its manifest is lost.
        ArchiveError: it cannot be read.
    """
    _refuse_address(name)
    with contextlib.ExitStack() as stack:
        with _translated(name):
            raw = sys.stdin.buffer if name == STANDARD else stack.enter_context(_file(name))
            start = raw.read(_START_BYTES)
        whole = cast("BinaryIO", io.BufferedReader(_Rejoined(start, raw)))
        records = _guarded(name, _records(name, start, whole))
        yield Opened(name, _manifest(name, next(records, None)), records)


def _refuse_address(name: str) -> None:
    if is_url(name):
        message = "the archive is a file; --library names a library that is elsewhere"
        raise UsageError(message)


def _refuse_others(name: str, path: Path) -> None:
    """Refuse to replace what is no archive: a library, perhaps, or a song."""
    with _translated(name):
        if not path.is_file() or not path.stat().st_size:
            return
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
    if all(version_of(start) is None for version_of in (binary.version_of, lines.version_of)):
        raise NotAnArchiveError(name, "something else has this name, and is not replaced")


class _Rejoined(io.RawIOBase):
    """A stream of which the start was read, from its start."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next bytes."""
        part = self._start[: len(buffer)] or self._rest.read(len(buffer))
        self._start = self._start[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _file(name: str) -> BinaryIO:
    return Path(name).open("rb")


def _pour(chunks: Iterable[bytes], target: BinaryIO) -> int:
    size = sum(target.write(chunk) for chunk in chunks)
    target.flush()
    return size


def _records(name: str, start: bytes, whole: BinaryIO) -> Iterator[Record | Damage]:
    """Return the records of whatever form it is.

    Raises:
        NotAnArchiveError: it is none.
    """
    for version_of, read in ((binary.version_of, binary.read), (lines.version_of, lines.read)):
        version = version_of(start)
        if version == FORMAT:
            return read(whole)
        if version is not None:
            cause = f"it has version {version}, this Earmark reads {FORMAT}"
            raise NotAnArchiveError(name, cause)
    raise NotAnArchiveError(name, "it is no archive of Earmark")


def _manifest(name: str, first: Record | Damage | None) -> Manifest:
    """Read the first record.

    Raises:
        DamagedArchiveError: it is no manifest.
    """
    if not isinstance(first, Record) or first.kind is not Kind.MANIFEST:
        cause = first.cause if isinstance(first, Damage) else "another record comes first"
        raise DamagedArchiveError(name, f"its manifest is lost ({cause})")
    try:
        return manifest_of(first.values)
    except ValueError as error:
        raise DamagedArchiveError(name, f"its manifest makes no sense: {error}") from error


def _guarded(name: str, records: Iterator[Record | Damage]) -> Iterator[Record | Damage]:
    with _translated(name):
        yield from records


@contextlib.contextmanager
def _translated(name: str) -> Iterator[None]:
    """Raise an `ArchiveError` for what the system says; a reader that went away is no error."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ArchiveError(name, (error.strerror or str(error)).lower()) from error
