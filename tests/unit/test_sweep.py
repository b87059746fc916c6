from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.landmarks import query_probes
from earmark.matching import sweep as module
from earmark.matching.alignment import plain_at
from earmark.matching.candidates import find_candidates
from earmark.matching.clip import MARGIN_FRAMES, PARTS_PER_NAT, Clip
from earmark.matching.sweep import (
    BLOCK,
    LEAST_OVERLAP_FRAMES,
    LOOSE_FRAMES,
    NEARBY_FRAMES,
    OWN_FRAMES,
    PLACES_OF_A_TRACK,
    PRIOR_VARIANCE,
    SAME_PLACE_FRAMES,
    Place,
    Surroundings,
    surroundings,
    sweep,
)
from earmark.matching.verification import Hypotheses
from earmark.params import QueryParams
from earmark.types import Peaks
from tests.constellations import (
    PARAMS,
    STEPS,
    STEPS_PER_S,
    Catalogue,
    delayed,
    excerpt,
    frames_of,
    make_clip,
    make_peaks,
    mixed,
    sorted_peaks,
    stored,
    thinned,
)

SONGS = [make_peaks(seed, 60) for seed in range(4)]
LIMIT = 10


def drawn_past(clip: Clip, song: Peaks, offset_frames: int) -> float:
    """The lift of one place, summed cell by cell."""
    at = (song.time + STEPS // 2) // STEPS - offset_frames
    band = (song.frequency + STEPS // 2) // STEPS
    inside = (at >= 0) & (at < clip.frames)
    cells = clip.evidence[band[inside], MARGIN_FRAMES + at[inside]].astype(np.int64)
    wide = clip.variance[band[inside]].sum() + PRIOR_VARIANCE * PARTS_PER_NAT**2
    return float(cells.sum() / np.sqrt(wide))


def swept(clip: Clip, *songs: Peaks, limit: int = LIMIT) -> list[Place]:
    """The places that a sweep finds in songs with the keys 0, 1, 2 and so on."""
    return sweep(clip, [(range(len(songs)), lambda: stored(*songs))], limit)


def around(clip: Clip, song: Peaks, offset_s: float, tempo: float = 1.0) -> Surroundings:
    """The surroundings of one place of a song."""
    place = plain_at(0, offset_s * STEPS_PER_S)
    place = Hypotheses(place.reference, place.offset, np.full(1, tempo), place.pitch)
    return surroundings(clip, stored(song), place)


def trembling(peaks: Peaks, seed: int, steps: int) -> Peaks:
    """Move every peak by so many steps in time, one way or the other."""
    moves = np.random.default_rng(seed).choice([-steps, steps], len(peaks))
    return sorted_peaks(np.maximum(peaks.time + moves, 0), peaks.frequency)


def test_a_lift_is_the_evidence_less_what_is_expected() -> None:
    """Summed plainly over a track's peaks, every place has the lift that the sweep gives it."""
    clip = make_clip(mixed(excerpt(SONGS[0], 20, 5), make_peaks(9, 5, 40)), 5)
    found = swept(clip, *SONGS)
    lifts = [drawn_past(clip, SONGS[place.key], place.offset_frames) for place in found]
    assert [place.lift for place in found] == pytest.approx(lifts, abs=1e-4)
    assert len(found) == LIMIT


def test_no_place_of_a_track_has_more_lift_than_the_best() -> None:
    """The sweep has looked at all of them."""
    clip = make_clip(make_peaks(9, 3, 40), 3)
    first, last = LEAST_OVERLAP_FRAMES - clip.frames, frames_of(60) - LEAST_OVERLAP_FRAMES
    everywhere = [drawn_past(clip, SONGS[1], offset) for offset in range(first, last)]
    best = swept(clip, SONGS[1])[0]
    assert best.lift == pytest.approx(max(everywhere), abs=1e-4)
    assert best.offset_frames == first + int(np.argmax(everywhere))


def test_a_clip_is_found_of_which_no_pair_survives() -> None:
    """Half of the peaks gone, the others moved so that no hash is right: votes find nothing."""
    worn = trembling(thinned(excerpt(SONGS[2], 20, 5), 1, kept=0.5), 2, steps=7)
    spoiled = mixed(worn, make_peaks(9, 5, 40))
    probes = query_probes(worn, PARAMS, QueryParams().fanout, 0.0)
    voted = find_candidates(Catalogue(*SONGS), probes, frames_of(5), LIMIT)
    assert (2, frames_of(20)) not in [(one.key, one.offset_frames) for one in voted]
    best = swept(make_clip(spoiled, 5), *SONGS)[0]
    assert best.key == 2
    assert abs(best.offset_frames - frames_of(20)) <= 1


@pytest.mark.parametrize("start_s", [-3.0, 58.0])
def test_a_clip_that_hangs_over_an_edge_is_found(start_s: float) -> None:
    """Before its beginning and behind its end, as long as a little of it lies on the track."""
    best = swept(make_clip(excerpt(SONGS[3], start_s, 5), 5), *SONGS)[0]
    assert best.key == 3
    assert abs(best.offset_frames - frames_of(start_s)) <= 1


def test_places_of_a_track_are_apart_and_few() -> None:
    """A refrain is found each time it comes, but nothing twice."""
    refrain = excerpt(SONGS[0], 10, 5)
    song = mixed(*(delayed(refrain, 8 * k) for k in range(PLACES_OF_A_TRACK + 2)))
    found = [place.offset_frames for place in swept(make_clip(refrain, 5), song)]
    assert len(found) == PLACES_OF_A_TRACK
    assert set(found) <= {frames_of(8 * k) for k in range(PLACES_OF_A_TRACK + 2)}
    some = sorted(place.offset_frames for place in swept(make_clip(make_peaks(9, 5), 5), SONGS[1]))
    assert np.diff(some).min() > SAME_PLACE_FRAMES


def test_equal_places_are_in_order_of_track() -> None:
    """Of two copies of a song, the one with the lower number comes first."""
    found = swept(make_clip(excerpt(SONGS[0], 20, 5), 5), SONGS[1], SONGS[0], SONGS[0])
    assert [place.key for place in found[:2]] == [1, 2]
    assert found[0].lift == found[1].lift


def test_no_more_places_than_asked_for() -> None:
    """The limit holds over all tracks together."""
    assert len(swept(make_clip(make_peaks(9, 5), 5), *SONGS, limit=3)) == 3


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_what_is_too_short_is_swept_over_nothing(seconds: float) -> None:
    """A clip shorter than the least overlap has no places, and an empty track has none."""
    assert swept(make_clip(make_peaks(9, seconds), seconds), *SONGS) == []
    assert swept(make_clip(make_peaks(9, 5), 5), excerpt(SONGS[0], 0, 0)) == []


def test_a_track_and_a_clip_that_are_both_very_short_have_no_place() -> None:
    """Half a second cannot overlap enough with a track of a few frames."""
    blip = sorted_peaks(np.array([0, 8]), np.array([800, 900]))
    assert swept(make_clip(make_peaks(9, 0.5), 0.5), blip) == []
    assert len(swept(make_clip(mixed(make_peaks(9, 5), blip), 5), blip)) > 0


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7])
def test_the_highest_lifts_are_those_that_a_search_of_all_finds(count: int) -> None:
    """Whatever block they lie in, at its edge or in the middle; of equal ones the first."""
    for seed in range(20):
        rng = np.random.default_rng((count, seed))
        lift = rng.integers(-5, 6, count).astype(np.float32)
        left = lift.copy()
        wanted: list[int] = []
        while len(wanted) < PLACES_OF_A_TRACK and left.max() > 0:
            wanted.append(int(left.argmax()))
            left[max(0, wanted[-1] - SAME_PLACE_FRAMES) : wanted[-1] + SAME_PLACE_FRAMES + 1] = 0
        moves, lifts = module._highest(lift.copy())
        assert moves.tolist() == wanted
        assert lifts.tolist() == lift[wanted].tolist()


