"""Decoding with FFmpeg: streams, damage, and what it must never do."""

from __future__ import annotations

import io
import os
import struct
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from earmark.audio import ffmpeg, open_audio
from earmark.audio.formats import CODECS
from earmark.errors import NoAudioStreamError, UndecodableAudioError, UnsupportedAudioError
from tests.media import (
    ADTS,
    FLAC,
    M4A,
    MP3,
    OPUS,
    RATE_HZ,
    WAV,
    Format,
    Pipe,
    add_picture,
    add_sound,
    encode,
    float_wav,
    index_in_front,
    loudest_hz,
    tone,
    video,
    watched,
    wav_header,
    whole,
    write_picture,
    write_sound,
)

AAC = Format("mp4", "aac")

SCRIPTS = {
    "a.ffconcat": "ffconcat version 1.0\nfile {name}\n",
    "b.mp3": "ffconcat version 1.0\nfile '{path}'\n",
    "c.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{path}\n#EXT-X-ENDLIST\n",
    "d.m3u": "#EXTM3U\n#EXTINF:9,x\n{path}\n",
    "e.pls": "[playlist]\nFile1={path}\nNumberOfEntries=1\n",
    "f.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    "g.mpd": "<?xml version='1.0'?><MPD><Period><AdaptationSet><Representation>"
    "<BaseURL>{path}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "h.%02d.png": "{path}",
    "i.ffmeta": ";FFMETADATA1\ntitle={path}\n",
    "j.asx": "<asx version='3.0'><entry><ref href='{path}'/></entry></asx>",
    "k.txt": "concat:{path}|{path}\nsubfile,,start,0,end,9,,:{path}\n",
}


def played(data: bytes) -> np.ndarray:
    """Decode a file in memory."""
    return whole(open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ))


