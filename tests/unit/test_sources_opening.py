"""Tests of earmark.sources.opening."""

from __future__ import annotations

import io
import os
import threading
import time
from contextlib import closing
from pathlib import Path

import av
import pytest

from earmark.audio import open_audio
from earmark.errors import SourceUnavailableError, UnsupportedSourceError
from earmark.sources.addresses import AddressPolicy
from earmark.sources.client import Client
from earmark.sources.opening import LiveSource, Opener
from tests.media import ADTS, MP3, Format, add_sound, encode, tone, write_sound
from tests.servers import Answer, ok, serving

SOUND = encode(tone(3, 44_100), MP3)


def opener() -> Opener:
    """An opener that may go to this machine."""
    return Opener(Client(AddressPolicy(allow_private=True)))


def seconds(answers: dict[str, Answer], path: str = "a") -> float:
    """How much sound is heard of a source."""
    with serving(answers) as served:
        feed = opener().open(LiveSource("A", served.to(path)), print)
        with closing(feed), open_audio(feed.stream, sample_rate_hz=8000) as sound:
            return sum(map(len, sound)) / 8000


def test_a_stream_from_the_web_is_heard() -> None:
    """Also from the middle of a frame on."""
    assert seconds({"a": ok(SOUND)}) == pytest.approx(3, abs=0.1)
    assert seconds({"a": ok(SOUND[1000:])}) == pytest.approx(2.9, abs=0.1)


def test_a_playlist_leads_to_its_stream() -> None:
    """M3U and PLS."""
    assert seconds({"a": ok(b"[playlist]\nFile1=/b\n"), "b": ok(SOUND)}) > 2
    assert seconds({"a": ok(b"#EXTM3U\n/b\n"), "b": ok(SOUND)}) > 2


def test_an_hls_stream_is_heard() -> None:
    """Its segments are joined."""
    data = encode(tone(3, 44_100), ADTS)
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nb\n#EXTINF:2,\nc\n#EXT-X-ENDLIST\n"
    parts = {"b": ok(data[:9000]), "c": ok(data[9000:])}
    assert seconds({"a": ok(playlist), **parts}) == pytest.approx(3, abs=0.1)


def test_an_hls_stream_in_fragments_of_mp4_is_heard() -> None:
    """As it comes: its end need not be there."""
    how = {"movflags": "frag_every_frame+empty_moov+default_base_moof"}
    target = io.BytesIO()
    with av.open(target, "w", format="mp4", options=how) as container:
        stream = add_sound(container, Format("mp4", "aac"))
        write_sound(container, stream, tone(3, 44_100))
    data = target.getvalue()
    first, middle = data.index(b"moof") - 4, len(data) // 2
    names = b'#EXTM3U\n#EXT-X-MAP:URI="h"\n#EXTINF:2,\nb\n#EXTINF:2,\nc\n#EXT-X-ENDLIST\n'
    parts = {"h": ok(data[:first]), "b": ok(data[first:middle]), "c": ok(data[middle:])}
    with serving({"a": ok(names), **parts}) as served:
        feed = opener().open(LiveSource("A", served.to("a")), print)
        with (
            closing(feed),
            open_audio(feed.stream, sample_rate_hz=8000, spool_limit_bytes=None) as sound,
        ):
            assert feed.is_fragmented
            assert sum(map(len, sound)) / 8000 == pytest.approx(3, abs=0.1)


