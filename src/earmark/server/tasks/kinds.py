"""What each kind of task does: files and a request in, JSON out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from earmark import jsonable
from earmark.duplicates.find import find_duplicates
from earmark.errors import AudioError, TooLargeError
from earmark.params import QueryParams
from earmark.scanning.scan import scan
from earmark.server.tasks.adding import NamedFile, add_sent
from earmark.server.tasks.base import TaskKind
from earmark.types import MediaKind, Metadata

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
    media: MediaKind
    """What is kept of the sound of tracks."""
    on_progress: OnProgress


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
    """Add one file."""
    metadata = Metadata(**work.request["metadata"])
    with (work.folder / str(number)).open("rb") as file:
        added = add_sent(
            work.library,
            file,
            name,
            metadata=metadata,
            longest_s=work.longest_s,
            media=work.media,
        )
    return {
        "name": name,
        "is_new": added.is_new,
        "is_changed": added.is_changed,
        "track": jsonable.track(added.track),
    }


@contextmanager
def _opened(work: Work, number: int, name: str) -> Iterator[Any]:
    with (work.folder / str(number)).open("rb") as file:
        yield NamedFile(file, name)


def _query(request: Mapping[str, Any]) -> QueryParams:
    return QueryParams(**request["hardness"])


def longest_s(hours: float) -> float:
    """Return the limit on a recording's length; 0 hours stand for none."""
    return 3600 * hours if hours else math.inf