def broken(data: bytes, seed: int = 1) -> bytes:
    """Turn some bytes in the second half of a file around."""
    damaged = bytearray(data)
    for at in np.random.default_rng(seed).integers(len(data) // 2, len(data) * 3 // 4, 30):
        damaged[at] ^= 0xFF
    return bytes(damaged)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A recording that nobody asked for, in the folder of those that were."""
    path = tmp_path / "other.mp3"
    path.write_bytes(encode(tone(1, 44_100), MP3))
    return path


def script(name: str, canary: Path) -> Path:
    """Write one of SCRIPTS beside the canary."""
    path = canary.with_name(name)
    path.write_text(SCRIPTS[name].format(name=canary.name, path=canary))
    return path


linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@linux
def test_the_watch_sees_what_is_opened(canary: Path) -> None:
    """The tests below would notice: FFmpeg without our rules follows a script."""
    path = script("a.ffconcat", canary)
    with watched(canary.parent) as opened, av.open(path) as container:
        list(container.decode(audio=0))
    assert canary.name in opened


@linux
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_refused_and_opens_nothing(name: str, canary: Path) -> None:
    """A text that names other files is an error, and they stay closed."""
    path = script(name, canary)
    with watched(canary.parent) as opened, pytest.raises(UnsupportedAudioError):
        open_audio(path, sample_rate_hz=RATE_HZ)
    assert opened == [name]


@linux
@pytest.mark.parametrize("name", ["a.ffconcat", "b.mp3", "c.m3u8"])
def test_protocols_are_a_second_wall(
    name: str, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even a demuxer that should not be there cannot open another file."""
    options = {"protocol_whitelist": "none", "codec_whitelist": "mp3float"}
    monkeypatch.setattr(ffmpeg, "_OPTIONS", options)
    path = script(name, canary)
    with watched(canary.parent) as opened, pytest.raises(UnsupportedAudioError):
        open_audio(path, sample_rate_hz=RATE_HZ)
    assert opened == [name]


@linux
def test_external_references_of_mp4_stay_closed(canary: Path) -> None:
    """A movie that says where its sound lies is not followed there."""
    data = encode(tone(1, 44_100), Format("mov", "pcm_s16le"))
    outside = struct.pack(">I4sI", 12 + len(bytes(canary)) + 1, b"url ", 0) + bytes(canary) + b"\0"
    inside = struct.pack(">I4sI", 12, b"url ", 1)
    assert inside in data
    path = canary.with_name("movie.mov")
    path.write_bytes(_with_box(data, inside, outside))
    with watched(canary.parent) as opened:
        samples = whole(open_audio(path, sample_rate_hz=RATE_HZ))
    assert set(opened) == {"movie.mov"}
    assert len(samples) == RATE_HZ


def _with_box(movie: bytes, old: bytes, new: bytes) -> bytes:
    """Exchange a box of a QuickTime file, and let the boxes around it grow."""
    at, grown = movie.index(old), bytearray(movie)
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = movie.rindex(name, 0, at) - 4
        (size,) = struct.unpack_from(">I", movie, place)
        struct.pack_into(">I", grown, place, size + len(new) - len(old))
    return bytes(grown[:at]) + new + bytes(grown[at + len(old) :])


def test_a_video_without_sound_says_so() -> None:
    """There is no sound in a silent movie."""
    with pytest.raises(NoAudioStreamError, match="there is no sound in it"):
        played(video("mp4"))


def test_no_video_codec_is_allowed() -> None:
    """Pictures are never decoded."""
    kinds = {av.Codec(name, "r").type for name in CODECS if name in av.codecs_available}
    assert kinds == {"audio"}


@pytest.mark.parametrize("container", ["mp3", "mp4", "matroska"])
def test_cover_art_is_no_obstacle(container: str) -> None:
    """A picture in the file changes nothing about its sound."""
    how = MP3 if container == "mp3" else M4A
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        sound, cover = add_sound(output, how), add_picture(output, "mjpeg")
        cover.disposition = Disposition.attached_pic
        write_picture(output, cover, frames=1)
        write_sound(output, sound, tone(2, how.rate_hz))
    assert loudest_hz(played(target.getvalue())) == pytest.approx(440, abs=1)


def test_the_first_of_several_streams_is_heard() -> None:
    """Of equal audio streams, the first one is the recording."""
    samples = played(video("matroska", (AAC, 700), (AAC, 440)))
    assert loudest_hz(samples) == pytest.approx(700, abs=1)


def test_streams_that_turn_up_late_are_passed_over() -> None:
    """A transport stream may announce more on the way; what it began with is heard to its end."""
    first = encode(tone(20, 44_100), Format("mpegts", "mp2"))
    pipe = Pipe(first + video("mpegts", *[(AAC, 700)] * 20))
    samples = whole(open_audio(pipe, sample_rate_hz=RATE_HZ))
    assert len(samples) / RATE_HZ == pytest.approx(20, abs=0.1)


def test_the_default_stream_is_heard() -> None:
    """A stream marked as default goes before an earlier one."""
    target = io.BytesIO()
    with av.open(target, "w", format="matroska") as output:
        streams = [add_sound(output, AAC) for _ in range(2)]
        streams[0].disposition = Disposition.comment
        streams[1].disposition = Disposition.default
        for stream, hz in zip(streams, (700, 440), strict=True):
            write_sound(output, stream, tone(2, 44_100, hz=hz))
    assert loudest_hz(played(target.getvalue())) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("layout", ["stereo", "3.0", "5.1", "6.1", "7.1"])
@pytest.mark.parametrize("how", [WAV, FLAC], ids=lambda how: how.container)
def test_all_channels_are_heard(how: Format, layout: str) -> None:
    """The mean of all channels is taken, also of eight."""
    channels = av.AudioLayout(layout).nb_channels
    samples = np.zeros((channels, 44_100))
    samples[-1] = tone(1, 44_100)
    loudest = np.abs(played(encode(samples, how, layout=layout))).max()
    assert loudest == pytest.approx(0.5 / channels, rel=0.02)


def test_more_channels_than_ffmpeg_has_names_for_are_heard() -> None:
    """Sixteen channels in planes of their own are averaged, too."""
    samples = np.zeros((16, 44_100))
    samples[15] = tone(1, 44_100)
    data = encode(samples, Format("wv", "wavpack"), layout="hexadecagonal")
    assert np.abs(played(data)).max() == pytest.approx(0.5 / 16, rel=0.02)


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 22_050, 96_000, 192_000])
@pytest.mark.parametrize("codec", ["pcm_s24le", "pcm_u8"])
def test_all_rates_are_heard(codec: str, rate_hz: int) -> None:
    """8 kHz to 192 kHz, at 8 and 24 bits."""
    samples = played(encode(tone(1, rate_hz), Format("wav", codec, rate_hz)))
    assert abs(len(samples) - RATE_HZ) <= 1
    assert loudest_hz(samples) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("layouts", [("mono", "stereo"), ("stereo", "mono")])
def test_a_change_on_the_way_is_followed(layouts: tuple[str, str]) -> None:
    """Rate and channels may change in the middle of an ADTS stream."""
    rates = (44_100, 22_050)
    parts = [
        encode(
            np.tile(tone(2, rate), (1 + (name == "stereo"), 1)),
            Format("adts", "aac", rate),
            layout=name,
        )
        for rate, name in zip(rates, layouts, strict=True)
    ]
    samples = played(b"".join(parts))
    assert len(samples) / RATE_HZ == pytest.approx(4, abs=0.2)
    assert loudest_hz(samples[-RATE_HZ:]) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("how", [ADTS, FLAC, OPUS], ids=lambda how: how.codec)
