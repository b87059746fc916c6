from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from earmark import jsonable
from earmark.operations.opening import open_operations
from earmark.server.options import ServerOptions
from tests.browser.conftest import OpenScreen, Screen
from tests.browser.looking import serious
from tests.browser.test_scan import tell
from tests.music import song, title
from tests.plays import play
from tests.servers import going_on, serving
from tests.serving import Running

PLAYED = 2
DAY = "2026-01-31"
"""Of the made-up plays."""


@contextmanager
def listening(server: Running, name: str) -> Iterator[str]:
    """A station that is listened to, and its id."""
    with serving({"radio": going_on(song(PLAYED), "Content-Type: audio/flac")}) as radio:
        wanted = {"url": radio.to("radio"), "name": name}
        begun = server.ask("POST", "/monitors", json=wanted).json()
        try:
            yield str(begun["id"])
        finally:
            server.ask("DELETE", f"/monitors/{begun['id']}")


@pytest.fixture(scope="module")
def station(server: Running) -> Iterator[str]:
    """A station that all tests here may look at."""
    with listening(server, "Rock"):
        yield "Rock"


@pytest.fixture(scope="module")
def plays(options: ServerOptions, server: Running) -> int:
    """How many plays of that day there are: three, of two stations."""
    assert options.operations is not None
    assert server.ask("GET", "/airplay").status_code == 200
    with open_operations(options.operations) as store:
        store.write(play(0))
        store.write(play(1, title="Red Balloon", track_id="track-2"))
        store.write(play(2, station="Jazz"))
    return 3


def add(page: Page, url: str, name: str) -> None:
    """Fill in the dialog."""
    page.get_by_role("button", name="Add a station").first.click()
    dialog = page.get_by_role("dialog", name="Listen to a station")
    dialog.get_by_label("Address of its sound").fill(url)
    dialog.get_by_label("What you call it").fill(name)
    dialog.get_by_label("What you call it").press("Enter")


def test_a_station_is_added_watched_and_stopped(screen: Screen) -> None:
    """What it plays appears by itself, with the place in the track; to stop wants a second word."""
    page = screen.go("monitors").page
    with serving({"pop": going_on(song(PLAYED), "Content-Type: audio/flac")}) as radio:
        add(page, radio.to("pop"), "Pop")
        card = page.get_by_role("article", name="Pop")
        expect(card.get_by_role("heading", name=title(PLAYED))).to_be_visible()
        expect(card.get_by_text(re.compile(r"\d:\d\d of 0:15 · since \d\d:\d\d"))).to_be_visible()
        card.get_by_role("button", name="Stop listening to Pop").click()
        dialog = page.get_by_role("dialog", name="Stop listening to Pop?")
        expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
        dialog.get_by_role("button", name="Stop", exact=True).click()
        expect(card).to_have_count(0)


def test_what_is_wrong_with_an_address_is_told_beside_it(screen: Screen, station: str) -> None:
    """And what is wrong with a name beside that; nothing that was typed is lost."""
    page = screen.go("monitors").page
    page.get_by_role("article", name=station).wait_for()
    add(page, "radio.example", "Talk")
    address = page.get_by_label("Address of its sound")
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text(re.compile("This is no address of a station"))).to_be_visible()
    address.fill("https://radio.example/talk")
    page.get_by_label("What you call it").fill(station)
    page.get_by_label("What you call it").press("Enter")
    expect(page.get_by_text("There is a station of this name already.")).to_be_visible()
    expect(address).to_have_value("https://radio.example/talk")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_lost_connection_is_told_of_and_made_again(screen: Screen, station: str) -> None:
    """What was told before stays in sight meanwhile."""
    page = screen.page
    monitors = {"monitors": [], "now": "2026-01-31T12:00:00.000Z"}
    body = f"retry: 100\n\nevent: monitors\ndata: {json.dumps(monitors)}\n\n"
    page.route(
        "**/monitors/stream",
        lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body),
    )
    screen.go("monitors")
    expect(page.get_by_role("heading", name="No station yet")).to_be_visible()
    page.unroute("**/monitors/stream")
    expect(page.get_by_role("article", name=station)).to_be_visible()


