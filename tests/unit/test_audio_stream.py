"""Any file, stream or array -> mono blocks at one rate."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.audio import open_audio, open_samples
from earmark.errors import AudioError, UnreadableFileError, UnsupportedAudioError, UsageError
from tests.media import (
    ADTS,
    FLAC,
    M4A,
    MP3,
    OPUS,
    RATE_HZ,
    WAV,
    Format,
    encode,
    float_wav,
    loudest_hz,
    tone,
    whole,
)
from tests.memory import PEAK_MEMORY

DECODED = (
    PEAK_MEMORY
    + """
from earmark.audio import open_audio
before = peak_bytes()
with open_audio(sys.argv[1], sample_rate_hz=8000) as stream:
    longest = max(len(block) for block in stream)
print(stream.duration_s, longest / 8000, peak_bytes() - before)
"""
)


class FailingDisk(io.BytesIO):
    """A file whose second half cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        """Fail in the second half."""
        if self.tell() > len(self.getbuffer()) // 2:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_a_file_is_a_sequence_of_blocks() -> None:
    """Blocks are mono float32, a few seconds long, and together the recording."""
    data = float_wav(tone(20, 44_100), 44_100)
    with open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ) as stream:
        blocks = list(stream)
    assert all(block.dtype == np.float32 and block.ndim == 1 for block in blocks)
    assert max(map(len, blocks)) <= 10 * RATE_HZ
    assert sum(map(len, blocks)) == stream.samples == 20 * RATE_HZ


def test_a_stream_knows_what_it_is(tmp_path: Path) -> None:
    """Name, container, coding and decoder are there for messages and catalogues."""
    path = tmp_path / "a.mp3"
    path.write_bytes(encode(tone(1, 44_100), MP3))
    stream = open_audio(path, sample_rate_hz=RATE_HZ)
    assert (stream.name, stream.container, stream.decoder) == (str(path), "mp3", "ffmpeg")
    assert stream.codec == "mp3float"
    stream.close()


def test_the_duration_is_known_at_the_end() -> None:
    """What was heard is what lasts, whatever a header says."""
    stream = open_audio(io.BytesIO(encode(tone(2, 44_100), WAV)), sample_rate_hz=RATE_HZ)
    whole(stream)
    assert stream.duration_s == pytest.approx(2)


def test_closing_closes_the_file(tmp_path: Path) -> None:
    """A stream that was left in the middle holds no file open; closing again is harmless."""
    path = tmp_path / "a.wav"
    path.write_bytes(encode(tone(20, 44_100), WAV))
    stream = open_audio(path, sample_rate_hz=RATE_HZ)
    next(iter(stream))
    stream.close()
    stream.close()
    assert str(path) not in [str(p.readlink()) for p in _open_files()]


def test_a_refused_file_is_closed(tmp_path: Path) -> None:
    """A folder full of refused files does not run out of file handles."""
    path = tmp_path / "a.mp3"
    path.write_text("Dear diary,\n" * 100)
    with pytest.raises(UnsupportedAudioError, match="it is text, not audio"):
        open_audio(path, sample_rate_hz=RATE_HZ)
    assert str(path) not in [str(p.readlink()) for p in _open_files()]


def _open_files() -> list[Path]:
    folder = Path("/proc/self/fd")
    return [path for path in folder.iterdir() if path.is_symlink()] if folder.exists() else []


def test_silence_is_a_recording() -> None:
    """Zeros are decoded as zeros."""
    samples = whole(open_audio(io.BytesIO(encode(np.zeros(44_100), FLAC)), sample_rate_hz=RATE_HZ))
    assert len(samples) == RATE_HZ
    assert not samples.any()


@pytest.mark.parametrize("how", [WAV, MP3, FLAC], ids=lambda how: how.container)
def test_a_failing_disk_is_named(how: Format) -> None:
    """An error of the disk is not taken for the end of the recording."""
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, 44_100 * 20)
    disk = FailingDisk(encode(noise, how))
    with pytest.raises(UnreadableFileError, match="input/output error"):
        whole(open_audio(disk, sample_rate_hz=RATE_HZ))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, ValueError("closed")])
