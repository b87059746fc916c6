"""Looking at a page as a program can: for what keeps people from using it, and at pictures."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}

COLOURS = """() => {
    const canvas = document.querySelector(".time-chart canvas");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""


def serious(page: Page) -> list[tuple[str, str]]:
    """Return what axe finds serious: the rule, and where it is broken."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]


def colours(page: Page) -> int:
    """Return how many colours the first picture over a time line has."""
    return int(page.evaluate(COLOURS))
