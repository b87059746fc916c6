"""Encodes synthesised music: files of a catalogue, and the way of a clip through a lossy codec.

Encoders are those that PyAV's wheels bring along; decoding is Earmark's own (`earmark.audio`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import cast

import av
import numpy as np

from earmark.audio import open_audio
from earmark.evaluation.signals import Signal, fitted, resampled

LONGEST_DELAY_S = 0.1
"""No codec delays the sound by more."""

_BLOCK_SAMPLES = 1 << 14


@dataclass(frozen=True, slots=True)
class Codec:
    """An encoder and how it is set."""

    name: str
    encoder: str
    """FFmpeg's name."""
    container: str
    """FFmpeg's name."""
    suffix: str
    sample_rate_hz: int
    bit_rate: int | None = None
    """Bits per second; None for a lossless codec."""


FLAC = Codec("FLAC", "flac", "flac", ".flac", 44100)
MP3_128K = Codec("MP3 128 kbit/s", "libmp3lame", "mp3", ".mp3", 44100, 128_000)
AAC_96K = Codec("AAC 96 kbit/s", "aac", "mp4", ".m4a", 44100, 96_000)
OPUS_64K = Codec("Opus 64 kbit/s", "libopus", "ogg", ".opus", 48000, 64_000)
MP3_32K = Codec("MP3 32 kbit/s", "libmp3lame", "mp3", ".mp3", 22050, 32_000)
AAC_24K = Codec("AAC 24 kbit/s", "aac", "mp4", ".m4a", 22050, 24_000)
OPUS_12K = Codec("Opus 12 kbit/s", "libopus", "ogg", ".opus", 24000, 12_000)
AMR_12K = Codec("AMR 12.2 kbit/s", "libopencore_amrnb", "amr", ".amr", 8000, 12_200)

CATALOGUE_CODECS = (FLAC, MP3_128K, AAC_96K, OPUS_64K)
"""What music collections are made of."""

LOSSY_CODECS = (MP3_32K, AAC_24K, OPUS_12K, AMR_12K)
"""What does harm: messengers, web radio and telephones."""


def encode(
    signal: Signal, sample_rate_hz: int, codec: Codec, tags: Mapping[str, str] | None = None
) -> bytes:
    """Make a mono file of a signal.

    Args:
        signal: shape (n,), full scale at 1.0; what is louder is clipped.
        sample_rate_hz: of the signal; it is resampled to the codec's rate.
        codec: how to encode it.
        tags: title, artist and so on, by FFmpeg's names.
    """
    samples = np.clip(resampled(signal, sample_rate_hz / codec.sample_rate_hz), -1.0, 1.0)
    file = BytesIO()
    with av.open(file, "w", format=codec.container) as container:
        container.metadata.update(tags or {})
        stream = cast(
            "av.AudioStream",
            container.add_stream(codec.encoder, rate=codec.sample_rate_hz, layout="mono"),
        )
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate
        for begin in range(0, len(samples), _BLOCK_SAMPLES):
            block = samples[begin : begin + _BLOCK_SAMPLES]
            frame = av.AudioFrame.from_ndarray(block[None], "flt", "mono")
            frame.sample_rate = codec.sample_rate_hz
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def decode(data: bytes, sample_rate_hz: int) -> Signal:
    """Decode a file in memory to a mono signal at this rate."""
    with open_audio(BytesIO(data), sample_rate_hz=sample_rate_hz) as recording:
        return np.concatenate([np.empty(0, np.float32), *recording])


def transcoded(signal: Signal, sample_rate_hz: int, codec: Codec) -> Signal:
    """Send a signal through a codec and back.

    The result is as long as the signal, and not later: what a codec delays the sound without
    saying so is measured and undone.
    """
    heard = fitted(decode(encode(signal, sample_rate_hz, codec), sample_rate_hz), len(signal))
    late = _delay(signal, heard, round(LONGEST_DELAY_S * sample_rate_hz))
    return fitted(heard[late:], len(signal)) if late >= 0 else np.pad(heard, (-late, 0))[:late]


def _delay(signal: Signal, heard: Signal, most: int) -> int:
    """Samples by which one signal follows the other, where they agree best."""
    size = 1 << (len(signal) + most).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(signal, size))
    agreement = np.fft.irfft(product, size)
    around = np.concatenate([agreement[-most:], agreement[: most + 1]])
    return int(np.argmax(around)) - most if around.any() else 0
