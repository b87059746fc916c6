"""What all pictures share: their look, and a plain word where the extra is not installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT, GRID, PAPER = "#1f2430", "#6b7280", "#e3e6ea", "#ffffff"
GOOD, BAD, CALM, MARK = "#0b7a5c", "#c2410c", "#2b6cb0", "#d6006c"
DOTS_PER_INCH = 110
SUFFIX = ".png"

STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,  # a title may have dollars in it
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": PAPER,
}


def check_installed() -> None:
    """Make sure that a picture could be drawn.

    Raises:
        MissingExtraError: what it takes is not installed.
    """
    if find_spec("matplotlib") is None:
        what = "a picture"
        raise MissingExtraError(what, "plot")


def check_drawable(path: Path) -> None:
    """Make sure, before any work, that a picture could be drawn and written there.

    Raises:
        MissingExtraError: what it takes is not installed.
        UsageError: it is named as no PNG, or its place cannot be written.
    """
    check_installed()
    if path.suffix.lower() != SUFFIX:
        message = f"{path} is no name of a picture: only PNG is drawn, to a name that ends in .png"
        raise UsageError(message)
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir():
        message = f"cannot write {path}: its folder has to exist, and it must be no folder"
        raise UsageError(message)
    if not os.access(path if path.exists() else folder, os.W_OK):
        message = f"cannot write {path}: permission denied"
        raise UsageError(message)


@contextmanager
def drawn(path: Path, width_in: float, height_in: float) -> Iterator[Figure]:
    """Give a drawing of this size, and write it as PNG when the block ends.

    Raises:
        MissingExtraError: what it takes is not installed.
        UsageError: the file cannot be written.
    """
    check_installed()
    from matplotlib import rc_context  # noqa: PLC0415 - an extra that may not be there
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(STYLE):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
        try:
            figure.savefig(path, format="png", dpi=DOTS_PER_INCH)
        except OSError as error:
            message = f"cannot write {path}: {error.strerror}"
            raise UsageError(message) from error
