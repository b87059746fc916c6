"""Takes a picture of every view, in light and dark, on a phone and on a desktop.

    make screenshots            into build/screenshots
    python -m tools.screenshots FOLDER [NAME ...]

Runs a server of its own with twelve made-up songs, and Chromium beside it. A view is a row of
`VIEWS`: where it is, and what is done there before the picture is taken.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

from earmark.evaluation.codecs import FLAC, encode
from earmark.evaluation.synthesis import Piece, catalogue
from earmark.library import Library
from tests.browsers import SIZES, chromium, launched, write_heard
from tests.music import clip
from tests.servers import going_on, serving
from tests.serving import Running, make_options, running

SONGS = 9
SONG_S = 20.0
PATIENCE_MS = 120_000
SETTLING_MS = 600
"""For what moves into its place."""


@dataclass(frozen=True, slots=True)
class View:
    """What a picture is of."""

    place: str
    prepare: Callable[[Page], None] = lambda _: None


def listen(page: Page) -> None:
    """Be in the middle of listening, to a server that hears and does not say what."""
    page.route_web_socket("**/live*", _hush)
    page.reload()
    page.get_by_role("button", name="Listen").click()
    page.wait_for_timeout(4000)


def name(page: Page) -> None:
    """Have a clip named."""
    _choose(page, 1)
    page.get_by_role("article", name="Recognised").wait_for()


def miss(page: Page) -> None:
    """Ask for what is not known."""
    _choose(page, 3)
    page.get_by_role("heading", name="Not one of yours").wait_for()


def edit(page: Page) -> None:
    """Open the editor of a track."""
    page.get_by_role("button", name="Edit").nth(2).click()


def search(page: Page) -> None:
    """Search for what is not there."""
    page.get_by_role("searchbox").fill("polka")
    page.get_by_role("heading", name="Nothing found").wait_for()


def scan(page: Page) -> None:
    """Have two songs with something between them scanned, and choose one."""
    between = np.random.default_rng(7).normal(0, 0.05, 20 * songs()[0].sample_rate_hz)
    sound = np.concatenate([songs()[2].samples, between, songs()[5].samples, songs()[7].samples])
    recording = encode(sound.astype(np.float32), songs()[0].sample_rate_hz, FLAC)
    file = {"name": "Friday night.flac", "mimeType": "audio/flac", "buffer": recording}
    page.get_by_label("Choose a recording").set_input_files(file)  # type: ignore[arg-type]
    page.locator(".span").nth(2).click()


def tune(page: Page) -> None:
    """Wait until the station plays something."""
    page.get_by_role("timer").wait_for()


def track(page: Page) -> None:
    """Go to a track from the library, and wait for its picture."""
    page.get_by_role("link", name="Library").click()
    page.locator(".track-title").nth(4).click()
    page.get_by_role("application").wait_for()
    page.wait_for_timeout(SETTLING_MS)
    expect(page.get_by_text("Drawing")).to_have_count(0, timeout=PATIENCE_MS)


def near(page: Page) -> None:
    """Look at a few seconds of it."""
    track(page)
    page.get_by_role("application").focus()
    for key in ("+", "+", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(SETTLING_MS)
    expect(page.get_by_text("Drawing")).to_have_count(0, timeout=PATIENCE_MS)


def explain(number: int) -> Callable[[Page], None]:
    """Have a clip explained."""

    def prepare(page: Page) -> None:
        file = {"name": "clip.flac", "mimeType": "audio/flac", "buffer": clip(number)}
        page.get_by_label("Choose a clip").set_input_files(file)  # type: ignore[arg-type]
        page.locator(".clip-map[aria-busy=false]").wait_for()

    return prepare


VIEWS = {
    "listen": View("listen"),
    "listening": View("listen", listen),
    "result": View("listen", name),
    "stranger": View("listen", miss),
    "library": View("library"),
    "editing": View("library", edit),
    "nothing-found": View("library", search),
    "scan": View("scan"),
    "timeline": View("scan", scan),
    "stations": View("monitors", tune),
    "log": View("monitors/log"),
    "totals": View("monitors/totals"),
    "tasks": View("tasks"),
    "track": View("listen", track),
    "track-near": View("listen", near),
    "track-missing": View("track/nowhere"),
    "explain": View("explain"),
    "explain-match": View("explain", explain(1)),
    "explain-stranger": View("explain", explain(3)),
}


def main() -> None:
    """Take the pictures that are named, or all."""
    folder, names = Path(sys.argv[1]), sys.argv[2:] or list(VIEWS)
    folder.mkdir(parents=True, exist_ok=True)
    program = chromium()
    if program is None:
        sys.exit("no Chromium is installed")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        heard = write_heard(Path(place) / "heard.wav", 1)
        plays = str(Path(place) / "plays.sqlite")
        options = make_options(Path(place), monitor_private=True, operations=plays)
        fill(options.library)
        with (
            running(options) as server,
            on_air(server),
            launched(playwright, program, heard) as browser,
        ):
            for view in names:
                shoot(browser, server, view, folder)


@cache
def songs() -> tuple[Piece, ...]:
    """What lies in the library beside the music of the tests."""
    return tuple(catalogue(SONGS, seed=11, duration_s=SONG_S))


@contextmanager
def on_air(server: Running) -> Iterator[None]:
    """Have stations listened to: one that plays a song, and one that cannot be reached."""
    song = encode(songs()[4].samples, songs()[4].sample_rate_hz, FLAC)
    with serving({"harbour": going_on(song, "Content-Type: audio/flac")}) as radio:
        for name, path in (("Radio Harbour", "harbour"), ("Attic Tapes", "attic")):
            server.ask("POST", "/monitors", json={"url": radio.to(path), "name": name})
        yield


def fill(location: str) -> None:
    """Add more songs to the library, so that lists look like lists."""
    with Library.open(location) as library:
        for piece in songs():
            tags = {"title": piece.title, "artist": piece.artist, "album": piece.style.title()}
            path = Path(location).parent / f"{piece.title}.flac"
            path.write_bytes(encode(piece.samples, piece.sample_rate_hz, FLAC, tags))
            library.add([path])


def shoot(browser: Browser, server: Running, view: str, folder: Path) -> None:
    """Take the four pictures of one view."""
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                reduced_motion="reduce" if view != "listening" else "no-preference",
            )
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto(f"{server.url}/#/{VIEWS[view].place}")
            page.wait_for_selector("main > *")
            VIEWS[view].prepare(page)
            page.wait_for_timeout(SETTLING_MS)
            page.screenshot(path=folder / f"{view}-{size}-{theme}.png")
            context.close()


def _hush(socket: WebSocketRoute) -> None:
    server = socket.connect_to_server()
    server.on_message(lambda said: socket.send(said) if '"ready"' in str(said) else None)


def _choose(page: Page, number: int) -> None:
    file = {"name": "clip.flac", "mimeType": "audio/flac", "buffer": clip(number)}
    page.get_by_label("Choose a file").set_input_files(file)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
