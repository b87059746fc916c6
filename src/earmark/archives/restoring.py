"""A backup back in its place: verified first, built beside the library, then put there in one step.

At every moment one whole library lies at the place: the old one until the new one is complete, then
the new one. What uses the library meanwhile sees the old one in the blocks that have begun, and the
new one in those that begin later. A library in a database is not built beside: its tracks are
replaced in one commit (`replacing`).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.archives import swapping
from earmark.archives.files import STANDARD
from earmark.archives.importing import import_archive, require_current
from earmark.archives.replacing import replace_tracks
from earmark.archives.report import ImportReport, OnTransfer
from earmark.archives.target import open_target
from earmark.archives.verifying import verify_archive
from earmark.errors import DamagedArchiveError, UsageError
from earmark.library import Library
from earmark.stores.failures import translated
from earmark.stores.files import Files
from earmark.stores.location import Kind, Location, located

if TYPE_CHECKING:
    from earmark.archives.values import Manifest
    from earmark.operations.base import Operations


def restore_backup(
    backup: str | os.PathLike[str],
    location: str | os.PathLike[str] | Location,
    *,
    operations: Operations | None = None,
    files: Files | None = None,
    on_progress: OnTransfer | None = None,
) -> ImportReport:
    """Replace the library at a place by that of a backup, or make it there.

    Args:
        backup: an archive; it is read twice, so it cannot be the standard input.
        location: a folder, or the address of a library in a database.
        operations: where to write the plays of the backup.
        files: how folders are moved.
        on_progress: called while the library is built.

    Raises:
        DamagedArchiveError: the backup is not whole; nothing was changed.
        ArchiveError: it cannot be read, or is none; nothing was changed.
        UsageError: the place is in memory, or the backup comes from the standard input.
        IncompatiblePeaksError: what lies in the database has other parameters.
        LibraryError: the new library cannot be built, or something else lies there.
        OperationsError: the plays cannot be written; the library is as it was.
    """
    files = files or Files()
    name, place = os.fspath(backup), located(location)
    _refuse(name, place)
    manifest = verify_archive(name)
    require_current(name, manifest)
    if place.kind is not Kind.FOLDER:
        with open_target(place, manifest.params) as library:
            return replace_tracks(library, name, operations=operations, on_progress=on_progress)
    target = place.on_disk().resolve()
    with translated(str(target)):
        swapping.put_back(target, files)
        swapping.require_ours(target, files)
        beside = swapping.beside(target, files)
        report = _built(name, beside, manifest, operations, on_progress)
        with swapping.held(target):
            swapping.put(target, beside, files)
        shutil.rmtree(beside, ignore_errors=True)
    report.location = str(target)
    return report


def _refuse(backup: str, place: Location) -> None:
    if backup == STANDARD:
        message = "a backup is read twice, so it has to be a file; the standard input is none"
        raise UsageError(message)
    if place.kind is Kind.MEMORY:
        message = f"a library in memory is gone at the end; import the backup into {place.shown}"
        raise UsageError(message)


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
