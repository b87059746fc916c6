from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from earmark import jsonable
from earmark.evaluation.codecs import FLAC, encode
from earmark.types import TimelineSpan
from tests.browser.conftest import OpenScreen, Screen
from tests.browser.looking import serious, until
from tests.music import pieces, title
from tests.serving import Running
from tests.timelines import track

MIX = (0, 3, 2)
"""Pieces one after the other; the one in the middle is a stranger."""


SOUND = re.compile(r"/audio\?")
"""Of a recording or a track."""


def mix() -> bytes:
    """Those, as a recording."""
    sound = np.concatenate([pieces()[number].samples for number in MIX])
    return encode(sound, pieces()[0].sample_rate_hz, FLAC)


@pytest.fixture(scope="module")
def scanned(server: Running) -> str:
    """The id of a scan of the mix."""
    task = server.ended(server.ask("POST", "/scans?name=mix.flac", content=mix()))
    return str(task["id"])


def made_up() -> list[TimelineSpan]:
    """Two tracks that overlap, something unknown, and forty more tracks: an hour."""
    how = (1.0, 1.03, 1.03, 0.5, 0.9996)
    first = TimelineSpan(0.0, 120.0, track("First", key=1), 10.0, 133.6, *how)
    second = TimelineSpan(100.0, 200.0, track("Second", key=2), 0.0, 103.0, *how)
    spans = [first, second, TimelineSpan(200.0, 240.0)]
    for number in range(40):
        begin = 240.0 + 80 * number
        spans.append(
            TimelineSpan(begin, begin + 80, track(f"No {number}", key=number + 3), 0.0, 80.0, *how)
        )
    return spans


def task(state: str = "done", spans: Sequence[TimelineSpan] = (), **more: object) -> dict[str, Any]:
    """A made-up scan as the server tells it."""
    shown = [jsonable.timeline_span("mix", span) for span in spans]
    result = {"duration_s": 3440.0, "elapsed_s": 9.0, "spans": shown, "error": None}
    moment = "2026-01-31T12:00:00.000Z"
    told = {"id": "made-up", "kind": "scan", "state": state, "files": ["mix.flac"], "attempts": 1}
    times = {"created_at": moment, "started_at": moment, "finished_at": moment}
    done = result if state == "done" else None
    return {**told, **times, "progress": None, "result": done, "error": None, **more}


