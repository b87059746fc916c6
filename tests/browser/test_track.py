from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from earmark import Metadata
from earmark.server.tasks.adding import add_sent
from tests.browser.conftest import OpenScreen, Screen
from tests.browser.looking import painted, serious, until
from tests.browser.test_scan import tell
from tests.music import clip, title
from tests.serving import Running

PEAKS = re.compile(r"\d+ peaks in 0:1\d, from \d+ Hz to [\d.]+ kHz; half of them lie below")


@pytest.fixture
def soundless(server: Running) -> Iterator[str]:
    """The id of a track whose sound was not kept: nearly all of the first song."""
    sent = io.BytesIO(clip(0, 0.5, 11.5))
    said = Metadata(title="From the archive")
    library = server.context.library
    track_id = add_sent(library, sent, "archive", metadata=said, longest_s=60.0).track.id
    yield track_id
    server.ask("DELETE", f"/tracks/{track_id}?for_good=true")


def id_of(server: Running, number: int) -> str:
    """The id of a song."""
    listed = server.ask("GET", "/tracks", params={"containing": title(number)}).json()
    found: str = listed["tracks"][0]["id"]
    return found


def picture(page: Page) -> Locator:
    """The picture of the track."""
    return page.get_by_role("application")


def test_a_track_is_shown_with_its_sound_and_its_peaks(screen: Screen, server: Running) -> None:
    """Its name, the spectrogram, and in words what the picture shows."""
    page = screen.go(f"track/{id_of(server, 1)}").page
    expect(page.get_by_role("heading", name=title(1))).to_be_visible()
    expect(picture(page)).to_have_accessible_description(PEAKS)
    expect(page.get_by_role("switch", name="Peaks")).to_be_checked()
    until(page, lambda: painted(page) > 0.8)


def test_keys_zoom_and_move(screen: Screen, server: Running) -> None:
    """And a screen reader is told what is shown, and what is at the cursor."""
    page = screen.go(f"track/{id_of(server, 1)}").page
    said = picture(page).get_by_role("status")
    picture(page).focus()
    page.keyboard.press("+")
    expect(said).to_have_text(re.compile(r"^0:03.\d\d to 0:10.\d\d is shown.$"))
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text(re.compile(r"^0:07.\d\d · [\d.]+ k?Hz. 0:03.\d\d to 0:10.\d\d is"))
    expect(page.get_by_role("button", name="From 0:07")).to_be_visible()
    page.keyboard.press("0")
    expect(said).to_have_text(re.compile(r"0:00.00 to 0:13.\d\d is shown.$"))
    expect(page.get_by_role("button", name="Zoom out")).to_be_disabled()


def test_wheel_and_buttons_zoom(screen: Screen, server: Running) -> None:
    """The wheel where the pointer is; a wheel that can do nothing scrolls the page."""
    page = screen.go(f"track/{id_of(server, 1)}").page
    picture(page).hover()
    page.mouse.wheel(0, -400)
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
    page.get_by_role("button", name="Show everything").click()
    expect(page.get_by_role("button", name="Zoom out")).to_be_disabled()
    picture(page).hover()
    page.mouse.wheel(0, 400)
    expect(page.get_by_role("banner")).not_to_be_in_viewport()


def test_an_address_leads_to_a_moment(screen: Screen, server: Running) -> None:
    """From where it can be played."""
    page = screen.go(f"track/{id_of(server, 1)}?at=6.4").page
    page.get_by_role("button", name="From 0:06").click()
    player = page.get_by_role("region", name="Player")
    expect(player.get_by_text(title(1))).to_be_visible()
    expect(player.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("0:0[6-9]"))


def test_without_its_sound_the_constellation_is_shown(screen: Screen, soundless: str) -> None:
    """With the reason; and the song that it is of, with which it shares its music."""
    page = screen.go(f"track/{soundless}").page
    expect(page.get_by_text("nothing of it was kept when it was added")).to_be_visible()
    expect(picture(page)).to_have_accessible_description(PEAKS)
    assert 0 < painted(page) < 0.5
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    other = page.get_by_role("region", name="Also in the library").get_by_role("link")
    expect(other).to_have_text(title(0))
    other.click()
    expect(page.get_by_role("heading", name=title(0))).to_be_visible()


def test_a_track_is_edited_where_it_stands(screen: Screen, soundless: str) -> None:
    """What was typed is there at once, and after a reload."""
    page = screen.go(f"track/{soundless}").page
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Title").fill("From the cellar")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_role("heading", name="From the cellar")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="From the cellar")).to_be_visible()


def test_a_track_is_removed_and_brought_back(screen: Screen, soundless: str) -> None:
    """After which the page shows it again."""
    page = screen.go(f"track/{soundless}").page
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="From the archive")).to_be_visible()


def test_a_server_without_a_log_says_so(screen: Screen, server: Running) -> None:
    """Where stations would be."""
    told = "this server was started without a store of plays (--operations)"
    tell(screen.page, "**/api/v1/tracks/*/airplay**", {"status": 400, "detail": told}, 400)
    page = screen.go(f"track/{id_of(server, 2)}").page
    heard = page.get_by_role("region", name="Heard on stations")
    expect(heard.get_by_text("keeps no log")).to_be_visible()


def test_a_track_that_is_not_there_is_told_of(screen: Screen) -> None:
    """With a way back."""
    page = screen.go("track/nowhere").page
    expect(page.get_by_role("heading", name="This track is not here")).to_be_visible()
    page.get_by_role("link", name="To the library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_serious_in_a_track(
    open_screen: OpenScreen, server: Running, size: str, theme: str
) -> None:
    """In both themes, on a phone and on a desktop; and nothing is wider than a phone."""
    page = open_screen(size=size, theme=theme).go(f"track/{id_of(server, 1)}?at=6").page
    expect(page.get_by_role("button", name="From 0:06")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
