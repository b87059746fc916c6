"""Decoding with libsndfile: the second opinion."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest
import soundfile

from earmark.audio import open_audio
from earmark.audio.sndfile import SndfileDecoder
from earmark.audio.source import open_input
from earmark.errors import UndecodableAudioError, UnsupportedAudioError
from tests.media import (
    FLAC,
    MP3,
    RATE_HZ,
    Pipe,
    encode,
    header_again,
    loudest_hz,
    tone,
    wav_header,
    whole,
)


def vorbis(*, rate_hz: int = 44_100) -> bytes:
    """Three seconds of a tone on two channels, as Ogg Vorbis."""
    target = io.BytesIO()
    sound = np.stack([tone(3, rate_hz), tone(3, rate_hz)], axis=1)
    soundfile.write(target, sound, rate_hz, format="OGG", subtype="VORBIS")
    return target.getvalue()


def decoded(data: bytes) -> np.ndarray:
    """All blocks of libsndfile's decoder."""
    decoder = SndfileDecoder(open_input(io.BytesIO(data)))
    return np.concatenate([block for block, _ in decoder.blocks()])


@pytest.mark.parametrize("data", [vorbis(), encode(tone(3, 44_100), FLAC)], ids=["ogg", "flac"])
def test_what_it_opens_is_decoded_as_mono(data: bytes) -> None:
    """Three seconds of a tone come out as such."""
    samples = decoded(data)
    assert len(samples) == 3 * 44_100
    assert loudest_hz(samples, 44_100) == pytest.approx(440, abs=1)


def test_no_interrupt_reaches_its_callbacks() -> None:
    """What it asks for is read in another thread: Ctrl-C there would pass for the file's end."""
    asked: set[int] = set()

    class Noting(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            asked.add(threading.get_ident())
            return super().read(size)

    data = open_input(Noting(vorbis()))
    asked.clear()
    assert sum(len(block) for block, _ in SndfileDecoder(data).blocks()) == 3 * 44_100
    assert asked
    assert threading.get_ident() not in asked


def test_what_ffmpeg_refuses_is_played() -> None:
    """A file that FFmpeg does not open is heard nevertheless."""
    stream = open_audio(io.BytesIO(header_again(vorbis())), sample_rate_hz=RATE_HZ)
    samples = whole(stream)
    assert stream.decoder == "libsndfile"
    assert loudest_hz(samples) == pytest.approx(440, abs=1)
    assert stream.stated_s == pytest.approx(3, abs=0.05)
    assert stream.duration_s == pytest.approx(3, abs=0.05)


def test_what_cannot_be_read_twice_has_no_second_opinion() -> None:
    """Through a pipe, FFmpeg's refusal is the last word."""
    with pytest.raises(UnsupportedAudioError):
        open_audio(Pipe(header_again(vorbis())), sample_rate_hz=RATE_HZ)


def test_a_damaged_file_plays_up_to_the_damage() -> None:
    """What is there before the data breaks off is heard."""
    data = encode(tone(20, 44_100), FLAC)
    assert 0 < len(decoded(data[: len(data) // 2])) < 20 * 44_100


def test_what_it_does_not_know_is_refused() -> None:
    """The right beginning is not enough."""
    with pytest.raises(UnsupportedAudioError):
        decoded(b"OggS" + bytes(5000))


def test_mp3_is_left_to_ffmpeg() -> None:
    """Formats whose library writes to the terminal are not tried."""
    with pytest.raises(UnsupportedAudioError):
        decoded(encode(tone(1, 44_100), MP3))


def test_a_rate_that_cannot_be_meant_is_undecodable() -> None:
    """A hostile rate is no reason for a filter of that size."""
    head = wav_header(rate_hz=2**30, channels=1, bits=16, data_bytes=2000)
    with pytest.raises(UndecodableAudioError, match="1073741824 Hz"):
        decoded(head + bytes(2000))


def test_its_tags_are_read() -> None:
    """Titles are kept in this way, too."""
    target = io.BytesIO()
    with soundfile.SoundFile(target, "w", 8000, 1, format="OGG", subtype="VORBIS") as file:
        file.title = "Ivory"
        file.write(tone(1, 8000))
    data = open_input(io.BytesIO(target.getvalue()))
    assert SndfileDecoder(data).metadata.title == "Ivory"
