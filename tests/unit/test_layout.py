"""The bytes of a segment: where what lies, and what its end says."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from earmark.stores.blocks import BLOCK_BYTES
from earmark.stores.layout import (
    TRAILER_BYTES,
    Layout,
    OtherFormatError,
    Trailer,
    segment_chunks,
)
from earmark.tape import assembled, laid
from tests.recordings import make_recording

INDEX_ID = "i-0123456789ab"
TRAILER = Trailer(4160, 7, 3, 11, 2, 80, 31, INDEX_ID)


def written() -> bytes:
    """Return a segment of two tracks."""
    recordings = [(seed, make_recording(seed).landmarks) for seed in (1, 2)]
    return b"".join(segment_chunks(laid(recordings), INDEX_ID))


def test_a_trailer_comes_back() -> None:
    """What is packed into 128 bytes is read from them again."""
    raw = TRAILER.pack()
    assert (len(raw), Trailer.parse(raw)) == (TRAILER_BYTES, TRAILER)


def test_a_trailer_that_is_cut_off_is_none() -> None:
    """Fewer bytes than a trailer has are refused."""
    with pytest.raises(ValueError, match="cut off"):
        Trailer.parse(TRAILER.pack()[:-1])


def test_every_flipped_byte_of_a_trailer_is_found() -> None:
    """Wherever one byte changes, it is no trailer any more."""
    raw = TRAILER.pack()
    for at in range(TRAILER_BYTES):
        with pytest.raises(ValueError, match="checksum"):
            Trailer.parse(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


def test_another_format_tells_its_number() -> None:
    """A trailer that is whole but of another format is an error with that number."""
    raw = bytearray(TRAILER.pack())
    raw[8:16] = struct.pack("<II", 3, 0)
    raw[12:16] = struct.pack("<I", zlib.crc32(raw))
    with pytest.raises(OtherFormatError) as caught:
        Trailer.parse(bytes(raw))
    assert caught.value.version == 3


def test_what_is_written_is_as_long_as_its_layout() -> None:
    """Trailer and layout agree with the bytes, and the words lie at the beginning."""
    raw = written()
    trailer = Trailer.parse(raw[-TRAILER_BYTES:])
    layout = Layout.of(trailer.tracks, trailer.bucket_bits, trailer.words)
    assert len(raw) == trailer.file_bytes == layout.file_bytes
    tape = assembled(laid([(seed, make_recording(seed).landmarks) for seed in (1, 2)]))
    assert np.array_equal(np.frombuffer(raw, "<u8", trailer.words), tape.words)


def test_the_table_has_the_checksum_of_every_block() -> None:
    """Behind the body stands the CRC-32 of each of its blocks, under one of its own."""
    raw = written()
    trailer = Trailer.parse(raw[-TRAILER_BYTES:])
    layout = Layout.of(trailer.tracks, trailer.bucket_bits, trailer.words)
    body = raw[: layout.body_bytes]
    blocks = [body[at : at + BLOCK_BYTES] for at in range(0, len(body), BLOCK_BYTES)]
    table = raw[layout.body_bytes : layout.trailer_at]
    assert np.frombuffer(table, "<u4", layout.blocks).tolist() == [zlib.crc32(b) for b in blocks]
    assert zlib.crc32(table) == trailer.table_crc32


def test_a_layout_of_nothing_has_a_body() -> None:
    """Even without words there is a directory."""
    assert Layout.of(0, 1, 0).blocks == 1
