"""A live connection: sound in, levels and updates out, as the docs describe them.

The sound comes as binary messages, PCM or encoded; a text message `{"type": "finish"}` ends it.
What comes faster than it is heard waits in the network: nothing is read before what came is dealt
with.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from starlette.websockets import WebSocketDisconnect

from earmark import jsonable
from earmark.audio import channels_of, to_mono
from earmark.errors import EarmarkError, OverloadedError
from earmark.live.recognizer import Recognizer
from earmark.server import problems
from earmark.server.decoding import stream_decoder
from earmark.sources.microphone import level_db

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from numpy.typing import NDArray
    from starlette.websockets import WebSocket

    from earmark.live.updates import Update
    from earmark.server.context import Context
    from earmark.server.schemas import LiveFormat

Result = TypeVar("Result")

Samples: TypeAlias = "NDArray[np.int16] | NDArray[np.float32]"

STEP_S = 0.25
"""Sound is gathered to pieces of so long: a recogniser decides in such steps."""

CLOSE_S = 5.0
"""How long a client may take to agree that the connection is closed."""

RETRY_AFTER_S = 30.0


class CloseCode(IntEnum):
    """Why a connection was closed (RFC 6455; from 4000 on our own)."""

    FINISHED = 1000
    INVALID = 1003
    """A message that is none, or sound that cannot be decoded."""
    FAILED = 1011
    IDLE = 4408
    """Nothing came for too long, or what was said was not read."""
    TOO_LONG = 4413


class Closing(Exception):  # noqa: N818 - it ends a connection, and is no error of ours
    """Ends a connection with a code."""

    def __init__(self, code: CloseCode, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pcm:
    """How raw samples come."""

    dtype: np.dtype[Any]
    channels: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one moment of all channels."""
        return self.dtype.itemsize * self.channels

    def samples(self, data: bytes) -> Samples:
        """Return whole frames as samples, shape (n, channels)."""
        samples: Samples = np.frombuffer(data, self.dtype).reshape(-1, self.channels)
        return samples


