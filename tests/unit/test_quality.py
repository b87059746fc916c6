from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.audio import Header
from earmark.duplicates.quality import Candidate, ranked, reasons
from earmark.types import Track
from tests.duplicates import SONG_S, header, track


def candidate(
    coding: Header | None, *, sounding_s: float = SONG_S, of: Track | None = None
) -> Candidate:
    """A copy of a song that lasts SONG_S."""
    return Candidate(of or track(1), coding, sounding_s, SONG_S)


FLAC = candidate(header())
MP3_320 = candidate(header("mp3", 320_000))
MP3_128 = candidate(header("mp3", 128_000))
AAC_128 = candidate(header("aac", 128_000))
MONO = candidate(header(channels=1))
CUT = candidate(header(), sounding_s=0.9 * SONG_S)
FADED = candidate(header(), sounding_s=SONG_S - 0.8)
CLIPPED = candidate(header(), sounding_s=SONG_S - 3)
DAMAGED = candidate(header(), of=track(2, corrupt_packets=3))
TAGGED = candidate(header(), of=track(3, artist="somebody", album="something"))
GONE = candidate(None)
OWNED = replace(FLAC, in_library=True)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (FLAC, MP3_320),
        (MP3_320, MP3_128),
        (AAC_128, MP3_128),
        (FLAC, MONO),
        (MP3_128, CUT),
        (MP3_128, DAMAGED),
        (FLAC, CLIPPED),
        (CLIPPED, MP3_320),
        (FLAC, replace(CLIPPED, in_library=True)),
        (OWNED, TAGGED),
        (TAGGED, FLAC),
        (MP3_128, GONE),
    ],
)
def test_a_better_copy_comes_first(better: Candidate, worse: Candidate) -> None:
    """Whole, undamaged, lossless, more bits, longer, in the library, more tags: in this order."""
    assert ranked([worse, better]) == [1, 0]


def test_equal_copies_keep_their_order() -> None:
    """Less than a second of fade-out makes no copy worse."""
    assert ranked([FADED, FLAC]) == [0, 1]


def test_reasons_say_what_decided() -> None:
    """The best is told with its virtue, the others with what they lack."""
    assert reasons([FLAC, MP3_128, CUT]) == ["lossless (flac)", "lossy (mp3)", "20 s shorter"]
    assert reasons([MP3_320, MP3_128]) == ["mp3 at 320 kbit/s", "mp3 at 128 kbit/s"]
    assert reasons([FLAC, DAMAGED]) == ["undamaged", "3 damaged packets"]
    assert reasons([FLAC, MONO]) == ["stereo", "mono"]
    assert reasons([FLAC, CLIPPED]) == ["3 s longer", "3 s shorter"]
    assert reasons([OWNED, FLAC]) == ["in the library", "not in the library"]
    assert reasons([TAGGED, FLAC]) == ["3 tags", "1 tag"]


def test_reasons_say_that_nothing_decided() -> None:
    """Of equal copies, the first is as good as any."""
    best, other = reasons([FLAC, FLAC])
    assert "first" in best
    assert other == "no better"
