"""Decoding in processes that a hostile file may take down: lent out, watched, and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import sys
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np

from earmark import errors
from earmark.errors import DecoderCrashError, UndecodableAudioError
from earmark.server.sandbox import ANSWER, CLIP_NAME, REQUEST

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from numpy.typing import NDArray

    from earmark.server.options import Limits

Answer: TypeAlias = "tuple[dict[str, str | None], NDArray[np.float32]]"
"""What went wrong, if anything did, and samples of shape (n,)."""

PIPE_BYTES = 1 << 20
GRACE_S = 2.0
"""By the clock, a process that waits for a processor may take so much longer."""


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a recording, and the rate at which it is wanted."""

    start_s: float
    duration_s: float
    rate_hz: int


class Decoders:
    """Processes that decode clips; each decodes one at a time, and is used again."""

    def __init__(self, processes: int, limits: Limits) -> None:
        """Begin without any: they are started as they are needed."""
        self._limits = limits
        self._places = asyncio.Semaphore(processes)
        self._idle: list[Process] = []
        self._closed = False

    async def decode(self, data: bytes, rate_hz: int, most_s: float) -> NDArray[np.float32]:
        """Return the first seconds of a clip as mono samples, shape (n,).

        Raises:
            AudioError: it cannot be decoded, within the limits.
        """
        head = REQUEST.pack(len(data), rate_hz, most_s, self._limits.decode_s)
        async with self._places:
            process = await self._process()
            try:
                answer = await self._watched(_asked(process, head, data), CLIP_NAME)
            except BaseException:
                await end(process)
                raise
            await self._take_back(process)
        return _samples(answer, CLIP_NAME)

    async def excerpt(self, file: BinaryIO, name: str, part: Part) -> NDArray[np.float32]:
        """Return part of a file as mono samples, shape (n,); shorter if it ends before.

        A process of its own decodes it, which is given the open file.

        Args:
            file: has a number of the system's; it is read from its beginning.
            name: what messages call it.
            part: which part.

        Raises:
            AudioError: it cannot be decoded, within the limits.
        """
        file.seek(0)
        wanted = (part.rate_hz, part.start_s, part.duration_s, self._limits.decode_s)
        async with self._places:
            process = await start("excerpt", self._limits, *wanted, source=file)
            try:
                answer = await self._watched(_answer(process), name)
            finally:
                await end(process)
        return _samples(answer, name)

    async def warm_up(self, processes: int) -> None:
        """Start so many, so that the first clips need not wait for them."""
        for _ in range(processes):
            self._idle.append(await start("clips", self._limits))

    async def close(self) -> None:
        """End them all."""
        self._closed = True
        while self._idle:
            await end(self._idle.pop())

    async def _process(self) -> Process:
        """Return a process that lives."""
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
            await end(process)
        return await start("clips", self._limits)

    async def _take_back(self, process: Process) -> None:
        if self._closed:
            await end(process)
        else:
            self._idle.append(process)

    async def _watched(self, answer: Coroutine[Any, Any, Answer], name: str) -> Answer:
        """Wait for what a process answers, and give it up when it takes too long or dies."""
        most_s = self._limits.decode_s
        try:
            async with asyncio.timeout(most_s + GRACE_S):
                return await answer
        except TimeoutError:
            cause = f"decoding it takes longer than {most_s:g} s"
            raise UndecodableAudioError(name, cause) from None
        except (OSError, asyncio.IncompleteReadError):
            cause = "decoding it made the decoder crash, or took too much time or memory"
            raise DecoderCrashError(name, cause) from None


@contextlib.asynccontextmanager
async def stream_decoder(rate_hz: int, limits: Limits) -> AsyncIterator[Process]:
    """Lend a process that decodes one stream: bytes in, mono float32 samples at the rate out."""
    process = await start("stream", limits)
    try:
        if process.stdin is not None:
            process.stdin.write(struct.pack("<I", rate_hz))
        yield process
    finally:
        await end(process)


async def start(
    manner: str, limits: Limits, *part: float, source: BinaryIO | None = None
) -> Process:
    """Start a process that decodes: what is sent to it, or the source."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "earmark.server.sandbox",
        manner,
        str(limits.decode_mb),
        *map(str, part),
        stdin=asyncio.subprocess.PIPE if source is None else source,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=PIPE_BYTES,
        start_new_session=True,  # Ctrl-C is the server's to deal with
    )


async def end(process: Process) -> None:
    """End a process at once."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()
    # closes the pipes: the loop may be gone by the time they are collected
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


async def _asked(process: Process, head: bytes, data: bytes) -> Answer:
    """Send a clip and return the answer."""
    target = process.stdin
    if target is None:
        raise BrokenPipeError
    target.write(head)
    target.write(data)
    await target.drain()
    return await _answer(process)


async def _answer(process: Process) -> Answer:
    """Return what a process answers."""
    source = process.stdout
    if source is None:
        raise BrokenPipeError
    text_bytes, sound_bytes = ANSWER.unpack(await source.readexactly(ANSWER.size))
    told = json.loads(await source.readexactly(text_bytes))
    return told, np.frombuffer(await source.readexactly(sound_bytes), "<f4")


def _samples(answer: Answer, name: str) -> NDArray[np.float32]:
    """Return the samples of an answer, or raise what it says."""
    told, samples = answer
    if told["error"] is not None:
        raise getattr(errors, told["error"])(name, told["cause"])
    return samples
