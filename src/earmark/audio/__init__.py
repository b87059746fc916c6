"""Audio in: any file, stream or array -> mono blocks at the analysis rate."""

from earmark.audio.excerpt import read_excerpt
from earmark.audio.ffmpeg import Address
from earmark.audio.formats import MEDIA_SUFFIXES, Supported, library_versions, supported
from earmark.audio.header import Header, read_header
from earmark.audio.preview import save_preview
from earmark.audio.resampling import Resampler, to_mono
from earmark.audio.source import AudioSource, ByteStream, source_label
from earmark.audio.stream import AudioStream, channels_of, open_address, open_audio, open_samples

__all__ = [
    "MEDIA_SUFFIXES",
    "Address",
    "AudioSource",
    "AudioStream",
    "ByteStream",
    "Header",
    "Resampler",
    "Supported",
    "channels_of",
    "library_versions",
    "open_address",
    "open_audio",
    "open_samples",
    "read_excerpt",
    "read_header",
    "save_preview",
    "source_label",
    "supported",
    "to_mono",
]
