"""Looking at a page as a program can: for what keeps people from using it, and at pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import JSHandle, Page

SERIOUS = {"serious", "critical"}

PAINTED = """() => {
    const canvas = document.querySelector(".time-chart canvas");
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    let painted = 0;
    for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
    return painted / (width * height);
}"""


def serious(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds serious: the rule, and where it is broken."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]


def painted(page: Page) -> float:
    """Return how much of the first picture over a time line is painted, 0 to 1.

    A spectrogram covers all but the axis below it, silence as paper; peaks and lines cover little.
    """
    return float(page.evaluate(PAINTED))


def dropped(page: Page, path: Path) -> JSHandle:
    """Return what a browser hands to a page on which a file is dropped."""
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), "
                  "{type: 'file', id: 'probe'}))")  # fmt: skip
    page.locator("#probe").set_input_files(path)
    return page.evaluate_handle(
        "() => { const t = new DataTransfer();"
        " t.items.add(document.querySelector('#probe').files[0]); return t; }"
    )


def until(page: Page, is_so: Callable[[], bool], patience_s: float = 60.0) -> None:
    """Wait for something; the page's policy lets no browser do so with a text of code."""
    end = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < end, "it is still not so"
        page.wait_for_timeout(50)
