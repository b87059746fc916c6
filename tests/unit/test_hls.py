from __future__ import annotations

import pytest

from earmark.errors import AddressRefusedError, SourceUnavailableError, UnsupportedSourceError
from earmark.sources.addresses import AddressPolicy
from earmark.sources.client import Client, Limits
from earmark.sources.hls import SegmentStream
from earmark.sources.playlists import lines_of
from tests.servers import ok, serving

HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"


def client() -> Client:
    """A client that may talk to this machine."""
    return Client(AddressPolicy(allow_private=True), Limits(segment_bytes=100))


def media(first: int, *names: str, over: bool = False) -> bytes:
    """A media playlist."""
    parts = "".join(f"#EXTINF:1,\n{name}\n" for name in names)
    end = "#EXT-X-ENDLIST\n" if over else ""
    return f"{HEAD}#EXT-X-MEDIA-SEQUENCE:{first}\n{parts}{end}".encode()


def rest(stream: SegmentStream) -> bytes:
    """All that a stream still gives."""
    return b"".join(iter(lambda: stream.read(3), b""))


def test_a_recording_is_given_from_its_beginning_to_its_end() -> None:
    """Segment after segment, as one stream of bytes."""
    playlist = lines_of(media(7, "a", "b", over=True))
    with serving({"a": ok(b"one "), "b": ok(b"two")}) as served:
        assert rest(SegmentStream(client(), served.to("list"), playlist)) == b"one two"


def test_a_live_stream_is_begun_near_its_end_and_goes_on() -> None:
    """What comes later is fetched when it is there, and nothing twice."""
    later = ok(media(2, "b", "c", "d", over=True))
    with serving({"list": later, "b": ok(b"b"), "c": ok(b"c"), "d": ok(b"d")}) as served:
        stream = SegmentStream(client(), served.to("list"), lines_of(media(1, "a", "b", "c")))
        assert rest(stream) == b"bcd"


def test_a_master_playlist_leads_to_a_stream() -> None:
    """By way of another playlist."""
    master = lines_of(b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\nlist\n")
    with serving({"list": ok(media(1, "a", over=True)), "a": ok(b"sound")}) as served:
        assert rest(SegmentStream(client(), served.to("master"), master)) == b"sound"


def test_master_playlists_that_lead_in_a_circle_are_left() -> None:
    """After a few."""
    master = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\nlist\n"
    with (
        serving({"list": ok(master)}) as served,
        pytest.raises(UnsupportedSourceError, match="one another"),
    ):
        SegmentStream(client(), served.to("list"), lines_of(master))


def test_a_segment_in_a_forbidden_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A playlist may not send us into our own network."""
    monkeypatch.setattr(AddressPolicy, "allows", lambda _, address: address == "127.0.0.1")
    playlist = lines_of(media(1, "http://127.0.0.2:1/secret", over=True))
    with serving({}) as served:
        stream = SegmentStream(Client(AddressPolicy()), served.to("list"), playlist)
        with pytest.raises(AddressRefusedError):
            stream.read(9)


def test_a_segment_beyond_all_size_is_refused() -> None:
    """It would not fit into memory."""
    with serving({"a": ok(bytes(101))}) as served:
        stream = SegmentStream(client(), served.to("l"), lines_of(media(1, "a", over=True)))
        with pytest.raises(UnsupportedSourceError, match="more than the 100"):
            stream.read(9)


def test_a_stream_that_stands_still_has_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its playlist is there, but nothing new in it."""
    monkeypatch.setattr("earmark.sources.hls.STALLED_TARGETS", 0.4)
    with serving({"list": ok(media(1, "a")), "a": ok(b"a")}) as served:
        stream = SegmentStream(client(), served.to("list"), lines_of(media(1, "a")))
        assert stream.read(9) == b"a"
        with pytest.raises(SourceUnavailableError, match="no new segments"):
            stream.read(9)


def test_a_stream_that_begins_anew_is_heard_anew() -> None:
    """A server that was started again counts from 0."""
    with serving({"list": ok(media(0, "z", over=True)), "a": ok(b"a"), "z": ok(b"z")}) as served:
        stream = SegmentStream(client(), served.to("list"), lines_of(media(900, "a")))
        assert rest(stream) == b"az"


def test_the_head_of_fragments_comes_first_and_once() -> None:
    """Where another begins, the stream ends: it has to be opened anew."""
    playlist = lines_of(
        b'#EXTM3U\n#EXT-X-MAP:URI="h"\na\nb\n#EXT-X-MAP:URI="i"\nc\n#EXT-X-ENDLIST\n'
    )
    with serving({"h": ok(b"head "), "a": ok(b"one "), "b": ok(b"two"), "c": ok(b"x")}) as served:
        stream = SegmentStream(client(), served.to("list"), playlist)
        assert stream.is_fragmented
        assert rest(stream) == b"head one two"


def test_a_closed_stream_ends() -> None:
    """Whoever reads finds the end."""
    with serving({}) as served:
        stream = SegmentStream(client(), served.to("list"), lines_of(media(1)))
        stream.shut()
        assert stream.read(9) == b""
