"""Any file, stream or array -> mono blocks at one rate: the door of this package.

What FFmpeg refuses to open, or opens without decoding anything, is tried with libsndfile.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from earmark.audio.base import Decoder, DecoderName, Sound
from earmark.audio.ffmpeg import (
    BLOCK_S,
    Address,
    FFmpegDecoder,
    open_connection,
    open_container,
)
from earmark.audio.resampling import Resampler, to_mono
from earmark.audio.sndfile import SndfileDecoder
from earmark.audio.source import SPOOL_LIMIT_BYTES, AudioSource, Input, open_input
from earmark.errors import AudioError, NoAudioStreamError, UndecodableAudioError, UsageError
from earmark.types import Metadata

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

MOST_CHANNELS = 64
ARRAY_BLOCK_SAMPLES = 1 << 17


class AudioStream:
    """A recording as mono float32 blocks, shape (n,), at `sample_rate_hz`; iterate over it once.

    A block holds a few seconds (the last one less); full scale is +-1, but a decoder may go beyond.
    """

    def __init__(
        self, name: str, decoder: Decoder, sounds: Iterator[Sound], source: Input | None, rate: int
    ) -> None:
        """Use `open_audio` or `open_samples`."""
        self.name = name
        self.sample_rate_hz = rate
        self.samples = 0
        """Samples given so far."""
        self._decoder = decoder
        self._sounds = sounds
        self._source = source

    @property
    def metadata(self) -> Metadata:
        """The tags of the recording."""
        return self._decoder.metadata

    @property
    def container(self) -> str:
        """Name of the file format."""
        return self._decoder.container

    @property
    def codec(self) -> str:
        """Name of the sound's coding."""
        return self._decoder.codec

    @property
    def decoder(self) -> DecoderName:
        """Which library decodes; none for arrays."""
        return self._decoder.decoder

    @property
    def corrupt_packets(self) -> int:
        """Damaged packets passed over so far."""
        return self._decoder.corrupt_packets

    @property
    def stated_s(self) -> float | None:
        """How long the recording says it is, if it does; it need not be true."""
        return self._decoder.stated_s

    @property
    def duration_s(self) -> float:
        """Seconds given so far; the whole duration when the iteration has ended."""
        return self.samples / self.sample_rate_hz

    def __enter__(self) -> Self:
        """Use the stream in a `with` block, which closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the stream."""
        self.close()

    def close(self) -> None:
        """Let go of the decoder and the file; closing twice is harmless."""
        self._decoder.close()
        if self._source is not None:
            self._source.close()

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Yield the blocks.

        Raises:
            UnreadableFileError: reading the source failed.
            UndecodableAudioError: the sample rate changes to one that cannot be meant.
        """
        for block in self._resampled():
            if len(block):
                self.samples += len(block)
                yield block
        self._check()

    def _resampled(self) -> Iterator[NDArray[np.float32]]:
        resampler: Resampler | None = None
        for sound, rate in self._sounds:
            self._check()
            if resampler is None or resampler.input_rate_hz != rate:
                if resampler is not None:
                    yield resampler.flush()
                resampler = Resampler(rate, self.sample_rate_hz)
            yield resampler.feed(sound)
        if resampler is not None:
            yield resampler.flush()

    def _check(self) -> None:
        if self._source is not None:
            self._source.check()


def open_audio(
    source: AudioSource,
    *,
    sample_rate_hz: int,
    spool_limit_bytes: int | None = SPOOL_LIMIT_BYTES,
    block_s: float = BLOCK_S,
) -> AudioStream:
    """Open a recording for decoding.

    Args:
        source: a path, or a file object opened for reading bytes.
        sample_rate_hz: rate of the blocks that the stream gives.
        spool_limit_bytes: how much of an MP4 stream that cannot seek is kept in a temporary file;
            None for one in fragments, which is played as it comes.
        block_s: about how long the blocks shall be: short ones are there sooner, and cost more.

    Raises:
        UnreadableFileError: missing, a directory, no permission, an I/O error.
        UnsupportedAudioError: no audio format, or one that is refused.
        NoAudioStreamError: a container without sound in it.
        UndecodableAudioError: not one sample can be decoded.
        UsageError: `source` is neither a path nor a file object.
    """
    data = open_input(source, spool_limit_bytes=spool_limit_bytes)
    try:
        decoder, sounds = _start(data, block_s)
    except BaseException:
        data.close()
        raise
    return AudioStream(data.label, decoder, sounds, data, sample_rate_hz)


def open_address(address: Address, *, sample_rate_hz: int, block_s: float = BLOCK_S) -> AudioStream:
    """Have FFmpeg itself fetch a live stream; an error of the connection ends it.

    Args:
        address: where from; whoever makes it has checked whether that is allowed.
        sample_rate_hz: rate of the blocks that the stream gives.
        block_s: about how long the blocks shall be.

    Raises:
        SourceUnavailableError: it cannot be opened.
        NoAudioStreamError: there is no sound in it.
        UndecodableAudioError: not one sample can be decoded.
    """
    container = open_connection(address)
    decoder = FFmpegDecoder(container, address.label, block_s, most_errors=1)
    primed, sounds = _primed(decoder, address)
    return AudioStream(address.label, primed, sounds, None, sample_rate_hz)


def open_samples(samples: NDArray[Any], *, input_rate_hz: int, sample_rate_hz: int) -> AudioStream:
    """Use an array as a recording.

    Args:
        samples: shape (n,) or (n, channels). Integers are scaled to +-1, floats taken as they are;
            what is not finite becomes 0.
        input_rate_hz: rate of the samples.
        sample_rate_hz: rate of the blocks that the stream gives.

    Raises:
        UsageError: an array of another shape or type, or a rate beyond reason.
    """
    channels = channels_of(samples)
    Resampler(input_rate_hz, sample_rate_hz)
    decoder = _ArrayDecoder(channels, input_rate_hz)
    return AudioStream("<samples>", decoder, decoder.blocks(), None, sample_rate_hz)


def channels_of(samples: NDArray[Any]) -> NDArray[Any]:
    """Return samples of shape (n,) or (n, channels) as (channels, n), a view.

    Raises:
        UsageError: an array of another shape or type.
    """
    array = np.asarray(samples)
    match array.shape:
        case (_,):
            channels = array[None]
        case (_, count) if 0 < count <= MOST_CHANNELS:
            channels = array.T
        case _:
            message = f"samples have shape (n,) or (n, channels), not {array.shape}"
            raise UsageError(message)
    if array.dtype.kind not in "iuf":
        message = f"samples are integers or floats, not {array.dtype}"
        raise UsageError(message)
    return channels


class _ArrayDecoder:
    """Samples that need no decoding, as a decoder."""

    decoder: DecoderName = "none"
    container = "array"
    corrupt_packets = 0

    def __init__(self, samples: NDArray[Any], rate_hz: int) -> None:
        self.codec = str(samples.dtype)
        self.metadata = Metadata()
        self.stated_s: float | None = samples.shape[1] / rate_hz
        self._samples = samples
        self._rate_hz = rate_hz

    def blocks(self) -> Iterator[Sound]:
        for start in range(0, self._samples.shape[1], ARRAY_BLOCK_SAMPLES):
            yield to_mono(self._samples[:, start : start + ARRAY_BLOCK_SAMPLES]), self._rate_hz

    def close(self) -> None:
        pass


def _start(data: Input, block_s: float) -> tuple[Decoder, Iterator[Sound]]:
    """Return a decoder that has proved that it can decode, and the sound it gives."""
    try:
        return _primed(FFmpegDecoder(open_container(data), data.label, block_s), data)
    except AudioError as refusal:
        data.check()
        if isinstance(refusal, NoAudioStreamError) or not data.seekable():
            raise
        try:
            return _primed(SndfileDecoder(data), data)
        except AudioError:
            data.check()
            raise refusal from None


def _primed(decoder: Decoder, data: Input | Address) -> tuple[Decoder, Iterator[Sound]]:
    sounds = decoder.blocks()
    try:
        first = next(sounds, None)
    except BaseException:
        decoder.close()
        raise
    if first is None:
        decoder.close()
        if isinstance(data, Input):
            data.check()
        raise UndecodableAudioError(data.label, "not one sample of it can be decoded")
    return decoder, chain([first], sounds)
