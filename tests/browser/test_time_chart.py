"""Tests of what pictures over a time line reckon with, in the browser that reckons it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Screen


@pytest.fixture
def modules(screen: Screen) -> Screen:
    """A page whose modules can be asked."""
    return screen.go()


def asked(screen: Screen, name: str, expression: str) -> Any:  # noqa: ANN401 - whatever it says
    """Return what an expression in `m`, a module of the page, comes to."""
    base = "document.querySelector('script[type=module]').src.replace('app.js', '')"
    return screen.page.evaluate(
        f"async () => {{ const m = await import({base} + '{name}'); return {expression}; }}"
    )


def test_a_viewport_never_shows_what_is_past_the_ends(modules: Screen) -> None:
    """However it is moved and zoomed; it shows as much as it is asked for, as far as there is."""
    found = asked(
        modules,
        "canvas/viewport.js",
        """(() => {
            const view = new m.Viewport(-3, 100, 2);
            const seen = [];
            const told = () => seen.push([view.from_s, view.to_s]);
            view.subscribe(told);
            view.zoom(0.5, 0);
            view.pan(-1000);
            view.pan(1000);
            view.zoom(1e-9, 50);
            view.zoom(1e9, 99);
            return seen;
        })()""",
    )
    assert all(-3 <= from_s < to_s <= 100.0001 for from_s, to_s in found)
    widths = [round(to_s - from_s, 6) for from_s, to_s in found]
    assert widths == [51.5, 51.5, 51.5, 2, 103]


def test_what_is_pointed_at_stays_where_it_is(modules: Screen) -> None:
    """While one comes nearer."""
    share = asked(
        modules,
        "canvas/viewport.js",
        """(() => {
            const view = new m.Viewport(0, 100, 1);
            view.zoom(0.25, 30);
            return (30 - view.from_s) / view.span_s;
        })()""",
    )
    assert share == pytest.approx(0.3)


@pytest.mark.parametrize("hz", [125, 440, 1000, 3400])
def test_frequencies_come_back_from_a_bent_axis(modules: Screen, hz: int) -> None:
    """What lies at a height is the frequency that was put there."""
    rows = "Array.from({length: 80}, (_, i) => 100 * 1.05 ** i)"
    found = asked(
        modules,
        "canvas/axes.js",
        f"(() => {{ const f = new m.Frequencies({rows}); return f.hz(f.height({hz})); }})()",
    )
    assert found == pytest.approx(hz)


@pytest.mark.parametrize(("span_s", "first"), [(0.5, "0:00.00"), (30, "0:00"), (40_000, "0:00")])
def test_the_lines_of_a_time_axis_never_crowd(modules: Screen, span_s: float, first: str) -> None:
    """From half a second to half a day, each is written once."""
    ticks = asked(modules, "canvas/axes.js", f"m.timeTicks(0, {span_s}, 1000)")
    texts = [tick["text"] for tick in ticks]
    assert texts[0] == first
    assert len(set(texts)) == len(texts)
    assert 3 <= len(texts) <= 14


def test_a_moment_is_as_fine_as_it_can_be_told(modules: Screen) -> None:
    """And never has sixty seconds."""
    told = asked(
        modules,
        "canvas/axes.js",
        "[[59.96, 0.1], [59.999, 0.01], [83, 1]].map((a) => m.moment(...a))",
    )
    assert told == ["1:00.0", "1:00.00", "1:23"]


def test_slices_are_fetched_where_one_looks(modules: Screen) -> None:
    """Once each, and what went out of sight before its turn is not fetched."""
    found = asked(
        modules,
        "slices.js",
        """await (async () => {
            const asked = [];
            const slices = new m.Slices(10, 1000, async (index) => asked.push(index) && index);
            slices.of(0, 995);
            slices.of(500, 515);
            const have = (count, done) => slices.all().length === count && done();
            await new Promise((done) => slices.subscribe(() => have(2, done)));
            const there = slices.of(500, 515).map(({ value }) => value);
            return [asked.sort(), there];
        })()""",
    )
    assert found == [[50, 51], [50, 51]]


def test_a_slice_that_fails_is_asked_for_again_only_on_demand(modules: Screen) -> None:
    """With its problem told meanwhile."""
    found = asked(
        modules,
        "slices.js",
        """await (async () => {
            let times = 0;
            const slices = new m.Slices(10, 10, async () => {
                times += 1;
                throw new Error("gone");
            });
            const failed = new Promise((done) => slices.subscribe(() => slices.problem && done()));
            slices.of(0, 10);
            await failed;
            slices.of(0, 10);
            await new Promise((done) => setTimeout(done, 200));
            return [times, slices.problem.message, slices.isBusy];
        })()""",
    )
    assert found == [1, "gone", False]
