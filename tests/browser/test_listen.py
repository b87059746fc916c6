from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import HEARD, OpenScreen, Screen
from tests.browser.looking import dropped, serious
from tests.browser.test_scan import tell
from tests.music import clip, title


def choose(page: Page, name: str, content: bytes) -> None:
    """Choose a file to be named."""
    file = {"name": name, "mimeType": "audio/flac", "buffer": content}
    page.get_by_label("Choose a file").set_input_files(file)  # type: ignore[arg-type]


def test_what_the_microphone_hears_is_named(screen: Screen) -> None:
    """One press of the button, and the piece's title stands there, with where in it one is."""
    page = screen.go().page
    page.get_by_role("button", name="Listen").click()
    card = page.get_by_role("article", name="Recognised")
    expect(card.get_by_role("heading")).to_have_text(title(HEARD))
    expect(card.get_by_text(re.compile(r"^\d:\d\d of \d:\d\d, now$"))).to_be_visible()
    expect(card.get_by_text("As good as certain")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()  # it has stopped


def test_it_goes_on_listening_if_it_is_told_to(screen: Screen) -> None:
    """With the switch on, a name does not end it; the next visit knows how the switch was."""
    page = screen.go().page
    page.get_by_role("switch", name="Keep listening").check()
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_role("article", name="Recognised")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch", name="Keep listening")).to_be_checked()


def test_a_chosen_file_is_named_and_remembered(screen: Screen) -> None:
    """The card is there, and the next visit tells of it until that is cleared."""
    page = screen.go().page
    choose(page, "heard.flac", clip(0))
    expect(page.get_by_role("article", name="Recognised").get_by_role("heading")).to_have_text(
        title(0)
    )
    page.reload()
    before = page.get_by_role("region", name="Heard before")
    expect(before.get_by_role("listitem")).to_contain_text(title(0))
    before.get_by_role("button", name="Clear").click()
    expect(before).to_be_hidden()
    assert page.evaluate("localStorage.getItem('earmark.history')") is None
    page.get_by_role("button", name="Undo").click()
    expect(before.get_by_role("listitem")).to_contain_text(title(0))


def test_a_dropped_file_is_named(screen: Screen, tmp_path: Path) -> None:
    """Anywhere on the view; while it is held over it, the page says so."""
    page = screen.go().page
    (tmp_path / "clip.flac").write_bytes(clip(2))
    transfer = dropped(page, tmp_path / "clip.flac")
    page.locator("main").dispatch_event("dragenter", {"dataTransfer": transfer})
    expect(page.get_by_text("Drop a recording to have it named")).to_be_visible()
    page.locator("main").dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.get_by_role("article", name="Recognised").get_by_role("heading")).to_have_text(
        title(2)
    )


def test_a_stranger_is_told_kindly(screen: Screen) -> None:
    """It is not known, and there is something that can be done."""
    page = screen.go().page
    choose(page, "stranger.flac", clip(3))
    expect(page.get_by_role("heading", name="Not one of yours")).to_be_visible()
    expect(page.get_by_role("link", name="Why not?")).to_be_visible()


def test_what_is_no_sound_is_told_with_its_cause(screen: Screen) -> None:
    """In the words of the server."""
    page = screen.go().page
    choose(page, "notes.mp3", b"not at all music\n" * 20)
    expect(page.get_by_role("alert")).to_contain_text("text, not audio")


def test_a_refused_microphone_is_explained(screen: Screen) -> None:
    """What to do about it stands there; the button can be pressed again."""
    screen.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    page = screen.go().page
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_role("heading", name="The microphone is not allowed.")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_enabled()


def test_an_insecure_page_says_what_the_microphone_needs(screen: Screen) -> None:
    """Over plain HTTP from another machine a browser has no microphone to give."""
    screen.page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'mediaDevices', {get: () => undefined})"
    )
    page = screen.go().page
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_text("--tls-self-signed")).to_be_visible()


def test_a_lost_connection_is_made_again(screen: Screen) -> None:
    """The first is cut off; the second hears on, and names it."""
    cut: list[str] = []

    def connect(socket: object) -> None:
        if cut:
            socket.connect_to_server()  # type: ignore[attr-defined]
        else:
            cut.append("once")
            socket.close(code=1011)  # type: ignore[attr-defined]

    screen.page.route_web_socket(re.compile("/live"), connect)
    page = screen.go().page
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_role("article", name="Recognised").get_by_role("heading")).to_have_text(
        title(HEARD)
    )
    assert cut == ["once"]


def test_a_server_that_is_gone_is_told_of(screen: Screen) -> None:
    """Neither a frozen page nor a word for programmers."""

    def gone(route: Route) -> None:
        route.abort()

    page = screen.go().page
    page.route(re.compile("/api/"), gone)
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_text("The server does not answer.")).to_be_visible()


def test_the_page_on_a_phone_has_all_within_its_width(open_screen: OpenScreen) -> None:
    """Nothing is cut off, and nothing is scrolled sideways."""
    page = open_screen(size="phone").go().page
    choose(page, "heard.flac", clip(0))
    expect(page.get_by_role("article", name="Recognised")).to_be_visible()
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


def test_whoever_comes_back_finds_the_answer_still_there(screen: Screen) -> None:
    """A look at the track, and the browser's way back: nothing has to be asked again."""
    page = screen.go().page
    choose(page, "heard.flac", clip(0))
    page.get_by_role("article", name="Recognised").get_by_role("link", name=title(0)).click()
    expect(page.get_by_role("heading", name=title(0))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("article", name="Recognised")).to_contain_text(title(0))


def test_a_name_is_handed_on_as_text_with_a_link(screen: Screen) -> None:
    """The link leads to the moment of the track, wherever it is pasted."""
    page = screen.go().page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, "heard.flac", clip(0))
    page.get_by_role("button", name=f"Share {title(0)}").click()
    expect(page.get_by_text("Copied: its name, and a link to it here.")).to_be_visible()
    text, link = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert re.fullmatch(rf"{title(0)} · .*, at 0:\d\d", text)
    page.goto(link)
    expect(page.get_by_role("button", name="From 0:0")).to_be_visible()


def test_the_title_of_the_document_tells_what_is_heard(screen: Screen) -> None:
    """The name that was found, and before it what is played."""
    page = screen.go().page
    choose(page, "heard.flac", clip(0))
    expect(page).to_have_title(f"{title(0)} · Earmark")
    page.get_by_role("button", name="Play from").click()
    expect(page).to_have_title(f"▶ {title(0)} · Earmark")
    page.get_by_role("link", name="Library", exact=True).click()
    expect(page).to_have_title(f"▶ {title(0)} · Library · Earmark")


def test_escape_stops_listening(screen: Screen) -> None:
    """Wherever the focus is."""
    screen.page.route_web_socket(re.compile("/live"), lambda _: None)
    page = screen.go().page
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("link", name="Listen", exact=True).press("Escape")
    expect(page.get_by_role("button", name="Listen")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "dark"), ("phone", "light")])
def test_an_empty_library_is_told_before_anything_is_looked_for(
    open_screen: OpenScreen, size: str, theme: str
) -> None:
    """With the way to fill it; and axe finds nothing serious in that."""
    screen = open_screen(size=size, theme=theme)
    tell(screen.page, "**/api/v1/tracks?limit=1", {"tracks": [], "next_cursor": None})
    page = screen.go().page
    expect(page.get_by_role("heading", name="The library is empty.")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("link", name="To the library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
