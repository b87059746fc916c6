from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from earmark.errors import MissingExtraError, SourceUnavailableError
from earmark.sources import microphone
from earmark.sources.microphone import MOST_CHUNKS, OnChunk, PortAudioDevice, level_db, recording


class Fake:
    """A device that gives what it is told to, all at once."""

    sample_rate_hz = 8000

    def __init__(self, chunks: int) -> None:
        self.chunks = chunks
        self.is_running = False

    def start(self, on_chunk: OnChunk) -> None:
        """Give all chunks, each with its number."""
        self.is_running = True
        for number in range(self.chunks):
            on_chunk(np.full(4, number, np.float32))

    def stop(self) -> None:
        """Be stopped."""
        self.is_running = False


class Stream:
    """A stream of a made-up sounddevice."""

    def __init__(self, callback: Any, **_: object) -> None:  # noqa: ANN401
        self._callback = callback

    def start(self) -> None:
        """Give one chunk of stereo."""
        self._callback(np.ones((3, 1), np.float32), 3, None, None)

    def close(self) -> None:
        """Be closed."""


def sounddevice(**changes: object) -> SimpleNamespace:
    """A made-up sounddevice with one device."""
    parts = {
        "PortAudioError": RuntimeError,
        "InputStream": Stream,
        "query_devices": lambda *_: {"default_samplerate": 44_100.0},
    }
    return SimpleNamespace(**{**parts, **changes})


def test_chunks_come_in_their_order() -> None:
    """And the device is stopped in the end."""
    device = Fake(3)
    with recording(device) as chunks:
        assert [next(chunks)[0] for _ in range(3)] == [0, 1, 2]
        assert device.is_running
    assert not device.is_running


def test_who_listens_too_slowly_loses_the_oldest_sound() -> None:
    """The buffer is bounded."""
    with recording(Fake(MOST_CHUNKS + 5)) as chunks:
        assert next(chunks)[0] == 5


def test_a_microphone_that_gives_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be switched off."""
    monkeypatch.setattr(microphone, "SILENT_S", 0.01)
    with (
        recording(Fake(0)) as chunks,
        pytest.raises(SourceUnavailableError, match="gives no sound"),
    ):
        next(chunks)


def test_a_device_of_portaudio_gives_mono(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the device's own rate."""
    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice())
    device = PortAudioDevice()
    assert device.sample_rate_hz == 44_100
    with recording(device) as chunks:
        assert next(chunks).tolist() == [1, 1, 1]


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that adds it."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingExtraError, match=r"earmark\[listen\]"):
        PortAudioDevice()


def test_a_missing_portaudio_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is there, but not the library that it needs."""

    def fail(_: str) -> None:
        message = "PortAudio library not found"
        raise OSError(message)

    monkeypatch.setattr(microphone, "import_module", fail)
    with pytest.raises(SourceUnavailableError, match="apt install libportaudio2"):
        PortAudioDevice()


def test_a_device_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By what PortAudio says."""

    def fail(*_: object) -> None:
        message = "No input device matching 'x'"
        raise ValueError(message)

    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice(query_devices=fail))
    with pytest.raises(SourceUnavailableError, match="no such recording device"):
        PortAudioDevice("x")


def test_a_device_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program may hold it."""

    def fail(**_: object) -> None:
        message = "Device unavailable"
        raise RuntimeError(message)

    monkeypatch.setitem(sys.modules, "sounddevice", sounddevice(InputStream=fail))
    with (
        pytest.raises(SourceUnavailableError, match="Device unavailable"),
        recording(PortAudioDevice()),
    ):
        pass


def test_the_level_is_that_of_a_sine() -> None:
    """0 dB at full scale; silence is no error."""
    sine = np.sin(np.arange(8000) * 0.1).astype(np.float32)
    assert level_db(sine) == pytest.approx(0, abs=0.1)
    assert level_db(sine / 10) == pytest.approx(-20, abs=0.1)
    assert level_db(np.zeros(9, np.float32)) == level_db(np.empty(0, np.float32)) == -100
