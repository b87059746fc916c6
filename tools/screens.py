"""Every view of the page and its states: where each is, and what is done there to see it.

`tools/screenshots.py` takes their pictures. A state that a server seldom has (it hears something
doubtful, it is gone, a scan is half done) is made by answering in its stead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeAlias

import numpy as np
from playwright.sync_api import FilePayload, Page, Route, WebSocketRoute, expect

from earmark.evaluation.codecs import FLAC, encode
from earmark.evaluation.synthesis import Piece, catalogue
from tests.music import clip, song

SONGS = 9
SONG_S = 20.0
PATIENCE_MS = 120_000
SETTLING_MS = 600
"""For what moves into its place."""

LISTENING_MS = 4000
"""For the spectrogram to fill some of its width."""

MOMENT = "2026-01-31T12:00:00.000Z"

Step: TypeAlias = Callable[[Page], object]


class Place(StrEnum):
    """Which server a view is of."""

    FULL = "full"
    """Twelve songs, two stations, a log of plays."""
    EMPTY = "empty"
    """Nothing of it."""
    KEYED = "keyed"
    """Wants a key."""


@dataclass(frozen=True, slots=True)
class View:
    """What a picture is of: a place in the page, and what is done there, step by step."""

    place: str
    steps: tuple[Step, ...] = ()
    server: Place = Place.FULL


@cache
def songs() -> tuple[Piece, ...]:
    """What lies in the library beside the music of the tests; the last does not."""
    return tuple(catalogue(SONGS + 1, seed=11, duration_s=SONG_S))


def flac(name: str, content: bytes) -> FilePayload:
    """A file to be chosen."""
    return {"name": name, "mimeType": "audio/flac", "buffer": content}


def press(name: str) -> Step:
    """Return what presses the first button of a name."""
    return lambda page: page.get_by_role("button", name=name).first.click()


def see(heading: str) -> Step:
    """Return what waits for a heading."""
    return lambda page: page.get_by_role("heading", name=heading).first.wait_for()


def choose(label: str, number: int) -> Step:
    """Return what chooses a clip of a song."""
    return lambda page: page.get_by_label(label).set_input_files(flac("clip.flac", clip(number)))


def answered(pattern: str, answer: object, status: int = 200) -> Step:
    """Return what answers some requests in the server's stead."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=json.dumps(answer))

    return lambda page: page.route(pattern, fulfil)


def anew(page: Page) -> None:
    """Load the page again."""
    page.reload()


def at(place: str) -> Step:
    """Return what goes to another place."""
    return lambda page: page.goto(f"{page.url.partition('#')[0]}#/{place}")


def gone(page: Page) -> None:
    """Have no server any more, behind a page that was loaded."""
    page.route("**/api/**", lambda route: route.abort())


def without_microphone(page: Page) -> None:
    """Have no leave to use the microphone."""
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )


def hear(*updates: object) -> Step:
    """Return what listens to a server that says only this of what it hears."""

    def tell(socket: WebSocketRoute, said: str) -> None:
        if '"ready"' in said:
            for one in (said, *(json.dumps({"type": "update", "update": up}) for up in updates)):
                socket.send(one)

    def overhear(socket: WebSocketRoute) -> None:
        socket.connect_to_server().on_message(lambda said: tell(socket, str(said)))

    def prepare(page: Page) -> None:
        page.route_web_socket("**/live*", overhear)
        page.reload()
        press("Listen")(page)
        page.wait_for_timeout(LISTENING_MS)

    return prepare


def doubt(page: Page) -> None:
    """Listen to something that may be one of two."""
    found = page.request.get(f"{page.url.partition('#')[0]}api/v1/tracks?limit=2").json()["tracks"]
    matches = [{"track": one, "confidence": sure} for one, sure in zip(found, (0.83, 0.31))]
    hear(*({"kind": "candidate", "match": match} for match in matches))(page)


def card(page: Page) -> None:
    """Wait for a name."""
    page.get_by_role("article", name="Recognised").wait_for()


def send_no_sound(page: Page) -> None:
    """Listen in private from now on."""
    page.get_by_role("switch", name="Send no sound").check()


def add(page: Page) -> None:
    """Add four files: one is on its way, one is new, one known, and one none."""
    api = f"{page.url.partition('#')[0]}api/v1/tracks"
    new = songs()[SONGS]
    for track in page.request.get(api, params={"containing": "Night Walk"}).json()["tracks"]:
        page.request.delete(f"{api}/{track['id']}")
    page.route("**/tracks?name=Second*", lambda _: None)  # it is sent for ever
    files = [
        flac("Night Walk.flac", encode(new.samples, new.sample_rate_hz, FLAC)),
        flac("0.flac", song(0)),
        flac("notes.mp3", b"not at all music\n" * 20),
        flac("Second half of a long evening.flac", clip(3)),
    ]
    page.get_by_label("Add files").set_input_files(files)
    for fate in ("added", "was there already", "is sent"):
        page.get_by_text(fate, exact=True).wait_for()


def search(page: Page) -> None:
    """Search for what is not there."""
    page.get_by_role("searchbox").fill("polka")


