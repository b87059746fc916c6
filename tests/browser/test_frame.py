from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from earmark.server.keys import Scope
from tests.browser.conftest import OpenScreen, Screen
from tests.browser.looking import dropped, serious
from tests.music import clip, title
from tests.serving import Running, make_key, make_options, running

VIEWS = ("listen", "library")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, str]]:
    """A server with a key that may read, and the key."""
    folder: Path = tmp_path_factory.mktemp("keyed")
    options = make_options(folder)
    key = make_key(options, Scope.READ)
    with running(options) as started:
        yield started, key


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(
    open_screen: OpenScreen, view: str, size: str, theme: str
) -> None:
    """Names, roles, contrasts: in both themes, on a phone and on a desktop."""
    page = open_screen(size=size, theme=theme).go(view).page
    page.wait_for_load_state("networkidle")
    assert serious(page) == []


def test_a_key_is_asked_for_once_and_not_kept(
    open_screen: OpenScreen, keyed: tuple[Running, str]
) -> None:
    """The page goes on where it was; only a cookie that scripts cannot read is left."""
    server, key = keyed
    page = open_screen(url=server.url).go("library").page
    dialog = page.get_by_role("dialog", name="This server wants a key")
    dialog.get_by_label("Key").fill("em_wrong")
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog.get_by_text("The server does not know this key.")).to_be_visible()
    dialog.get_by_label("Key").fill(key)
    dialog.get_by_label("Key").press("Enter")
    expect(page.get_by_text(title(0))).to_be_visible()
    assert page.evaluate("[document.cookie, Object.values(localStorage).join()]") == ["", ""]
    page.reload()
    expect(page.get_by_text(title(0))).to_be_visible()


def test_who_may_only_read_is_offered_no_changes(
    open_screen: OpenScreen, keyed: tuple[Running, str]
) -> None:
    """Neither files to add nor tracks to edit; and who signs out needs a key again."""
    server, key = keyed
    page = open_screen(url=server.url).go("library").page
    page.get_by_role("textbox", name="Key").fill(key)
    page.get_by_role("button", name="Unlock").click()
    page.get_by_role("button", name="Sign out").wait_for()
    expect(page.get_by_text(title(0))).to_be_visible()
    expect(page.get_by_label("Add files")).to_be_hidden()
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog", name="This server wants a key")).to_be_visible()


def test_the_page_works_by_keyboard_alone(screen: Screen) -> None:
    """From the first tab to a view, whose beginning has the focus then."""
    page = screen.go().page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(3):  # the mark, Listen, Library
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Library", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    expect(page.locator("main")).to_be_focused()


def test_the_chosen_theme_stays(screen: Screen) -> None:
    """Against the system's, and without a flash: before anything is drawn."""
    page = screen.go().page
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Theme").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 12)"


def test_nothing_breaks_the_policy_of_the_page(screen: Screen) -> None:
    """No script, style or address that the browser had to refuse."""
    refused: list[str] = []
    screen.page.on("console", lambda said: refused.append(said.text))
    for view in ("listen", "library", "track", "scan", "monitors", "tasks", "explain"):
        screen.go(view).page.wait_for_load_state("networkidle")
    assert [text for text in refused if "Content Security Policy" in text] == []


def test_a_file_dropped_beside_a_view_is_named(screen: Screen, tmp_path: Path) -> None:
    """A browser would open it instead, and the page be gone."""
    (tmp_path / "clip.flac").write_bytes(clip(1))
    page = screen.go("tasks").page
    head = page.get_by_role("banner")
    head.dispatch_event("drop", {"dataTransfer": dropped(page, tmp_path / "clip.flac")})
    expect(page.get_by_role("article", name="Recognised")).to_contain_text(title(1))
    expect(page).to_have_url(re.compile("#/listen$"))


def test_an_address_that_leads_nowhere_leads_back(screen: Screen) -> None:
    """To the start."""
    page = screen.go("nowhere").page
    page.get_by_role("link", name="To the start").click()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()
