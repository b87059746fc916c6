"""Self-hosted music recognition: name a clip of any recording in your own catalogue.

Names are imported when they are first used, so that `import earmark` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earmark.audio import Header
    from earmark.duplicates.find import find_duplicates, find_duplicates_in
    from earmark.duplicates.records import (
        Copy,
        DuplicateGroup,
        DuplicatePair,
        DuplicateReport,
        Likeness,
        SharedSpan,
    )
    from earmark.errors import (
        AudioError,
        EarmarkError,
        LibraryError,
        TrackNotFoundError,
        UsageError,
    )
    from earmark.ingest import AddReport, Duplicate, Progress, Skipped
    from earmark.library import Library
    from earmark.params import Axis, IndexParams, Ladder, Params, PeakParams, QueryParams
    from earmark.stores.base import Problem, Repair, StoreStats
    from earmark.types import (
        Failure,
        Identification,
        Match,
        MediaKind,
        Metadata,
        Relation,
        Source,
        Status,
        Track,
        TrackOrder,
    )

    __version__: str

__all__ = [
    "AddReport",
    "AudioError",
    "Axis",
    "Copy",
    "Duplicate",
    "DuplicateGroup",
    "DuplicatePair",
    "DuplicateReport",
    "EarmarkError",
    "Failure",
    "Header",
    "Identification",
    "IndexParams",
    "Ladder",
    "Library",
    "LibraryError",
    "Likeness",
    "Match",
    "MediaKind",
    "Metadata",
    "Params",
    "PeakParams",
    "Problem",
    "Progress",
    "QueryParams",
    "Relation",
    "Repair",
    "SharedSpan",
    "Skipped",
    "Source",
    "Status",
    "StoreStats",
    "Track",
    "TrackNotFoundError",
    "TrackOrder",
    "UsageError",
    "find_duplicates",
    "find_duplicates_in",
]

_HOMES = {
    "earmark.audio": "Header",
    "earmark.duplicates.find": "find_duplicates find_duplicates_in",
    "earmark.duplicates.records": (
        "Copy DuplicateGroup DuplicatePair DuplicateReport Likeness SharedSpan"
    ),
    "earmark.errors": "AudioError EarmarkError LibraryError TrackNotFoundError UsageError",
    "earmark.ingest": "AddReport Duplicate Progress Skipped",
    "earmark.library": "Library",
    "earmark.params": "Axis IndexParams Ladder Params PeakParams QueryParams",
    "earmark.stores.base": "Problem Repair StoreStats",
    "earmark.types": (
        "Failure Identification Match MediaKind Metadata Relation Source Status Track TrackOrder"
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the public names are of many types
    """Import a public name when it is first asked for (PEP 562)."""
    if name == "__version__":
        return import_module("importlib.metadata").version("earmark")
    if name not in _HOME_OF:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted([*globals(), *__all__, "__version__"])
