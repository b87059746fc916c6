"""Small pieces of synthesised music as files, for the tests of libraries and their command line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from earmark.evaluation.codecs import FLAC, Codec, encode
from earmark.evaluation.degradations import excerpt
from earmark.evaluation.synthesis import Piece, catalogue

PIECE_S = 12.0


@cache
def pieces() -> tuple[Piece, ...]:
    """Three pieces for a library and a fourth that stays a stranger."""
    return tuple(catalogue(4, seed=5, duration_s=PIECE_S))


def title(number: int) -> str:
    """The title of a piece."""
    return pieces()[number].title


@cache
def song(number: int, **tags: str) -> bytes:
    """A piece as a FLAC file with its title and artist, or with other tags."""
    piece = pieces()[number]
    tags = tags or {"title": piece.title, "artist": piece.artist}
    return encode(piece.samples, piece.sample_rate_hz, FLAC, tags)


@cache
def clip(number: int, start_s: float = 3.0, duration_s: float = 6.0, codec: Codec = FLAC) -> bytes:
    """Part of a piece as a file without tags."""
    piece = pieces()[number]
    part = excerpt(piece.samples, piece.sample_rate_hz, start_s, duration_s)
    return encode(part, piece.sample_rate_hz, codec)


def write_songs(folder: Path, count: int = 3) -> Path:
    """Write the first pieces as `0.flac`, `1.flac` and so on, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number}.flac").write_bytes(song(number))
    return folder
