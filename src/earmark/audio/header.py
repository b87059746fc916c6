"""What a file's header says of its sound: coding, bits, rate and channels; nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.audio.ffmpeg import choose_stream, open_container
from earmark.audio.source import open_input

if TYPE_CHECKING:
    from earmark.audio.source import AudioSource

LOSSLESS = ("alac", "als", "ape", "flac", "mlp", "tak", "truehd", "tta", "wavpack", "wmalossless")
"""FFmpeg's names of codings that keep every bit, besides PCM and DSD."""

COMPANDED = ("pcm_alaw", "pcm_mulaw")
"""PCM only by name: eight bits that stand for fourteen."""


@dataclass(frozen=True, slots=True)
class Header:
    """How a file's sound is coded; what the file does not say is None."""

    container: str
    """FFmpeg's name."""
    codec: str
    """FFmpeg's name of the coding, whichever decoder reads it."""
    is_lossless: bool
    bit_rate: int | None
    """Bits per second of the sound alone, or of the file, where it does not tell them apart."""
    sample_rate_hz: int
    channels: int


def read_header(source: AudioSource) -> Header:
    """Read a file's header.

    Raises:
        UnreadableFileError: missing, a directory, no permission, an I/O error.
        UnsupportedAudioError: no audio format that FFmpeg opens, or one that is refused.
        NoAudioStreamError: a container without sound in it.
        UndecodableAudioError: no decoder for its sound.
    """
    data = open_input(source)
    try:
        with open_container(data) as container:
            stream = choose_stream(container, data.label)
            codec, name = stream.codec_context, stream.codec_context.codec.canonical_name
            return Header(
                container=container.format.name,
                codec=name,
                is_lossless=is_lossless(name),
                bit_rate=codec.bit_rate or container.bit_rate or None,
                sample_rate_hz=codec.sample_rate,
                channels=codec.layout.nb_channels,
            )
    finally:
        data.close()


def is_lossless(codec: str) -> bool:
    """Tell whether a coding, by FFmpeg's name, keeps every bit."""
    return codec in LOSSLESS or (codec.startswith(("pcm_", "dsd_")) and codec not in COMPANDED)
