from __future__ import annotations

import io
import re

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen, Screen
from tests.browser.looking import serious
from tests.browser.test_scan import task, tell
from tests.music import clip, song, title
from tests.serving import Running


def long_recording(minutes: float = 30.0) -> bytes:
    """Quiet noise, which takes a while to be listened to."""
    noise = np.random.default_rng(7).integers(-9, 9, round(60 * minutes * 8000), np.int16)
    file = io.BytesIO()
    soundfile.write(file, noise, 8000, format="FLAC")
    return file.getvalue()


def test_what_became_of_tasks_is_told(screen: Screen, server: Running) -> None:
    """With links to what was added and named, and the cause where nothing could be done."""
    files = [("file", ("one.flac", song(0))), ("file", ("notes.txt", b"no music" * 99))]
    server.ended(server.ask("POST", "/tracks", files=files))
    named = server.ask("POST", "/identify?wait=false", files={"file": ("memo.flac", clip(1))})
    server.ended(named)
    page = screen.go("tasks").page
    ended = page.get_by_role("region", name="Ended")
    added = ended.get_by_role("listitem").filter(has_text="one.flac and 1 other").first
    expect(added.get_by_role("link", name=title(0))).to_be_visible()
    expect(added.get_by_text(re.compile("^notes.txt: "))).to_be_visible()
    memo = ended.get_by_role("listitem").filter(has_text="memo.flac").first
    expect(memo.get_by_role("link", name=title(1))).to_be_visible()


def test_a_task_is_cancelled_while_it_runs(screen: Screen, server: Running) -> None:
    """It moves to those that have ended, without the page being loaded again."""
    begun = server.ask("POST", "/scans?name=noise.flac", content=long_recording())
    assert begun.status_code == 202
    page = screen.go("tasks").page
    underway = page.get_by_role("region", name="Under way")
    row = underway.get_by_role("listitem").filter(has_text="noise.flac")
    row.get_by_role("button", name="Cancel: Scanning noise.flac").click()
    ended = page.get_by_role("region", name="Ended").get_by_role("listitem")
    expect(ended.filter(has_text="noise.flac").first).to_contain_text("Cancelled")
    assert server.ask("GET", f"/tasks/{begun.json()['id']}").json()["state"] == "cancelled"


def test_progress_goes_on_by_itself(screen: Screen) -> None:
    """And what has failed says why."""
    page = screen.page
    under = task("running", progress={"done": 60, "total": 240})
    answer = {"tasks": [under], "next_cursor": None}
    tell(page, "**/tasks?**", answer)
    screen.go("tasks")
    expect(page.get_by_text("1:00 of 4:00")).to_be_visible()
    answer["tasks"] = [task("failed", error={"detail": "it made the decoder crash"})]
    expect(page.get_by_text("it made the decoder crash")).to_be_visible()
    expect(page.get_by_role("region", name="Under way")).to_have_count(0)


def test_where_nothing_was_done_the_page_says_what_would_stand_here(screen: Screen) -> None:
    """And a server that does not answer is told of, and asked again."""
    page = screen.page
    page.route("**/tasks?**", lambda route: route.abort())
    screen.go("tasks")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    page.unroute("**/tasks?**")
    tell(page, "**/tasks?**", {"tasks": [], "next_cursor": None})
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Nothing to do")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_serious_in_tasks(open_screen: OpenScreen, size: str, theme: str) -> None:
    """With every state in sight; and all is within the width of a phone."""
    screen = open_screen(size=size, theme=theme)
    page = screen.page
    states = [
        task("queued"),
        task("running", progress={"done": 60, "total": 240}),
        task("failed", error={"detail": "it made the decoder crash"}),
        task("cancelled"),
        task("done"),
    ]
    shown = [{**one, "id": str(number)} for number, one in enumerate(states)]
    tell(page, "**/tasks?**", {"tasks": shown, "next_cursor": None})
    screen.go("tasks")
    page.get_by_role("region", name="Ended").wait_for()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
