"""Builders of media files in memory, made with FFmpeg's encoders, and what tests measure."""

from __future__ import annotations

import ctypes
import io
import os
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from av.audio.stream import AudioStream as EncoderStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from earmark.audio import AudioStream

RATE_HZ = 8000
"""The analysis rate of the tests."""


@dataclass(frozen=True, slots=True)
class Format:
    """A container, a coding and the rate to try them at, by FFmpeg's names."""

    container: str
    codec: str
    rate_hz: int = 44_100


MP3 = Format("mp3", "libmp3lame")
M4A = Format("ipod", "aac")
ADTS = Format("adts", "aac")
OPUS = Format("ogg", "libopus", 48_000)
FLAC = Format("flac", "flac")
WAV = Format("wav", "pcm_s16le")

FORMATS = (
    *(MP3, M4A, ADTS, OPUS, FLAC, WAV),
    *(Format("wav", codec) for codec in ("pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le")),
    *(Format("wav", codec, 8000) for codec in ("pcm_u8", "pcm_mulaw", "pcm_alaw", "adpcm_ms")),
    *(Format(name, "pcm_s16be") for name in ("aiff", "au", "caf")),
    *(Format("w64", "pcm_s16le"), Format("asf", "wmav2"), Format("asf", "wmav1")),
    *(Format("amr", "libopencore_amrnb", 8000), Format("3gp", "libopencore_amrnb", 8000)),
    *(Format("mov", "alac"), Format("matroska", "aac"), Format("webm", "libopus", 48_000)),
    *(Format("avi", "libmp3lame"), Format("mpegts", "aac"), Format("flv", "aac")),
    *(Format("mpeg", "mp2"), Format("mp2", "mp2"), Format("ac3", "ac3"), Format("eac3", "eac3")),
    *(Format("wv", "wavpack"), Format("tta", "tta")),
)


def tone(seconds: float, rate_hz: int, *, hz: float = 440.0, level: float = 0.5) -> NDArray[Any]:
    """A sine; float32, shape (n,)."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def encode(
    samples: NDArray[Any],
    how: Format,
    *,
    layout: str = "mono",
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """Encode float32 samples, shape (n,) or (channels, n), as a media file."""
    target = io.BytesIO()
    with av.open(target, "w", format=how.container) as container:
        container.metadata.update(tags or {})
        write_sound(container, add_sound(container, how, layout), samples)
    return target.getvalue()


def add_sound(container: OutputContainer, how: Format, layout: str = "mono") -> EncoderStream:
    """Announce an audio stream; all streams are announced before one is written."""
    stream = cast("EncoderStream", container.add_stream(how.codec, rate=how.rate_hz, layout=layout))
    if how.codec.startswith("wmav"):
        stream.bit_rate = 128_000
    return stream


def write_sound(container: OutputContainer, stream: EncoderStream, samples: NDArray[Any]) -> None:
    """Write a whole audio stream; samples as for `encode`."""
    values = np.atleast_2d(samples).astype(np.float32).T.reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(values, "flt", stream.layout.name)
    frame.sample_rate, frame.pts = stream.rate, 0
    container.mux([*stream.encode(frame), *stream.encode(None)])


def add_picture(container: OutputContainer, codec: str = "mpeg4") -> VideoStream:
    """Announce a video stream of 32 by 32 pixels."""
    stream = cast("VideoStream", container.add_stream(codec, rate=25))
    stream.width = stream.height = 32
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    return stream


def write_picture(container: OutputContainer, stream: VideoStream, frames: int = 5) -> None:
    """Write some grey pictures."""
    picture = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 99, np.uint8), format="rgb24")
    for time in range(frames):
        picture.pts = time
        container.mux(stream.encode(picture))
    container.mux(stream.encode(None))


def video(container: str, *sounds: tuple[Format, float]) -> bytes:
    """A video with audio streams of two seconds; each as its format and the pitch of its tone."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        pictures = add_picture(output)
        streams = [add_sound(output, how) for how, _ in sounds]
        write_picture(output, pictures)
        for stream, (how, hz) in zip(streams, sounds, strict=True):
            write_sound(output, stream, tone(2, how.rate_hz, hz=hz))
    return target.getvalue()


