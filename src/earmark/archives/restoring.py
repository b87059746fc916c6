"""A backup back in its place: verified first, built beside the library, then put there in one step.

At every moment one whole library lies at the place: the old one until the new one is complete, then
the new one. What uses the library meanwhile sees the old one in the blocks that have begun, and the
new one in those that begin later.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.archives.files import STANDARD
from earmark.archives.importing import import_archive
from earmark.archives.report import ImportReport, OnTransfer
from earmark.archives.verifying import verify_archive
from earmark.audio import is_url
from earmark.errors import DamagedArchiveError, IncompatiblePeaksError, LibraryError, UsageError
from earmark.library import MEMORY, Library
from earmark.stores.failures import translated
from earmark.stores.files import Files
from earmark.stores.folder import Folder
from earmark.stores.lock import WriterLock

if TYPE_CHECKING:
    from earmark.archives.values import Manifest
    from earmark.operations.base import Operations

BESIDE, ASIDE = ".restoring", ".replaced"
"""Endings of the folder in which the new library is built, and of the one that the old library has
for a moment where two folders cannot change places in one step."""

PATIENCE_S = 30.0
"""How long to wait for whoever writes to the old library."""

_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def restore_backup(
    backup: str,
    location: str | os.PathLike[str],
    *,
    operations: Operations | None = None,
    files: Files | None = None,
    on_progress: OnTransfer | None = None,
) -> ImportReport:
    """Replace the library at a place by that of a backup, or make it there.

    Args:
        backup: an archive; it is read twice, so it cannot be the standard input.
        location: a folder.
        operations: where to write the plays of the backup.
        files: how folders are moved.
        on_progress: called while the library is built.

    Raises:
        DamagedArchiveError: the backup is not whole; nothing was changed.
        ArchiveError: it cannot be read, or is none; nothing was changed.
        UsageError: the place is no folder, or the backup comes from the standard input.
        LibraryError: the new library cannot be built, or something else lies there.
        OperationsError: the plays cannot be written; the library is restored.
    """
    files = files or Files()
    target = _folder(backup, location)
    manifest = verify_archive(backup)
    if manifest.params.peaks_id != manifest.peaks_id:
        raise IncompatiblePeaksError(backup, manifest.peaks_id, manifest.params.peaks_id)
    with translated(str(target)):
        _put_back(target, files)
        _require_ours(target, files)
        beside = _emptied(target.with_name(target.name + BESIDE), files)
        report = _built(backup, beside, manifest, operations, on_progress)
        with _held(target):
            _put(target, beside, files)
        shutil.rmtree(beside, ignore_errors=True)
    report.location = str(target)
    return report


def _folder(backup: str, location: str | os.PathLike[str]) -> Path:
    place = os.fspath(location)
    if backup == STANDARD:
        message = "a backup is read twice, so it has to be a file; the standard input is none"
        raise UsageError(message)
    if place == MEMORY or is_url(place):
        message = f"only a library in a folder can be replaced; import the backup into {place}"
        raise UsageError(message)
    return Path(place).resolve()


def _require_ours(folder: Path, files: Files) -> None:
    if Folder(folder, files).is_foreign():
        raise LibraryError(str(folder), "something else lies there, which is not replaced")


def _emptied(beside: Path, files: Files) -> Path:
    """Clear away what an interrupted attempt has left."""
    _require_ours(beside, files)
    if beside.exists():
        shutil.rmtree(beside)
    return beside


def _built(
    backup: str,
    beside: Path,
    manifest: Manifest,
    operations: Operations | None,
    on_progress: OnTransfer | None,
) -> ImportReport:
    with Library.open(beside, params=manifest.params) as library:
        report = import_archive(library, backup, operations=operations, on_progress=on_progress)
        problems = library.check()
    if not report.complete or problems:
        shutil.rmtree(beside, ignore_errors=True)
        raise DamagedArchiveError(backup, "it changed while it was read")
    return report


@contextlib.contextmanager
def _held(target: Path) -> Iterator[None]:
    """Keep writers of the old library out, if there is one."""
    if not target.is_dir():
        yield
        return
    with WriterLock(target, str(target), PATIENCE_S).exclusive():
        yield


def _put(target: Path, beside: Path, files: Files) -> None:
    """Put the new library in its place; what was there lies beside it then."""
    if not target.exists():
        files.rename(beside, target)
    else:
        try:
            files.exchange(beside, target)
        except OSError as error:
            if error.errno not in _NO_EXCHANGE:
                raise
            aside = target.with_name(target.name + ASIDE)
            files.rename(target, aside)
            files.rename(beside, target)
            files.rename(aside, beside)
    files.sync_folder(target.parent)


def _put_back(target: Path, files: Files) -> None:
    """Undo the first half of a replacement of two steps that was cut short between them."""
    aside = target.with_name(target.name + ASIDE)
    if aside.exists() and not target.exists():
        files.rename(aside, target)
