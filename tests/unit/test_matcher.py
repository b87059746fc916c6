from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from earmark.matching.matcher import Verdict, match
from earmark.params import QueryParams
from earmark.types import Peaks, Relation, Status
from tests.constellations import (
    PARAMS,
    Catalogue,
    delayed,
    excerpt,
    heard,
    make_peaks,
    mixed,
    sorted_peaks,
)

CLIP_S = 10.0
SONGS = [make_peaks(seed, 40 + seed) for seed in range(8)]
STRANGER = make_peaks(1000, 60)
CATALOGUE = Catalogue(*SONGS)


def crowd(seed: int) -> Peaks:
    """The peaks that a clip has and no reference keeps."""
    return make_peaks(seed, CLIP_S, 40)


def name(clip: Peaks, catalogue: Catalogue = CATALOGUE, seconds: float = CLIP_S) -> Verdict:
    """What the matcher says about a clip."""
    return match(heard(clip, seconds), catalogue, PARAMS, QueryParams())


@pytest.mark.parametrize("key", range(8))
def test_a_clip_is_named_with_its_place(key: int) -> None:
    """The right song, the right place to 10 ms, and no doubt."""
    found = name(mixed(excerpt(SONGS[key], 17.3, CLIP_S), crowd(key)))
    assert found.status == Status.IDENTIFIED
    assert [m.key for m in found.matches] == [key]
    assert found.matches[0].offset_s == pytest.approx(17.3, abs=0.01)
    assert found.matches[0].confidence > 0.999


@pytest.mark.parametrize("seed", range(1000, 1010))
def test_a_stranger_is_not_named(seed: int) -> None:
    """A recording that is not in the catalogue is no match; what comes nearest is shown as such."""
    found = name(mixed(excerpt(make_peaks(seed, 60), 20, CLIP_S), crowd(seed)))
    assert found.status == Status.NO_MATCH
    assert found.matches == ()
    assert all(c.confidence < 0.5 for c in found.candidates)


def test_silence_is_said_to_be_silent() -> None:
    """A clip without peaks has no answer, and the library is not asked."""
    assert name(sorted_peaks(np.empty(0), np.empty(0))) == Verdict(Status.SILENT)


def test_an_empty_catalogue_knows_nothing() -> None:
    """No tracks, no match, no error."""
    assert name(excerpt(SONGS[0], 5, CLIP_S), Catalogue()) == Verdict(Status.NO_MATCH)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_clip_of_few_peaks_is_no_match(count: int) -> None:
    """Even the right peaks prove nothing when there are three of them."""
    song = SONGS[0]
    first = sorted_peaks(song.time[:count], song.frequency[:count])
    assert name(first).status == Status.NO_MATCH


@pytest.mark.parametrize(("start_s", "inside_s"), [(-4.0, 6.0), (36.5, 4.5)])
def test_a_clip_may_hang_over_an_edge_of_its_track(start_s: float, inside_s: float) -> None:
    """An offset may be negative, and the span says which part of the clip is explained."""
    found = name(excerpt(SONGS[1], start_s, CLIP_S)).matches[0]
    length_s = found.span.clip_end_s - found.span.clip_start_s
    assert found.offset_s == pytest.approx(start_s, abs=0.01)
    assert length_s == pytest.approx(inside_s, abs=0.8)


@pytest.mark.parametrize(
    ("tempo", "pitch"), [(1.03, 1.0), (0.97, 1.0), (1.0, 1.02), (1.02, 1.02), (0.985, 0.985)]
)
def test_a_stretched_clip_is_named_with_tempo_and_pitch(tempo: float, pitch: float) -> None:
    """Played faster, slower, higher or both, to a thousandth."""
    clip = mixed(excerpt(SONGS[2], 12, CLIP_S, tempo=tempo, pitch=pitch), crowd(5))
    found = name(clip).matches[0]
    assert found.key == 2
    assert found.offset_s == pytest.approx(12, abs=0.05)
    assert (found.tempo, found.pitch) == pytest.approx((tempo, pitch), abs=1e-3)


