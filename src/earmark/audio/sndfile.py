"""Decoding with libsndfile: the second opinion on what FFmpeg refuses.

Libsndfile asks for bytes by calling back, and what is raised in a callback is lost: an interrupt
there would look like the end of the file. So it works in a thread of its own; interrupts come to
the main one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import numpy as np

from earmark.audio.base import DecoderName, Sound, is_rate
from earmark.audio.resampling import to_mono
from earmark.audio.tags import read_tags
from earmark.errors import UndecodableAudioError, UnsupportedAudioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from earmark.audio.source import Input

MAGIC = (b"OggS", b"fLaC", b"RIFF", b"RIFX", b"RF64", b"FORM", b".snd", b"caff", b"riff")
"""How files begin that are worth a second opinion; for MP3 its library talks to the terminal."""

UNKNOWN = "libsndfile does not know its format"
BLOCK_VALUES = 1 << 16
"""Samples times channels that are read at once; an error costs the block it is in."""


class SndfileDecoder:
    """One recording, decoded by libsndfile; it reports no damage, but stops at it."""

    decoder: DecoderName = "libsndfile"
    corrupt_packets = 0

    def __init__(self, data: Input) -> None:
        """Open the file.

        Raises:
            UnsupportedAudioError: libsndfile refuses it too.
            UndecodableAudioError: a sample rate that cannot be meant.
        """
        if not data.head.startswith(MAGIC):
            raise UnsupportedAudioError(data.label, UNKNOWN)
        import soundfile  # noqa: PLC0415 (slow to import, and hardly ever needed)

        self._damage = soundfile.LibsndfileError
        data.seek(0)
        self._thread = ThreadPoolExecutor(1, "libsndfile")
        try:
            self._file = self._thread.submit(soundfile.SoundFile, data).result()
        except (soundfile.LibsndfileError, TypeError) as error:
            self._thread.shutdown()
            raise UnsupportedAudioError(data.label, UNKNOWN) from error
        if not is_rate(self._file.samplerate):
            self.close()
            cause = f"it states a sample rate of {self._file.samplerate} Hz"
            raise UndecodableAudioError(data.label, cause)
        self.container = self._file.format.lower()
        self.codec = self._file.subtype.lower()
        self.metadata = read_tags(self._file.copy_metadata())
        self.stated_s: float | None = self._file.frames / self._file.samplerate

    def close(self) -> None:
        """Let go of libsndfile's buffers; closing twice is harmless."""
        self._thread.shutdown()
        self._file.close()

    def blocks(self) -> Iterator[Sound]:
        """Yield mono samples, shape (n,), and their rate in Hz."""
        length = max(1, BLOCK_VALUES // self._file.channels)
        while len(values := self._next(length)):
            yield to_mono(values.T), self._file.samplerate

    def _next(self, length: int) -> NDArray[np.float32]:
        try:
            read = self._thread.submit(self._file.read, length, dtype="float32", always_2d=True)
            values = read.result()
        except self._damage:
            values = np.empty((0, 1), np.float32)
        return cast("NDArray[np.float32]", values)
