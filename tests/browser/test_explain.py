from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenScreen, Screen
from tests.browser.looking import painted, serious
from tests.music import clip, title

STRANGER = 3


def flac(number: int) -> FilePayload:
    """A clip of a song, as a file."""
    return {"name": f"clip {number}.flac", "mimeType": "audio/flac", "buffer": clip(number)}


def explained(screen: Screen, file: FilePayload) -> Page:
    """Choose a clip, and have it explained."""
    page = screen.go("explain").page
    page.get_by_label("Choose a clip").set_input_files(file)
    page.get_by_role("article").wait_for()
    return page


def test_a_match_is_explained(screen: Screen) -> None:
    """In words, in numbers, and in pictures that say the same in words."""
    page = explained(screen, flac(1))
    expect(page.get_by_role("heading", name=title(1), exact=True)).to_be_visible()
    expect(page.get_by_text("That is believed")).to_be_visible()
    clip_map, places_map = page.get_by_role("application").all()
    expect(clip_map).to_have_accessible_description(re.compile(r"Of the track, heard: [1-9]"))
    page.locator(".clip-map[aria-busy=false]").wait_for()
    assert painted(page) > 0.8
    expect(places_map).to_have_accessible_description(
        re.compile(r"Most peaks agree: \d+ at 0:0[23]")
    )
    expect(page.get_by_role("button", name="The track, from 0:0")).to_be_visible()


def test_a_stranger_is_explained_as_well(screen: Screen) -> None:
    """Where it fits best all the same, and how far that is from enough."""
    page = explained(screen, flac(STRANGER))
    expect(page.get_by_role("heading", name="Not one of yours")).to_be_visible()
    expect(page.get_by_text(re.compile("of the .* peaks that the track has there"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"It takes \d+\.\d\."))).to_be_visible()


def test_a_clip_is_compared_with_a_runner_up(screen: Screen) -> None:
    """With it alone, and back with all."""
    page = explained(screen, flac(STRANGER))
    page.get_by_role("link", name="Compare").first.click()
    expect(page.get_by_text("Compared with this one track only")).to_be_visible()
    page.get_by_role("link", name="Compare with all").click()
    expect(page.get_by_role("heading", name="What else it could be")).to_be_visible()


def test_kinds_of_peaks_can_be_left_out(screen: Screen) -> None:
    """By buttons that say whether they are shown."""
    page = explained(screen, flac(1))
    heard = page.get_by_role("button", name="Of the track, heard")
    expect(heard).to_have_attribute("aria-pressed", "true")
    heard.click()
    expect(heard).to_have_attribute("aria-pressed", "false")


def test_a_result_leads_to_its_explanation(screen: Screen) -> None:
    """The clip is not chosen again: the page has kept it."""
    page = screen.go().page
    page.get_by_label("Choose a file").set_input_files(flac(0))
    page.get_by_role("link", name="Why?", exact=True).click()
    expect(page.get_by_role("heading", name=title(0), exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="The clip is not here any more")).to_be_visible()


def test_what_is_too_short_is_explained(screen: Screen) -> None:
    """In words; there is no place to be shown."""
    page = explained(screen, {**flac(1), "buffer": clip(1, 3.0, 0.2)})
    expect(page.get_by_text("It is too short to be looked up.")).to_be_visible()
    expect(page.get_by_role("application")).to_have_count(1)


def test_what_is_no_sound_is_told_of(screen: Screen) -> None:
    """By its name, and with a way on."""
    page = screen.go("explain").page
    odd: FilePayload = {"name": "odd.wav", "mimeType": "audio/wav", "buffer": b"no music at all"}
    page.get_by_label("Choose a clip").set_input_files(odd)
    expect(page.get_by_text(re.compile("cannot use odd.wav"))).to_be_visible()
    expect(page.get_by_text("Choose another clip")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "dark"), ("phone", "light")])
def test_axe_finds_nothing_serious_in_an_explanation(
    open_screen: OpenScreen, size: str, theme: str
) -> None:
    """In both themes, on a phone and on a desktop; and nothing is wider than a phone."""
    page = explained(open_screen(size=size, theme=theme), flac(1))
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
