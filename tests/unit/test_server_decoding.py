"""Decoding what strangers send: in processes that may die, run long or ask for too much."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct
import wave
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from earmark.errors import AudioError, DecoderCrashError, UndecodableAudioError
from earmark.server import decoding
from earmark.server.decoding import Decoders, Part
from earmark.server.options import Limits
from tests.music import clip

T = TypeVar("T")
RATE_HZ = 11_025


def with_decoders(ask: Callable[[Decoders], Awaitable[T]], limits: Limits | None = None) -> T:
    """Run something with one decoder."""

    async def run() -> T:
        decoders = Decoders(1, limits or Limits())
        try:
            return await ask(decoders)
        finally:
            await decoders.close()

    return asyncio.run(run())


def lying_wave(hours: float) -> bytes:
    """A WAVE that says that it is hours long; its samples are not there."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 100)
    data = bytearray(target.getvalue())
    data[40:44] = struct.pack("<I", min(round(hours * 3600 * 16_000), 0xFFFFFFF0))
    return bytes(data)


def test_a_clip_is_decoded_elsewhere() -> None:
    """As mono samples at the rate that is asked for, no longer than is asked for."""

    async def ask(decoders: Decoders) -> tuple[int, int]:
        whole = await decoders.decode(clip(1), RATE_HZ, 120)
        part = await decoders.decode(clip(1), RATE_HZ, 2)
        return len(whole), len(part)

    whole, part = with_decoders(ask)
    assert whole == pytest.approx(6 * RATE_HZ, abs=10)
    assert part == 2 * RATE_HZ


def test_what_cannot_be_decoded_says_why() -> None:
    """And the same process decodes the next."""

    async def ask(decoders: Decoders) -> int:
        with pytest.raises(AudioError, match="the clip"):
            await decoders.decode(b"not at all music" * 99, RATE_HZ, 120)
        (process,) = decoders._idle
        assert len(await decoders.decode(clip(0), RATE_HZ, 1)) == RATE_HZ
        assert decoders._idle == [process]
        return process.pid

    assert with_decoders(ask)


def test_a_decoder_that_dies_is_replaced() -> None:
    """Whether it was at work or idle."""

    async def ask(decoders: Decoders) -> int:
        await decoders.warm_up(1)
        (idle,) = decoders._idle
        os.kill(idle.pid, signal.SIGKILL)
        await idle.wait()
        assert len(await decoders.decode(clip(0), RATE_HZ, 1)) == RATE_HZ
        (busy,) = decoders._idle
        os.kill(busy.pid, signal.SIGSTOP)
        work = asyncio.ensure_future(decoders.decode(clip(0), RATE_HZ, 1))
        await asyncio.sleep(0.05)
        os.kill(busy.pid, signal.SIGKILL)
        with pytest.raises(DecoderCrashError):
            await work
        return len(await decoders.decode(clip(0), RATE_HZ, 1))

    assert with_decoders(ask) == RATE_HZ


def test_a_decoder_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time that is set, by the clock."""
    monkeypatch.setattr(decoding, "GRACE_S", 0.0)

    async def ask(decoders: Decoders) -> bool:
        await decoders.warm_up(1)
        (process,) = decoders._idle
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(UndecodableAudioError, match="longer than"):
            await decoders.decode(clip(0), RATE_HZ, 1)
        return decoders._idle == []

    assert with_decoders(ask, replace(Limits(), decode_s=0.2))


def test_a_header_that_lies_costs_nothing() -> None:
    """Only what is there is decoded."""
    samples = with_decoders(lambda decoders: decoders.decode(lying_wave(70), RATE_HZ, 120))
    assert len(samples) < RATE_HZ
    assert not np.any(samples)


def test_part_of_a_file_is_decoded_elsewhere(tmp_path: Path) -> None:
    """By a process that is given the open file, and nothing but it."""
    (tmp_path / "clip.flac").write_bytes(clip(1))

    async def ask(decoders: Decoders) -> int:
        with (tmp_path / "clip.flac").open("rb") as file:
            for _ in range(2):
                found = await decoders.excerpt(file, "the song", Part(1.0, 2.0, RATE_HZ))
        return len(found)

    assert with_decoders(ask) == 2 * RATE_HZ


def test_a_file_that_cannot_be_decoded_says_why(tmp_path: Path) -> None:
    """Under the name that it is called by."""
    (tmp_path / "bad").write_bytes(b"not at all music" * 99)

    async def ask(decoders: Decoders) -> bool:
        told = pytest.raises(AudioError, match="the song")
        with (tmp_path / "bad").open("rb") as file, told:
            await decoders.excerpt(file, "the song", Part(0.0, 2.0, RATE_HZ))
        return True

    assert with_decoders(ask)
