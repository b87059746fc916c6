"""How a timeline is written for other programs: as JSON lines, as CSV, and as a CUE sheet.

All of them are made of its JSON shape (`earmark.jsonable.timeline`), so that one that was stored
can be written, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePath

from earmark import jsonable
from earmark.spreadsheets import csv_line
from earmark.texts import printable

COLUMNS = (
    *("file", "start_s", "end_s", "track_id", "title", "artist", "album", "path"),
    *("track_duration_s", "track_start_s", "track_end_s", "coverage"),
    *("speed", "tempo", "pitch_semitones", "confidence"),
)
"""Of a CSV file; those of a track are empty where it is unknown."""

UNKNOWN = "unknown"
CUE_FRAMES_HZ = 75
"""CUE sheets count in frames of an audio CD."""


class TimelineForm(StrEnum):
    """How a timeline is written."""

    JSONL = "jsonl"
    CSV = "csv"
    CUE = "cue"


def timeline_lines(timeline: jsonable.Object, form: TimelineForm) -> Iterator[str]:
    """Yield the lines of a file that holds one timeline."""
    if form is TimelineForm.JSONL:
        yield from json_lines(timeline)
    elif form is TimelineForm.CSV:
        yield csv_heading()
        yield from csv_lines(timeline)
    else:
        yield from CueSheet().lines(timeline)


def json_lines(timeline: jsonable.Object) -> Iterator[str]:
    """Yield a JSON object for each span."""
    yield from map(jsonable.dumps, timeline["spans"])


def csv_heading() -> str:
    """Return the names of the columns."""
    return csv_line(COLUMNS)


def csv_lines(timeline: jsonable.Object) -> Iterator[str]:
    """Yield a line of CSV for each span: what JSON has, with the track's fields among the rest."""
    for span in timeline["spans"]:
        track = span["track"] or {}
        row = {**span, "track_id": track.get("id"), "track_duration_s": track.get("duration_s")}
        row |= {name: track.get(name) for name in ("title", "artist", "album", "path")}
        cells = (row[name] for name in COLUMNS)
        yield csv_line(printable(one) if isinstance(one, str) else one for one in cells)


class CueSheet:
    """Writes the lines of a CUE sheet: a track for each span, numbered through all files.

    The sheet has the title of its first file. Of the forms that a sheet can name, all but MP3 are
    uncompressed; players take WAVE for whatever else they can play.
    """

    def __init__(self) -> None:
        self._number = 0

    def lines(self, timeline: jsonable.Object) -> Iterator[str]:
        """Yield the lines of the next file; of one in which nothing was heard, none."""
        if timeline["spans"]:
            name = PurePath(timeline["file"])
            if not self._number:
                yield f"TITLE {_quoted(name.stem)}"
            form = "MP3" if name.suffix.lower() == ".mp3" else "WAVE"
            yield f"FILE {_quoted(timeline['file'])} {form}"
        for span in timeline["spans"]:
            self._number += 1
            yield f"  TRACK {self._number:02} AUDIO"
            known = span["track"]
            yield f"    TITLE {_quoted(known['title'] if known else UNKNOWN)}"
            if known and known["artist"]:
                yield f"    PERFORMER {_quoted(known['artist'])}"
            yield f"    INDEX 01 {_cue_time(span['start_s'])}"


def _quoted(value: str) -> str:
    return f'"{printable(value).replace(chr(34), chr(39))}"'


def _cue_time(seconds: float) -> str:
    whole, frames = divmod(round(seconds * CUE_FRAMES_HZ), CUE_FRAMES_HZ)
    minutes, rest = divmod(whole, 60)
    return f"{minutes:02}:{rest:02}:{frames:02}"
