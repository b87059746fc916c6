"""Tests of earmark.sources.foreign."""

from __future__ import annotations

import socket
from collections.abc import Callable

import numpy as np
import pytest

from earmark.audio import Address, open_address
from earmark.errors import AddressRefusedError, SourceUnavailableError, UnsupportedSourceError
from earmark.sources import AddressPolicy, Client, LiveSource, Opener
from earmark.sources.foreign import foreign_address
from tests import streams
from tests.servers import answering

HERE = AddressPolicy(allow_private=True)
RATE_HZ = 44_100
TONE = (8000 * np.sin(np.arange(2 * RATE_HZ) * 0.1)).astype(np.int16)


def address(url: str) -> Address:
    """What FFmpeg is given for an address that may lie on this machine."""
    return foreign_address(url, HERE, 5.0)


@pytest.mark.parametrize(
    ("scheme", "server"), [("rtsp", streams.rtsp), ("rtmp", streams.rtmp)], ids=["rtsp", "rtmp"]
)
def test_a_stream_is_heard(scheme: str, server: Callable[..., Callable[..., None]]) -> None:
    """FFmpeg speaks to the server, and its sound comes out."""
    with answering(server(TONE, RATE_HZ)) as port:
        there = address(f"{scheme}://me:hush@localhost:{port}/live/x")
        with open_address(there, sample_rate_hz=8000, block_s=0.25) as sound:
            blocks = list(sound)
    samples = np.concatenate(blocks)
    assert len(samples) / 8000 == pytest.approx(2, abs=0.2)
    assert np.abs(samples).max() == pytest.approx(8000 / 32768, rel=0.2)
    assert len(blocks) > 4


def test_ffmpeg_goes_to_the_address_that_was_checked() -> None:
    """A name that resolves differently the second time gains nothing; the server hears the name."""
    there = address("rtmp://me:hush@localhost:1936/live/show/x?key=1")
    assert there.url.startswith(("rtmp://me:hush@127.0.0.1:1936/", "rtmp://me:hush@[::1]:1936/"))
    assert there.url.endswith("/live/show/x?key=1")
    assert there.options["rtmp_tcurl"] == "rtmp://localhost:1936/live/show"


def test_an_encrypted_server_is_told_its_name() -> None:
    """Who has several certificates chooses by it."""
    assert address("rtmps://localhost/live/x").url == "rtmps://localhost/live/x"


@pytest.mark.parametrize("scheme", ["rtmp", "rtmps", "rtsp", "rtsps"])
def test_what_may_not_be_asked_is_refused_before(scheme: str) -> None:
    """FFmpeg is not even handed the address."""
    with pytest.raises(AddressRefusedError):
        foreign_address(f"{scheme}://127.0.0.1/live/x", AddressPolicy(), 5.0)


def test_no_file_and_no_datagram_is_opened() -> None:
    """Whatever a server says."""
    spoken = {one for scheme in ("rtmp", "rtmps", "rtsp", "rtsps") for one in _spoken(scheme)}
    assert spoken == {"rtmp", "rtmps", "tcp", "tls"}
    assert address("rtsp://localhost/x").options["rtsp_transport"] == "tcp"


def _spoken(scheme: str) -> list[str]:
    return address(f"{scheme}://localhost/x").protocols.split(",")


def test_an_address_without_a_host_is_told() -> None:
    """It is not taken for this machine."""
    with pytest.raises(UnsupportedSourceError, match="no host"):
        address("rtsp:///x")


def test_a_failure_does_not_tell_secrets() -> None:
    """Neither by the name nor by what FFmpeg says."""
    there = address("rtsp://me:hush@127.0.0.1:1/x?key=hush")
    with pytest.raises(SourceUnavailableError) as caught:
        open_address(there, sample_rate_hz=8000)
    assert "rtsp://***@127.0.0.1:1/x?***" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_server_that_says_nothing_is_left() -> None:
    """After as long as it may take."""

    def listen(connection: socket.socket) -> None:
        while connection.recv(1 << 16):
            pass

    with answering(listen) as port:
        there = foreign_address(f"rtmp://127.0.0.1:{port}/live/x", HERE, 0.3)
        with pytest.raises(SourceUnavailableError):
            open_address(there, sample_rate_hz=8000)


def test_it_is_off_unless_it_is_asked_for() -> None:
    """A server forbids it by saying nothing; what helps is told."""
    source = LiveSource.parse("rtsp://127.0.0.1:1/x")
    assert Opener(Client(HERE)).foreign(source) is None
    with pytest.raises(UnsupportedSourceError, match="--ffmpeg-urls"):
        Opener(Client(HERE)).open(source, print)
    assert Opener(Client(HERE), ffmpeg_urls=True).foreign(source) is not None


def test_only_these_schemes_are_opened_by_ffmpeg() -> None:
    """All else goes through our own client, also where FFmpeg is allowed."""
    opener = Opener(Client(HERE), ffmpeg_urls=True)
    for place in ("http://a.example/", "udp://127.0.0.1:1", "file:///etc/passwd", "a.mp3"):
        assert opener.foreign(LiveSource.parse(place)) is None
