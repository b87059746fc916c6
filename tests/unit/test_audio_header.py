from __future__ import annotations

from io import BytesIO

import pytest

from earmark.audio import read_header
from earmark.audio.header import is_lossless
from earmark.errors import NoAudioStreamError, UnsupportedAudioError
from tests.media import FLAC, MP3, WAV, Format, encode, tone, video


def test_a_header_tells_how_a_file_is_coded() -> None:
    """Coding, rate and channels are those that the file was written with."""
    header = read_header(BytesIO(encode(tone(1, 44_100), MP3)))
    assert (header.container, header.codec, header.is_lossless) == ("mp3", "mp3", False)
    assert (header.sample_rate_hz, header.channels) == (44_100, 1)
    assert header.bit_rate


@pytest.mark.parametrize("how", [FLAC, WAV], ids=lambda how: how.codec)
def test_lossless_files_are_known(how: Format) -> None:
    """FLAC and PCM keep every bit."""
    assert read_header(BytesIO(encode(tone(1, how.rate_hz), how))).is_lossless


@pytest.mark.parametrize("codec", ["pcm_mulaw", "adpcm_ms", "aac", "wavpackish"])
def test_what_sounds_lossless_is_asked_by_name(codec: str) -> None:
    """Companded and adaptive PCM lose bits."""
    assert not is_lossless(codec)


def test_no_header_is_named() -> None:
    """Text is no audio, and a silent film has no sound."""
    with pytest.raises(UnsupportedAudioError):
        read_header(BytesIO(b"not at all music\n"))
    with pytest.raises(NoAudioStreamError):
        read_header(BytesIO(video("matroska")))
