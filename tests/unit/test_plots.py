"""Tests of earmark.evaluation.plots."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from earmark.evaluation import plots
from earmark.evaluation.conditions import CONDITIONS
from earmark.evaluation.summary import Report, summarised
from tests.measurements import SETUP, report

DRAWINGS = (
    plots.conditions_plot,
    plots.lengths_plot,
    plots.noise_plot,
    plots.stretch_plot,
    plots.pitch_plot,
    plots.calibration_plot,
    plots.scores_plot,
)


def full() -> Report:
    """A report of every condition."""
    return report(conditions=tuple(one for one in CONDITIONS if one.is_known))


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_a_plot_is_one_svg_element(draw: Callable[[Report], str | None]) -> None:
    """What is drawn can stand in a page as it is."""
    assert ET.fromstring(draw(full()) or "").tag.endswith("svg")  # noqa: S314 - our own


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_the_page_decides_the_colours(draw: Callable[[Report], str | None]) -> None:
    """No stand-in is left, so that a dark page has a plot in light ink."""
    svg = draw(full()) or ""
    assert "var(--ink)" in svg
    assert not re.search("|".join(plots.VARIABLES), svg)


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_the_same_report_gives_the_same_plot(draw: Callable[[Report], str | None]) -> None:
    """Neither the time nor chance is in a drawing."""
    assert draw(full()) == draw(full())


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_nothing_measured_is_nothing_drawn(draw: Callable[[Report], str | None]) -> None:
    """Without a clip there is no plot, rather than an empty one."""
    assert draw(summarised([], [], SETUP, [], is_complete=False)) is None


def test_a_line_needs_two_points() -> None:
    """One length says nothing about lengths."""
    assert plots.lengths_plot(report()) is None


def test_ids_of_two_plots_differ() -> None:
    """A page with both has no id twice."""
    first, second = (
        set(re.findall(r'id="(p[0-9a-f]{10})"', draw(full()) or ""))
        for draw in (plots.lengths_plot, plots.scores_plot)
    )
    assert first
    assert not first & second