def test_the_surroundings_of_a_place_are_the_lifts_around_it() -> None:
    """The lift is the best within a frame, and the quantiles are those of all places near by."""
    clip = make_clip(mixed(excerpt(SONGS[0], 30, 5), make_peaks(9, 5, 40)), 5)
    found, here = around(clip, SONGS[0], 30), frames_of(30)
    near = range(-LOOSE_FRAMES, LOOSE_FRAMES + 1)
    assert found.lift[0] == pytest.approx(
        max(drawn_past(clip, SONGS[0], here + move) for move in near), abs=1e-4
    )
    others = np.sort(
        [
            drawn_past(clip, SONGS[0], here + move)
            for move in range(-NEARBY_FRAMES, NEARBY_FRAMES + 1)
            if abs(move) > OWN_FRAMES
        ]
    )
    told = [found.median[0], found.upper[0], found.top[0]]
    wanted = [others[len(others) * part // 100] for part in (50, 84, 99)]
    assert told == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("tempo", [0.75, 1.0, 1.3])
def test_the_true_place_rises_above_its_surroundings(tempo: float) -> None:
    """Nowhere near by does the same music fit as well, whatever its tempo; elsewhere nothing does.

    A wrong place lies among its surroundings.
    """
    clip = make_clip(mixed(excerpt(SONGS[0], 25, 8, tempo=tempo), make_peaks(9, 8, 40)), 8)
    right, wrong = (around(clip, SONGS[0], place_s, tempo) for place_s in (25, 40))
    assert right.lift[0] > 2 * right.top[0] > 2 * right.upper[0] > 2 * right.median[0]
    assert wrong.lift[0] < 1.5 * wrong.top[0]


def test_many_places_have_the_surroundings_of_each() -> None:
    """Asked for together, in any order of their tracks, they are what they are alone."""
    clip = make_clip(excerpt(SONGS[0], 25, 5), 5)
    reference, offset = np.array([1, 0, 1, 2]), np.array([1e4, 12_500.0, 2e4, -500.0])
    pitch = np.array([1.0, 1.0, 1.1, 0.9])
    places = Hypotheses(reference, offset, np.array([1.0, 1.0, 1.0, 1.2]), pitch)
    references = stored(*SONGS)

    def rows(some: Hypotheses) -> NDArray[np.float64]:
        found = surroundings(clip, references, some)
        return np.array([found.lift, found.median, found.upper, found.top])

    alone = [rows(places.take(np.array([which]))) for which in range(len(places))]
    assert np.array_equal(rows(places), np.concatenate(alone, axis=1))


def test_far_from_its_track_a_clip_has_no_lift() -> None:
    """Nothing is expected there and nothing found."""
    found = around(make_clip(excerpt(SONGS[0], 25, 5), 5), SONGS[0], 1e6)
    assert (found.lift[0], found.median[0], found.top[0]) == (0, 0, 0)