class LiveSession:
    """One connection."""

    def __init__(
        self, socket: WebSocket, context: Context, recognizer: Recognizer, wanted: LiveFormat
    ) -> None:
        """Take a connection that was accepted."""
        self._socket = socket
        self._context = context
        self._recognizer = recognizer
        self._wanted = wanted
        self._limits = context.options.limits

    async def run(self) -> None:
        """Listen until the client ends, or must be ended."""
        try:
            await self._say({"type": "ready", "format": self._wanted.format.value})
            if self._wanted.is_encoded:
                await self._hear_encoded()
            else:
                await self._hear_pcm()
            await self._tell(await self._work(self._recognizer.finish))
            await self._close(Closing(CloseCode.FINISHED))
        except WebSocketDisconnect:
            return
        except Closing as closing:
            await self._close(closing)
        except EarmarkError as error:
            await self._complain(error)

    async def _hear_pcm(self) -> None:
        """Hear raw samples."""
        pcm = Pcm(self._wanted.dtype, self._wanted.channels)
        step = max(1, round(STEP_S * self._wanted.rate)) * pcm.frame_bytes
        pending = bytearray()
        async for message in self._messages():
            pending += message
            while len(pending) >= step:
                piece = bytes(pending[:step])
                del pending[:step]
                await self._hear(pcm.samples(piece), self._wanted.rate)
        whole = len(pending) // pcm.frame_bytes * pcm.frame_bytes
        if whole:
            await self._hear(pcm.samples(bytes(pending[:whole])), self._wanted.rate)

    async def _hear_encoded(self) -> None:
        """Hear what a process of its own decodes."""
        rate_hz = self._context.library.params.peaks.sample_rate_hz
        async with stream_decoder(rate_hz, self._limits) as process:
            feeding = asyncio.create_task(self._feed(process))
            try:
                async for samples in _decoded(process, round(STEP_S * rate_hz)):
                    await self._hear(samples, rate_hz)
                if feeding.done():
                    await feeding  # raises what ended it, if the client did not
                if await process.wait() or not self._recognizer.position_s:
                    raise Closing(CloseCode.INVALID, "the sound cannot be decoded")
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)

    async def _feed(self, process: Process) -> None:
        """Hand messages on to a decoder; its end is told by the end of its input."""
        target = process.stdin
        if target is None:
            return
        try:
            with contextlib.suppress(OSError):  # it is gone: its output has ended, too
                async for message in self._messages():
                    target.write(message)
                    await target.drain()
        finally:
            target.close()

    async def _messages(self) -> AsyncIterator[bytes]:
        """Yield the sound that comes, until the client says that it has finished."""
        while True:
            try:
                async with asyncio.timeout(self._limits.idle_s):
                    message = await self._socket.receive()
            except TimeoutError:
                reason = f"nothing came for {self._limits.idle_s:g} s"
                raise Closing(CloseCode.IDLE, reason) from None
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            if message.get("bytes") is not None:
                yield message["bytes"]
            elif _is_finish(message.get("text")):
                return
            else:
                reason = 'send sound in binary messages, or {"type": "finish"}'
                raise Closing(CloseCode.INVALID, reason)

    async def _hear(self, samples: Samples, rate_hz: int) -> None:
        """Hear a piece, and say what there is to say."""
        if self._recognizer.position_s > 3600 * self._limits.listen_hours:
            reason = f"a connection lasts {self._limits.listen_hours:g} hours at most"
            raise Closing(CloseCode.TOO_LONG, reason)
        level, updates = await self._work(partial(self._fed, samples, rate_hz))
        at_s = round(self._recognizer.position_s, 3)
        await self._say({"type": "level", "at_s": at_s, "level_db": round(level, 1)})
        await self._tell(updates)

    def _fed(self, samples: Samples, rate_hz: int) -> tuple[float, list[Update]]:
        mono = to_mono(channels_of(samples))
        return level_db(mono), self._recognizer.feed(mono, rate_hz)

    async def _work(self, work: Callable[[], Result]) -> Result:
        return await self._context.processors.listen(work)

    async def _tell(self, updates: Iterable[Update]) -> None:
        for update in updates:
            await self._say({"type": "update", "update": jsonable.update(update)})

    async def _say(self, what: jsonable.Object) -> None:
        """Send an object; a client that does not read is ended, too."""
        try:
            async with asyncio.timeout(self._limits.idle_s):
                await self._socket.send_text(jsonable.dumps(what))
        except TimeoutError:
            raise Closing(CloseCode.IDLE, "what was said was not read") from None

    async def _complain(self, error: EarmarkError) -> None:
        """Tell what went wrong, and close; the client may be gone, or not read any more."""
        _, told = problems.document(error, self._socket.scope["state"]["request_id"])
        with contextlib.suppress(Closing, WebSocketDisconnect):
            await self._say({"type": "error", "problem": told})
        await self._close(Closing(CloseCode.FAILED, told["title"]))

    async def _close(self, closing: Closing) -> None:
        with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_S):
                await self._socket.close(closing.code, closing.reason)


@contextlib.contextmanager
def place_among(context: Context, *, encoded: bool) -> Iterator[None]:
    """Have a place among those who listen until the block ends.

    Raises:
        OverloadedError: there is none left.
    """
    listeners, limits = context.listeners, context.options.limits
    if listeners.all >= limits.listeners:
        message = f"{limits.listeners} listen already"
        raise OverloadedError(message, RETRY_AFTER_S)
    if encoded and listeners.encoded >= limits.encoded_listeners:
        message = f"{limits.encoded_listeners} send encoded sound already; send PCM"
        raise OverloadedError(message, RETRY_AFTER_S)
    listeners.all += 1
    listeners.encoded += encoded
    context.metrics.listeners.set(listeners.all)
    try:
        yield
    finally:
        listeners.all -= 1
        listeners.encoded -= encoded
        context.metrics.listeners.set(listeners.all)


async def _decoded(process: Process, step: int) -> AsyncIterator[NDArray[np.float32]]:
    """Yield what a decoder gives, mono, in pieces of `step` samples and a rest."""
    source = process.stdout
    if source is None:
        return
    size = 4 * step
    while True:
        try:
            piece = await source.readexactly(size)
        except asyncio.IncompleteReadError as rest:
            if rest.partial:
                yield np.frombuffer(rest.partial[: len(rest.partial) // 4 * 4], "<f4")
            return
        yield np.frombuffer(piece, "<f4")


def _is_finish(text: str | None) -> bool:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("type") == "finish"
