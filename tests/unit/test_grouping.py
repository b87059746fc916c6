from __future__ import annotations

import numpy as np
import pytest

from earmark.matching.grouping import Groups, grouped, same_recording
from earmark.types import Peaks, Relation
from tests.constellations import (
    STEPS_PER_S,
    case_of,
    delayed,
    excerpt,
    judged,
    make_clip,
    make_peaks,
    mixed,
    sorted_peaks,
)

CLIP_S = 10
SONG, OTHER = make_peaks(1, 60), make_peaks(2, 60)
EXTRA = make_peaks(3, 60)


def recoded(peaks: Peaks, seed: int, kept: float = 0.7) -> Peaks:
    """The same recording from another file: some peaks lost, all trembling by a step."""
    rng = np.random.default_rng(seed)
    stays = rng.random(len(peaks)) < kept
    time = peaks.time[stays] + rng.integers(-1, 2, stays.sum())
    return sorted_peaks(np.maximum(time, 0), peaks.frequency[stays])


def sharing(peaks: Peaks, other: Peaks, start_s: float, end_s: float) -> Peaks:
    """A track that has a passage of one track, and else is the other."""
    inside = [
        (p.time >= start_s * STEPS_PER_S) & (p.time < end_s * STEPS_PER_S) for p in (peaks, other)
    ]
    return sorted_peaks(
        np.concatenate([peaks.time[inside[0]], other.time[~inside[1]]]),
        np.concatenate([peaks.frequency[inside[0]], other.frequency[~inside[1]]]),
    )


def groups(clip: Peaks, tracks: list[Peaks], *places: tuple[int, float]) -> Groups:
    """The groups of the tracks at these places of theirs."""
    case = case_of(make_clip(clip, CLIP_S), tracks)
    return grouped(case, judged(case, *places))


def relations(found: Groups) -> list[Relation]:
    """How the matches stand to the best, best first."""
    return [relation for _, relation in found.matches]


def test_one_good_place_is_the_best() -> None:
    """A single accepted track is the match; the rest is weaker."""
    found = groups(excerpt(SONG, 20, CLIP_S), [SONG, OTHER], (0, 20), (1, 20))
    assert found.matches == [(0, Relation.BEST)]
    assert found.weaker == [1]
    assert not found.ambiguous


def test_nothing_accepted_leaves_candidates_only() -> None:
    """Below the threshold there is no match, best or other."""
    found = groups(excerpt(EXTRA, 20, CLIP_S), [SONG, OTHER], (0, 20), (1, 20))
    assert found.matches == []
    assert found.weaker == [0, 1]


def test_the_same_recording_is_a_version() -> None:
    """Two files of one recording do not compete: the answer is identified."""
    tracks = [SONG, recoded(SONG, 4)]
    found = groups(excerpt(SONG, 20, CLIP_S), tracks, (0, 20), (1, 20))
    assert relations(found) == [Relation.BEST, Relation.VERSION]
    assert not found.ambiguous


def test_a_version_may_begin_elsewhere() -> None:
    """With a second of silence in front it is still the same recording."""
    tracks = [SONG, delayed(recoded(SONG, 5), 1)]
    found = groups(excerpt(SONG, 20, CLIP_S), tracks, (0, 20), (1, 21))
    assert relations(found) == [Relation.BEST, Relation.VERSION]


def test_a_short_excerpt_in_the_catalogue_is_a_version() -> None:
    """A preview of the song is the same recording as far as it goes."""
    found = groups(excerpt(SONG, 20, CLIP_S), [SONG, excerpt(SONG, 10, 30)], (0, 20), (1, 10))
    assert relations(found) == [Relation.BEST, Relation.VERSION]


def test_two_songs_at_once_are_simultaneous() -> None:
    """Each explains peaks that the other does not."""
    clip = mixed(excerpt(SONG, 20, CLIP_S), excerpt(OTHER, 35, CLIP_S))
    found = groups(clip, [SONG, OTHER], (0, 20), (1, 35))
    assert relations(found) == [Relation.BEST, Relation.SIMULTANEOUS]
    assert not found.ambiguous


def test_a_second_song_may_be_there_twice() -> None:
    """Two copies of the song behind another one do not compete, with it or with each other."""
    clip = mixed(excerpt(SONG, 20, CLIP_S), excerpt(OTHER, 35, CLIP_S))
    found = groups(clip, [SONG, OTHER, recoded(OTHER, 8)], (0, 20), (1, 35), (2, 35))
    assert relations(found) == [Relation.BEST, Relation.SIMULTANEOUS, Relation.SIMULTANEOUS]
    assert not found.ambiguous