def test_an_unmodified_clip_has_no_tempo() -> None:
    """Nothing is fitted where nothing is gained: tempo and pitch are 1, exactly."""
    found = name(excerpt(SONGS[3], 15, CLIP_S)).matches[0]
    assert (found.tempo, found.pitch) == (1.0, 1.0)


def test_equal_places_are_given_in_order() -> None:
    """Of places that agree equally well the earliest is the offset, the rest are the others."""
    refrain = excerpt(SONGS[0], 10, CLIP_S)
    song = mixed(delayed(refrain, 40), delayed(refrain, 5), delayed(refrain, 20))
    found = name(refrain, Catalogue(song, *SONGS[1:4])).matches[0]
    assert found.offset_s == pytest.approx(5, abs=0.01)
    assert found.other_offsets_s == pytest.approx((20, 40), abs=0.01)


def test_two_songs_at_once_are_both_named() -> None:
    """A mix of two tracks has a best and a simultaneous match."""
    clip = mixed(excerpt(SONGS[1], 8, CLIP_S), excerpt(SONGS[6], 22, CLIP_S))
    found = name(clip)
    assert {m.key for m in found.matches} == {1, 6}
    assert [m.relation for m in found.matches] == [Relation.BEST, Relation.SIMULTANEOUS]
    assert found.status == Status.IDENTIFIED


def test_the_same_song_twice_in_the_catalogue_is_identified() -> None:
    """Copies are versions of one another: neither takes the other's lead."""
    found = name(excerpt(SONGS[0], 8, CLIP_S), Catalogue(SONGS[0], SONGS[1], SONGS[0]))
    assert found.status == Status.IDENTIFIED
    assert [(m.key, m.relation) for m in found.matches] == [
        (0, Relation.BEST),
        (2, Relation.VERSION),
    ]


def test_two_songs_with_the_same_passage_are_ambiguous() -> None:
    """In a passage that two different songs share, both are named and the status says so."""
    passage = excerpt(SONGS[0], 8, CLIP_S)
    one, other = (mixed(delayed(passage, 20), delayed(SONGS[k], 31)) for k in (4, 5))
    found = name(passage, Catalogue(one, other))
    assert found.status == Status.AMBIGUOUS
    assert [m.relation for m in found.matches] == [Relation.BEST, Relation.BEST]


def test_candidates_are_weaker_than_matches() -> None:
    """What is shown below the matches scored less, is in order, and is none of them."""
    found = name(mixed(excerpt(SONGS[3], 15, CLIP_S), crowd(9)))
    scores = [c.score for c in (*found.matches, *found.candidates)]
    assert scores == sorted(scores, reverse=True)
    assert not {m.key for m in found.matches} & {c.key for c in found.candidates}


def test_a_track_removed_in_between_is_left_out() -> None:
    """A constellation that is gone by the time it is asked for is no candidate."""

    class Forgetful(Catalogue):
        def constellations(self, keys: object) -> dict[int, bytes]:  # noqa: ARG002
            return {}

    assert name(excerpt(SONGS[0], 8, CLIP_S), Forgetful(*SONGS)).status == Status.NO_MATCH


def test_every_thread_gets_the_same_answer() -> None:
    """Asked by many at once, the matcher says the same, to the last bit."""
    clip = mixed(excerpt(SONGS[5], 17.3, CLIP_S), excerpt(STRANGER, 3, CLIP_S))
    with ThreadPoolExecutor(4) as pool:
        answers = [answer.result() for answer in [pool.submit(name, clip) for _ in range(8)]]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0].matches


def test_a_long_clip_is_named() -> None:
    """Two minutes of music are looked up like ten seconds."""
    song = make_peaks(77, 150)
    found = name(excerpt(song, 15, 120), Catalogue(song, *SONGS), seconds=120)
    assert found.matches[0].offset_s == pytest.approx(15, abs=0.01)
    assert found.matches[0].span.coverage > 0.95
