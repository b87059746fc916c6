"""Tests of earmark.explaining.explain."""

from __future__ import annotations

import io

import numpy as np
import pytest

from earmark import Explanation, Ladder, Library, QueryParams, TrackNotFoundError, explain
from earmark.types import Metadata, Reason, Status

RATE = 8000
RNG = np.random.default_rng(6)
SONG, OTHER, STRANGER = RNG.normal(0, 0.1, (3, 30 * RATE)).astype(np.float32)
CLIP = SONG[10 * RATE : 18 * RATE]
PLAIN = QueryParams(ladder=Ladder.OFF)


@pytest.fixture(scope="module")
def library() -> Library:
    """A library of two songs without a tune."""
    library = Library.open("memory:")
    for title, song in (("Song", SONG), ("Other", OTHER)):
        library.add_recording(song, sample_rate=RATE, metadata=Metadata(title))
    return library


def explained(library: Library, clip: np.ndarray, track: str | None = None) -> Explanation:
    """Why this clip is named, or not."""
    return explain(library, clip, track=track, sample_rate=RATE, query=PLAIN)


def test_a_match_has_its_place_and_nearly_all_peaks(library: Library) -> None:
    """It is named, at its place, with far more peaks than by chance."""
    found = explained(library, CLIP)
    assert (found.status, found.reasons) == (Status.IDENTIFIED, (Reason.NAMED,))
    assert found.best is not None
    assert found.best.match.offset_s == pytest.approx(10, abs=0.02)
    assert found.best.found > 0.9 * found.best.expected > 5 * found.best.chance


def test_the_answer_is_that_of_identify(library: Library) -> None:
    """The same query, the same score."""
    best = explained(library, CLIP).best
    named = library.identify(CLIP, sample_rate=RATE, query=PLAIN).best
    assert best is not None
    assert best.match == named


def test_a_stranger_has_a_best_place_all_the_same(library: Library) -> None:
    """It is told which, and that it is none."""
    found = explained(library, STRANGER[: 8 * RATE])
    assert found.status is Status.NO_MATCH
    assert found.best is not None
    assert found.best.match.score < found.best.threshold


def test_a_clip_can_be_compared_with_one_track(library: Library) -> None:
    """With another than its own it does not agree; with its own, as among all."""
    assert explained(library, CLIP, "Other").status is Status.NO_MATCH
    own, among_all = explained(library, CLIP, "Song").best, explained(library, CLIP).best
    assert own is not None
    assert among_all is not None
    assert own.match.score == pytest.approx(among_all.match.score)


def test_what_was_not_believed_is_told(library: Library) -> None:
    """Behind the best place, and never twice."""
    found = explained(library, STRANGER[: 8 * RATE])
    assert found.best is not None
    told = [found.best.match, *found.candidates]
    assert found.others == ()
    assert all(match.score < found.best.threshold for match in told)
    assert len({(match.track.id, match.offset_s) for match in told}) == len(told)
    assert [match.score for match in told] == sorted((one.score for one in told), reverse=True)


def test_two_tracks_at_once_are_both_told(library: Library) -> None:
    """The one as the best place, the other beside it."""
    found = explained(library, CLIP + OTHER[4 * RATE : 12 * RATE])
    assert found.best is not None
    named = [found.best.match, *found.others]
    assert sorted(match.track.metadata.title for match in named) == ["Other", "Song"]


def test_a_track_must_be_there(library: Library) -> None:
    """Else there is nothing to compare with."""
    with pytest.raises(TrackNotFoundError):
        explained(library, CLIP, "Nowhere")


@pytest.mark.parametrize(
    ("clip", "reason"),
    [(CLIP[:1000], Reason.TOO_SHORT), (0 * CLIP, Reason.SILENT), (CLIP[:0], Reason.TOO_SHORT)],
)
def test_what_cannot_be_looked_up_is_told_why(
    library: Library, clip: np.ndarray, reason: Reason
) -> None:
    """Too short, or silent; there is no place then."""
    found = explained(library, clip)
    assert (found.reasons, found.best) == ((reason,), None)


def test_what_cannot_be_read_is_an_answer(library: Library) -> None:
    """With the error in words, and nothing to draw."""
    found = explain(library, io.BytesIO(b"no music at all"), name="odd")
    assert (found.clip, found.status, found.exhibit) == ("odd", Status.ERROR, None)
    assert found.words == (f"{found.error.message}.",) if found.error else False
