from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.matching.course import Course
from earmark.matching.ladder import LARGE_FRAMES
from earmark.matching.matcher import Expected, Hint, match
from earmark.matching.verdict import Verdict
from earmark.params import Axis, Ladder, Params, PeakParams, QueryParams
from earmark.tape import Tape
from earmark.types import Peaks, Relation, Status
from tests.constellations import (
    PARAMS,
    Catalogue,
    delayed,
    excerpt,
    frames_of,
    heard,
    make_peaks,
    mixed,
    sorted_peaks,
    thinned,
)

CLIP_S = 10.0
SONGS = [make_peaks(seed, 40 + seed) for seed in range(8)]
STRANGER = make_peaks(1000, 60)
CATALOGUE = Catalogue(*SONGS)
QUERY = QueryParams()
SEMITONE = 2 ** (1 / 12)


class Large(Catalogue):
    """Says that it is a hundred times as long as what the ladder takes for large."""

    def frames(self) -> int:
        """Return that length."""
        return 100 * LARGE_FRAMES


def crowd(seed: int) -> Peaks:
    """The peaks that a clip has and no reference keeps."""
    return make_peaks(seed, CLIP_S, 40)


def name(
    clip: Peaks,
    catalogue: Catalogue = CATALOGUE,
    seconds: float = CLIP_S,
    query: QueryParams = QUERY,
) -> Verdict:
    """What the matcher says about a clip."""
    return match(heard(clip, seconds), catalogue, PARAMS, query)


@pytest.mark.parametrize("key", range(8))
def test_a_clip_is_named_with_its_place(key: int) -> None:
    """The right song, the right place to 10 ms, and no doubt."""
    found = name(mixed(excerpt(SONGS[key], 17.3, CLIP_S), crowd(key)))
    assert found.status == Status.IDENTIFIED
    assert [m.key for m in found.matches] == [key]
    assert found.matches[0].offset_s == pytest.approx(17.3, abs=0.01)
    assert found.matches[0].confidence > 0.999


@pytest.mark.parametrize("ladder", Ladder)
@pytest.mark.parametrize("seed", range(1000, 1005))
def test_a_stranger_is_not_named(seed: int, ladder: Ladder) -> None:
    """A recording that is not in the catalogue is no match, however many hypotheses are tried.

    What comes nearest is shown as such.
    """
    clip = mixed(excerpt(make_peaks(seed, 60), 20, CLIP_S), crowd(seed))
    found = name(clip, query=QueryParams(ladder=ladder))
    assert found.status == Status.NO_MATCH
    assert found.matches == ()
    assert all(c.confidence < 0.5 for c in found.candidates)


def test_who_accepts_more_mistakes_is_told_more() -> None:
    """Of clips that are worn out, a false-accept rate of a half names more than one of 1e-9."""
    worn = [
        mixed(thinned(excerpt(SONGS[k], 12, 3), k, kept=0.35), excerpt(crowd(k), 0, 3))
        for k in range(8)
    ]
    off = [QueryParams(far=far, ladder=Ladder.OFF) for far in (0.5, 1e-9)]
    named = [sum(bool(name(clip, seconds=3, query=one).matches) for clip in worn) for one in off]
    assert named[0] > named[1]


@pytest.mark.parametrize("speed", [1.0, 1.2])
def test_a_time_limit_of_nothing_still_gives_an_answer(speed: float) -> None:
    """The first attempt is always made: it names a plain clip, and gives up on another."""
    clip = mixed(excerpt(SONGS[3], 15, CLIP_S, tempo=speed, pitch=speed), crowd(4))
    found = name(clip, query=QueryParams(time_limit_s=0.0, ladder=Ladder.FULL))
    assert found.status == (Status.IDENTIFIED if speed == 1 else Status.NO_MATCH)


