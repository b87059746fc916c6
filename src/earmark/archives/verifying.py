"""Is an archive whole? Every byte of it is read, and every track looked at as an import would."""

from __future__ import annotations

import os

from earmark.archives.base import Damage
from earmark.archives.entries import End, Entry, entries
from earmark.archives.files import opened
from earmark.archives.report import OnTransfer, TransferProgress
from earmark.archives.values import Manifest, sound_of
from earmark.errors import DamagedArchiveError


def verify_archive(
    file: str | os.PathLike[str], *, on_progress: OnTransfer | None = None
) -> Manifest:
    """Return the manifest of an archive in which nothing is damaged and nothing is missing.

    Args:
        file: its name.
        on_progress: called after every track.

    Raises:
        DamagedArchiveError: something is; the message says what comes first.
        NotAnArchiveError: it is none.
        ArchiveError: it cannot be read.
    """
    name = os.fspath(file)
    with opened(name) as archive:
        manifest = archive.manifest
        done, complete = 0, False
        for item in entries(archive.records):
            if isinstance(item, Damage):
                raise DamagedArchiveError(name, _told(item))
            if isinstance(item, Entry):
                _check(name, item, manifest)
                done += 1
                if on_progress is not None:
                    on_progress(TransferProgress(done, manifest.tracks))
            complete = isinstance(item, End)
    if not complete:
        raise DamagedArchiveError(name, "its end is missing")
    return manifest


def _check(name: str, entry: Entry, manifest: Manifest) -> None:
    if entry.media is not None:
        entry.media.close()
    try:
        sound_of(entry.track, entry.constellation, manifest.params)
    except ValueError as error:
        raise DamagedArchiveError(name, f"track {entry.track.id}: {error}") from error


def _told(damage: Damage) -> str:
    name = f" ({damage.name})" if damage.name else ""
    return f"{damage.place}{name}: {damage.cause}"
