from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Screen
from tests.music import clip, song, title
from tests.serving import Running


@pytest.fixture
def extra(server: Running) -> Iterator[str]:
    """The id of a track that the test may do with as it likes."""
    name = {"title": "Extra Kite", "artist": "Somebody"}
    task = server.ended(server.ask("POST", "/tracks", params=name, content=clip(3)))
    track_id: str = task["result"]["tracks"][0]["track"]["id"]
    yield track_id
    server.ask("DELETE", f"/tracks/{track_id}")


def row(page: Page, text: str) -> Locator:
    """The row of a track."""
    return page.get_by_role("row").filter(has_text=text)


def test_every_track_is_listed(screen: Screen) -> None:
    """With its title, and how many there are."""
    page = screen.go("library").page
    for number in range(3):
        expect(row(page, title(number))).to_be_visible()
    expect(page.get_by_text("3 tracks")).to_be_visible()


def test_what_is_typed_is_searched(screen: Screen) -> None:
    """At once, and the address leads there again."""
    page = screen.go("library").page
    page.get_by_role("searchbox").fill(title(1).upper())
    expect(page.get_by_role("row")).to_have_count(2)  # the head, and the one
    expect(row(page, title(1))).to_be_visible()
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value(title(1).upper())
    page.get_by_role("searchbox").fill("no such thing")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


def test_a_click_on_a_heading_sorts(screen: Screen) -> None:
    """By title, which a screen reader is told, too."""
    page = screen.go("library").page
    page.get_by_role("button", name="Title").click()
    expect(page.get_by_role("columnheader", name="Title")).to_have_attribute(
        "aria-sort", "ascending"
    )
    titles = page.locator(".track-title")
    expect(titles).to_have_text(sorted(title(number) for number in range(3)))


def test_the_newest_come_first_unless_the_oldest_are_wanted(screen: Screen, extra: str) -> None:
    """As everyone looks for what was added last."""
    page = screen.go("library").page
    heading = page.get_by_role("columnheader", name="Added")
    titles = page.locator(".track-title")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(titles.first).to_have_attribute("href", re.compile(extra))
    page.get_by_role("button", name="Added").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(titles.last).to_have_attribute("href", re.compile(extra))


def test_a_track_is_edited_where_it_stands(screen: Screen, extra: str, server: Running) -> None:
    """With the keyboard alone; what was not changed is not sent."""
    page = screen.go("library").page
    row(page, "Extra Kite").get_by_role("button", name="Edit").press("Enter")
    page.get_by_role("textbox", name="Album").fill("Kites")
    with page.expect_request(re.compile("/tracks/")) as sent:
        page.get_by_role("textbox", name="Album").press("Enter")
    expect(row(page, "Kites")).to_be_visible()
    assert sent.value.post_data_json == {"album": "Kites"}
    found = server.ask("GET", f"/tracks/{extra}").json()
    assert (found["title"], found["album"]) == ("Extra Kite", "Kites")


def test_escape_leaves_a_track_as_it_is(screen: Screen) -> None:
    """The editor goes, and nothing is sent."""
    page = screen.go("library").page
    row(page, title(0)).get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Title").fill("Another")
    page.get_by_role("textbox", name="Title").press("Escape")
    expect(page.get_by_role("textbox", name="Title")).to_be_hidden()
    expect(row(page, title(0))).to_be_visible()


def test_a_change_that_is_refused_keeps_what_was_typed(screen: Screen) -> None:
    """With the server's reason."""

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=503, json={"title": "Busy.", "detail": "the library is locked"})
        else:
            route.continue_()

    page = screen.go("library").page
    page.route(re.compile("/tracks/"), refuse)
    row(page, title(0)).get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Title").fill("Another")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_text("the library is locked")
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Another")