def test_stations_that_are_out_of_date_are_shown_as_such(screen: Screen, station: str) -> None:
    """A server that went away may come back."""
    page = screen.go("monitors").page
    page.get_by_role("article", name=station).wait_for()
    page.context.set_offline(True)
    page.get_by_role("link", name="Earmark, start").click()
    page.get_by_role("link", name="Stations").click()
    expect(page.get_by_text(re.compile("does not answer at the moment"))).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text(re.compile("does not answer at the moment"))).to_have_count(0)


def test_the_log_of_a_day_is_searched_and_filtered(screen: Screen, plays: int) -> None:
    """Latest first; each day has its own."""
    page = screen.go(f"monitors/log?day={DAY}").page
    rows = page.get_by_role("table", name="What was played").get_by_role("row")
    expect(rows).to_have_count(1 + plays)
    expect(rows.nth(1)).to_contain_text("Jazz")
    page.get_by_label("Search what was played").fill("balloon")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Red Balloon")
    page.get_by_label("Search what was played").fill("")
    page.get_by_label("Station", exact=True).select_option("Jazz")
    expect(page.get_by_text(re.compile("^1 play,"))).to_be_visible()
    page.get_by_role("button", name="The day before").click()
    expect(page.get_by_role("heading", name="Nothing")).to_be_visible()
    assert "day=2026-01-30" in page.url


def test_a_day_with_more_plays_than_one_answer_holds_is_shown_whole(screen: Screen) -> None:
    """Part by part; where parts meet, nothing comes twice."""
    every = [jsonable.play(play(number)) for number in range(1500)]
    page = screen.page

    def answer(route: object, request: object) -> None:
        since = re.search(r"since=([^&]*)", request.url.replace("%3A", ":"))  # type: ignore[attr-defined]
        left = [one for one in every if not since or str(one["started_at"]) >= since[1]]
        told = {"plays": left[:1000], "is_complete": len(left) <= 1000}
        route.fulfill(content_type="application/json", body=json.dumps(told))  # type: ignore[attr-defined]

    page.route(re.compile(r"/airplay\?"), answer)
    screen.go(f"monitors/log?day={DAY}")
    expect(page.get_by_text(re.compile("^1,500 plays,"))).to_be_visible()
    assert page.locator(".table-row").count() < 60  # those in sight


def test_totals_are_counted_by_track_station_and_day(screen: Screen, plays: int) -> None:
    """The longest bar is the first."""
    page = screen.go("monitors/totals?days=all").page
    bars = page.get_by_role("list", name="Tracks").get_by_role("listitem")
    expect(bars.filter(has_text="Blue Kite")).to_contain_text(f"{plays - 1} plays")
    page.get_by_role("radio", name="Stations").check()
    expect(page.get_by_role("list", name="Stations").get_by_text("Jazz")).to_be_visible()
    page.get_by_role("radio", name="Days").check()
    page.get_by_role("link", name=re.compile("31 January|January 31")).click()
    expect(page.get_by_role("table", name="What was played")).to_be_visible()


def test_a_server_that_keeps_no_plays_says_how_it_would(screen: Screen) -> None:
    """In the log and in the totals."""
    told = "this server was started without a store of plays (--operations)"
    tell(screen.page, "**/airplay**", {"status": 400, "detail": told}, 400)
    for part in ("log", "totals"):
        page = screen.go(f"monitors/{part}").page
        expect(page.get_by_role("heading", name="What is played is not kept")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [("desktop", "dark"), ("phone", "light")])
@pytest.mark.parametrize("place", ["monitors", f"monitors/log?day={DAY}", "monitors/totals"])
def test_axe_finds_nothing_serious_in_stations(
    open_screen: OpenScreen, station: str, plays: int, place: str, size: str, theme: str
) -> None:
    """With something to see; and all is within the width of a phone."""
    assert plays
    page = open_screen(size=size, theme=theme).go(place).page
    if place == "monitors":
        page.get_by_role("article", name=station).wait_for()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
