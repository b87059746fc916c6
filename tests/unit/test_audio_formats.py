"""The allow-list of containers and codecs, and every format that can be made here."""

from __future__ import annotations

import io

import pytest

from earmark.audio import MEDIA_SUFFIXES, open_audio, supported
from earmark.audio.formats import CODECS, CONTAINERS, refusal
from tests.media import FORMATS, RATE_HZ, Format, Pipe, encode, loudest_hz, tone, video, whole


@pytest.mark.parametrize("how", FORMATS, ids=lambda how: f"{how.container}-{how.codec}")
def test_every_format_is_heard(how: Format) -> None:
    """Two seconds of a tone in any format are two seconds of this tone."""
    data = encode(tone(2, how.rate_hz), how)
    stream = open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ)
    samples = whole(stream)
    assert stream.corrupt_packets == 0
    assert stream.duration_s == pytest.approx(2, abs=0.12)
    assert loudest_hz(samples) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("how", FORMATS, ids=lambda how: f"{how.container}-{how.codec}")
def test_every_format_is_heard_through_a_pipe(how: Format) -> None:
    """A stream that cannot seek sounds like the file."""
    data = encode(tone(2, how.rate_hz), how)
    samples = whole(open_audio(Pipe(data), sample_rate_hz=RATE_HZ))
    assert loudest_hz(samples) == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    ("container", "codec"),
    [("mp4", "aac"), ("mov", "aac"), ("matroska", "aac"), ("avi", "libmp3lame"), ("mpegts", "aac")],
)
def test_the_sound_of_a_video_is_heard(container: str, codec: str) -> None:
    """A video is its sound."""
    data = video(container, (Format(container, codec), 440))
    samples = whole(open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ))
    assert loudest_hz(samples) == pytest.approx(440, abs=1)


def test_the_installed_ffmpeg_has_every_container() -> None:
    """The allow-list has no misspelt names."""
    found = supported()
    assert found.missing_containers == ()
    assert set(found.containers) == set(CONTAINERS)


def test_the_codecs_people_use_are_there() -> None:
    """The wheels of PyAV come with what this package promises."""
    wanted = {"aac", "alac", "amrnb", "ape", "flac", "mp3", "mpc8", "opus", "vorbis", "wavpack"}
    assert wanted <= set(supported().codecs) <= set(CODECS)


@pytest.mark.parametrize("name", ["hls", "concat", "image2", "dash", "sdp", "rtsp", "lavfi"])
def test_what_opens_other_files_is_not_allowed(name: str) -> None:
    """No demuxer that reads a list of addresses is on the list."""
    assert name not in ",".join(CONTAINERS).split(",")


def test_suffixes_are_lower_case_with_a_dot() -> None:
    """A walk through a folder can compare them with a lowered suffix."""
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in MEDIA_SUFFIXES)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"#EXTM3U\n", "playlist"),
        (b"\xef\xbb\xbf[Playlist]\r\n", "playlist"),
        (b"ffconcat version 1.0\n", "script"),
        (b"v=0\r\no=", "network stream"),
        (b" <?xml version='1.0'?>", "XML"),
        (b"Dear diary,\n", "text"),
        (b"\0\0\0\x18ftypM4A \0", "index"),
        (b"\0\1\2\3", "no audio format"),
    ],
)
def test_a_refusal_says_what_it_looks_like(head: bytes, words: str) -> None:
    """The cause helps a person who wonders about this one file."""
    assert words in refusal(head)