def test_a_large_catalogue_is_swept_where_votes_fall() -> None:
    """Where votes choose no places, they choose the tracks to sweep, as many as there is time."""
    clip = mixed(thinned(excerpt(SONGS[5], 12, CLIP_S), 1, kept=0.4), crowd(4))
    hours = (0.0, 0.04)
    queries = [QueryParams(sweep_hours=h, candidates=0, ladder=Ladder.OFF) for h in hours]
    named = [[found.key for found in name(clip, query=query).matches] for query in queries]
    assert CATALOGUE.frames() > frames_of(0.04 * 3600)
    assert named == [[], [5]]


class Watched(Catalogue):
    """Notes how many hashes each look asks for."""

    def __init__(self, *songs: Peaks) -> None:
        super().__init__(*songs)
        self.asked: list[int] = []

    def tapes(self, hashes: NDArray[np.uint32]) -> list[Tape]:
        """Note it."""
        if len(hashes):
            self.asked.append(len(hashes))
        return super().tapes(hashes)


def test_a_clip_that_the_first_glance_explains_is_looked_up_once() -> None:
    """What the rarest hashes name in full needs no more of them; a noisy clip does."""
    catalogue = Watched(*SONGS)
    query = QueryParams(glances=(30, 300), ladder=Ladder.OFF)
    plain = excerpt(SONGS[5], 12, CLIP_S)
    assert [found.key for found in name(plain, catalogue, query=query).matches] == [5]
    assert len(catalogue.asked) == 1
    catalogue.asked.clear()
    worn = mixed(thinned(plain, 3, kept=0.5), crowd(4))
    assert [found.key for found in name(worn, catalogue, query=query).matches] == [5]
    first, second, *_ = catalogue.asked
    assert first < second


def test_a_glance_at_all_that_there_is_is_not_repeated() -> None:
    """A second glance that can read no more than the first would find nothing else."""
    catalogue = Watched(*SONGS)
    stranger = excerpt(make_peaks(1000, 60), 20, CLIP_S)
    asked = {}
    for glances in ((1 << 20,), (1 << 20, 1 << 21)):
        catalogue.asked.clear()
        name(stranger, catalogue, query=QueryParams(glances=glances, ladder=Ladder.OFF))
        asked[glances] = list(catalogue.asked)
    assert len(set(map(tuple, asked.values()))) == 1


@pytest.mark.parametrize(("ladder", "named"), [(Ladder.OFF, []), (Ladder.FAST, [5])])
def test_the_ladder_begins_with_a_longer_look_in_a_large_catalogue(
    ladder: Ladder, named: list[int]
) -> None:
    """What the postings of a look do not bring up, four times as many do."""
    clip = mixed(excerpt(SONGS[5], 12, CLIP_S), crowd(4))
    large = Large(*SONGS)
    query = QueryParams(
        ladder=ladder, glances=(1,), look_postings=40, rung_postings=1, sweep_hours=0.0
    )
    assert [found.key for found in name(clip, large, query=query).matches] == named


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
    ("tempo", "pitch"),
    [
        *((speed, speed) for speed in (0.75, 0.803, 0.96, 0.985, 1.02, 1.08, 1.2, 1.3)),
        *((tempo, 1.0) for tempo in (0.88, 0.97, 1.03, 1.045, 1.1, 1.12)),
        *((1.0, SEMITONE**by) for by in (-4, -3, -0.5, 0.3, 2, 3, 4)),
    ],
)
def test_a_stretched_clip_is_named_with_tempo_and_pitch(tempo: float, pitch: float) -> None:
    """Played faster, slower, higher or both, with a crowd around: named, to two thousandths."""
    clip = mixed(excerpt(SONGS[2], 12, CLIP_S, tempo=tempo, pitch=pitch), crowd(5))
    found = name(clip).matches[0]
    assert found.key == 2
    assert found.offset_s == pytest.approx(12, abs=0.05)
    assert (found.tempo, found.pitch) == pytest.approx((tempo, pitch), rel=2e-3)


