from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import HEARD, Screen
from tests.music import clip, title


def test_what_the_microphone_hears_is_named(screen: Screen) -> None:
    """One press of the button, and the title of the piece stands there, with its position."""
    page = screen.go().page
    page.get_by_role("button", name="Listen").click()
    card = page.get_by_role("article", name="Recognised")
    expect(card.get_by_role("heading")).to_have_text(title(HEARD))
    expect(card.get_by_text(re.compile(r"\d:\d\d of \d:\d\d, now"))).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_be_visible()  # it has stopped


def test_a_chosen_file_is_named(screen: Screen) -> None:
    """Without a microphone, too."""
    page = screen.go().page
    file = {"name": "heard.flac", "mimeType": "audio/flac", "buffer": clip(0)}
    page.get_by_label("Choose a file").set_input_files(file)  # type: ignore[arg-type]
    card = page.get_by_role("article", name="Recognised")
    expect(card.get_by_role("heading")).to_have_text(title(0))
