"""What may be opened: the allow-list of containers and codecs.

FFmpeg also reads playlists, scripts, image sequences and network streams, which open other files,
and hundreds of game and broadcast formats, which few people test. Only the containers and codecs
named here are reachable; a video codec is never opened.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass

import av
from av.codec.codec import codecs_available

CONTAINERS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dts", "eac3", "flac"),
    *("flv", "loas", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "mp3", "mpc", "mpc8", "mpeg"),
    *("mpegts", "ogg", "tak", "tta", "voc", "w64", "wav", "wv"),
)
"""FFmpeg's names of the demuxers that may be used; none of them opens a second file."""

CODECS = (
    *("aac", "aac_fixed", "aac_latm", "ac3", "ac3_fixed", "alac", "als", "amrnb", "amrwb"),
    *("libopencore_amrnb", "libopencore_amrwb", "ape", "dca", "eac3", "flac", "g722", "gsm"),
    *("gsm_ms", "libopus", "mp1", "mp1float", "mp2", "mp2float", "mp3", "mp3float", "mpc7", "mpc8"),
    *("mlp", "nellymoser", "opus", "qdm2", "speex", "tak", "truehd", "tta", "vorbis", "wavpack"),
    *("wmalossless", "wmapro", "wmav1", "wmav2", "wmavoice"),
    *("adpcm_g726", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf", "adpcm_yamaha"),
    *("dsd_lsbf", "dsd_lsbf_planar", "dsd_msbf", "dsd_msbf_planar"),
    *("pcm_alaw", "pcm_bluray", "pcm_dvd", "pcm_f16le", "pcm_f24le", "pcm_f32be", "pcm_f32le"),
    *("pcm_f64be", "pcm_f64le", "pcm_mulaw", "pcm_s16be", "pcm_s16be_planar", "pcm_s16le"),
    *("pcm_s16le_planar", "pcm_s24be", "pcm_s24le", "pcm_s24le_planar", "pcm_s32be", "pcm_s32le"),
    *("pcm_s32le_planar", "pcm_s8", "pcm_s8_planar", "pcm_u8"),
)
"""FFmpeg's names of the decoders that may be used; those that a build lacks do no harm."""

MEDIA_SUFFIXES = frozenset(
    {
        *(".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".asf", ".au"),
        *(".avi", ".caf", ".dsf", ".dts", ".eac3", ".flac", ".flv", ".loas", ".m2ts", ".m4a"),
        *(".m4b", ".m4r", ".m4v", ".mka", ".mkv", ".mov", ".mp1", ".mp2", ".mp3", ".mp4", ".mpc"),
        *(".mpeg", ".mpg", ".mts", ".oga", ".ogg", ".ogv", ".opus", ".snd", ".spx", ".tak", ".ts"),
        *(".tta", ".voc", ".w64", ".wav", ".wave", ".weba", ".webm", ".wma", ".wmv", ".wv"),
    }
)
"""Suffixes, in lower case, of the files that a walk through a folder takes for media."""

_SCRIPTS = (
    (rb"#EXTM3U", "it is a playlist (M3U); add the files that it names"),
    (rb"\[playlist\]", "it is a playlist (PLS); add the files that it names"),
    (rb"ffconcat version", "it is a script that names other files (ffconcat)"),
    (rb"v=0\s", "it describes a network stream (SDP); there is no sound in it"),
    (rb"<\?xml|<MPD|<smil|<asx|<!DOCTYPE|<html", "it is a text file (XML or HTML), not audio"),
)
_MP4_HEAD = re.compile(rb".{4}ftyp", re.DOTALL)
_TEXT = re.compile(rb"[\t\n\f\r -~\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Supported:
    """What this installation can open, by FFmpeg's names, sorted."""

    containers: tuple[str, ...]
    codecs: tuple[str, ...]
    missing_containers: tuple[str, ...]
    can_preview: bool
    """Whether there is an encoder for previews."""


def supported() -> Supported:
    """Return the allowed containers and codecs that the installed FFmpeg has."""
    present = {name for name in CONTAINERS if _has_container(name)}
    return Supported(
        containers=tuple(sorted(present)),
        codecs=tuple(sorted(codecs_available.intersection(CODECS))),
        missing_containers=tuple(sorted(set(CONTAINERS) - present)),
        can_preview=_has_encoder("libopus"),
    )


def library_versions() -> dict[str, str]:
    """Return the versions of the native libraries; one that cannot be loaded is left out."""
    versions = {"FFmpeg": av.ffmpeg_version_info}
    for name in ("libavformat", "libavcodec", "libavutil"):
        versions[name] = ".".join(map(str, av.library_versions[name]))
    with contextlib.suppress(ImportError, OSError):
        import soundfile  # noqa: PLC0415 (slow to import, and hardly ever needed)

        versions["libsndfile"] = soundfile.__libsndfile_version__
    return versions


def refusal(head: bytes) -> str:
    """Return in words why a source that starts with `head` most likely cannot be opened."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, cause in _SCRIPTS:
        if re.match(pattern, text, re.IGNORECASE):
            return cause
    if _MP4_HEAD.match(head):
        return "it is an MP4 file without its index (moov), cut short or damaged"
    if _TEXT.fullmatch(head):
        return "it is text, not audio"
    return "it is no audio format that Earmark opens, or damaged beyond recognition"


def _has_container(name: str) -> bool:
    try:
        return av.ContainerFormat(name.split(",", maxsplit=1)[0], "r").is_input
    except ValueError:
        return False


def _has_encoder(name: str) -> bool:
    try:
        return av.Codec(name, "w").is_encoder
    except ValueError:
        return False
