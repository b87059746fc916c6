"""Tests of earmark.evaluation.codecs."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from earmark.audio import open_audio
from earmark.evaluation.codecs import (
    CATALOGUE_CODECS,
    FLAC,
    LOSSY_CODECS,
    OPUS_12K,
    Codec,
    decode,
    encode,
    transcoded,
)
from earmark.evaluation.signals import Signal, band_passed, rms

RATE_HZ = 22050


def melody() -> Signal:
    """Two seconds of four notes."""
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    hz = np.repeat([523.25, 659.26, 783.99, 587.33], RATE_HZ // 2 + 1)[: len(time_s)]
    return (0.5 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


@pytest.mark.parametrize("codec", CATALOGUE_CODECS + LOSSY_CODECS, ids=lambda codec: codec.name)
def test_a_codec_gives_back_the_length_and_the_melody(codec: Codec) -> None:
    """Through every codec the four notes keep their length, pitch and order."""
    heard = transcoded(melody(), RATE_HZ, codec)
    notes = heard.reshape(4, -1)[:, 2000:10000] * np.hanning(8000)
    pitches_hz = np.argmax(np.abs(np.fft.rfft(notes)), axis=1) * RATE_HZ / 8000
    assert len(heard) == 2 * RATE_HZ
    assert pitches_hz == pytest.approx([523.25, 659.26, 783.99, 587.33], abs=4.0)


def test_flac_is_lossless_but_for_its_16_bits() -> None:
    """At FLAC's own rate, a signal comes back to the 16th bit."""
    signal = (0.5 * np.sin(np.arange(44100) / 20)).astype(np.float32)
    back = decode(encode(signal, FLAC.sample_rate_hz, FLAC), FLAC.sample_rate_hz)
    assert np.abs(back - signal).max() < 2 / 32768


@pytest.mark.parametrize("codec", LOSSY_CODECS, ids=lambda codec: codec.name)
def test_a_lossy_codec_keeps_near_its_bit_rate(codec: Codec) -> None:
    """Containers and start-up aside, a file is about as large as its bit rate says."""
    noise = np.random.default_rng(3).normal(0, 0.2, 4 * RATE_HZ).astype(np.float32)
    bits_per_second = 8 * len(encode(noise, RATE_HZ, codec)) / 4
    assert codec.bit_rate is not None
    assert bits_per_second < 1.5 * codec.bit_rate


def test_a_low_bit_rate_does_harm() -> None:
    """Noise at 12 kbit/s comes back changed by more than 1 % of its level."""
    noise = np.random.default_rng(4).normal(0, 0.2, RATE_HZ).astype(np.float32)
    assert rms(transcoded(noise, RATE_HZ, OPUS_12K) - noise) > 0.01 * rms(noise)


@pytest.mark.parametrize("codec", CATALOGUE_CODECS, ids=lambda codec: codec.name)
def test_tags_are_written_into_the_file(codec: Codec) -> None:
    """Title and artist can be read back from every format of a catalogue."""
    data = encode(melody(), RATE_HZ, codec, {"title": "Blue Kite", "artist": "Clara Ostrowe"})
    with open_audio(BytesIO(data), sample_rate_hz=8000) as recording:
        found = recording.metadata
    assert (found.title, found.artist) == ("Blue Kite", "Clara Ostrowe")


@pytest.mark.parametrize("codec", LOSSY_CODECS, ids=lambda codec: codec.name)
def test_no_codec_makes_a_clip_late(codec: Codec) -> None:
    """Sound comes back when it went in, to a millisecond, whatever the encoder waits for."""
    noise = np.random.default_rng(5).normal(0, 0.2, 2 * RATE_HZ)
    signal = band_passed(noise.astype(np.float32), RATE_HZ, 300, 3000)
    heard = transcoded(signal, RATE_HZ, codec)
    agreement = np.fft.irfft(np.fft.rfft(heard) * np.conj(np.fft.rfft(signal)))
    late = int(np.argmax(agreement))
    assert min(late, len(agreement) - late) <= RATE_HZ / 1000