@pytest.mark.parametrize(
    ("tempo", "pitch"), [(1.08, SEMITONE**-2), (0.93, SEMITONE**3), (1.11, SEMITONE**-3.5)]
)
def test_tempo_and_pitch_together_are_found_on_the_full_ladder(tempo: float, pitch: float) -> None:
    """Changed independently of each other, with a crowd around: named, to two thousandths."""
    clip = mixed(excerpt(SONGS[2], 12, CLIP_S, tempo=tempo, pitch=pitch), crowd(5))
    found = name(clip, query=QueryParams(ladder=Ladder.FULL)).matches[0]
    assert found.key == 2
    assert (found.tempo, found.pitch) == pytest.approx((tempo, pitch), rel=2e-3)


def test_without_a_ladder_no_speed_is_tried() -> None:
    """Off is off: what is named on the ladder is nobody without it."""
    clip = excerpt(SONGS[2], 12, CLIP_S, tempo=1.2, pitch=1.2)
    assert name(clip, query=QueryParams(ladder=Ladder.OFF)).matches == ()
    assert name(clip).matches[0].key == 2


@pytest.mark.parametrize("axis", Axis)
def test_clips_are_named_on_every_axis(axis: Axis) -> None:
    """As they are, sped up, or higher; and no stranger."""
    params = Params(PeakParams(axis=axis))
    catalogue = Catalogue(*SONGS[:3], params=params)

    def verdict(song: Peaks, tempo: float, pitch: float) -> Verdict:
        clip = excerpt(song, 12, CLIP_S, tempo=tempo, pitch=pitch, params=params.peaks)
        sound = heard(mixed(clip, crowd(5)), CLIP_S, params=params.peaks)
        return match(sound, catalogue, params, QueryParams())

    for tempo, pitch in ((1.0, 1.0), (1.08, 1.08), (0.8, 0.8), (1.0, SEMITONE**3)):
        found = verdict(SONGS[1], tempo, pitch).matches[0]
        assert found.key == 1
        assert found.offset_s == pytest.approx(12, abs=0.05)
        assert (found.tempo, found.pitch) == pytest.approx((tempo, pitch), rel=2e-3)
    assert verdict(STRANGER, 1.0, 1.0).status == Status.NO_MATCH


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


def expected(
    clip: Peaks, *places: Expected, rungs: tuple[tuple[float, float], ...] = ()
) -> Verdict:
    """What is said about a clip that is expected to lie somewhere, without the ladder."""
    plainly = QueryParams(ladder=Ladder.OFF)
    return match(heard(clip, CLIP_S), CATALOGUE, PARAMS, plainly, Hint(places, rungs))


def test_a_clip_that_lies_where_it_is_expected_is_named_there() -> None:
    """At the place that was told, under its tempo and pitch, which nothing else would find."""
    clip = mixed(excerpt(SONGS[2], 17.3, CLIP_S, tempo=1.05, pitch=1.05), crowd(2))
    assert expected(clip).status is Status.NO_MATCH
    found = expected(clip, Expected(2, Course(0, 17.3, 1.05, 1.05))).matches[0]
    assert found.key == 2
    assert found.tempo == pytest.approx(1.05, abs=0.001)
    assert found.offset_s == pytest.approx(17.3, abs=0.02)


def test_a_clip_that_lies_elsewhere_is_found_there() -> None:
    """An expectation that is wrong hides nothing, nor one of a track that has gone."""
    clip = mixed(excerpt(SONGS[2], 17.3, CLIP_S), crowd(2))
    found = expected(
        clip, Expected(3, Course(0, 5, 1, 1)), Expected(99, Course(0, 5, 1, 1))
    ).matches[0]
    assert found.key == 2
    assert found.offset_s == pytest.approx(17.3, abs=0.02)


def test_likely_changes_are_tried_without_the_ladder() -> None:
    """A clip that is as much faster as the last was is found at once."""
    clip = mixed(excerpt(SONGS[2], 17.3, CLIP_S, tempo=1.05, pitch=1.05), crowd(2))
    assert expected(clip, rungs=((1.05, 1.05),)).matches[0].key == 2
