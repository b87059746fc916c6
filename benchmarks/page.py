"""How fast the page is: the size of its first load, its first paint, and the time to a name.

    python -m benchmarks.page [ROUNDS]

Runs a server of its own with three made-up songs, and Chromium beside it on the same machine. A
first load is one with an empty cache; a second load is the same page asked for again. A name is
that of a clip of three seconds chosen as a file, and of what a microphone hears from the moment the
button is pressed. Prints a table in Markdown: medians, with the least and the most.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browsers import chromium, launched, write_heard
from tests.music import clip
from tests.serving import Running, make_options, running

ROUNDS = 10
CLIP_S = 3.0
PATIENCE_MS = 120_000

RESOURCES = """() => {
  const all = ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
    .filter(({ name }) => !name.includes('/api/'));
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return { count: all.length, sent: all.reduce((sum, one) => sum + one.transferSize, 0),
    plain: all.reduce((sum, one) => sum + one.decodedBodySize, 0), paint: paint.startTime };
}"""


def main() -> None:
    """Measure, and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    program = chromium()
    if program is None:
        sys.exit("no Chromium is installed")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        heard = write_heard(Path(name) / "heard.wav", 1)
        with (
            running(make_options(Path(name))) as server,
            launched(playwright, program, heard) as browser,
        ):
            server.ask("POST", "/identify", content=clip(1))  # so that its kernels are compiled
            measure(browser, server, rounds)


def measure(browser: Browser, server: Running, rounds: int) -> None:
    """Print a table of everything, each measured so often."""
    loads = [load(browser, server) for _ in range(rounds)]
    first, again = loads[0][0], loads[0][1]
    print(f"| what (n = {rounds}) | |\n|---|--:|")
    print(f"| first load: files | {first['count']:.0f} |")
    print(f"| first load: sent | {first['sent'] / 1000:.1f} kB |")
    print(f"| first load: unpacked | {first['plain'] / 1000:.1f} kB |")
    print(f"| second load: sent | {again['sent'] / 1000:.1f} kB |")
    print(f"| first paint, nothing cached | {told([one['paint'] for one, _ in loads])} |")
    print(f"| first paint, second load | {told([one['paint'] for _, one in loads])} |")
    for what, ask in {"a chosen clip of 3 s": choose, "the microphone": press}.items():
        print(f"| {what}: to its name | {told(timed(browser, server, ask, rounds))} |")


def load(browser: Browser, server: Running) -> tuple[dict[str, float], dict[str, float]]:
    """Load the page in a browser that has never seen it, and once more."""
    context = browser.new_context()
    try:
        page = context.new_page()
        first = looked_at(page, server.url)
        page.goto("about:blank")
        return first, looked_at(page, server.url)
    finally:
        context.close()


def looked_at(page: Page, url: str) -> dict[str, float]:
    """Load the page, and return what that took; what is told to have been painted may come late."""
    page.goto(url)
    page.get_by_role("button", name="Listen").wait_for()
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    found: dict[str, float] = page.evaluate(RESOURCES)
    return found


def timed(
    browser: Browser, server: Running, ask: Callable[[Page], None], rounds: int
) -> list[float]:
    """How many milliseconds it took from the question to the card, each time."""
    took: list[float] = []
    for _ in range(rounds):
        context = browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(server.url)
        page.get_by_role("button", name="Listen").wait_for()
        began = time.perf_counter()
        ask(page)
        page.get_by_role("article", name="Recognised").wait_for()
        took.append(1000 * (time.perf_counter() - began))
        context.close()
    return took


def choose(page: Page) -> None:
    """Choose a clip."""
    content = clip(1, duration_s=CLIP_S)
    page.get_by_label("Choose a file").set_input_files(
        {"name": "clip.flac", "mimeType": "audio/flac", "buffer": content}
    )


def press(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Listen").click()


def told(times_ms: Sequence[float]) -> str:
    """The median, the least and the most of some times."""
    least, most = min(times_ms), max(times_ms)
    return f"{statistics.median(times_ms):.0f} ms ({least:.0f} to {most:.0f})"


if __name__ == "__main__":
    main()
