from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.audio import Header
from earmark.duplicates.quality import UNDECIDED, Candidate, advised, ranked, reasons
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


def at_speed(speed: float, coding: Header) -> Candidate:
    """A whole copy that plays so fast."""
    length_s = SONG_S / speed
    return Candidate(track(1), coding, length_s, length_s, speed=speed)


def told(*candidates: Candidate) -> list[tuple[int, bool, str]]:
    """The advice, as tuples."""
    return [(one.number, one.keep, one.reason) for one in advised(candidates)]


def test_of_two_speeds_none_is_needless() -> None:
    """However well one of the two is coded: nothing tells which was there first."""
    assert told(at_speed(1.0, header("mp3", 128_000)), at_speed(1.02, header())) == [
        (1, True, UNDECIDED),
        (0, True, f"2.0 % slower; {UNDECIDED}"),
    ]


def test_the_speed_of_most_copies_comes_first() -> None:
    """With its best copy; what is at no other copy's speed is kept, and told to differ."""
    fast, good = at_speed(1.02, header()), at_speed(1.0, header("mp3", 320_000))
    assert told(fast, at_speed(1.0, header("mp3", 128_000)), good) == [
        (2, True, "mp3 at 320 kbit/s"),
        (1, False, "mp3 at 128 kbit/s"),
        (0, True, f"2.0 % faster; {UNDECIDED}"),
    ]


def test_errors_of_measuring_are_no_other_speed() -> None:
    """A copy that is off by a hundredth of a per cent is judged by its coding."""
    assert [keep for _, keep, _ in told(at_speed(1.0001, header("mp3", 9)), FLAC)] == [True, False]
