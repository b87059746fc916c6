"""A timeline as a picture: a row for every track, grey where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.pictures.drawing import CALM, FAINT, GRID, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from earmark.types import Timeline, Track

WIDE_IN, ROW_IN, HEAD_IN = 11.0, 0.24, 0.9
TALLEST_IN = 200.0
"""A picture of more pixels would be refused; rows are drawn closer then."""

TICKS_S = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 2 * 3600, 6 * 3600, 24 * 3600)
MOST_TICKS = 12
NAME_LETTERS = 48


def draw_timelines(timelines: Sequence[Timeline], path: Path) -> None:
    """Draw the timelines of recordings below each other.

    Raises:
        MissingExtraError: what it takes is not installed.
        UsageError: the file cannot be written.
    """
    rows = [max(1, len(_tracks(one))) for one in timelines]
    height_in = min(TALLEST_IN, sum(ROW_IN * count + HEAD_IN for count in rows))
    with drawn(path, WIDE_IN, height_in) as figure:
        shares = [ROW_IN * count + HEAD_IN for count in rows]
        axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=shares)
        for one, axis in zip(timelines, axes[:, 0], strict=True):
            _draw(one, axis)


def _tracks(timeline: Timeline) -> list[Track]:
    """The tracks of a timeline, in the order in which they are first heard."""
    tracks = [span.track for span in timeline.spans if span.track is not None]
    return list({track.key: track for track in tracks}.values())


def _draw(timeline: Timeline, axes: Axes) -> None:
    from matplotlib.ticker import MultipleLocator  # noqa: PLC0415 - an extra

    tracks = _tracks(timeline)
    row = {track.key: number for number, track in enumerate(tracks)}
    for span in timeline.spans:
        length = span.end_s - span.start_s
        if span.track is None:
            axes.axvspan(span.start_s, span.end_s, color=GRID, zorder=0.5)
        else:
            start = [(span.start_s, length)]
            axes.broken_barh(start, (row[span.track.key] - 0.36, 0.72), color=CALM)
    for number in range(len(tracks)):
        axes.axhline(number, color=GRID, linewidth=0.6, zorder=0.6)
    axes.set_yticks(range(len(tracks)), [_name(track) for track in tracks])
    axes.set_ylim(max(1, len(tracks)) - 0.5, -0.5)
    axes.set_xlim(0, timeline.duration_s or 1)
    axes.xaxis.set_major_locator(MultipleLocator(_tick_s(timeline.duration_s or 1)))
    axes.xaxis.set_major_formatter(lambda value, _: _clock(value))
    axes.xaxis.grid(visible=True)
    axes.tick_params(axis="y", length=0)
    axes.set_title(f"{Path(timeline.file).name} (grey: unknown)", color=FAINT)


def _tick_s(duration_s: float) -> float:
    """Return a round distance of ticks: about ten of them stand on the axis."""
    return next((tick for tick in TICKS_S if duration_s / tick <= MOST_TICKS), TICKS_S[-1])


def _name(track: Track) -> str:
    known = track.metadata
    text = f"{known.title} — {known.artist}" if known.artist else known.title
    return text if len(text) <= NAME_LETTERS else f"{text[: NAME_LETTERS - 1]}…"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
