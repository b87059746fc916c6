"""A library's folder replaced by another that was built beside it, in one step.

At every moment one whole library lies at the place. Who has the old one open sees it to the end of
the blocks that have begun, and the new one in those that begin later.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from earmark.errors import LibraryError
from earmark.stores.files import Files
from earmark.stores.lock import WriterLock
from earmark.stores.sqlite.folder import Folder

BESIDE, ASIDE = ".restoring", ".replaced"
"""Endings of the folder in which the new library is built, and of the one that the old library has
for a moment where two folders cannot change places in one step."""

PATIENCE_S = 30.0
"""How long to wait for whoever writes to the old library."""

_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def require_ours(folder: Path, files: Files) -> None:
    """Refuse a place where something else lies than a library, or nothing.

    Raises:
        LibraryError: it does.
    """
    if Folder(folder, files).is_foreign():
        raise LibraryError(str(folder), "something else lies there, which is not replaced")


def beside(target: Path, files: Files) -> Path:
    """Return where to build the new library; what an interrupted attempt left there is deleted.

    Raises:
        LibraryError: something else lies there.
    """
    beside = target.with_name(target.name + BESIDE)
    require_ours(beside, files)
    if beside.exists():
        shutil.rmtree(beside)
    return beside


@contextlib.contextmanager
def held(target: Path) -> Iterator[None]:
    """Keep writers of the old library out, if there is one."""
    if not target.is_dir():
        yield
        return
    with WriterLock(target, str(target), PATIENCE_S).exclusive():
        yield


def put(target: Path, beside: Path, files: Files) -> None:
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


def put_back(target: Path, files: Files) -> None:
    """Undo the first half of a replacement of two steps that was cut short between them."""
    aside = target.with_name(target.name + ASIDE)
    if aside.exists() and not target.exists():
        files.rename(aside, target)
