from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, NoReturn

import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from benchmarks.listening import CHUNK_S, listen, listen_together, stay
from earmark.errors import LibraryError
from earmark.evaluation.codecs import OPUS_64K
from earmark.server.live import CloseCode, LiveSession
from earmark.server.options import Limits
from earmark.server.schemas import LiveFormat
from tests.music import clip, pieces, title
from tests.serving import Running, make_options, running
from tests.soak.listen_loop import judge, sounds

FINISH = json.dumps({"type": "finish"})


def pcm(number: int, dtype: str = "<i2") -> bytes:
    """A piece as raw samples."""
    samples = pieces()[number].samples
    return (samples * 32767).astype(dtype).tobytes() if dtype == "<i2" else samples.tobytes()


def messages(socket: ClientConnection) -> Iterator[dict[str, Any]]:
    """Everything that is said until the connection is closed."""
    try:
        for text in socket:
            yield json.loads(text)
    except ConnectionClosed:
        return


def talk(url: str, data: bytes, size: int = 20_000, end: str = FINISH) -> tuple[list[Any], int]:
    """Send a sound in pieces, and return what was said and the code of the close."""
    with connect(url, compression=None) as socket:
        for at in range(0, len(data), size):
            socket.send(data[at : at + size])
        socket.send(end)
        said = list(messages(socket))
        return said, socket.close_code or 0


def started(said: list[Any]) -> list[str]:
    """The titles of the tracks that were decided on."""
    updates = [one["update"] for one in said if one["type"] == "update"]
    return [one["match"]["track"]["title"] for one in updates if one["kind"] == "started"]


@pytest.mark.parametrize("kind", ["pcm_s16le", "pcm_f32le"])
def test_raw_samples_are_named(server: Running, kind: str) -> None:
    """The decision comes after three seconds of sound or less, and the end is told."""
    data = pcm(1) if kind == "pcm_s16le" else pieces()[1].samples.astype("<f4").tobytes()
    rate = pieces()[1].sample_rate_hz
    said, code = talk(f"{server.live}?format={kind}&rate={rate}", data)
    assert (started(said), code) == ([title(1)], CloseCode.FINISHED)
    updates = [one["update"] for one in said if one["type"] == "update"]
    decision = next(one for one in updates if one["kind"] == "started")
    assert decision["at_s"] <= 3
    assert updates[-1]["kind"] == "ended"


def test_stereo_and_odd_pieces_are_put_together(server: Running) -> None:
    """A message may end in the middle of a sample."""
    samples = (pieces()[0].samples * 32767).astype("<i2")
    data = np.stack([samples, samples], axis=1).tobytes()
    rate = pieces()[0].sample_rate_hz
    said, code = talk(f"{server.live}?rate={rate}&channels=2", data, size=9_999)
    assert (started(said), code) == ([title(0)], CloseCode.FINISHED)


def test_encoded_sound_is_named(server: Running) -> None:
    """As a browser's recorder makes it, in pieces cut anywhere."""
    said, code = talk(f"{server.live}?format=encoded", clip(2, codec=OPUS_64K), size=3_001)
    assert (started(said), code) == ([title(2)], CloseCode.FINISHED)


def test_what_is_no_sound_ends_the_connection(server: Running) -> None:
    """With a code that says so."""
    said, code = talk(f"{server.live}?format=encoded", b"not at all music\n" * 500)
    assert (said[0]["type"], code) == ("ready", CloseCode.INVALID)


def test_a_message_that_is_none_ends_the_connection(server: Running) -> None:
    """Text is only taken when it says that the sound has ended."""
    assert talk(server.live, b"", end="{}")[1] == CloseCode.INVALID
    assert talk(server.live, b"", end="[" * 5000)[1] == CloseCode.INVALID


def test_levels_tell_how_far_it_was_heard(server: Running) -> None:
    """So a client knows how much of what it sent waits."""
    said, _ = talk(f"{server.live}?rate=16000", bytes(32_000))
    levels = [one for one in said if one["type"] == "level"]
    assert [one["at_s"] for one in levels] == [0.0, 0.25, 0.5, 0.75]  # the resampler holds a little
    assert {one["level_db"] for one in levels} == {-100.0}


