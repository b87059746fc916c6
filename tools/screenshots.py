"""Takes a picture of every view, in light and dark, on a phone and on a desktop.

    make screenshots                            both of these
    python -m tools.screenshots FOLDER [NAME ...]
    python -m tools.screenshots --documents     those that the documents show, into docs/images

Runs servers of its own with made-up songs, and Chromium beside them. What there is to be seen is
in `tools/screens.py`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from earmark.evaluation.codecs import FLAC, encode
from earmark.library import Library
from earmark.server.keys import Scope
from tests.browsers import SIZES, chromium, launched, write_heard
from tests.servers import going_on, serving
from tests.serving import Running, make_key, make_options, running
from tools.screens import PATIENCE_MS, SETTLING_MS, SONGS, VIEWS, Place, songs

THEMES = ("light", "dark")
MOVING = "listening"
"""Views whose names begin so are taken as they move."""

IMAGES = Path(__file__).parent.parent / "docs" / "images"
DOCUMENTS = {
    "page": ("heard", "desktop", "light"),
    "page-listening": ("listening", "desktop", "dark"),
    "page-result": ("result", "phone", "light"),
    "page-library": ("library", "desktop", "light"),
    "page-scan": ("timeline", "desktop", "light"),
    "page-stations": ("stations", "desktop", "light"),
    "page-track": ("track", "desktop", "dark"),
    "page-explain": ("explain-picture", "desktop", "light"),
}
"""What the documents show: a view, a size and a theme."""


class Servers:
    """The servers that views are of, each started when it is first wanted."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._running: dict[Place, Running] = {}

    def __getitem__(self, place: Place) -> Running:
        """Return one."""
        if place not in self._running:
            folder = self._folder / place
            folder.mkdir()
            started = {Place.FULL: full, Place.EMPTY: empty, Place.KEYED: keyed}[place](folder)
            self._running[place] = self._stack.enter_context(started)
        return self._running[place]


def main() -> None:
    """Take the pictures that are named, or all."""
    program = chromium()
    if program is None:
        sys.exit("no Chromium is installed")
    with (
        tempfile.TemporaryDirectory() as place,
        sync_playwright() as playwright,
        launched(playwright, program, write_heard(Path(place) / "heard.wav", 1)) as browser,
        ExitStack() as stack,
    ):
        servers = Servers(Path(place), stack)
        for path, view, size, theme in wanted(sys.argv[1:]):
            path.parent.mkdir(parents=True, exist_ok=True)
            shoot(browser, servers, path, view, size, theme)


def wanted(arguments: list[str]) -> Iterator[tuple[Path, str, str, str]]:
    """Return each picture that is asked for: its file, and the view, size and theme."""
    if arguments == ["--documents"]:
        yield from ((IMAGES / f"{name}.png", *of) for name, of in DOCUMENTS.items())
        return
    folder, names = Path(arguments[0]), arguments[1:] or list(VIEWS)
    for view in names:
        for size in SIZES:
            for theme in THEMES:
                yield folder / f"{view}-{size}-{theme}.png", view, size, theme


@contextmanager
def full(folder: Path) -> Iterator[Running]:
    """Run a server with twelve songs and two stations: one plays, one cannot be reached."""
    plays = str(folder / "plays.sqlite")
    options = make_options(folder, monitor_private=True, operations=plays)
    fill(options.library)
    song = encode(songs()[4].samples, songs()[4].sample_rate_hz, FLAC)
    radio = serving({"harbour": going_on(song, "Content-Type: audio/flac")})
    with running(options) as server, radio as air:
        for name, path in (("Radio Harbour", "harbour"), ("Attic Tapes", "attic")):
            server.ask("POST", "/monitors", json={"url": air.to(path), "name": name})
        yield server


@contextmanager
def empty(folder: Path) -> Iterator[Running]:
    """Run a server that nothing was added to."""
    Library.open(folder / "music.earmark").close()
    with running(make_options(folder)) as server:
        yield server


@contextmanager
def keyed(folder: Path) -> Iterator[Running]:
    """Run a server that wants a key."""
    Library.open(folder / "music.earmark").close()
    options = make_options(folder)
    make_key(options, Scope.READ)
    with running(options) as server:
        yield server


def fill(location: str) -> None:
    """Add more songs to the library, so that lists look like lists."""
    with Library.open(location) as library:
        for piece in songs()[:SONGS]:
            tags = {"title": piece.title, "artist": piece.artist, "album": piece.style.title()}
            path = Path(location).parent / f"{piece.title}.flac"
            path.write_bytes(encode(piece.samples, piece.sample_rate_hz, FLAC, tags))
            library.add([path])


def shoot(browser: Browser, servers: Servers, path: Path, view: str, size: str, theme: str) -> None:
    """Take one picture."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        is_mobile=size == "phone",
        has_touch=size == "phone",
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="no-preference" if view.startswith(MOVING) else "reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{servers[VIEWS[view].server].url}/#/{VIEWS[view].place}")
    page.wait_for_selector("main > *")
    for step in VIEWS[view].steps:
        step(page)
    page.wait_for_timeout(SETTLING_MS)
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    main()
