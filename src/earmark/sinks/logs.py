"""Events in a file, a line each: as JSON, or as CSV for spreadsheets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

from earmark import jsonable
from earmark.errors import UsageError
from earmark.spreadsheets import csv_line
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.live.events import Event

COLUMNS = (
    "at told_at station kind title artist album isrc track_id started_at duration_s "
    "track_start_s track_end_s confidence speed text play_id id"
).split()


class EventLog:
    """Appends events to a file; `.csv` has a heading, every other name means lines of JSON.

    Each line is written at once and as a whole, so that a file may be followed, and moved away by
    whatever rotates logs: it is opened anew for each event.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Make the file, if it is not there.

        Raises:
            UsageError: it cannot be written.
        """
        self._path = Path(path)
        self._is_csv = self._path.suffix.lower() == ".csv"
        try:
            with self._path.open("ab"):
                pass
        except OSError as error:
            message = f"cannot write {self._path}: {error.strerror}"
            raise UsageError(message) from error

    def __enter__(self) -> Self:
        """Use the log in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open."""

    def __call__(self, event: Event) -> None:
        """Append an event.

        Raises:
            OSError: it cannot be written.
        """
        line = _on_one_line(row(event)) if self._is_csv else jsonable.dumps(jsonable.event(event))
        with self._path.open("ab", buffering=0) as file:
            if self._is_csv and not file.tell():
                line = f"{csv_line(COLUMNS)}\n{line}"
            file.write(f"{line}\n".encode())


def row(event: Event) -> list[str]:
    """Return the cells of an event, in the order of COLUMNS; empty for what it has not."""
    match = event.match
    values: dict[str, object] = {
        "at": iso_utc(event.at),
        "told_at": iso_utc(event.told_at),
        "station": event.station,
        "kind": event.kind.value,
        "text": event.text,
        "play_id": event.play_id,
        "id": event.id,
    }
    if event.started_at is not None:
        values["started_at"] = iso_utc(event.started_at)
        values["duration_s"] = f"{(event.at - event.started_at).total_seconds():.3f}"
    if match is not None:
        metadata = match.track.metadata
        values |= {
            "title": metadata.title,
            "artist": metadata.artist,
            "album": metadata.album,
            "isrc": metadata.isrc,
            "track_id": match.track.id,
            "track_start_s": f"{match.track_start_s:.3f}",
            "track_end_s": f"{match.track_end_s:.3f}",
            "confidence": f"{match.confidence:.4f}",
            "speed": None if match.speed is None else f"{match.speed:.4f}",
        }
    cells = ((name, values.get(name)) for name in COLUMNS)
    return ["" if value is None else str(value) for _, value in cells]


def _on_one_line(cells: list[str]) -> str:
    """Write a line that whoever follows the file can take for a whole event."""
    return csv_line(cells).replace("\r", " ").replace("\n", " ")
