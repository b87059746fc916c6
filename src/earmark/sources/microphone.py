"""The microphone, by way of PortAudio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from queue import Empty, Full, Queue
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from earmark.errors import MissingExtraError, SourceUnavailableError

CHUNK_S = 0.1
MOST_CHUNKS = 100
"""Chunks that wait to be listened to: ten seconds; what comes beyond is lost."""

SILENT_S = 5.0
"""A microphone that gives nothing for so long is broken."""

NAME = "the microphone"

Chunk: TypeAlias = NDArray[np.float32]
"""Mono sound, shape (n,), full scale +-1."""

OnChunk: TypeAlias = Callable[[Chunk], None]


class Device(Protocol):
    """What is needed of a sound card."""

    sample_rate_hz: int

    def start(self, on_chunk: OnChunk) -> None:
        """Begin to record; `on_chunk` is called from a thread of the device."""

    def stop(self) -> None:
        """End recording; stopping twice is harmless."""


class PortAudioDevice:
    """A recording device of this machine."""

    def __init__(self, which: str | int | None = None) -> None:
        """Choose a device by number or part of its name; the system's own unless given.

        Raises:
            MissingExtraError: the Python package sounddevice is not installed.
            SourceUnavailableError: there is no PortAudio, no such device, or none at all.
        """
        self._module = _sounddevice()
        self._which = which
        self._stream: Any = None
        try:
            found = self._module.query_devices(which, "input")
        except (ValueError, self._module.PortAudioError) as error:
            raise SourceUnavailableError(NAME, f"no such recording device ({error})") from error
        self.sample_rate_hz = round(found["default_samplerate"])

    def start(self, on_chunk: OnChunk) -> None:
        """Begin to record.

        Raises:
            SourceUnavailableError: the device cannot be opened.
        """

        def take(data: NDArray[np.float32], *_: object) -> None:
            on_chunk(data[:, 0].copy())

        try:
            self._stream = self._module.InputStream(
                samplerate=self.sample_rate_hz,
                blocksize=round(CHUNK_S * self.sample_rate_hz),
                device=self._which,
                channels=1,
                dtype="float32",
                callback=take,
            )
            self._stream.start()
        except self._module.PortAudioError as error:
            raise SourceUnavailableError(NAME, f"it cannot be opened ({error})") from error

    def stop(self) -> None:
        """End recording; stopping twice is harmless."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def _sounddevice() -> Any:  # noqa: ANN401 - a module
    try:
        return import_module("sounddevice")
    except ImportError as error:
        what = "listening to the microphone"
        raise MissingExtraError(what, "listen") from error
    except OSError as error:
        cause = (
            "PortAudio is not installed; on Debian and Ubuntu `apt install libportaudio2` adds it, "
            "on Fedora `dnf install portaudio`"
        )
        raise SourceUnavailableError(NAME, cause) from error


@contextmanager
def recording(device: Device) -> Iterator[Iterator[Chunk]]:
    """Record in a block, which is given the chunks as they come; there is no end to them.

    Raises:
        SourceUnavailableError: the device cannot be opened, or gives nothing.
    """
    waiting: Queue[Chunk] = Queue(MOST_CHUNKS)

    def keep(chunk: Chunk) -> None:
        try:
            waiting.put_nowait(chunk)
        except Full:
            waiting.get_nowait()  # the oldest sound is worth least
            waiting.put_nowait(chunk)

    device.start(keep)
    try:
        yield _chunks(waiting)
    finally:
        device.stop()


def _chunks(waiting: Queue[Chunk]) -> Iterator[Chunk]:
    while True:
        try:
            yield waiting.get(timeout=SILENT_S)
        except Empty:
            raise SourceUnavailableError(NAME, "it gives no sound") from None


def level_db(chunk: Chunk) -> float:
    """Return the level of a chunk in dB, 0 for a sine of full scale, -100 for silence."""
    power = 2 * float(np.mean(np.square(chunk, dtype=np.float64))) if len(chunk) else 0.0
    return max(-100.0, 10 * float(np.log10(max(power, 1e-10))))
