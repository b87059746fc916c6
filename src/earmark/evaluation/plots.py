"""The plots of a report, as SVG that takes its colours from the page that it stands in.

Matplotlib draws with stand-in colours, which are then replaced by CSS variables: so one drawing is
right on a light and on a dark page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from earmark.evaluation.conditions import Sound
from earmark.evaluation.intervals import wilson
from earmark.evaluation.summary import Report, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FAINT, GRID = "#010203", "#040506", "#070809"
SERIES = tuple(f"#a0000{number}" for number in range(8))
VARIABLES = {INK: "--ink", FAINT: "--faint", GRID: "--grid"} | {
    colour: f"--series-{number}" for number, colour in enumerate(SERIES)
}
"""Stand-in colours, and the CSS variables that take their place."""

MOST_SERIES = len(SERIES)
MARKERS = "osD^vP*X"
LEAST_POINTS = 2
WIDE_IN, HALF_IN, LOW_IN = 9.2, 4.5, 3.3
ROW_IN = 0.235
HISTOGRAM_BINS = 40
LEAST_GAP = 0.07
"""Between ticks that stand where the points are, as a part of the axis: else none can be read."""
TALL_ROWS = 30
DODGE = 0.03
"""The part of the axis over which equal points stand apart: they would hide each other."""

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.markersize": 4.5,
}

Line = tuple[str, Sequence[float], Sequence[Row]]
"""A name, where its points stand, and their rows."""


def conditions_plot(report: Report) -> str | None:
    """Hit rates with their intervals, a line for each condition of known music."""
    rows = [one for one in report.rows if one.condition and one.condition.is_known and one.found.n]
    if not rows:
        return None
    names = list(dict.fromkeys(one.condition.name for one in rows if one.condition))
    with rc_context(STYLE):
        figure, axes = _figure(WIDE_IN, 0.7 + ROW_IN * len(rows))
        for place, one in enumerate(rows):
            name = one.condition.name if one.condition else ""
            colour = SERIES[names.index(name) % MOST_SERIES]
            rate = one.found.rate or 0.0
            axes.plot([one.found.low, one.found.high], [place] * 2, color=colour, alpha=0.45, lw=4)
            axes.plot(rate, place, "o", color=colour, markersize=5.5, clip_on=False, zorder=3)
        axes.set_yticks(range(len(rows)), [one.condition.label for one in rows if one.condition])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labeltop=len(rows) > TALL_ROWS)
        _percent(axes, "x")
        axes.set_xlim(-0.015, 1.015)
        return _svg(figure, "conditions")


def lengths_plot(report: Report) -> str | None:
    """Hit rates against the length of the clip."""
    groups: dict[str, list[Row]] = {}
    for one in _tracks(report):
        if one.condition:
            name = f"{one.condition.name} {one.condition.severity}".strip()
            groups.setdefault(name, []).append(one)
    lines = [
        (name, [one.condition.length_s for one in rows if one.condition], rows)
        for name, rows in groups.items()
    ]
    return _lines_plot(lines, "length", "seconds of the clip")


def noise_plot(report: Report) -> str | None:
    """Hit rates against the ratio of music to noise."""
    groups: dict[str, list[Row]] = {}
    for one in _tracks(report):
        condition = one.condition
        if condition and condition.noises and condition.is_as_fast and condition.codec is None:
            groups.setdefault(f"{condition.name}, {condition.length_s:g} s", []).append(one)
    lines = [
        (name, [one.condition.snr_db for one in rows if one.condition], rows)
        for name, rows in groups.items()
    ]
    return _lines_plot(lines, "noise", "music to noise, dB")


def stretch_plot(report: Report) -> str | None:
    """Hit rates against the change of speed or tempo, in percent."""
    groups: dict[str, list[Row]] = {}
    for one in _tracks(report):
        if one.condition and one.condition.name in {"speed", "tempo"}:
            name = f"{one.condition.name}, {one.condition.length_s:g} s"
            groups.setdefault(name, []).append(one)
    lines = [
        (name, [100 * one.condition.tempo - 100 for one in rows if one.condition], rows)
        for name, rows in groups.items()
    ]
    return _lines_plot(lines, "stretch", "change, %")


def pitch_plot(report: Report) -> str | None:
    """Hit rates against the change of pitch, in semitones."""
    rows = [one for one in _tracks(report) if one.condition and one.condition.name == "pitch"]
    places = [one.condition.semitones for one in rows if one.condition]
    return _lines_plot([("pitch", places, rows)], "pitch", "change, semitones")


def calibration_plot(report: Report) -> str | None:
    """The share that is right against the confidence that was given."""
    if not report.bins:
        return None
    with rc_context(STYLE):
        figure, axes = _figure(HALF_IN, LOW_IN)
        axes.plot([0, 1], [0, 1], color=FAINT, lw=1, ls=(0, (4, 3)))
        for one in report.bins:
            low, high = wilson(round(one.right * one.n), one.n)
            axes.plot([one.confidence] * 2, [low, high], color=SERIES[0], alpha=0.45, lw=4)
            axes.plot(one.confidence, one.right, "o", color=SERIES[0], clip_on=False, zorder=3)
        axes.set_xlabel("confidence of the best candidate")
        axes.set_ylabel("right")
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, 1.0)
        _percent(axes, "both")
        return _svg(figure, "calibration")


def scores_plot(report: Report) -> str | None:
    """How the scores of right answers and of strangers are spread."""
    both = [*report.known_scores, *report.stranger_scores]
    if not both:
        return None
    with rc_context(STYLE):
        figure, axes = _figure(HALF_IN, LOW_IN)
        edges = np.geomspace(1.0, max(2.0, *both) * 1.01, HISTOGRAM_BINS).tolist()
        for name, scores, colour in (
            ("known, right candidate", report.known_scores, SERIES[0]),
            ("strangers, best candidate", report.stranger_scores, SERIES[1]),
        ):
            if scores:
                weights = np.full(len(scores), 1.0 / len(scores))
                shown = np.maximum(scores, 1.0)
                axes.hist(shown, edges, weights=weights, color=colour, alpha=0.6, label=name)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("score, nats (1 and less as 1)")
        axes.set_ylabel("clips")
        _percent(axes, "y")
        axes.legend(loc="upper right")
        axes.margins(y=0.25)
        return _svg(figure, "scores")


def _tracks(report: Report) -> list[Row]:
    """Rows of clips cut from one track."""
    return [
        one
        for one in report.rows
        if one.condition and one.condition.sound is Sound.TRACK and one.found.n
    ]


def _lines_plot(lines: Sequence[Line], name: str, axis: str) -> str | None:
    """Draw the lines with the most points; None if none has two."""
    shown = [line for line in lines if len(set(line[1])) >= LEAST_POINTS]
    most = sorted(shown, key=lambda line: -len(line[1]))[:MOST_SERIES]
    shown = [line for line in shown if line in most]
    if not shown:
        return None
    with rc_context(STYLE):
        figure, axes = _figure(HALF_IN, LOW_IN)
        ticks = sorted({place for line in shown for place in line[1]})
        span = ticks[-1] - ticks[0]
        for number, (label, places, rows) in enumerate(shown):
            order = np.argsort(places)
            dodge = span * DODGE * ((number + 0.5) / len(shown) - 0.5)
            x = np.asarray(places, np.float64)[order] + dodge
            shares = [rows[which].found for which in order]
            rates = [one.rate or 0.0 for one in shares]
            marker = f"-{MARKERS[number]}"
            axes.plot(x, rates, marker, color=SERIES[number], label=label, clip_on=False)
            for place, one in zip(x, shares, strict=True):
                axes.plot([place] * 2, [one.low, one.high], color=SERIES[number], alpha=0.35, lw=2)
        if min(np.diff(ticks)) >= LEAST_GAP * span:
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlabel(axis)
        axes.set_ylabel("hits")
        axes.set_ylim(0.0, 1.0)
        _percent(axes, "y")
        columns = 2 if len(shown) > MOST_SERIES // 2 else 1
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.18), ncols=columns)
        return _svg(figure, name)


def _figure(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def _percent(axes: Axes, which: str) -> None:
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if which in {name, "both"}:
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def _svg(figure: Figure, name: str) -> str:
    """Write a drawing as an SVG element with variables for colours."""
    target = io.StringIO()
    with rc_context({"svg.hashsalt": name}):  # ids that differ from the page's other drawings
        figure.savefig(target, format="svg", transparent=True, metadata={"Date": None})
    text = target.getvalue()
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text[text.index("<svg") :]
