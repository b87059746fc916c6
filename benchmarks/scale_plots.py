"""Draws the numbers of `scale.py` against the size of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.scale_tables import (
    Numbers,
    constellations_mb_an_hour,
    index_mb_an_hour,
    rest_mb_an_hour,
    songs_a_second,
)

STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.markersize": 4.5,
}
WIDE_IN, HIGH_IN, DOTS_PER_INCH = 7.2, 3.6, 150
MARKERS = "osD^vP*X"

Lines = Mapping[str, Sequence[float]]
"""A value for each size, by name."""


def draw(results: Sequence[Numbers], folder: Path) -> None:
    """Draw every plot into a folder, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    tracks = [one["sizes"]["tracks"] for one in results]
    with rc_context(STYLE):
        for name, unit, lines in (
            ("latency", "ms of a query, median", _latency(results)),
            ("adding", "ms for one more song", _adding(results)),
        ):
            _plot(folder / f"scale-{name}.png", tracks, lines, "tracks", unit, is_log=True)
        built = [one for one in results if one["songs"]]
        rate = {"": [songs_a_second(one) for one in built]}
        sizes = [one["sizes"]["tracks"] for one in built]
        _plot(folder / "scale-building.png", sizes, rate, "tracks", "songs built a second")
        for name, unit, lines in (
            ("bytes", "MB an hour", _bytes(results)),
            ("named", "named, %", _named(results)),
        ):
            _plot(folder / f"scale-{name}.png", tracks, lines, "tracks", unit)
        limits_s, named = _limited(results)
        _plot(
            folder / "scale-limits.png", limits_s, named, "time limit, s", "named, %", is_log=False
        )


def _latency(results: Sequence[Numbers]) -> Lines:
    lines = {
        f"{temperature}: {label}": [one[temperature][label]["p50_ms"] for one in results]
        for temperature in ("warm", "cold")
        for label in ("clean 10 s", "noise +0 dB 10 s")
    }
    for ladder in results[0]["ladder"]:
        name = f"unknown, 10 s, ladder {ladder}"
        lines[name] = [one["ladder"][ladder]["p50_ms"] for one in results]
    return lines


def _adding(results: Sequence[Numbers]) -> Lines:
    return {
        name: [one["adds"][measure] for one in results]
        for name, measure in (("median", "p50_ms"), ("mean", "mean_ms"), ("most", "max_ms"))
    }


def _bytes(results: Sequence[Numbers]) -> Lines:
    return {
        "postings": [index_mb_an_hour(one) for one in results],
        "constellations": [constellations_mb_an_hour(one) for one in results],
        "all else": [rest_mb_an_hour(one) for one in results],
    }


def _named(results: Sequence[Numbers]) -> Lines:
    return {label: [_rate(one["named"][label]) for one in results] for label in results[0]["named"]}


def _limited(results: Sequence[Numbers]) -> tuple[Sequence[float], Lines]:
    """Return time limits, and what is named under them: of the largest catalogue."""
    limits = results[-1]["limits"]
    limits_s = [float(limit_s) for limit_s in next(iter(limits.values()))]
    lines = {label: [_rate(one) for one in found.values()] for label, found in limits.items()}
    return limits_s, lines


def _rate(named: Numbers) -> float:
    return float(100 * named["accepted"] / named["n"])


def _plot(
    file: Path,
    places: Sequence[float],
    lines: Lines,
    across: str,
    up: str,
    *,
    is_log: bool = False,
) -> None:
    """Draw lines over a logarithmic axis, whose ticks are where the points are."""
    figure = Figure(figsize=(WIDE_IN, HIGH_IN), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for marker, (name, values) in zip(MARKERS, lines.items()):
        axes.plot(places, values, f"-{marker}", label=name, clip_on=False)
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(places, [f"{place:,.0f}" for place in places])
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    if is_log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:,g}")
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(bottom=0)
    if len(lines) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.savefig(file, dpi=DOTS_PER_INCH, metadata={"Software": None})
