from __future__ import annotations

import socket

import pytest

from earmark.errors import SourceUnavailableError, UnsupportedSourceError
from earmark.sources.datagrams import DatagramStream, payload


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_datagrams_become_a_stream() -> None:
    """In the order in which they come."""
    port = free_port()
    stream = DatagramStream(f"udp://127.0.0.1:{port}", 5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for part in (b"Gone", b"Gtwo"):
            sender.sendto(part, ("127.0.0.1", port))
        assert (stream.read(2), stream.read(99), stream.read(99)) == (b"Go", b"ne", b"Gtwo")
    stream.close()


def test_the_head_of_an_rtp_packet_is_taken_off() -> None:
    """With its sources and its extension, if it has any."""
    head = bytes([0x80, 33]) + bytes(10)
    assert payload(head + b"Gsound") == b"Gsound"
    extended = bytes([0x92, 33]) + bytes(10) + bytes(8) + b"\0\0\0\1" + bytes(4)
    assert payload(extended + b"Gsound") == b"Gsound"


def test_a_packet_of_mpeg_ts_stays_whole() -> None:
    """It begins with its own mark."""
    assert payload(b"G" + bytes(187)) == b"G" + bytes(187)


def test_silence_of_the_network_is_told() -> None:
    """After a while."""
    stream = DatagramStream(f"udp://127.0.0.1:{free_port()}", 0.05)
    with pytest.raises(SourceUnavailableError, match="nothing arrives"):
        stream.read(9)
    stream.close()


def test_a_port_is_needed() -> None:
    """And an address that is one."""
    with pytest.raises(UnsupportedSourceError, match="names no port"):
        DatagramStream("udp://127.0.0.1", 1)
    with pytest.raises(SourceUnavailableError, match="cannot listen there"):
        DatagramStream("udp://radio.example:9", 1)
