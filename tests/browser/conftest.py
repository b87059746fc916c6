"""Chromium, a server and pages: what every test of the page stands on.

`screen` is a page as a user has it. Its methods wait, as users do. A test that wants another size
or theme asks for `open_screen`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from earmark.server.options import ServerOptions
from tests.browsers import SIZES, chromium, launched, write_heard
from tests.serving import Running, make_options, running

PATIENCE_MS = 60_000
HEARD = 1
"""The piece that the fake microphone plays, again and again."""


@dataclass
class Screen:
    """A page, and what went wrong in it."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def hear(self, kind: str, text: str) -> None:
        """Note what the page says in the console when a view breaks.

        That the network failed, which browsers say there, too, is what some tests are about.
        """
        if kind == "error" and not text.startswith(("Failed to load", "WebSocket", "Refused")):
            self.complaints.append(text)

    def go(self, place: str = "listen") -> Screen:
        """Go to a view, and wait until it is there."""
        self.page.goto(f"{self.url}/#/{place}")
        self.page.wait_for_selector("main > *")
        return self


OpenScreen = Callable[..., Screen]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives browsers.

    Not for the whole session: while it is there, the thread has a running event loop, and
    `asyncio.run` is refused to every test that the same worker runs later.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the tests of a module."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium is installed; Debian's package is `chromium`")
    heard = write_heard(tmp_path_factory.mktemp("microphone") / "heard.wav", HEARD)
    with launched(playwright, program, heard) as started:
        yield started


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
        screen.page.on("console", lambda said: screen.hear(said.type, said.text))
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