def test_titles_are_told() -> None:
    """They are no part of the sound."""
    text = b"StreamTitle='A - B';".ljust(32, b"\0")
    data = b"".join(
        SOUND[at : at + 4000] + (b"\2" + text if not at else b"\0")
        for at in range(0, len(SOUND) // 4000 * 4000, 4000)
    )
    titles: list[str] = []
    with serving({"a": ok(data, "icy-metaint: 4000")}) as served:
        feed = opener().open(LiveSource("A", served.to("a")), titles.append)
        with closing(feed), open_audio(feed.stream, sample_rate_hz=8000) as sound:
            assert sum(map(len, sound)) > 2 * 8000
    assert titles == ["A - B"]


def test_playlists_in_a_circle_are_left() -> None:
    """After a few."""
    with pytest.raises(UnsupportedSourceError, match="one another"):
        seconds({"a": ok(b"#EXTM3U\n/a\n")})


def test_a_file_is_opened(tmp_path: Path) -> None:
    """It can be read in any order."""
    path = tmp_path / "a.mp3"
    path.write_bytes(SOUND)
    feed = opener().open(LiveSource.parse(str(path)), print)
    with closing(feed):
        assert io.IOBase.seekable(feed.stream) or feed.stream.seekable()  # type: ignore[arg-type,attr-defined]


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    """As what is written comes."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    source = LiveSource.parse(str(path))
    assert source.is_live
    assert source.comes_again
    writer = threading.Thread(target=path.write_bytes, args=(b"sound",))
    writer.start()
    feed = opener().open(source, print)
    with closing(feed):
        assert feed.stream.read(99) == b"sound"
        feed.shut()
        assert feed.stream.read(99) == b""
    writer.join()


def test_what_is_not_there_is_told() -> None:
    """With the reason."""
    with pytest.raises(SourceUnavailableError, match="cannot be opened: no such file"):
        opener().open(LiveSource.parse("nowhere.mp3"), print)


def test_a_folder_is_no_source(tmp_path: Path) -> None:
    """Nor is a device."""
    with pytest.raises(UnsupportedSourceError, match="it is a folder"):
        opener().open(LiveSource.parse(str(tmp_path)), print)
    with pytest.raises(UnsupportedSourceError, match="no file"):
        opener().open(LiveSource.parse("/dev/null"), print)


@pytest.mark.parametrize(
    "header", ["Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT", "Accept-Ranges: bytes"]
)
def test_a_recording_on_a_server_is_no_stream(header: str) -> None:
    """It would come faster than it sounds; a stream may tell a length, too, but no more."""
    with pytest.raises(UnsupportedSourceError, match="earmark scan"):
        seconds({"a": ok(SOUND, header)})
    assert seconds({"a": ok(SOUND, "Accept-Ranges: none")}) > 2


def test_what_is_not_spoken_is_told() -> None:
    """With what would help."""
    with pytest.raises(UnsupportedSourceError, match="ffmpeg -i"):
        opener().open(LiveSource.parse("rtsp://me:hush@camera.example/"), print)


def test_a_source_may_be_named() -> None:
    """Without a name it is called what it is, without its secrets."""
    assert LiveSource.parse("Rock=http://a.example/?t=1") == LiveSource(
        "Rock", "http://a.example/?t=1"
    )
    assert LiveSource.parse("http://a.example/?t=1").name == "http://a.example/?***"
    assert LiveSource.parse("-").name == "standard input"


def test_a_file_with_an_equals_sign_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it is there."""
    monkeypatch.chdir(tmp_path)
    Path("a=b.mp3").touch()
    assert LiveSource.parse("a=b.mp3").place == "a=b.mp3"
    assert not LiveSource.parse("a=b.mp3").is_live


def test_a_recording_was_over_when_its_file_was_changed_last(tmp_path: Path) -> None:
    """However long ago that was; whatever it says of its length, it began after 1970."""
    path = tmp_path / "hour.mp3"
    path.touch()
    os.utime(path, (1_000_000.0, 1_000_000.0))
    source = LiveSource.parse(str(path))
    assert source.began_at(3600.0) == 996_400.0
    assert source.began_at(None) == 1_000_000.0
    assert source.began_at(1e30) == 0.0


def test_nothing_begins_ahead_of_the_clock(tmp_path: Path) -> None:
    """A file from a machine whose clock is wrong, one that is gone again, and what is live."""
    path = tmp_path / "hour.mp3"
    path.touch()
    os.utime(path, (4e9, 4e9))
    before = time.time()
    for place in (str(path), str(tmp_path / "gone.mp3"), "http://radio.example/"):
        assert before <= LiveSource.parse(place).began_at(None) <= time.time()
