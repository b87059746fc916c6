"""Chromium, a server and pages: what every test of the page stands on.

`screen` is a page as a user has it. Its methods wait, as users do. A test that wants another size
or theme asks for `open_screen`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from earmark.server.options import ServerOptions
from tests.music import pieces
from tests.serving import Running, make_options, running

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
PATIENCE_MS = 60_000
HEARD = 1
"""The piece that the fake microphone plays, again and again."""


@dataclass
class Screen:
    """A page, and what went wrong in it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, place: str = "listen") -> Screen:
        """Go to a view, and wait until it is there."""
        self.page.goto(f"{self.url}/#/{place}")
        self.page.wait_for_selector("main > *")
        return self


OpenScreen = Callable[..., Screen]


def chromium() -> str | None:
    """Where Chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the fake microphone hears: a piece of the library."""
    piece = pieces()[HEARD]
    path = tmp_path_factory.mktemp("microphone") / "heard.wav"
    soundfile.write(path, piece.samples, piece.sample_rate_hz, subtype="PCM_16")
    return path


@pytest.fixture(scope="session")
def browser(playwright: Playwright, microphone: Path) -> Iterator[Browser]:
    """One browser for all tests."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium is installed; Debian's package is `chromium`")
    arguments = [
        "--no-sandbox",  # as root in a container
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    started = playwright.chromium.launch(executable_path=program, args=arguments)
    yield started
    started.close()


@pytest.fixture(scope="session")
def options(tmp_path_factory: pytest.TempPathFactory) -> ServerOptions:
    """How the server of all tests runs."""
    folder = tmp_path_factory.mktemp("server")
    plays = str(folder / "plays.sqlite")
    return make_options(folder, monitor_private=True, operations=plays)


@pytest.fixture(scope="session")
def server(options: ServerOptions) -> Iterator[Running]:
    """A server without keys that all tests share; what they add or edit is theirs alone."""
    with running(options) as started:
        yield started


@pytest.fixture
def open_screen(browser: Browser, server: Running) -> Iterator[OpenScreen]:
    """Open a page, on a desktop in the light unless told; what breaks in it fails the test."""
    opened: list[Screen] = []

    def open_one(
        size: str = "desktop", theme: str = "light", url: str | None = None, **more: object
    ) -> Screen:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            **more,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE_MS)
        screen = Screen(context.new_page(), url or server.url)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        opened.append(screen)
        return screen

    yield open_one
    for screen in opened:
        screen.page.context.close()
    assert [complaint for screen in opened for complaint in screen.complaints] == []


@pytest.fixture
def screen(open_screen: OpenScreen) -> Screen:
    """A page on a desktop, in the light."""
    return open_screen()
