"""Decoding with FFmpeg: one audio stream of a container, in bounded memory.

Frames are collected in FFmpeg's own buffer until they make about BLOCK_S seconds, so that Python
does little more per frame than to ask for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

import av
import numpy as np
from av.audio.stream import AudioStream as FFmpegStream
from av.error import FFmpegError
from av.stream import Discard, Disposition

from earmark.audio.base import DecoderName, Sound, is_rate
from earmark.audio.formats import CODECS, CONTAINERS, refusal
from earmark.audio.limits import limit_allocations
from earmark.audio.resampling import to_mono
from earmark.audio.tags import read_tags
from earmark.errors import (
    NoAudioStreamError,
    SourceUnavailableError,
    UndecodableAudioError,
    UnsupportedAudioError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from av.container import InputContainer
    from av.packet import Packet
    from numpy.typing import NDArray

    from earmark.audio.source import Input

BLOCK_S = 3
MOST_BLOCK_VALUES = 1 << 21
"""Samples times channels of a block, however many channels and whatever rate a file has."""

MOST_PLANES = 7
"""PyAV finds the end of the planes by a null pointer, which is only there for fewer than 8."""

BUFFER_BYTES = 1 << 16
MOST_ERRORS_IN_A_ROW = 32
"""How often reading on is tried after an error in the container itself."""

GAP_S = 0.1
"""A leap of time stamps beyond this is a loss; sound files have rounding errors of a few ms."""

_OPTIONS = {
    "format_whitelist": ",".join(CONTAINERS),
    "codec_whitelist": ",".join(CODECS),
    "protocol_whitelist": "none",
    "max_streams": "100",
}


class FFmpegDecoder:
    """One recording, decoded by FFmpeg."""

    decoder: DecoderName = "ffmpeg"

    def __init__(
        self,
        container: InputContainer,
        label: str,
        block_s: float = BLOCK_S,
        most_errors: int = MOST_ERRORS_IN_A_ROW,
    ) -> None:
        """Take a container, to be closed with this object, and choose its stream.

        Args:
            container: what was opened.
            label: what messages call it.
            block_s: about how long blocks shall be.
            most_errors: how many errors of the container, one after the other, end it.

        Raises:
            NoAudioStreamError: there is no sound in it.
            UndecodableAudioError: no allowed decoder for its sound.
        """
        self.corrupt_packets = 0
        self._label = label
        self._block_s = block_s
        self._most_errors = most_errors
        self._container = container
        try:
            self._stream = choose_stream(container, label)
        except BaseException:
            self._container.close()
            raise
        self.container = self._container.format.name
        self.codec = self._stream.codec_context.name
        # the Ogg demuxer says nothing of the pages that it drops for their checksum
        self._drops_silently = self.container == "ogg"
        self._tick_s = float(self._stream.time_base or 0)
        self._end_s = math.inf
        self._ahead: Iterator[av.AudioFrame] | None = None
        self.metadata = read_tags(self._container.metadata, self._stream.metadata)
        stated = self._container.duration
        self.stated_s = None if stated is None else stated / av.time_base

    def close(self) -> None:
        """Let go of FFmpeg's buffers; closing twice is harmless."""
        self._container.close()

    def blocks(self) -> Iterator[Sound]:
        """Yield mono samples, shape (n,), and their rate in Hz.

        Raises:
            UndecodableAudioError: a sample rate that cannot be meant.
        """
        collected, shape, most = av.AudioFifo(), None, 0
        for frame in self._ahead or self._frames():
            found = (frame.format.name, frame.layout.nb_channels, frame.sample_rate)
            if found != shape:
                yield from self._drained(collected)
                collected, shape = av.AudioFifo(), found
                most = min(round(self._block_s * found[2]), MOST_BLOCK_VALUES // found[1])
            frame.pts = None  # the buffer would insist on time stamps without gaps
            collected.write(frame)
            if collected.samples >= most:
                yield from self._drained(collected)
        yield from self._drained(collected)

    def leap(self, at_s: float) -> float | None:
        """Go on from shortly before a time, and return from where; None if that is not known.

        To be called before the first block is asked for. If it is not known, the decoder is of no
        more use.
        """
        origin_s = (self._stream.start_time or 0) * self._tick_s
        try:
            self._container.seek(round((at_s + origin_s) * av.time_base))
        except FFmpegError:
            return None
        frames = self._frames()
        first = next(frames, None)
        if first is None or first.pts is None:
            return None
        begins_s = first.pts * self._tick_s - origin_s
        self._ahead = chain([first], frames)
        return begins_s

    def _drained(self, collected: av.AudioFifo) -> Iterator[Sound]:
        frame = collected.read()
        if frame is None:
            return
        if not is_rate(frame.sample_rate):
            cause = f"it states a sample rate of {frame.sample_rate} Hz"
            raise UndecodableAudioError(self._label, cause)
        yield to_mono(_values(frame)), frame.sample_rate

    def _frames(self) -> Iterator[av.AudioFrame]:
        """Yield decoded frames; a packet that cannot be decoded is counted, and passed over."""
        decode = self._stream.codec_context.decode
        for packet in self._packets():
            try:
                frames = decode(packet)
            except FFmpegError:
                self.corrupt_packets += 1
                continue
            for frame in frames:
                if self._drops_silently:
                    self._count_gap(frame)
                yield frame

    def _count_gap(self, frame: av.AudioFrame) -> None:
        """Take a leap of time for a lost packet."""
        if frame.pts is None:
            return
        start_s = frame.pts * self._tick_s
        self.corrupt_packets += start_s > self._end_s + GAP_S
        self._end_s = start_s + frame.samples / max(1, frame.sample_rate)

    def _packets(self) -> Iterator[Packet[FFmpegStream]]:
        """Yield the stream's packets; after an error in the container, try to read on."""
        errors = 0
        while errors < self._most_errors:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    yield packet
            except FFmpegError:
                errors += 1
                self.corrupt_packets += 1
            except IndexError:
                return  # PyAV's end of a container in which more streams turned up on the way
            else:
                return


def open_container(data: Input) -> InputContainer:
    """Open a container, if it is of an allowed format.

    Raises:
        UnsupportedAudioError: FFmpeg refuses it, or its format is not allowed.
    """
    limit_allocations()
    try:
        return av.open(
            data,
            "r",
            container_options=_OPTIONS,
            metadata_errors="replace",
            buffer_size=BUFFER_BYTES,
            io_open=partial(_refuse, data.label),
        )
    except (FFmpegError, ValueError) as error:
        raise UnsupportedAudioError(data.label, refusal(data.head)) from error


@dataclass(frozen=True, slots=True)
class Address:
    """What FFmpeg may open itself."""

    url: str
    """With its secrets."""
    label: str
    """What messages call it: without them."""
    container: str
    """FFmpeg's name of its format, and of no other."""
    protocols: str
    """FFmpeg's names of what it may speak for that, with commas between them."""
    options: Mapping[str, str]
    """What FFmpeg is told beside."""
    timeout_s: float
    """How long it may take to connect; and afterwards, how long nothing may come."""


def open_connection(address: Address) -> InputContainer:
    """Have FFmpeg open an address.

    Raises:
        SourceUnavailableError: it cannot be opened.
    """
    limit_allocations()
    options = {
        **_OPTIONS,
        "format_whitelist": f"{address.container},{_OPTIONS['format_whitelist']}",
        "protocol_whitelist": address.protocols,
        **address.options,
    }
    try:
        return av.open(
            address.url,
            "r",
            format=address.container,
            container_options=options,
            metadata_errors="replace",
            timeout=address.timeout_s,
        )
    except (FFmpegError, ValueError) as error:
        # the whole of what FFmpeg says would tell the address, with its secrets
        cause = getattr(error, "strerror", None) or "FFmpeg cannot open it"
        raise SourceUnavailableError(address.label, f"the connection failed ({cause})") from None


def _refuse(label: str, *_request: object) -> NoReturn:
    """Open nothing else, whatever a container asks for."""
    raise UnsupportedAudioError(label, "it refers to other files")


def choose_stream(container: InputContainer, label: str) -> FFmpegStream:
    """Return the stream that is marked as default, else the first, of those that can be decoded.

    Raises:
        NoAudioStreamError: there is no sound in it.
        UndecodableAudioError: no allowed decoder for its sound.
    """
    streams = container.streams.audio
    if not streams:
        raise NoAudioStreamError(label, "there is no sound in it")
    usable = [stream for stream in streams if _is_allowed(stream)]
    if not usable:
        raise UndecodableAudioError(label, "there is no decoder for its kind of sound")
    chosen = min(usable, key=lambda s: not s.disposition & Disposition.default)
    for stream in container.streams:
        stream.discard = Discard.default if stream is chosen else Discard.all
    chosen.codec_context.thread_count = 1
    return chosen


def _values(frame: av.AudioFrame) -> NDArray[Any]:
    """Return the samples of a frame, shape (channels, n)."""
    channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        return frame.to_ndarray().reshape(-1, channels).T
    if channels <= MOST_PLANES:
        return frame.to_ndarray()
    packer = av.AudioResampler(frame.format.packed)
    parts = [*packer.resample(frame), *packer.resample(None)]
    return np.concatenate([_values(part) for part in parts], axis=1)


def _is_allowed(stream: FFmpegStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.codec.name in CODECS
