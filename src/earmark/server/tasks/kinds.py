"""What each kind of task does: files and a request in, JSON out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from earmark import jsonable
from earmark.duplicates.find import find_duplicates
from earmark.errors import AudioError, TooLargeError
from earmark.params import QueryParams
from earmark.scanning.scan import scan
from earmark.server.tasks.base import TaskKind
from earmark.types import Metadata

if TYPE_CHECKING:
    from earmark.library import Library

OnProgress: TypeAlias = Callable[[int, int], object]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Work:
    """One task for the function of its kind."""

    library: Library
    folder: Path
    """With its files, `0`, `1` and so on."""
    request: Mapping[str, Any]
    longest_s: float
    """A longer recording is refused."""
    on_progress: OnProgress


class NamedFile:
    """A file under another name: messages tell it, and titles are made of it."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Take an open file, and what it is called."""
        self._file = file
        self.name = name

    def __getattr__(self, wanted: str) -> Any:  # noqa: ANN401 - whatever a file has
        """Be the file in all else."""
        return getattr(self._file, wanted)


def add(work: Work) -> jsonable.Object:
    """Add the files; one that cannot be used stops no other."""
    names = work.request["files"]
    tracks: list[jsonable.Object] = []
    skipped: list[jsonable.Object] = []
    for number, name in enumerate(names):
        work.on_progress(number, len(names))
        try:
            tracks.append(_added(work, number, name))
        except AudioError as error:
            kind = type(error).__name__
            skipped.append({"name": name, "type": kind, "cause": error.cause})
    work.on_progress(len(names), len(names))
    return {"tracks": tracks, "skipped": skipped}


def identify(work: Work) -> jsonable.Object:
    """Name the one file."""
    name = work.request["files"][0]
    with _opened(work, 0, name) as clip:
        answer = work.library.identify(clip, name=name, query=_query(work.request))
    return jsonable.identification(answer)


def scan_recording(work: Work) -> jsonable.Object:
    """Find everything in the one file."""
    name = work.request["files"][0]

    def heard(seconds: float, stated_s: float | None) -> None:
        if seconds > work.longest_s:
            message = f"the recording is longer than {work.longest_s / 3600:g} hours"
            raise TooLargeError(message)
        work.on_progress(round(seconds), round(max(stated_s or 0.0, seconds)))

    with _opened(work, 0, name) as recording:
        query = _query(work.request)
        return jsonable.timeline(
            scan(work.library, recording, name=name, query=query, on_heard=heard)
        )


def duplicates(work: Work) -> jsonable.Object:
    """Find duplicates in the library."""
    report = find_duplicates(work.library, least_s=work.request["least_s"])
    return {"groups": [jsonable.duplicate_group(group) for group in report.groups]}


KINDS: Mapping[TaskKind, Callable[[Work], jsonable.Object]] = {
    TaskKind.ADD: add,
    TaskKind.IDENTIFY: identify,
    TaskKind.SCAN: scan_recording,
    TaskKind.DUPLICATES: duplicates,
}


def _added(work: Work, number: int, name: str) -> jsonable.Object:
    """Add one file; a sound that is known stays the track that it is."""
    began = datetime.now(UTC)
    metadata = Metadata(**work.request["metadata"])
    with _opened(work, number, PurePath(name).stem) as file:
        track = work.library.add_recording(file, metadata=metadata, longest_s=work.longest_s)
    # tracks know their milliseconds; what was decoded just now took longer than one
    since = began.replace(microsecond=began.microsecond // 1000 * 1000)
    is_new = datetime.fromisoformat(track.added_at) >= since
    return {"name": name, "is_new": is_new, "track": jsonable.track(track)}


@contextmanager
def _opened(work: Work, number: int, name: str) -> Iterator[Any]:
    with (work.folder / str(number)).open("rb") as file:
        yield NamedFile(file, name)


def _query(request: Mapping[str, Any]) -> QueryParams:
    return QueryParams(**request["hardness"])


def longest_s(hours: float) -> float:
    """Return the limit on a recording's length; 0 hours stand for none."""
    return 3600 * hours if hours else math.inf