def index_in_front(mp4: bytes) -> bytes:
    """Move the index (moov) of an MP4 file before its sound, as for the web."""
    at = mp4.index(b"moov") - 4
    first, middle, index = mp4[: mp4.index(b"mdat") - 4], mp4[mp4.index(b"mdat") - 4 : at], mp4[at:]
    moved, table = bytearray(index), index.index(b"stco") + 8
    (chunks,) = struct.unpack_from(">I", moved, table)
    for place in range(table + 4, table + 4 + 4 * chunks, 4):
        (offset,) = struct.unpack_from(">I", moved, place)
        struct.pack_into(">I", moved, place, offset + len(index))
    return first + moved + middle


def header_again(ogg: bytes) -> bytes:
    """Repeat the headers of an Ogg file before its sound: libogg plays it, FFmpeg refuses it."""
    pages = list(_ogg_pages(ogg))
    first_sound = next(i for i, page in enumerate(pages) if page[6:14] != bytes(8))
    again = [page[:5] + b"\0" + page[6:] for page in pages[:first_sound]]
    pages = pages[:first_sound] + again + pages[first_sound:]
    return b"".join(_numbered(page, number) for number, page in enumerate(pages))


def _ogg_pages(ogg: bytes) -> Iterator[bytes]:
    while ogg:
        segments = ogg[27 : 27 + ogg[26]]
        size = 27 + len(segments) + sum(segments)
        yield ogg[:size]
        ogg = ogg[size:]


def _numbered(page: bytes, number: int) -> bytes:
    """Give an Ogg page its number, and the checksum that goes with it."""
    page = page[:18] + struct.pack("<II", number, 0) + page[26:]
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1) ^ (0x104C11DB7 if checksum >> 31 else 0)
    return page[:22] + struct.pack("<I", checksum) + page[26:]


def wav_header(*, rate_hz: int, channels: int, bits: int, data_bytes: int, kind: int = 1) -> bytes:
    """The 44 bytes before the samples of a WAV file; `kind` 1 is PCM, 3 is float."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * frame % 2**32, frame, bits)
    data = struct.pack("<4sI", b"data", data_bytes)
    return struct.pack("<4sI4s4sI", b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16) + form + data


def float_wav(samples: NDArray[np.float32], rate_hz: int) -> bytes:
    """A WAV file of mono float32 samples as they are, whatever they are."""
    data = samples.astype("<f4").tobytes()
    head = wav_header(rate_hz=rate_hz, channels=1, bits=32, data_bytes=len(data), kind=3)
    return head + data


def whole(stream: AudioStream) -> NDArray[np.float32]:
    """All blocks of a stream as one array; closes the stream."""
    with stream:
        return np.concatenate([np.empty(0, np.float32), *stream])


def loudest_hz(samples: NDArray[np.float32], rate_hz: int = RATE_HZ) -> float:
    """The strongest frequency of a signal."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * rate_hz / len(samples))


class Pipe(io.RawIOBase):
    """A byte stream that cannot seek and gives a few bytes at a time, as a socket does."""

    def __init__(self, data: bytes, most: int = 5000) -> None:
        self._data = io.BytesIO(data)
        self._most = most

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read less than was asked for."""
        return self._data.read(min(size, self._most))


IN_OPEN = 0x20


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """Collect the names of the files in a folder that anything opens meanwhile (Linux).

    Yields:
        A list, filled when the block ends.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    opened: list[str] = []
    try:
        assert libc.inotify_add_watch(handle, os.fsencode(folder), IN_OPEN) >= 0
        yield opened
        opened.extend(_events(handle))
    finally:
        os.close(handle)


def _events(handle: int) -> Iterator[str]:
    try:
        data = os.read(handle, 1 << 16)
    except BlockingIOError:
        return
    while data:
        _, _, _, length = struct.unpack_from("iIII", data)
        yield os.fsdecode(data[16 : 16 + length].rstrip(b"\0"))
        data = data[16 + length :]
