"""Self-hosted music recognition: name a clip of any recording in your own catalogue.

Names are imported when they are first used, so that `import earmark` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earmark.errors import (
        AudioError,
        EarmarkError,
        LibraryError,
        TrackNotFoundError,
        UsageError,
    )
    from earmark.explaining.explain import explain
    from earmark.ingest import AddReport, Duplicate, Progress, Skipped
    from earmark.library import Library
    from earmark.params import Axis, IndexParams, Ladder, Params, PeakParams, QueryParams
    from earmark.scanning.scan import scan
    from earmark.stores.base import Problem, Repair, StoreStats
    from earmark.types import (
        BestPlace,
        Exhibit,
        Explanation,
        Failure,
        Identification,
        Match,
        MediaKind,
        Metadata,
        Reason,
        Relation,
        Source,
        Status,
        Timeline,
        TimelineSpan,
        Track,
        TrackOrder,
    )

    __version__: str

__all__ = [
    "AddReport",
    "AudioError",
    "Axis",
    "BestPlace",
    "Duplicate",
    "EarmarkError",
    "Exhibit",
    "Explanation",
    "Failure",
    "Identification",
    "IndexParams",
    "Ladder",
    "Library",
    "LibraryError",
    "Match",
    "MediaKind",
    "Metadata",
    "Params",
    "PeakParams",
    "Problem",
    "Progress",
    "QueryParams",
    "Reason",
    "Relation",
    "Repair",
    "Skipped",
    "Source",
    "Status",
    "StoreStats",
    "Timeline",
    "TimelineSpan",
    "Track",
    "TrackNotFoundError",
    "TrackOrder",
    "UsageError",
    "explain",
    "scan",
]

_HOMES = {
    "earmark.errors": "AudioError EarmarkError LibraryError TrackNotFoundError UsageError",
    "earmark.explaining.explain": "explain",
    "earmark.ingest": "AddReport Duplicate Progress Skipped",
    "earmark.library": "Library",
    "earmark.params": "Axis IndexParams Ladder Params PeakParams QueryParams",
    "earmark.scanning.scan": "scan",
    "earmark.stores.base": "Problem Repair StoreStats",
    "earmark.types": (
        "BestPlace Exhibit Explanation Failure Identification Match MediaKind Metadata Reason "
        "Relation Source Status Timeline TimelineSpan Track TrackOrder"
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
