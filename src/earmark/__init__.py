"""Self-hosted music recognition: name a clip of any recording in your own catalogue.

Names are imported when they are first used, so that `import earmark` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earmark.archives.base import Form
    from earmark.archives.exporting import export_library
    from earmark.archives.importing import copy_library, import_archive
    from earmark.archives.report import (
        ExportReport,
        Failed,
        Failures,
        ImportReport,
        TransferProgress,
    )
    from earmark.archives.restoring import restore_backup
    from earmark.archives.values import Manifest
    from earmark.archives.verifying import verify_archive
    from earmark.audio import Header
    from earmark.clip_peaks import ClipPeaks, take_peaks
    from earmark.duplicates.find import find_duplicates, find_duplicates_in
    from earmark.duplicates.records import (
        Copy,
        DuplicateGroup,
        DuplicatePair,
        DuplicateReport,
        Likeness,
        SharedSpan,
    )
    from earmark.duplicates.versions import Version, find_versions
    from earmark.errors import (
        ArchiveError,
        AudioError,
        ClipPeaksError,
        EarmarkError,
        LibraryError,
        OperationsError,
        SourceError,
        TrackNotFoundError,
        UsageError,
    )
    from earmark.explaining.explain import explain
    from earmark.ingest import AddReport, Duplicate, Progress, Skipped
    from earmark.library import Library
    from earmark.live.events import Event, EventKind, Pulse
    from earmark.live.monitor import Monitor
    from earmark.live.plan import LookPlan
    from earmark.live.quota import Quota, Quotas
    from earmark.live.recognizer import Recognizer
    from earmark.live.updates import Update, UpdateKind
    from earmark.operations.base import Play, PlayQuery, Total, TotalBy
    from earmark.operations.postgres import PostgresOperations
    from earmark.operations.recording import PlayWriter
    from earmark.operations.sqlite import SqliteOperations
    from earmark.params import Axis, IndexParams, Ladder, Params, PeakParams, QueryParams
    from earmark.scanning.scan import scan
    from earmark.searching.search import Hit, search
    from earmark.sinks.logs import EventLog
    from earmark.sources.opening import LiveSource
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
    "ArchiveError",
    "AudioError",
    "Axis",
    "BestPlace",
    "ClipPeaks",
    "ClipPeaksError",
    "Copy",
    "Duplicate",
    "DuplicateGroup",
    "DuplicatePair",
    "DuplicateReport",
    "EarmarkError",
    "Event",
    "EventKind",
    "EventLog",
    "Exhibit",
    "Explanation",
    "ExportReport",
    "Failed",
    "Failure",
    "Failures",
    "Form",
    "Header",
    "Hit",
    "Identification",
    "ImportReport",
    "IndexParams",
    "Ladder",
    "Library",
    "LibraryError",
    "Likeness",
    "LiveSource",
    "LookPlan",
    "Manifest",
    "Match",
    "MediaKind",
    "Metadata",
    "Monitor",
    "OperationsError",
    "Params",
    "PeakParams",
    "Play",
    "PlayQuery",
    "PlayWriter",
    "PostgresOperations",
    "Problem",
    "Progress",
    "Pulse",
    "QueryParams",
    "Quota",
    "Quotas",
    "Reason",
    "Recognizer",
    "Relation",
    "Repair",
    "SharedSpan",
    "Skipped",
    "Source",
    "SourceError",
    "SqliteOperations",
    "Status",
    "StoreStats",
    "Timeline",
    "TimelineSpan",
    "Total",
    "TotalBy",
    "Track",
    "TrackNotFoundError",
    "TrackOrder",
    "TransferProgress",
    "Update",
    "UpdateKind",
    "UsageError",
    "Version",
    "copy_library",
    "explain",
    "export_library",
    "find_duplicates",
    "find_duplicates_in",
    "find_versions",
    "import_archive",
    "restore_backup",
    "scan",
    "search",
    "take_peaks",
    "verify_archive",
]

_HOMES = {
    "earmark.archives.base": "Form",
    "earmark.archives.exporting": "export_library",
    "earmark.archives.importing": "copy_library import_archive",
    "earmark.archives.report": "ExportReport Failed Failures ImportReport TransferProgress",
    "earmark.archives.restoring": "restore_backup",
    "earmark.archives.values": "Manifest",
    "earmark.archives.verifying": "verify_archive",
    "earmark.audio": "Header",
    "earmark.clip_peaks": "ClipPeaks take_peaks",
    "earmark.duplicates.find": "find_duplicates find_duplicates_in",
    "earmark.duplicates.records": (
        "Copy DuplicateGroup DuplicatePair DuplicateReport Likeness SharedSpan"
    ),
    "earmark.duplicates.versions": "Version find_versions",
    "earmark.errors": (
        "ArchiveError AudioError ClipPeaksError EarmarkError LibraryError OperationsError "
        "SourceError TrackNotFoundError UsageError"
    ),
    "earmark.explaining.explain": "explain",
    "earmark.ingest": "AddReport Duplicate Progress Skipped",
    "earmark.library": "Library",
    "earmark.live.events": "Event EventKind Pulse",
    "earmark.live.monitor": "Monitor",
    "earmark.live.plan": "LookPlan",
    "earmark.live.quota": "Quota Quotas",
    "earmark.live.recognizer": "Recognizer",
    "earmark.live.updates": "Update UpdateKind",
    "earmark.operations.base": "Play PlayQuery Total TotalBy",
    "earmark.operations.postgres": "PostgresOperations",
    "earmark.operations.recording": "PlayWriter",
    "earmark.operations.sqlite": "SqliteOperations",
    "earmark.params": "Axis IndexParams Ladder Params PeakParams QueryParams",
    "earmark.scanning.scan": "scan",
    "earmark.searching.search": "Hit search",
    "earmark.sinks.logs": "EventLog",
    "earmark.sources.opening": "LiveSource",
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
