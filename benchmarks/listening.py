"""Live listeners for `load.py`: clips streamed over WebSockets in real time, and what came back."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

import numpy as np
import websockets
from websockets.exceptions import InvalidStatus

from benchmarks.serving import HEAD_BYTES, PORT, SENT_HZ

CHUNK_S = 0.25
URL = f"ws://127.0.0.1:{PORT}/api/v1/live?rate={SENT_HZ}"


@dataclass
class Listener:
    """What one listener sent and was told."""

    sent_at: list[float] = field(default_factory=list)
    """When each chunk was, by the clock."""
    late_s: list[float] = field(default_factory=list)
    """How long after a chunk was sent its level was told."""
    decided_at_s: float | None = None
    """Seconds of sound at the first decision."""
    decided_late_s: float = 0.0
    """How long after the deciding chunk was sent it was told."""

    def hear(self, message: dict[str, object]) -> None:
        """Note what was said."""
        now = time.monotonic()
        if message["type"] == "level":
            # a resampler holds a little back: a step is heard with the chunk after it
            number = min(len(self.sent_at), round(float(str(message["at_s"])) / CHUNK_S) + 1)
            self.late_s.append(now - self.sent_at[number - 1])
        update = message.get("update")
        if isinstance(update, dict) and update["kind"] == "started" and self.decided_at_s is None:
            self.decided_at_s = float(update["at_s"])
            number = min(len(self.sent_at), round(self.decided_at_s / CHUNK_S) + 1)
            self.decided_late_s = now - self.sent_at[number - 1]


async def listen(
    sound: bytes, seconds: float, start_s: float = 0.0, *, until_decided: bool = False
) -> Listener:
    """Send a clip, a WAVE file, again and again in real time for so long."""
    await asyncio.sleep(start_s)
    listener, samples = Listener(), sound[HEAD_BYTES:]
    size = 2 * round(CHUNK_S * SENT_HZ)
    pieces = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]
    async with websockets.connect(URL, compression=None, ping_interval=None) as socket:
        reading = asyncio.create_task(_read(socket, listener))
        began = time.monotonic()
        for number in range(round(seconds / CHUNK_S)):
            await asyncio.sleep(max(0.0, began + number * CHUNK_S - time.monotonic()))
            if until_decided and listener.decided_at_s is not None:
                break
            listener.sent_at.append(time.monotonic())
            await socket.send(pieces[number % len(pieces)])
        await socket.send(json.dumps({"type": "finish"}))
        await reading
    return listener


async def _read(socket: websockets.ClientConnection, listener: Listener) -> None:
    """Read all that is said until the connection is closed."""
    async for text in socket:
        listener.hear(json.loads(text))


async def listen_together(sounds: list[bytes], seconds: float) -> list[Listener]:
    """Let all listen at once; they begin within two seconds."""
    starts = np.random.default_rng(0).uniform(0, 2.0, len(sounds))
    return await asyncio.gather(
        *(listen(sound, seconds, start_s) for sound, start_s in zip(sounds, starts))
    )


async def one_by_one(sounds: list[bytes], seconds: float) -> list[Listener]:
    """Let one listen after the other, each until it is told a name."""
    return [await listen(sound, seconds, until_decided=True) for sound in sounds]


async def stay(count: int, holding: asyncio.Event, enough: asyncio.Event) -> tuple[int, int]:
    """Open connections that say nothing; return how many were taken and refused.

    Sets `holding` when all have been answered, and closes them when `enough` is set.
    """
    opened = await asyncio.gather(*(_opened() for _ in range(count)))
    taken = [one for one in opened if one is not None]
    holding.set()
    await enough.wait()
    await asyncio.gather(*(one.close() for one in taken), return_exceptions=True)
    return len(taken), count - len(taken)


async def _opened() -> websockets.ClientConnection | None:
    try:
        return await websockets.connect(URL, compression=None, open_timeout=60, ping_interval=None)
    except InvalidStatus:
        return None