def test_corrupt_packets_are_skipped_and_counted(how: Format) -> None:
    """What is damaged is left out; what follows is heard."""
    stereo = np.stack([tone(8, how.rate_hz), tone(8, how.rate_hz, hz=450)])
    data = broken(encode(stereo, how, layout="stereo"))
    stream = open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ)
    samples = whole(stream)
    assert stream.corrupt_packets > 0
    assert 3.9 < stream.duration_s < 8
    assert loudest_hz(samples[-RATE_HZ:]) == pytest.approx(445, abs=10)


def test_a_hole_in_an_mp3_is_passed_over() -> None:
    """Zeros in the middle of an MP3 are counted, and the rest is heard."""
    data = bytearray(encode(tone(4, 44_100), MP3))
    data[len(data) // 2 : len(data) * 5 // 8] = bytes(len(data) // 8)
    stream = open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ)
    samples = whole(stream)
    assert stream.corrupt_packets > 0
    assert len(samples) / RATE_HZ == pytest.approx(3.5, abs=0.1)


@pytest.mark.parametrize("how", [MP3, FLAC, WAV, OPUS, ADTS], ids=lambda how: how.codec)
def test_a_truncated_file_plays_to_its_end(how: Format) -> None:
    """Of half a file, about half the sound is heard."""
    data = encode(tone(4, how.rate_hz), how)
    assert len(played(data[: len(data) // 2])) / RATE_HZ == pytest.approx(2, abs=1.1)


def test_a_truncated_m4a_plays_if_its_index_is_there() -> None:
    """An MP4 file with its index in front plays as far as it goes."""
    data = index_in_front(encode(tone(4, 44_100), M4A))
    assert len(played(data[: len(data) // 2])) / RATE_HZ == pytest.approx(2, abs=0.3)


def test_a_truncated_m4a_without_index_names_the_cause() -> None:
    """An MP4 file that lost the index at its end cannot be played, and the message says why."""
    data = encode(tone(4, 44_100), M4A)
    with pytest.raises(UnsupportedAudioError, match="without its index"):
        played(data[: len(data) // 2])


def test_a_header_without_sound_is_undecodable() -> None:
    """A file that is all header has nothing to decode."""
    with pytest.raises(UndecodableAudioError, match="not one sample"):
        played(encode(tone(0.1, 44_100), WAV)[:78])


@pytest.mark.parametrize("rate_hz", [1, 999, 2_000_000, 2**31 - 1])
def test_a_rate_that_cannot_be_meant_is_undecodable(rate_hz: int) -> None:
    """A hostile rate neither fills the memory nor runs for ever."""
    head = wav_header(rate_hz=rate_hz, channels=1, bits=16, data_bytes=20_000)
    with pytest.raises((UndecodableAudioError, UnsupportedAudioError)):
        played(head + bytes(20_000))


@pytest.mark.parametrize("channels", [0, 200, 32_767])
def test_a_hostile_number_of_channels_is_harmless(channels: int) -> None:
    """Thousands of channels give silence or a typed error, and nothing else."""
    head = wav_header(rate_hz=8000, channels=channels, bits=16, data_bytes=2**31)
    try:
        samples = played(head + bytes(200_000))
    except (UndecodableAudioError, UnsupportedAudioError):
        return
    assert not samples.any()


def test_a_hostile_length_is_not_believed() -> None:
    """A header that promises 4 GB costs what is there."""
    head = wav_header(rate_hz=8000, channels=1, bits=16, data_bytes=2**32 - 100)
    assert len(played(head + bytes(16_000))) == 8000


@pytest.mark.parametrize("damage", [np.nan, np.inf, -np.inf, 1e38])
def test_damage_in_the_samples_does_not_spread(damage: float) -> None:
    """One sample that is no number is silent, and the audio after it as it was."""
    clean = tone(2, 44_100)
    dirty = clean.copy()
    dirty[44_100] = damage
    expected, found = played(float_wav(clean, 44_100)), played(float_wav(dirty, 44_100))
    assert np.abs(expected - found).max() < 0.5
    assert np.array_equal(expected[8100:], found[8100:])


@pytest.mark.parametrize("rate_hz", [8000, 44_100])
def test_one_sample_is_a_recording(rate_hz: int) -> None:
    """The shortest file is no error."""
    assert len(played(float_wav(np.ones(1, np.float32), rate_hz))) <= 1


def test_ffmpeg_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """The decoders' own messages do not get to the terminal."""
    for how in (MP3, FLAC, OPUS):
        played(broken(encode(tone(4, how.rate_hz), how)))
    with pytest.raises(UnsupportedAudioError):
        played(os.urandom(1000) + b"\xff\xfb\x90\x00")
    assert capfd.readouterr() == ("", "")