def test_a_track_that_was_removed_comes_back(screen: Screen, extra: str, server: Running) -> None:
    """As the very track that it was."""
    page = screen.go("library").page
    row(page, "Extra Kite").get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Extra Kite was removed.")).to_be_visible()
    expect(row(page, "Extra Kite")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Extra Kite")).to_be_visible()
    assert server.ask("GET", f"/tracks/{extra}").json()["artist"] == "Somebody"


def test_a_track_is_played(screen: Screen) -> None:
    """From its own file; the player stays when the view changes."""
    page = screen.go("library").page
    row(page, title(0)).get_by_role("button", name="Play").click()
    player = page.get_by_role("region", name="Player")
    expect(player.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("link", name="Listen", exact=True).click()
    expect(player).to_contain_text(title(0))
    player.get_by_role("button", name="Close").click()
    expect(player).to_be_hidden()


def test_files_are_added_each_with_its_fate(screen: Screen, server: Running) -> None:
    """One that is new, one that is there already, and one that is none."""
    page = screen.go("library").page
    files: Any = [
        {"name": "New Kite.flac", "mimeType": "audio/flac", "buffer": clip(3, start_s=1.0)},
        {"name": "0.flac", "mimeType": "audio/flac", "buffer": song(0)},
        {"name": "notes.mp3", "mimeType": "audio/mpeg", "buffer": b"not at all music\n" * 20},
    ]
    page.get_by_label("Add files").set_input_files(files)
    panel = page.get_by_role("region", name="Files being added")
    expect(panel.get_by_role("heading")).to_have_text("1 track added, 1 already there, 1 failed")
    expect(panel.get_by_role("listitem").first).to_contain_text("text, not audio")
    expect(row(page, "New Kite")).to_be_visible()
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    (added,) = server.ask("GET", "/tracks", params={"containing": "New Kite"}).json()["tracks"]
    server.ask("DELETE", f"/tracks/{added['id']}")


def test_of_a_chosen_folder_only_sound_is_added(screen: Screen, tmp_path: Path) -> None:
    """Folders within it, too, by their names; covers and what is hidden are left out."""
    for name in ("2/b.flac", "1/a.flac", "1/cover.jpg", "1/.a.flac", ".trash/c.flac"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    page = screen.go("library").page
    page.route(re.compile(r"/tracks\?name="), lambda _: None)  # they are sent for ever
    page.get_by_label("Add a folder").set_input_files(tmp_path)
    panel = page.get_by_role("region", name="Files being added")
    expect(panel.get_by_role("listitem")).to_contain_text(["a.flac", "b.flac"])


def test_a_folder_without_sound_is_told_of(screen: Screen, tmp_path: Path) -> None:
    """As nothing would happen else."""
    (tmp_path / "cover.jpg").write_bytes(b"")
    page = screen.go("library").page
    page.get_by_label("Add a folder").set_input_files(tmp_path)
    expect(page.get_by_text("There is no sound in this folder.")).to_be_visible()


def test_a_long_list_has_few_rows_in_the_page(screen: Screen) -> None:
    """Of a hundred thousand tracks only those in sight are there, also in the middle."""

    def answer(route: Route) -> None:
        at = int(re.findall(r"skip=(\d+)", route.request.url)[0])
        tracks = [imagined(number) for number in range(at, min(at + 100, 100_000))]
        route.fulfill(json={"tracks": tracks, "next_cursor": "x"})

    page = screen.page
    page.route(re.compile(r"/api/v1/tracks\?"), answer)
    page.route(re.compile("/api/v1/stats"), lambda route: route.fulfill(json={"tracks": 100_000}))
    screen.go("library")
    expect(page.get_by_text("100,000 tracks")).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    expect(page.get_by_text("Piece 50000", exact=True)).to_be_attached()
    assert page.get_by_role("row").count() < 60


def imagined(number: int) -> dict[str, object]:
    """A track as the server tells of it, as far as a row needs it."""
    return {
        "id": str(number),
        "title": f"Piece {number}",
        "artist": None,
        "album": None,
        "path": None,
        "duration_s": 180.0,
        "added_at": "2026-01-01T00:00:00Z",
        "year": None,
    }