def test_one_chord_of_its_own_is_no_second_song() -> None:
    """Peaks of one moment are no independent witnesses for a simultaneous track, either."""
    chord = sorted_peaks(np.full(6, 25 * STEPS_PER_S), np.arange(6) * 300 + 400)
    shared = SONG.time[(SONG.time > 20 * STEPS_PER_S) & (SONG.time < 30 * STEPS_PER_S)][::12]
    few = np.isin(SONG.time, shared)
    rest = sharing(sorted_peaks(np.empty(0), np.empty(0)), OTHER, 20, 30)
    track = mixed(rest, chord, sorted_peaks(SONG.time[few], SONG.frequency[few]))
    clip = mixed(excerpt(SONG, 20, CLIP_S), excerpt(chord, 20, CLIP_S))
    found = groups(clip, [SONG, track], (0, 20), (1, 20))
    assert relations(found) == [Relation.BEST]
    assert found.weaker == [1]


def test_two_songs_with_one_passage_are_ambiguous_in_it() -> None:
    """Where both have the clip, and are different elsewhere, nobody can tell them apart."""
    found = groups(
        excerpt(SONG, 25, CLIP_S), [SONG, sharing(SONG, OTHER, 24, 36)], (0, 25), (1, 25)
    )
    assert relations(found) == [Relation.BEST, Relation.BEST]
    assert found.ambiguous


def test_a_song_with_half_of_the_clip_is_weaker() -> None:
    """What explains less, and nothing of its own, is no match."""
    found = groups(
        excerpt(SONG, 25, CLIP_S), [SONG, sharing(SONG, OTHER, 25, 30)], (0, 25), (1, 25)
    )
    assert relations(found) == [Relation.BEST]
    assert found.weaker == [1]
    assert not found.ambiguous


def test_a_refrain_lies_at_several_places() -> None:
    """Equal places of one track are one match, and the others are noted."""
    refrain = excerpt(SONG, 20, CLIP_S)
    track = mixed(refrain, delayed(refrain, 30), delayed(refrain, 50))
    found = groups(refrain, [track], (0, 0), (0, 30), (0, 50))
    assert found.matches == [(0, Relation.BEST)]
    assert found.elsewhere[0] == [1, 2]
    assert found.weaker == []


def test_places_near_one_another_are_one() -> None:
    """Within a quarter of a second there is one place, not two."""
    found = groups(excerpt(SONG, 20, CLIP_S), [SONG], (0, 20), (0, 20.004))
    assert found.elsewhere[0] == []


def test_a_worse_place_is_not_noted() -> None:
    """A refrain that agrees half as well is not where the clip was cut."""
    refrain = excerpt(SONG, 20, CLIP_S)
    track = mixed(refrain, delayed(recoded(refrain, 6, kept=0.6), 30))
    found = groups(mixed(refrain, excerpt(EXTRA, 0, CLIP_S)), [track], (0, 0), (0, 30.002))
    assert found.elsewhere[0] == []


@pytest.mark.parametrize(("kept", "same"), [(0.7, True), (0.1, False)])
def test_versions_share_peaks_throughout(kept: float, same: bool) -> None:  # noqa: FBT001
    """Two tracks are one recording from a third of common peaks on."""
    other = mixed(recoded(SONG, 7, kept), make_peaks(8, 60, 13 * (1 - kept)))
    case = case_of(make_clip(excerpt(SONG, 20, CLIP_S), CLIP_S), [SONG, other])
    evidence = judged(case, (0, 20), (1, 20))
    order = evidence.hypotheses.reference.tolist()
    assert same_recording(case, evidence, order.index(0), order.index(1)) is same


def test_far_from_its_track_a_match_has_no_version() -> None:
    """Where there is nothing to compare, nothing is the same."""
    case = case_of(make_clip(excerpt(SONG, 20, CLIP_S), CLIP_S), [SONG, SONG])
    evidence = judged(case, (0, 1e4), (1, 20))
    assert not same_recording(case, evidence, 1, 0)


def test_being_the_same_recording_is_mutual() -> None:
    """Whichever of the two is the better match, the answer is the same."""
    case = case_of(make_clip(excerpt(SONG, 20, CLIP_S), CLIP_S), [SONG, recoded(SONG, 9)])
    evidence = judged(case, (0, 20), (1, 20))
    assert same_recording(case, evidence, 0, 1)
    assert same_recording(case, evidence, 1, 0)
