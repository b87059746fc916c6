from __future__ import annotations

import io

import pytest

from earmark.sources.icy import TitledStream, interval_of, title_in


def block(text: str) -> bytes:
    """A block of text between the sound."""
    data = text.encode()
    units = -(-len(data) // 16)
    return bytes([units]) + data.ljust(16 * units, b"\0")


def test_titles_are_taken_out_and_told() -> None:
    """The sound comes out as it went in, and each new title is told once."""
    titles: list[str] = []
    one, two = block("StreamTitle='A - B';"), block("StreamTitle='C';StreamUrl='';")
    data = b"soun" + one + b"d as" + bytes(1) + b" it " + one + b"was " + two + b"."
    stream = TitledStream(io.BytesIO(data), 4, titles.append)
    assert b"".join(iter(lambda: stream.read(3), b"")) == b"sound as it was ."
    assert titles == ["A - B", "C"]


def test_a_stream_may_end_in_a_title() -> None:
    """Then it has ended."""
    stream = TitledStream(io.BytesIO(b"soun" + block("StreamTitle='A';")[:9]), 4, print)
    assert (stream.read(9), stream.read(9)) == (b"soun", b"")


@pytest.mark.parametrize("header", [None, "", "0", "-1", "much", "99999999999", "1e9"])
def test_a_senseless_interval_means_no_titles(header: str | None) -> None:
    """A server may say anything."""
    assert interval_of(header) is None


def test_a_sensible_interval_is_believed() -> None:
    """Most servers say 8192 or 16000."""
    assert interval_of(" 16000") == 16_000


def test_a_title_is_one_printable_line() -> None:
    """In UTF-8 or, with old servers, Latin-1; whatever it tries to do to a terminal."""
    assert title_in(b"StreamTitle='a\x1b[2J\nb';") == "a [2J b"
    assert title_in("StreamTitle='Zoë';".encode("latin-1")) == "Zoë"
    assert title_in(b"StreamUrl='x';") is None
