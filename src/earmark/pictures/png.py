"""Pictures without a library: rows of one byte for each pixel, as a PNG with a palette.

The format: a signature, then chunks, each with its length, its name, its data and the CRC-32 of
name and data. Here these are the head (IHDR), the colours (PLTE), the rows (IDAT: each with a byte
before it that says that it is not filtered, all of them deflated) and the end (IEND).
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS, INDEXED = 8, 3
COLOURS = 256
LEVEL = 6


def written_png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """Return a picture.

    Args:
        pixels: shape (rows, columns), neither of them 0: the number of each pixel's colour, the
            topmost row first.
        palette: shape (256, 3): red, green and blue of each colour.
    """
    rows, columns = pixels.shape
    head = struct.pack(">IIBBBBB", columns, rows, BITS, INDEXED, 0, 0, 0)
    unfiltered = np.concatenate([np.zeros((rows, 1), np.uint8), pixels], axis=1)
    data = zlib.compress(unfiltered.tobytes(), LEVEL)
    chunks = ((b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", data), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def blended(stops: list[tuple[int, int, int]]) -> NDArray[np.uint8]:
    """Return a palette, shape (256, 3), that goes evenly from the first colour to the last."""
    at = np.linspace(0, len(stops) - 1, COLOURS)
    parts = np.asarray(stops, np.float64).T
    mixed = [np.interp(at, np.arange(len(stops)), part) for part in parts]
    palette: NDArray[np.uint8] = np.rint(np.stack(mixed, axis=1)).astype(np.uint8)
    return palette


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
