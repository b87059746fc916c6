"""Tests of earmark.scanning.scan."""

from __future__ import annotations

import io

import numpy as np
import pytest

from earmark import Ladder, Library, QueryParams, UsageError, scan
from earmark.evaluation.codecs import FLAC, encode
from earmark.evaluation.stretching import stretched

RATE = 8000
RNG = np.random.default_rng(8)
SONG, STRANGER = RNG.normal(0, 0.1, (2, 60 * RATE)).astype(np.float32)
PLAIN = QueryParams(ladder=Ladder.OFF)


@pytest.fixture(scope="module")
def library() -> Library:
    """A library of one song without a tune."""
    library = Library.open("memory:")
    library.add_recording(SONG, sample_rate=RATE)
    return library


def test_a_timeline_has_no_gaps_but_short_ones(library: Library) -> None:
    """What is unknown stands between, before and after what is known."""
    mix = np.concatenate([STRANGER[: 20 * RATE], SONG[: 30 * RATE], STRANGER[20 * RATE :]])
    found = scan(library, mix, sample_rate=RATE, query=PLAIN)
    assert [span.track is not None for span in found.spans] == [False, True, False]
    assert [(span.start_s, span.end_s) for span in found.spans] == [
        pytest.approx(times, abs=0.1) for times in ((0, 20), (20, 50), (50, 90))
    ]


def test_a_song_that_is_played_faster_is_told_by_how_much(library: Library) -> None:
    """Its speed, and its place in the track by the track's own time."""
    mix = stretched(SONG[10 * RATE : 50 * RATE], RATE, tempo=1.04, pitch=1.04)
    (span,) = scan(library, mix, sample_rate=RATE).spans
    assert span.speed == pytest.approx(1.04, abs=0.0005)
    assert (span.track_start_s, span.track_end_s) == pytest.approx((10, 50), abs=0.2)


def test_a_span_is_sure_and_covered(library: Library) -> None:
    """Of a song as it is: all of it is heard, beyond doubt."""
    (span,) = scan(library, SONG, sample_rate=RATE, query=PLAIN).spans
    assert (span.coverage, span.speed, span.tempo, span.pitch_semitones) == (1, 1, 1, 0)
    assert span.confidence > 0.999


def test_who_waits_is_told_how_far_it_is(library: Library) -> None:
    """The seconds that were heard, and those that there are."""
    told: list[tuple[float, float | None]] = []
    scan(library, SONG, sample_rate=RATE, query=PLAIN, on_heard=lambda *now: told.append(now))
    assert told[-1] == (60.0, 60.0)
    assert told == sorted(told)


def test_what_cannot_be_read_is_an_answer(library: Library) -> None:
    """An error in the timeline, not an exception, and no span."""
    found = scan(library, io.BytesIO(b"no music at all"), name="odd")
    assert (found.file, found.duration_s, found.spans) == ("odd", None, ())
    assert found.error is not None
    assert found.error.type == "UnsupportedAudioError"


class Torn(io.BytesIO):
    """A file that cannot be read beyond its middle."""

    def read(self, size: int | None = -1) -> bytes:
        """Read, or fail."""
        if self.tell() > len(self.getvalue()) // 2:
            raise OSError
        return super().read(size)


def test_what_was_found_before_an_error_is_told(library: Library) -> None:
    """Of a recording that breaks off, the beginning; and that it broke off."""
    found = scan(library, Torn(encode(SONG, RATE, FLAC)), query=PLAIN)
    assert found.error is not None
    assert found.known[0].end_s == pytest.approx(found.duration_s, abs=0.5)


def test_an_array_needs_its_rate(library: Library) -> None:
    """Without it no moment can be told."""
    with pytest.raises(UsageError, match="sample_rate"):
        scan(library, SONG)