def test_any_error_of_a_file_object_comes_through(error: type[BaseException]) -> None:
    """What a reader raises inside a decoder is neither lost nor printed."""

    class Reader(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 500_000:
                raise error
            return super().read(size)

    data = encode(np.random.default_rng(2).uniform(-0.5, 0.5, 44_100 * 20), WAV)
    with pytest.raises((KeyboardInterrupt, RuntimeError, UnreadableFileError)):
        whole(open_audio(Reader(data), sample_rate_hz=RATE_HZ))


def test_three_hours_need_little_memory(tmp_path: Path) -> None:
    """A long file is decoded in blocks of seconds, in a few dozen megabytes."""
    path = tmp_path / "long.aac"
    minute = encode(tone(60, 8000), Format("adts", "aac", 8000))
    path.write_bytes(minute * 180)
    command = [sys.executable, "-c", DECODED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    duration_s, longest_s, grown_bytes = map(float, done.stdout.split())
    assert duration_s == pytest.approx(3 * 3600, rel=0.01)
    assert longest_s < 10
    assert grown_bytes < 60e6


@pytest.mark.parametrize("how", [MP3, M4A, ADTS, OPUS, FLAC, WAV], ids=lambda how: how.codec)
def test_any_damage_is_played_or_refused(how: Format) -> None:
    """Whatever bytes are turned around, sound or an AudioError comes out."""
    clean = encode(tone(0.5, how.rate_hz), how)
    random = np.random.default_rng(7)
    for _ in range(60):
        data = np.frombuffer(clean, np.uint8).copy()
        places = random.integers(0, len(data), random.integers(1, 40))
        data[places] = random.integers(0, 256, len(places))
        try:
            samples = whole(open_audio(io.BytesIO(data.tobytes()), sample_rate_hz=RATE_HZ))
        except AudioError:
            continue
        assert np.isfinite(samples).all()


@settings(max_examples=100, deadline=None)
@given(
    head=st.sampled_from([b"", b"RIFF", b"OggS\0\2", b"fLaC", b"ID3\3", b"\xff\xfb\x90", b"MAC "]),
    rest=st.binary(max_size=2000),
)
def test_any_bytes_are_played_or_refused(head: bytes, rest: bytes) -> None:
    """Random bytes behind a real beginning do not surprise anybody."""
    try:
        samples = whole(open_audio(io.BytesIO(head + rest), sample_rate_hz=RATE_HZ))
    except AudioError:
        return
    assert np.isfinite(samples).all()


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_an_array_is_a_recording(dtype: type) -> None:
    """Samples of any usual type sound the same."""
    scale = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    samples: NDArray[Any] = (tone(2, 44_100) * scale).astype(dtype)
    heard = whole(open_samples(samples, input_rate_hz=44_100, sample_rate_hz=RATE_HZ))
    assert loudest_hz(heard) == pytest.approx(440, abs=1)
    assert np.abs(heard[100:-100]).max() == pytest.approx(0.5, abs=0.001)


def test_an_array_may_have_channels() -> None:
    """Shape (n, channels) is averaged to mono."""
    channels = np.stack([tone(1, 8000), np.zeros(8000)], axis=1)
    heard = whole(open_samples(channels, input_rate_hz=8000, sample_rate_hz=RATE_HZ))
    assert heard == pytest.approx(tone(1, 8000) / 2)


def test_an_array_and_a_file_of_it_sound_alike() -> None:
    """The way in does not change one bit."""
    samples = tone(12, 44_100)
    by_file = whole(open_audio(io.BytesIO(float_wav(samples, 44_100)), sample_rate_hz=RATE_HZ))
    by_array = whole(open_samples(samples, input_rate_hz=44_100, sample_rate_hz=RATE_HZ))
    assert np.array_equal(by_file, by_array)


@pytest.mark.parametrize("length", [0, 1])
def test_an_empty_array_is_an_empty_recording(length: int) -> None:
    """No samples are no error here: nobody promised any."""
    stream = open_samples(np.zeros(length), input_rate_hz=8000, sample_rate_hz=RATE_HZ)
    assert len(whole(stream)) == stream.samples == length


@pytest.mark.parametrize("shape", [(), (2, 2, 2), (2, 44_100), (5, 0)])
def test_other_shapes_are_a_usage_error(shape: tuple[int, ...]) -> None:
    """Channels first, or no samples at all, is the caller's mistake."""
    with pytest.raises(UsageError, match="shape"):
        open_samples(np.zeros(shape), input_rate_hz=8000, sample_rate_hz=RATE_HZ)


@pytest.mark.parametrize("dtype", [np.complex64, np.bool_, "U1"])
def test_other_types_are_a_usage_error(dtype: str) -> None:
    """What is no number on a line is no sample."""
    with pytest.raises(UsageError, match="integers or floats"):
        open_samples(np.zeros(3, dtype), input_rate_hz=8000, sample_rate_hz=RATE_HZ)


@pytest.mark.parametrize("how", [WAV, FLAC, MP3], ids=lambda how: how.container)
def test_a_recording_says_how_long_it_is(how: Format) -> None:
    """Before it is decoded, to a tenth of a second; so does an array."""
    data = encode(tone(2, 44_100), how)
    with open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ) as stream:
        assert stream.stated_s == pytest.approx(2, abs=0.1)
    array = open_samples(np.zeros(4000), input_rate_hz=8000, sample_rate_hz=RATE_HZ)
    assert array.stated_s == 0.5
