"""A report as one HTML page that needs nothing else: no script, no font, no file beside it.

The template is `report.html`; the drawings come from `plots.py`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import MissingExtraError

if TYPE_CHECKING:
    from earmark.evaluation.summary import Report

TEMPLATE = Path(__file__).with_name("report.html")
WANTED = ("jinja2", "matplotlib")


def check_installed() -> None:
    """Make sure that a page could be made.

    Raises:
        MissingExtraError: what it takes is not installed.
    """
    if any(find_spec(name) is None for name in WANTED):
        what = "the HTML report"
        raise MissingExtraError(what, "bench")


def html_page(report: Report) -> str:
    """Lay a report out as HTML.

    Raises:
        MissingExtraError: what it takes is not installed.
    """
    check_installed()
    import jinja2  # noqa: PLC0415 - an extra that may not be there

    from earmark.evaluation import plots  # noqa: PLC0415 - it imports one as well

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"percent": percent}
    drawings = {
        "conditions": plots.conditions_plot(report),
        "lengths": plots.lengths_plot(report),
        "noise": plots.noise_plot(report),
        "stretch": plots.stretch_plot(report),
        "pitch": plots.pitch_plot(report),
        "calibration": plots.calibration_plot(report),
        "scores": plots.scores_plot(report),
    }
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(report=report, setup=report.setup, plots=drawings)


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share in percent; a dash for None."""
    return "-" if share is None else f"{100 * share:.{digits}f} %"
