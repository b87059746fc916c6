"""How `earmark scan` shows a timeline to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.cli import text

if TYPE_CHECKING:
    from rich.table import Table

    from earmark.types import Timeline, TimelineSpan


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
    from earmark.timelines import UNKNOWN
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