@pytest.mark.parametrize("query", ["rate=1", "format=mp3", "channels=0", "far=2"])
def test_a_format_that_is_none_is_refused(server: Running, query: str) -> None:
    """Before the connection is one, with a problem document."""
    with pytest.raises(InvalidStatus) as caught, connect(f"{server.live}?{query}"):
        pass
    assert caught.value.response.status_code == 422
    assert json.loads(caught.value.response.body or b"")["errors"]


def test_who_is_gone_when_something_goes_wrong_is_told_nothing() -> None:
    """A library that fails after its client went away ends the connection, and raises nothing."""
    told: list[str] = []

    class Socket:
        scope: ClassVar = {"state": {"request_id": "x"}}

        async def send_text(self, text: str) -> None:
            """Take the first message only."""
            told.append(json.loads(text)["type"])
            if len(told) > 1:
                raise WebSocketDisconnect(1006)

        async def receive(self) -> dict[str, object]:
            """Give a second of silence."""
            return {"type": "websocket.receive", "bytes": bytes(32_000)}

        async def close(self, code: int, reason: str) -> None:
            """Be closed already."""
            raise RuntimeError(code, reason)

    async def fail(_: object) -> NoReturn:
        place, cause = "music.earmark", "its disk is gone"
        raise LibraryError(place, cause)

    context = SimpleNamespace(
        options=SimpleNamespace(limits=Limits()), processors=SimpleNamespace(listen=fail)
    )
    recognizer = SimpleNamespace(position_s=0.0)
    session = LiveSession(Socket(), context, recognizer, LiveFormat())  # type: ignore[arg-type]
    asyncio.run(session.run())
    assert told == ["ready", "error"]


def test_who_says_nothing_is_ended(tmp_path: Path) -> None:
    """After the time that is set, with a code of its own; and no more may listen than is set."""
    options = make_options(tmp_path, limits={"idle_s": 0.3, "listeners": 1})
    with running(options) as own, connect(own.live) as socket:
        with pytest.raises(InvalidStatus) as caught, connect(own.live):
            pass
        assert caught.value.response.status_code == 503
        assert [one["type"] for one in messages(socket)] == ["ready"]
        assert socket.close_code == CloseCode.IDLE


def test_in_real_time_the_same_is_said_as_faster(server: Running) -> None:
    """A listener who sends what sounds is told at the same moment of the sound."""
    (sound,) = sounds(1)
    slow = asyncio.run(listen(server.live, sound, 2.0, pace=1.0))
    fast = asyncio.run(listen(server.live, sound, 2.0, pace=0.0))
    assert slow.titles == fast.titles == [title(0)]
    assert slow.decided_at_s == fast.decided_at_s is not None
    assert slow.heard_s == fast.heard_s == 2.0 - CHUNK_S  # the last is heard when it has ended


def test_twenty_who_listen_at_once_are_all_heard(server: Running) -> None:
    """As fast as they send; those who hear a stranger are told no name."""
    judge(asyncio.run(listen_together(server.live, sounds(20), 3.0, pace=0.0)), 3.0)


def test_who_says_nothing_takes_no_time_from_others(tmp_path: Path) -> None:
    """Beside as many idle connections as there may be, a clip is named; more are refused."""

    async def beside(server: Running) -> tuple[tuple[int, int], str]:
        holding, enough = asyncio.Event(), asyncio.Event()
        staying = asyncio.create_task(stay(server.live, 40, holding, enough))
        await holding.wait()
        answer = await asyncio.to_thread(server.ask, "POST", "/identify", content=clip(1))
        enough.set()
        return await staying, answer.json()["status"]

    with running(make_options(tmp_path, limits={"listeners": 30})) as own:
        assert asyncio.run(beside(own)) == ((30, 10), "identified")