def scan(page: Page) -> None:
    """Have three songs with something after the first scanned."""
    between = np.random.default_rng(7).normal(0, 0.05, 20 * songs()[0].sample_rate_hz)
    sound = np.concatenate([songs()[2].samples, between, songs()[5].samples, songs()[7].samples])
    recording = encode(sound.astype(np.float32), songs()[0].sample_rate_hz, FLAC)
    page.get_by_label("Choose a recording").set_input_files(flac("Friday night.flac", recording))
    page.locator(".span").nth(2).wait_for()


def stretch(page: Page) -> None:
    """Choose the third stretch of it, to hear it."""
    page.locator(".span").nth(2).click()


def task(state: str, **more: object) -> dict[str, object]:
    """A scan as the server tells it."""
    told = {"id": "made-up", "kind": "scan", "state": state, "files": ["Friday night.flac"]}
    times = {"created_at": MOMENT, "started_at": MOMENT, "finished_at": None, "attempts": 1}
    return {**told, **times, "progress": None, "result": None, "error": None, **more}


HALF_DONE = task("running", progress={"done": 1834.0, "total": 4210.0})
FRUITLESS = task("failed", error={"detail": "The recording was damaged: nothing of it decodes."})
SOUNDLESS = {
    "type": "urn:earmark:problem:sound-gone",
    "title": "Its sound is gone.",
    "detail": "the sound of it is not there: nothing of it was kept when it was added",
}


def tune(page: Page) -> None:
    """Wait until the station plays something."""
    page.get_by_role("timer").wait_for()


def track(page: Page) -> None:
    """Go to a track from the library, and wait for its picture."""
    page.get_by_role("link", name="Library").click()
    page.locator(".track-title").nth(4).click()
    page.get_by_role("application").wait_for()
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until the picture of a track is complete."""
    page.wait_for_timeout(SETTLING_MS)
    expect(page.get_by_text("Drawing")).to_have_count(0, timeout=PATIENCE_MS)


def near(page: Page) -> None:
    """Look at a few seconds of it, and play from there."""
    page.get_by_role("application").focus()
    for key in ("+", "+", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    drawn(page)
    page.keyboard.press("Enter")


def explained(page: Page) -> None:
    """Wait for an explanation with its picture."""
    page.locator(".clip-map[aria-busy=false]").wait_for()


def picture(page: Page) -> None:
    """Look at the picture of what is heard."""
    page.locator(".clip-map").evaluate("(map) => scrollTo(0, map.offsetTop - 24)")


KEPT = answered("**/tracks/*", {"expires_at": MOMENT})
"""What is removed: the next picture has it still."""

VIEWS = {
    "listen": View("listen"),
    "listen-empty": View("listen", server=Place.EMPTY),
    "listening": View("listen", (hear(),)),
    "listening-doubtful": View("listen", (doubt,)),
    "listening-unknown": View("listen", (hear({"kind": "unknown"}),)),
    "listening-refused": View(
        "listen", (without_microphone, anew, press("Listen"), see("The microphone is not"))
    ),
    "listening-gone": View("listen", (gone, press("Listen"), see("The server does not answer"))),
    "heard": View("listen", (press("Listen"), card)),
    "result": View("listen", (choose("Choose a file", 1), card)),
    "result-private": View("listen", (send_no_sound, choose("Choose a file", 1), card)),
    "stranger": View("listen", (choose("Choose a file", 3), see("Not one of yours"))),
    "library": View("library"),
    "library-empty": View("library", server=Place.EMPTY),
    "library-gone": View("library", (gone, anew, see("No answer"))),
    "editing": View("library", (press("Edit"),)),
    "removed": View("library", (KEPT, press("Edit"), press("Remove"))),
    "adding": View("library", (add,)),
    "nothing-found": View("library", (search, see("Nothing found"))),
    "track": View("listen", (track,)),
    "track-near": View("listen", (track, near)),
    "track-editing": View("listen", (track, press("Edit"))),
    "track-soundless": View("listen", (answered("**/spectrogram?**", SOUNDLESS, 404), anew, track)),
    "track-missing": View("track/nowhere", (see("This track is not here"),)),
    "scan": View("scan"),
    "scan-running": View(
        "scan", (answered("**/scans/made-up", HALF_DONE), at("scan/made-up"), see("Listening to"))
    ),
    "scan-failed": View(
        "scan", (answered("**/scans/made-up", FRUITLESS), at("scan/made-up"), see("It could not"))
    ),
    "timeline": View("scan", (scan,)),
    "timeline-heard": View("scan", (scan, stretch)),
    "stations": View("monitors", (tune,)),
    "stations-empty": View("monitors", server=Place.EMPTY),
    "station-new": View("monitors", (tune, press("Add a station"))),
    "station-stop": View("monitors", (tune, press("Stop listening"))),
    "log": View("monitors/log"),
    "log-missing": View("monitors/log", server=Place.EMPTY),
    "totals": View("monitors/totals"),
    "tasks": View("tasks"),
    "tasks-empty": View("tasks", server=Place.EMPTY),
    "explain": View("explain"),
    "explain-match": View("explain", (choose("Choose a clip", 1), explained)),
    "explain-picture": View("explain", (choose("Choose a clip", 1), explained, picture)),
    "explain-stranger": View("explain", (choose("Choose a clip", 3), explained)),
    "explain-gone": View("explain/99"),
    "key": View("library", (see("This server wants a key"),), Place.KEYED),
    "nowhere": View("nowhere"),
}
