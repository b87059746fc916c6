from __future__ import annotations

import pytest

from earmark.errors import UnsupportedSourceError
from earmark.sources.playlists import (
    first_entry,
    is_hls,
    is_playlist,
    lines_of,
    media_playlist,
    variant_of,
)

BASE = "http://a.example/live/list.m3u8"


def lines(text: str) -> list[str]:
    """The lines of a playlist."""
    return lines_of(text.encode())


def test_playlists_are_told_from_sound() -> None:
    """By how they begin, or by their type if they look like text."""
    assert is_playlist(b"#EXTM3U\n", "audio/mpeg")
    assert is_playlist(b"\xef\xbb\xbf[playlist]\n", "")
    assert is_playlist(b"http://a.example/\n", "audio/x-mpegurl; charset=utf-8")
    assert not is_playlist(b"\xff\xfb\x90", "audio/x-mpegurl")
    assert not is_playlist(b"OggS", "application/ogg")


def test_a_simple_playlist_names_a_stream() -> None:
    """M3U and PLS, with addresses beside them."""
    assert first_entry(lines("#EXTM3U\n#EXTINF:-1,Rock\nrock\n"), BASE, "a").endswith("/live/rock")
    pls = "[playlist]\nNumberOfEntries=1\nTitle1=Rock\nFile1=http://b.example/rock?x=1\n"
    assert first_entry(lines(pls), BASE, "a") == "http://b.example/rock?x=1"


def test_an_empty_playlist_is_told() -> None:
    """There is nothing to listen to."""
    with pytest.raises(UnsupportedSourceError, match="names no stream"):
        first_entry(lines("#EXTM3U\n"), BASE, "a")


def test_of_several_variants_the_smallest_that_is_good_enough_is_heard() -> None:
    """Pictures would be thrown away."""
    master = "#EXTM3U\n" + "".join(
        f'#EXT-X-STREAM-INF:CODECS="mp4a.40.2,avc1",BANDWIDTH={bps}\n{bps}.m3u8\n'
        for bps in (900_000, 24_000, 64_000)
    )
    assert variant_of(lines(master), BASE) == "http://a.example/live/64000.m3u8"


def test_sound_by_itself_goes_first() -> None:
    """A master playlist may have it apart from the pictures."""
    master = (
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="sound.m3u8"\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=64000\nall.m3u8\n"
    )
    assert variant_of(lines(master), BASE) == "http://a.example/live/sound.m3u8"


def test_a_media_playlist_is_no_master() -> None:
    """It has segments, with numbers that rise."""
    media = lines(
        "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:41\n#EXTINF:5.9,\na.ts\n"
    )
    assert is_hls(media)
    assert variant_of(media, BASE) is None
    found = media_playlist([*media, "#EXTINF:6,", "b.ts"], BASE, "a")
    assert [segment.number for segment in found.segments] == [41, 42]
    assert found.segments[1].url == "http://a.example/live/b.ts"
    assert (found.target_s, found.is_over) == (6.0, False)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('#EXT-X-KEY:METHOD=AES-128,URI="k"', "encrypted"),
        ('#EXT-X-MAP:URI="all.mp4",BYTERANGE="800@0"', "one file"),
        ("#EXT-X-BYTERANGE:100@0", "one file"),
    ],
)
def test_what_is_not_read_is_told(line: str, why: str) -> None:
    """In words, and at once."""
    with pytest.raises(UnsupportedSourceError, match=why):
        media_playlist(["#EXTM3U", line, "a.ts"], BASE, "a")


def test_fragments_of_mp4_have_a_head() -> None:
    """It may change on the way."""
    playlist = lines('#EXTM3U\n#EXT-X-MAP:URI="i"\n#EXTINF:1,\na\n#EXT-X-MAP:URI="j"\nb\n')
    heads = [segment.head_url for segment in media_playlist(playlist, BASE, "a").segments]
    assert heads == ["http://a.example/live/i", "http://a.example/live/j"]


def test_nonsense_in_numbers_does_no_harm() -> None:
    """A server may say anything."""
    found = media_playlist(
        lines("#EXTM3U\n#EXT-X-TARGETDURATION:nan\n#EXT-X-MEDIA-SEQUENCE:-3\n#EXTINF:x,\na.ts\n"),
        BASE,
        "a",
    )
    assert (found.target_s, found.segments[0].number, found.segments[0].duration_s) == (10, 0, 0)
