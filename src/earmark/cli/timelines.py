"""How `earmark scan` writes a timeline: as a table, JSON lines, CSV or a CUE sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.cli import text
from earmark.spreadsheets import csv_line

if TYPE_CHECKING:
    from rich.table import Table

    from earmark.types import Timeline, TimelineSpan

COLUMNS = (
    *("file", "start_s", "end_s", "track_id", "title", "artist", "album", "path"),
    *("track_duration_s", "track_start_s", "track_end_s", "coverage"),
    *("speed", "tempo", "pitch_semitones", "confidence"),
)
"""Of a CSV file; those of a track are empty where it is unknown."""

UNKNOWN = "unknown"
CUE_FRAMES_HZ = 75
"""CUE sheets count in frames of an audio CD."""


def json_lines(timeline: Timeline) -> Iterator[str]:
    """Yield a JSON object for each span."""
    from earmark import jsonable

    for span in timeline.spans:
        yield jsonable.dumps(jsonable.timeline_span(timeline.file, span))


def csv_heading() -> str:
    """Return the names of the columns."""
    return csv_line(COLUMNS)


def csv_lines(timeline: Timeline) -> Iterator[str]:
    """Yield a line of CSV for each span: what JSON has, with the track's fields among the rest."""
    from earmark import jsonable

    for span in timeline.spans:
        row = jsonable.timeline_span(timeline.file, span)
        track = row.pop("track") or {}
        row |= {"track_id": track.get("id"), "track_duration_s": track.get("duration_s")}
        row |= {name: track.get(name) for name in ("title", "artist", "album", "path")}
        cells = (row[name] for name in COLUMNS)
        yield csv_line(text.printable(one) if isinstance(one, str) else one for one in cells)


class CueSheet:
    """Writes the lines of a CUE sheet: a track for each span, numbered through all files.

    The sheet has the title of its first file. Of the forms that a sheet can name, all but MP3 are
    uncompressed; players take WAVE for whatever else they can play.
    """

    def __init__(self) -> None:
        self._number = 0

    def lines(self, timeline: Timeline) -> Iterator[str]:
        """Yield the lines of the next file; of one in which nothing was heard, none."""
        if timeline.spans:
            name = Path(timeline.file)
            if not self._number:
                yield f"TITLE {_quoted(name.stem)}"
            form = "MP3" if name.suffix.lower() == ".mp3" else "WAVE"
            yield f"FILE {_quoted(timeline.file)} {form}"
        for span in timeline.spans:
            self._number += 1
            yield f"  TRACK {self._number:02} AUDIO"
            known = span.track and span.track.metadata
            yield f"    TITLE {_quoted(known.title if known else UNKNOWN)}"
            if known and known.artist:
                yield f"    PERFORMER {_quoted(known.artist)}"
            yield f"    INDEX 01 {_cue_time(span.start_s)}"


def _quoted(value: str) -> str:
    return f'"{text.printable(value).replace(chr(34), chr(39))}"'


def _cue_time(seconds: float) -> str:
    whole, frames = divmod(round(seconds * CUE_FRAMES_HZ), CUE_FRAMES_HZ)
    minutes, rest = divmod(whole, 60)
    return f"{minutes:02}:{rest:02}:{frames:02}"


def table(timeline: Timeline) -> Table:
    """Lay a timeline out for a person."""
    from earmark.cli import screen

    cells = [_cells(span) for span in timeline.spans]
    columns = ["from", "to", "track", "in the track", "heard", "sure"]
    if any(changed for *_, changed in cells):
        columns.append("changed")
    folding = ("track", "sure", "changed")
    rows = screen.listing(*columns, right=("from", "to", "heard"), folding=folding)
    for row in cells:
        rows.add_row(*row[: len(columns)])
    return rows


def _cells(span: TimelineSpan) -> tuple[str, ...]:
    from earmark.units import change

    track, times = span.track, (text.clock(span.start_s), text.clock(span.end_s))
    if track is None:
        return (*times, UNKNOWN, "", "", "", "")
    place = f"{text.clock(span.track_start_s or 0.0)} to {text.clock(span.track_end_s or 0.0)}"
    return (
        *times,
        text.by_whom(track.metadata.title, track.metadata.artist),
        place,
        f"{100 * span.coverage:.0f} %",
        text.in_a_word(span.confidence),
        change(span.speed, span.tempo or 1.0, span.pitch_semitones or 0.0),
    )


def summary(timeline: Timeline) -> str:
    """Say in a line what a recording held, and how fast it was read."""
    known = len(timeline.known)
    unknown_s = sum(span.end_s - span.start_s for span in timeline.spans if span.track is None)
    duration_s = timeline.duration_s or 0.0
    rate = duration_s / timeline.elapsed_s if timeline.elapsed_s else 0.0
    return (
        f"{text.counted(known, 'span')} of known tracks, {text.clock(unknown_s)} unknown; "
        f"{text.clock(duration_s)} in {text.clock(timeline.elapsed_s)}, {rate:,.0f}x real time"
    )