def tell(
    page: Page, pattern: str | re.Pattern[str], answer: dict[str, Any], status: int = 200
) -> None:
    """Answer some requests with this, as it is then."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=json.dumps(answer))

    page.route(pattern, fulfil)


@pytest.fixture
def timeline(screen: Screen) -> Page:
    """The page with the made-up hour."""
    tell(screen.page, "**/scans/made-up", task(spans=made_up()))
    page = screen.go("scan/made-up").page
    page.get_by_role("button", name=re.compile("^First")).wait_for()
    return page


def shown(page: Page) -> int:
    """How many spans the timeline has in sight."""
    return page.locator(".span").count()


def test_a_long_recording_is_scanned(screen: Screen) -> None:
    """From choosing it to its timeline, and the table that says the same."""
    page = screen.go("scan").page
    file = {"name": "mix.flac", "mimeType": "audio/flac", "buffer": mix()}
    page.get_by_label("Choose a recording").set_input_files(file)  # type: ignore[arg-type]
    region = page.get_by_role("region", name="Timeline")
    for number in (MIX[0], MIX[2]):
        expect(region.get_by_role("button", name=re.compile(title(number)))).to_be_visible()
    expect(region.get_by_role("button", name=re.compile("^Unknown"))).to_be_visible()
    rows = page.get_by_role("table", name="What is in it").get_by_role("row")
    expect(rows.nth(1)).to_contain_text(title(MIX[0]))
    expect(
        page.get_by_text(re.compile(r"^2 tracks in \d+ seconds · \d+ seconds unknown"))
    ).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Scan", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("mix.flac")).first).to_be_visible()


def test_recording_and_track_are_heard_at_the_same_moment(screen: Screen, scanned: str) -> None:
    """One after the other; the slider goes elsewhere."""
    page = screen.go(f"scan/{scanned}").page
    page.get_by_role("button", name=f"Hear {title(MIX[2])}").click()
    panel = page.get_by_role("region", name="Hear it")
    heard = "document.querySelectorAll('.compare audio')[%d].currentTime > 0.2"
    until(page, lambda: page.evaluate(heard % 0))
    panel.get_by_role("radio", name="Your track").check()
    until(page, lambda: page.evaluate(heard % 1))
    states = "[...document.querySelectorAll('.compare audio')].map((one) => one.paused)"
    assert page.evaluate(states) == [True, False]
    expect(panel.get_by_role("button", name="Pause")).to_be_visible()
    panel.get_by_role("slider").fill("30")
    later = "document.querySelector('.compare audio').src.includes('start_s=30')"
    until(page, lambda: page.evaluate(later))
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)


def test_where_no_sound_is_kept_the_reason_is_told(timeline: Page) -> None:
    """Instead of silence."""
    gone = {"type": "urn:earmark:problem:sound-gone", "status": 404, "detail": "it is gone"}
    tell(timeline, "**/scans/made-up/audio**", gone, 404)
    timeline.get_by_role("button", name="Hear First").click()
    panel = timeline.get_by_role("region", name="Hear it")
    expect(panel.get_by_text("It cannot be played: it is gone")).to_be_visible()
    expect(panel.get_by_role("button", name="Play")).to_be_visible()


def test_a_scan_is_exported(screen: Screen, scanned: str) -> None:
    """As a table for a spreadsheet, a CUE sheet or lines of JSON."""
    page = screen.go(f"scan/{scanned}").page
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert title(MIX[0]) in download.value.path().read_text()
    links = page.get_by_role("group", name="Export").get_by_role("link").all()
    ends = [str(link.get_attribute("href")).rpartition("=")[2] for link in links]
    assert ends == ["csv", "cue", "jsonl"]


def test_tracks_that_overlap_lie_in_two_lanes(timeline: Page) -> None:
    """What is unknown goes across both."""
    boxes = [timeline.locator(".span").nth(number).bounding_box() for number in range(3)]
    first, second, unknown = (box for box in boxes if box)
    assert second["y"] >= first["y"] + first["height"]
    assert second["x"] < first["x"] + first["width"]
    assert unknown["height"] > first["height"] + second["height"]


def test_the_timeline_works_by_keys_alone(timeline: Page) -> None:
    """Arrows go from stretch to stretch, plus and minus zoom, 0 shows all, Enter plays."""
    tell(timeline, SOUND, {"detail": "none"}, 404)
    every = shown(timeline)
    timeline.locator(".span").first.focus()
    timeline.keyboard.press("ArrowRight")
    expect(timeline.get_by_role("button", name=re.compile("^Second"))).to_be_focused()
    for _ in range(4):
        timeline.keyboard.press("+")
    assert shown(timeline) < every
    timeline.keyboard.press("End")
    expect(timeline.get_by_role("button", name=re.compile("^No 39"))).to_be_focused()
    timeline.keyboard.press("Enter")
    expect(timeline.get_by_role("region", name="Hear it")).to_contain_text("No 39")
    timeline.keyboard.press("0")
    assert shown(timeline) == every


def test_the_wheel_zooms_and_dragging_moves(timeline: Page) -> None:
    """What was below the pointer stays there; a drag chooses nothing."""
    box = timeline.locator(".timeline-field").bounding_box()
    assert box is not None
    every = shown(timeline)
    timeline.mouse.move(box["x"] + 5, box["y"] + 5)
    timeline.mouse.wheel(0, -1500)
    expect(timeline.locator(".timeline-told")).to_contain_text("First")
    expect(timeline.get_by_role("button", name=re.compile("^No 39"))).to_have_count(0)
    assert shown(timeline) < every
    timeline.mouse.down()
    timeline.mouse.move(box["x"] - 400, box["y"] + 5, steps=4)
    timeline.mouse.up()
    assert timeline.locator(".span").first.bounding_box() != box
    expect(timeline.get_by_role("region", name="Hear it")).to_have_count(0)
    timeline.get_by_role("button", name="Show everything").click()
    expect(timeline.locator(".span")).to_have_count(every)


def test_what_is_no_sound_is_told_with_its_cause(screen: Screen) -> None:
    """And another recording may be chosen."""
    page = screen.go("scan").page
    file = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no music" * 100}
    page.get_by_label("Choose a recording").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_role("heading", name="It could not be scanned")).to_be_visible()
    expect(page.get_by_text(re.compile("it is text, not audio"))).to_be_visible()
    expect(page.get_by_label("Choose a recording")).to_be_attached()


def test_a_scan_under_way_tells_how_far_it_is_and_can_be_cancelled(screen: Screen) -> None:
    """It is told to have been cancelled as soon as it is."""
    page = screen.page
    running = task("running", progress={"done": 60, "total": 240})
    tell(page, "**/scans/made-up", running)
    tell(page, "**/tasks/made-up", task("cancelled"))
    screen.go("scan/made-up")
    expect(page.get_by_text("1:00 of 4:00")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "25")
    with page.expect_request(lambda asked: asked.method == "DELETE"):
        page.get_by_role("button", name="Cancel").click()
        running.update(task("cancelled"))
    expect(page.get_by_role("heading", name="It was cancelled")).to_be_visible()


def test_a_scan_that_is_forgotten_is_told_of(screen: Screen) -> None:
    """An old link leads to words, not to an empty page."""
    page = screen.go("scan/nowhere").page
    expect(page.get_by_role("alert")).to_contain_text("nowhere")


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_serious_in_a_timeline(
    open_screen: OpenScreen, size: str, theme: str
) -> None:
    """With a stretch chosen; and all is within the width of a phone."""
    screen = open_screen(size=size, theme=theme)
    page = screen.page
    tell(page, "**/scans/made-up", task(spans=made_up()))
    tell(page, SOUND, {"detail": "none"}, 404)
    screen.go("scan/made-up")
    page.get_by_role("button", name="Hear First").click()
    page.get_by_role("region", name="Hear it").wait_for()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
