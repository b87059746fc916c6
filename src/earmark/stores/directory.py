"""The default store: a folder with a SQLite catalogue and immutable, memory-mapped segments.

A block writes its segment and media files first, whole and durable, under names that nobody knows;
the commit makes them exist. What a crash leaves unnamed is swept away by a later writer.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earmark.stores.catalogued import CataloguedStore, Options
from earmark.stores.files import Files
from earmark.stores.folder import Folder

if TYPE_CHECKING:
    from earmark.stores.shelf import Home


class DirectoryStore(CataloguedStore):
    """One library in one folder; any number of threads may use it."""

    @staticmethod
    def _home_at(location: str, files: Files, options: Options) -> Home:  # noqa: ARG004 - all alike
        return Folder(Path(location), files)
