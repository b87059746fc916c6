"""Private mode: the browser finds the peaks, and only they are sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, Request, Route, WebSocket, expect

from earmark.audio import open_samples
from earmark.clip_peaks import FORMAT, ClipPeaks, take_peaks
from earmark.evaluation.degradations import excerpt
from earmark.live.plan import LookPlan
from earmark.params import PeakParams, QueryParams
from earmark.units import frames_to_seconds
from tests.browser.conftest import HEARD, Screen
from tests.music import clip, pieces, title
from tests.serving import Running

PEAKS, PLAN = PeakParams(), LookPlan()

AGREEING = 0.98
"""The share of equal peaks that is asked for; docs/peaks.md has what was measured."""

FIND = """async ([encoded, rate]) => {
  const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
  const page = document.querySelector("script[src]").src;
  const { fingerprint } = await import(new URL("private.js", page));
  return fingerprint(new Float32Array(bytes.buffer), rate);
}"""


def sound(number: int, rate_hz: int, noise: float) -> NDArray[np.float32]:
    """Four seconds of a piece at a browser's rate, with noise."""
    piece = pieces()[number]
    part = excerpt(piece.samples, piece.sample_rate_hz, 3.0, 4.0)
    blocks = open_samples(part, input_rate_hz=piece.sample_rate_hz, sample_rate_hz=rate_hz)
    clean = np.concatenate(list(blocks))
    rng = np.random.default_rng(number)
    return (clean + rng.normal(0, noise, len(clean))).astype(np.float32)


def found_in(page: Page, samples: NDArray[np.float32], rate_hz: int) -> ClipPeaks:
    """The peaks that the page finds."""
    encoded = base64.b64encode(samples.tobytes()).decode()
    return ClipPeaks.from_json(json.dumps(page.evaluate(FIND, [encoded, rate_hz])))


def rows(found: ClipPeaks) -> set[tuple[int, int, int]]:
    """Time, frequency and level of all peaks."""
    peaks = found.peaks
    columns = (peaks.time.tolist(), peaks.frequency.tolist(), peaks.level.tolist())
    return set(zip(*columns, strict=True))


@pytest.mark.parametrize("noise", [0.0, 0.05], ids=["clean", "noisy"])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_the_browser_finds_the_peaks_of_the_library(
    screen: Screen, rate_hz: int, noise: float
) -> None:
    """Nearly all are equal, at whatever rate the sound comes, and none is invented."""
    samples = sound(1, rate_hz, noise)
    ours = take_peaks(samples, sample_rate=rate_hz)
    theirs = found_in(screen.go().page, samples, rate_hz)
    assert (theirs.frames, theirs.peaks_id) == (ours.frames, ours.peaks_id)
    assert len(rows(ours) & rows(theirs)) >= AGREEING * len(rows(ours) | rows(theirs))


def test_both_ways_are_answered_alike(screen: Screen, server: Running) -> None:
    """What is known, what is noisy, and what is not known: by peaks of either kind."""
    page = screen.go().page
    for number, noise in ((0, 0.0), (1, 0.05), (2, 0.0), (3, 0.0)):
        samples = sound(number, 44_100, noise)
        named = [
            server.context.library.identify(one)
            for one in (found_in(page, samples, 44_100), take_peaks(samples, sample_rate=44_100))
        ]
        assert named[0].status == named[1].status
        assert [one.track for one in named[0].matches] == [one.track for one in named[1].matches]


LISTEN = """async ([seconds, rate]) => {
  const page = document.querySelector("script[src]").src;
  const { PrivateConnection } = await import(new URL("private-connection.js", page));
  const heard = [];
  const handlers = {
    onUpdate: ({ kind }) => heard.push(kind),
    onEnd: (problem) => heard.push(problem.message),
  };
  const connection = new PrivateConnection(rate, handlers);
  for (let i = 0; i < 10 * seconds; i += 1) {
    connection.send(Int16Array.from({ length: rate / 10 }, (_, k) => 9000 * Math.sin(k * k + i)));
    while (connection._isBusy) await new Promise((done) => setTimeout(done, 1));
  }
  return heard;
}"""


def requests_of(page: Page) -> list[Request]:
    """What a page asks for from now on."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    page.on("request", note)
    return sent


def sockets_of(page: Page) -> list[WebSocket]:
    """The WebSockets that a page opens from now on."""
    opened: list[WebSocket] = []

    def note(socket: WebSocket) -> None:
        opened.append(socket)

    page.on("websocket", note)
    return opened


def bodies(sent: list[Request]) -> Iterator[dict[str, Any]]:
    """What was posted: all of it has to be JSON."""
    for request in sent:
        if request.method == "POST":
            yield json.loads(request.post_data or "")


def test_nothing_but_peaks_leaves_the_browser(screen: Screen) -> None:
    """While it listens, no request carries sound, and no WebSocket is opened; yet it is named."""
    page = screen.go().page
    page.get_by_label("Send no sound").check()
    sent, sockets = requests_of(page), sockets_of(page)
    page.get_by_role("button", name="Listen").click()
    card = page.get_by_role("article", name="Recognised")
    expect(card.get_by_role("heading")).to_have_text(title(HEARD))
    expect(card.get_by_role("link", name="Why?")).to_have_count(0)  # it would take the sound
    posted = list(bodies(sent))
    assert posted
    assert {body["format"] for body in posted} == {FORMAT}
    assert sockets == []


def test_a_file_stays_in_the_browser_too(screen: Screen) -> None:
    """It is decoded there."""
    page = screen.go().page
    page.get_by_label("Send no sound").check()
    sent = requests_of(page)
    file = {"name": "heard.flac", "mimeType": "audio/flac", "buffer": clip(0)}
    page.get_by_label("Choose a file").set_input_files(file)  # type: ignore[arg-type]
    card = page.get_by_role("article", name="Recognised")
    expect(card.get_by_role("heading")).to_have_text(title(0))
    assert [body["format"] for body in bodies(sent)] == [FORMAT]


def test_unknown_sound_is_asked_about_as_the_plan_says(screen: Screen) -> None:
    """All looks at a new stretch together spend the false-accept rate; each later one its share."""
    asked: list[tuple[float, str, float]] = []

    def answer(route: Route) -> None:
        given = parse_qs(urlsplit(route.request.url).query)
        frames = json.loads(route.request.post_data or "")["frames"]
        asked.append((float(given["far"][0]), given["ladder"][0], frames_to_seconds(frames, PEAKS)))
        route.fulfill(json={"status": "no_match", "matches": [], "candidates": []})

    page = screen.go().page
    page.route("**/api/v1/identify*", answer)
    assert page.evaluate(LISTEN, [20, 8000]) == ["unknown"]
    fars, ladders, lengths = zip(*asked, strict=True)
    looks = len(PLAN.looks_s) + 1
    assert lengths[:looks] == pytest.approx([*PLAN.looks_s, PLAN.looks_s[-1]], abs=0.02)
    assert (ladders.index("fast"), ladders.count("fast")) == (looks - 1, 1)
    assert sum(fars[:looks]) == pytest.approx(QueryParams().far)
    assert set(fars[looks:]) == {QueryParams().far * PLAN.later_share}
    later = round((20 - PLAN.looks_s[-1]) / PLAN.later_every_s)
    assert lengths[looks:] == pytest.approx([PLAN.later_s] * later, abs=0.02)
