from __future__ import annotations

import random
import time
from pathlib import Path
from queue import Empty

import numpy as np
import pytest

from earmark.live import reading
from earmark.live.reading import Backoff, Broken, Connected, Item, Piece, Reader, Titled
from earmark.sources import AddressPolicy, Client, Limits, LiveSource, Opener
from tests import streams
from tests.media import MP3, encode, tone
from tests.servers import Answer, answering, ok, serving

SOUND = encode(tone(3, 44_100), MP3)


def reader(place: str, *, ffmpeg_urls: bool = False) -> Reader:
    """A reader that may go to this machine."""
    limits = Limits(connect_s=5, head_s=5, stall_s=0.5)
    client = Client(AddressPolicy(allow_private=True), limits)
    opener = Opener(client, ffmpeg_urls=ffmpeg_urls)
    return Reader(LiveSource("A", place), opener, 8000)


def items(one: Reader, count: int) -> list[Item]:
    """What comes, until it has broken off so many times."""
    found: list[Item] = []
    one.start()
    while sum(isinstance(item, Broken) for item in found) < count:
        found.append(one.items.get(timeout=20))
    one.stop()
    return found


def seconds(found: list[Item]) -> float:
    """How much sound came."""
    return sum(len(item.samples) for item in found if isinstance(item, Piece)) / 8000


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr(reading, "FIRST_PAUSE_S", 0.01)


def test_a_file_is_read_once(tmp_path: Path) -> None:
    """Its sound comes in pieces, and then its end."""
    path = tmp_path / "a.mp3"
    path.write_bytes(SOUND)
    first, *_, last = found = items(reader(str(path)), 1)
    assert isinstance(first, Connected)
    assert isinstance(last, Broken)
    assert (last.again, last.is_error, last.cause) == (False, False, "it has ended")
    assert seconds(found) == pytest.approx(3, abs=0.1)
    assert max(len(item.samples) for item in found if isinstance(item, Piece)) < 8000


def test_a_stream_that_breaks_off_is_opened_again() -> None:
    """As often as it takes."""
    with serving({"a": ok(SOUND)}) as served:
        found = items(reader(served.to("a")), 3)
    assert all(item.again for item in found if isinstance(item, Broken))
    assert seconds(found) == pytest.approx(9, abs=0.3)


def playlist(*, over: bool) -> Answer:
    """An HLS playlist of one segment."""
    end = "#EXT-X-ENDLIST\n" if over else ""
    return ok(f"#EXTM3U\n#EXT-X-TARGETDURATION:0.5\n#EXTINF:3,\na.mp3\n{end}".encode())


def test_a_recording_in_segments_is_heard_once() -> None:
    """It would be the same again, for ever."""
    with serving({"list": playlist(over=True), "a.mp3": ok(SOUND)}) as served:
        found = items(reader(served.to("list")), 1)
    assert isinstance(found[-1], Broken)
    assert (found[-1].again, found[-1].is_error) == (False, False)
    assert seconds(found) == pytest.approx(3, abs=0.1)


def test_what_is_left_of_a_live_stream_is_not_heard_again() -> None:
    """It may go on some day, with a new playlist: so it is tried."""
    lists: list[Answer] = [playlist(over=False), playlist(over=True)]
    with serving({"list": lists, "a.mp3": ok(SOUND)}) as served:
        found = items(reader(served.to("list")), 3)
    assert [item.again for item in found if isinstance(item, Broken)] == [True] * 3
    assert seconds(found) == pytest.approx(3, abs=0.1)


def test_what_ffmpeg_fetches_is_read_alike() -> None:
    """Its sound comes in pieces; when it breaks off, it is opened again."""
    samples = (8000 * np.sin(np.arange(24_000) * 0.3)).astype(np.int16)
    with answering(streams.rtsp(samples, 8000)) as port:
        found = items(reader(f"rtsp://127.0.0.1:{port}/x", ffmpeg_urls=True), 2)
    assert sum(isinstance(item, Connected) for item in found) == 2
    assert all(item.again for item in found if isinstance(item, Broken))
    assert seconds(found) == pytest.approx(6, abs=0.3)


@pytest.mark.parametrize(
    "lie",
    [
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        ok(b"<html>not here any more</html>"),
        ok(b""),
        ok(np.random.default_rng(1).bytes(50_000), "Content-Type: audio/mpeg"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + SOUND[:3000],
        b"nothing of the kind",
    ],
    ids=["busy", "text", "empty", "noise", "cut", "no http"],
)
def test_a_server_that_lies_is_tried_again(lie: Answer) -> None:
    """It may come to its senses."""
    with serving({"a": [lie, ok(SOUND)]}) as served:
        found = items(reader(served.to("a")), 2)
    assert seconds(found) > 2.5


def test_a_format_may_change_from_one_connection_to_the_next() -> None:
    """Each is looked at anew."""
    other = encode(tone(2, 48_000), MP3.__class__("ogg", "libopus", 48_000))
    with serving({"a": [ok(SOUND), ok(other)]}) as served:
        assert seconds(items(reader(served.to("a")), 2)) == pytest.approx(5, abs=0.3)


def test_a_forbidden_address_is_not_tried_again() -> None:
    """Nor is what cannot be listened to."""
    one = Reader(LiveSource("A", "http://127.0.0.1:1/"), Opener(Client(AddressPolicy())), 8000)
    (last,) = items(one, 1)
    assert isinstance(last, Broken)
    assert (last.again, last.is_error) == (False, True)


def test_titles_come_along() -> None:
    """In their place in the stream."""
    text = b"StreamTitle='A - B';".ljust(32, b"\0")
    data = SOUND[:8000] + b"\2" + text + SOUND[8000:16_000] + b"\0" + SOUND[16_000:24_000] + b"\0"
    with serving({"a": ok(data, "icy-metaint: 8000")}) as served:
        found = items(reader(served.to("a")), 1)
    assert [item.text for item in found if isinstance(item, Titled)] == ["A - B"]


def test_a_reader_waits_for_who_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is bounded, however much there is."""
    monkeypatch.setattr(reading, "MOST_PIECES", 3)
    with serving({"a": ok(SOUND)}) as served:
        one = reader(served.to("a"))
        one.start()
        time.sleep(0.3)
        assert one.items.qsize() <= 3
        one.stop()


def test_a_stopped_reader_gives_no_more() -> None:
    """Whatever it waits for."""
    with serving({"a": ok(SOUND)}) as served:
        one = reader(served.to("a"))
        one.stop()
        one.start()
        with pytest.raises(Empty):
            one.items.get(timeout=0.2)


def test_pauses_become_longer_until_something_was_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """And never longer than the longest."""
    monkeypatch.setattr(reading, "FIRST_PAUSE_S", 1.0)
    backoff = Backoff(random.Random(1))  # noqa: S311 - no secrets
    pauses = [backoff.pause_s() for _ in range(12)]
    assert 0.5 <= pauses[0] <= 1
    assert 30 <= pauses[-1] <= 60
    backoff.succeeded()
    assert backoff.pause_s() <= 1


def test_bytes_without_sound_are_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Perhaps the format has changed: it is opened again."""
    monkeypatch.setattr(reading, "MOST_UNDECODED_BYTES", 20_000)
    data = SOUND[:12_000] + bytes(200_000)
    with serving({"a": ok(data)}) as served:
        *_, last = items(reader(served.to("a")), 1)
    assert isinstance(last, Broken)
    assert last.cause == "it sends bytes, but no sound"
