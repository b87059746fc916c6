"""Live listeners for `load.py` and tests: sound streamed over WebSockets, and what came back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import websockets
from websockets.exceptions import InvalidStatus

CHUNK_S = 0.25
SPREAD_S = 2.0
"""Listeners that come together begin within this time."""
OPEN_S = 60.0
"""How long a crowd may take to be let in."""


@dataclass(frozen=True)
class Sound:
    """What a listener sends, again and again."""

    pcm: bytes
    """Mono samples of 16 bits, little-endian."""
    rate_hz: int

    def pieces(self) -> list[bytes]:
        """Return it in whole chunks."""
        size = 2 * round(CHUNK_S * self.rate_hz)
        return [self.pcm[at : at + size] for at in range(0, len(self.pcm) - size + 1, size)]


@dataclass
class Listener:
    """What one listener sent and was told."""

    sent_at: list[float] = field(default_factory=list)
    """When each chunk was, by the clock."""
    late_s: list[float] = field(default_factory=list)
    """How long after a chunk was sent its level was told."""
    heard_s: float = 0.0
    """How much the server had heard in the end."""
    titles: list[str] = field(default_factory=list)
    """Of the tracks that were told to begin."""
    decided_at_s: float | None = None
    """Seconds of sound at the first decision."""
    decided_late_s: float = 0.0
    """How long after the deciding chunk was sent it was told."""
    close_code: int | None = None

    def hear(self, message: dict[str, object]) -> None:
        """Note what was said."""
        if message["type"] == "level":
            self.heard_s = float(str(message["at_s"]))
            self.late_s.append(self._since(self.heard_s))
        update = message.get("update")
        if isinstance(update, dict) and update["kind"] == "started":
            self.titles.append(update["match"]["track"]["title"])
            if self.decided_at_s is None:
                self.decided_at_s = float(update["at_s"])
                self.decided_late_s = self._since(self.decided_at_s)

    def _since(self, sound_s: float) -> float:
        """Return how long ago the chunk was sent with which so much sound was heard.

        A resampler holds a little back: a step is heard with the chunk after it.
        """
        number = min(len(self.sent_at), round(sound_s / CHUNK_S) + 1)
        return time.monotonic() - self.sent_at[number - 1]


async def listen(
    url: str,
    sound: Sound,
    seconds: float,
    *,
    start_s: float = 0.0,
    pace: float = 1.0,
    until_decided: bool = False,
) -> Listener:
    """Listen to a sound for so many seconds of it.

    Args:
        url: of `/api/v1/live`.
        sound: what is sent.
        seconds: how much of it, from its beginning again when it is over.
        start_s: when to begin.
        pace: 1 is real time, 0 as fast as it is taken.
        until_decided: end when a name was told.
    """
    await asyncio.sleep(start_s)
    listener, pieces = Listener(), sound.pieces()
    address = f"{url}?rate={sound.rate_hz}"
    async with _connection(address) as socket:
        reading = asyncio.create_task(_read(socket, listener))
        began = time.monotonic()
        for number in range(round(seconds / CHUNK_S)):
            await asyncio.sleep(max(0.0, began + pace * number * CHUNK_S - time.monotonic()))
            if until_decided and listener.decided_at_s is not None:
                break
            listener.sent_at.append(time.monotonic())
            await socket.send(pieces[number % len(pieces)])
        await socket.send(json.dumps({"type": "finish"}))
        await reading
        listener.close_code = socket.close_code
    return listener


async def _read(socket: websockets.ClientConnection, listener: Listener) -> None:
    """Read all that is said until the connection is closed."""
    async for text in socket:
        listener.hear(json.loads(text))


async def listen_together(
    url: str, sounds: Sequence[Sound], seconds: float, pace: float = 1.0
) -> list[Listener]:
    """Let all listen at once."""
    starts = np.random.default_rng(0).uniform(0, pace * SPREAD_S, len(sounds))
    return await asyncio.gather(
        *(
            listen(url, sound, seconds, start_s=start_s, pace=pace)
            for sound, start_s in zip(sounds, starts)
        )
    )


async def one_by_one(url: str, sounds: Sequence[Sound], seconds: float) -> list[Listener]:
    """Let one listen after the other, each until it is told a name."""
    return [await listen(url, sound, seconds, until_decided=True) for sound in sounds]


async def stay(
    url: str, count: int, holding: asyncio.Event, enough: asyncio.Event
) -> tuple[int, int]:
    """Open connections that say nothing; return how many were taken and refused.

    Sets `holding` when all have been answered, and closes them when `enough` is set.
    """
    opened = await asyncio.gather(*(_opened(url) for _ in range(count)))
    taken = [one for one in opened if one is not None]
    holding.set()
    await enough.wait()
    await asyncio.gather(*(one.close() for one in taken), return_exceptions=True)
    return len(taken), count - len(taken)


async def _opened(url: str) -> websockets.ClientConnection | None:
    try:
        return await _connection(url)
    except InvalidStatus:
        return None


def _connection(url: str) -> websockets.connect:
    return websockets.connect(url, compression=None, ping_interval=None, open_timeout=OPEN_S)
