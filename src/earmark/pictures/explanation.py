"""An explanation as a picture: the clip's sound, the peaks that agree, and where they do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import UsageError
from earmark.explaining.words import place_s
from earmark.pictures.drawing import BAD, CALM, FAINT, GOOD, MARK, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from earmark.types import Exhibit, Explanation

WIDE_IN, HIGH_IN = 11.0, 10.5
DYNAMIC_DB = 60
"""Quieter cells than this below the loudest are all drawn white."""
LOWEST_HZ, HIGHEST_HZ = 100, 3600
TITLE_LETTERS = 120


def draw_explanation(explanation: Explanation, path: Path) -> None:
    """Draw an explanation.

    Raises:
        MissingExtraError: what it takes is not installed.
        UsageError: the file cannot be written, or there is no sound to draw.
    """
    shown = explanation.exhibit
    if shown is None:
        message = f"there is nothing to draw of {explanation.clip}: it could not be read"
        raise UsageError(message)
    with drawn(path, WIDE_IN, HIGH_IN) as figure:
        sound, peaks, places = figure.subplots(3, 1, height_ratios=(3, 3, 2))
        figure.suptitle(_heading(explanation), ha="left", x=0.01, fontsize=11)
        _draw_sound(shown, sound)
        _draw_peaks(shown, peaks)
        _draw_places(explanation, shown, places)


def _heading(explanation: Explanation) -> str:
    lines = (Path(explanation.clip).name, *explanation.words)
    return "\n".join(line if len(line) <= TITLE_LETTERS else _broken(line) for line in lines)


def _broken(line: str) -> str:
    """Break a long sentence in two where a word ends."""
    at = line.rfind(" ", 0, TITLE_LETTERS)
    return f"{line[:at]}\n{line[at + 1 :]}"


def _draw_sound(shown: Exhibit, axes: Axes) -> None:
    levels = shown.level_db
    if len(levels):
        top, frames = float(levels.max()), len(levels)
        axes.pcolormesh(
            [frame * shown.frame_s for frame in range(frames)],
            shown.band_hz,
            levels.T,
            cmap="Greys",
            vmin=top - DYNAMIC_DB,
            vmax=top,
            rasterized=True,
        )
        axes.set_xlim(0, frames * shown.frame_s)
    axes.scatter(shown.clip_s, shown.clip_hz, s=4, color=MARK, linewidths=0)
    _frequencies(axes, f"The clip: its spectrogram, and its {len(shown.clip_s):,} peaks")


def _draw_peaks(shown: Exhibit, axes: Axes) -> None:
    heard = shown.heard
    axes.scatter(shown.clip_s, shown.clip_hz, s=3, color=FAINT, alpha=0.35, label="of the clip")
    axes.scatter(
        shown.track_s[~heard],
        shown.track_hz[~heard],
        s=26,
        facecolors="none",
        edgecolors=BAD,
        linewidths=0.8,
        label=f"of the track, missing: {int((~heard).sum()):,}",
    )
    axes.scatter(
        shown.track_s[heard],
        shown.track_hz[heard],
        s=26,
        color=GOOD,
        label=f"of the track, heard: {int(heard.sum()):,}",
    )
    axes.set_xlim(0, max(1e-3, len(shown.level_db) * shown.frame_s))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.99), ncols=3)
    _frequencies(axes, "The track's peaks where the clip fits best")
    axes.set_xlabel("seconds of the clip")


def _frequencies(axes: Axes, title: str) -> None:
    axes.set_ylim(LOWEST_HZ, HIGHEST_HZ)
    axes.set_ylabel("Hz")
    axes.set_title(title)


def _draw_places(explanation: Explanation, shown: Exhibit, axes: Axes) -> None:
    axes.set_title("Agreeing peaks at every place of the track")
    axes.set_xlabel("where the clip would begin, in seconds of the track")
    axes.set_ylabel("peaks")
    if explanation.best is None or not len(shown.place_s):
        return
    best = explanation.best
    axes.plot(shown.place_s, shown.agreeing, color=CALM, linewidth=0.7)
    axes.set_xlim(float(shown.place_s[0]), float(shown.place_s[-1]))
    axes.set_ylim(0, None)
    axes.axhline(best.chance * best.expected, color=FAINT, linestyle=":", linewidth=1)
    mark = GOOD if best.match.score >= best.threshold else BAD
    at_s = best.match.offset_s
    most = int(shown.agreeing[abs(shown.place_s - at_s).argmin()])
    axes.plot([at_s], [most], "o", color=mark, fillstyle="none", markersize=9)
    axes.annotate(
        place_s(at_s),
        (at_s, most),
        xytext=(9, -3),
        textcoords="offset points",
        color=mark,
    )
