from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.landmarks import EXACT, Probes, query_probes, reference_landmarks
from earmark.matching import candidates as module
from earmark.matching.candidates import (
    FRAME_BITS,
    VOTE_WINDOW_FRAMES,
    Candidate,
    affordable,
    rarest,
)
from earmark.matching.candidates import find_candidates as find_in
from earmark.params import Params, QueryParams
from earmark.tape import HASH_BITS, Tape, Tapes, build_tape, gather
from earmark.types import Landmarks
from tests.constellations import make_peaks

LIMIT = 10
CLIP_FRAMES = 300


def track(seed: int, count: int = 400, frames: int = 2000) -> Landmarks:
    """Landmarks with random hashes, sorted as those of a recording."""
    rng = np.random.default_rng(seed)
    rows = np.stack([rng.integers(0, 1 << HASH_BITS, count), rng.integers(0, frames, count)])
    rows = rows[:, np.lexsort(rows[::-1])].astype(np.uint32)
    return Landmarks(rows[0], rows[1])


def tape_of(*tracks: Landmarks) -> Tape:
    """A tape of tracks with the keys 0, 1, 2 and so on."""
    return build_tape(list(enumerate(tracks)))


def clip_at(marks: Landmarks, offset: int, frames: int = CLIP_FRAMES) -> Probes:
    """The probes of a clip that starts at this frame of the track, maybe before it."""
    at = marks.frame.astype(np.int64) - offset
    inside = (at >= 0) & (at < frames)
    return Probes(marks.hash[inside], at[inside].astype(np.int32))


def both(one: Probes, other: Probes) -> Probes:
    """The probes of two clips that sound together."""
    return Probes(np.concatenate([one.hash, other.hash]), np.concatenate([one.frame, other.frame]))


def find_candidates(tapes: list[Tape], probes: Probes, frames: int, limit: int) -> list[Candidate]:
    """The candidates on these tapes."""
    return find_in(Tapes(tapes), probes, frames, limit)


def best(tape: Tape, probes: Probes, frames: int = CLIP_FRAMES) -> Candidate:
    """The candidate with most votes."""
    return find_candidates([tape], probes, frames, LIMIT)[0]


TRACKS = [track(seed) for seed in range(5)]
TAPE = tape_of(*TRACKS)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4), st.integers(-200, 1900))
def test_a_planted_alignment_is_found(key: int, offset: int) -> None:
    """The clip is found where it lies, also when it hangs over an edge of its track."""
    probes = clip_at(TRACKS[key], offset)
    found = find_candidates([TAPE], probes, CLIP_FRAMES, LIMIT)
    at = [c for c in found if c.key == key and c.offset_frames == offset]
    assert [c.votes for c in at] == [len(probes.hash)] * (len(probes.hash) > 1)


@pytest.mark.parametrize(("key", "offset"), [(0, -150), (4, 1850)])
def test_a_clip_may_reach_over_the_edges_of_the_tape(key: int, offset: int) -> None:
    """Before the first track and behind the last there is nothing, and no harm in it."""
    found = best(TAPE, clip_at(TRACKS[key], offset))
    assert (found.key, found.offset_frames) == (key, offset)


def test_the_anchor_lies_among_the_votes() -> None:
    """Votes from one end of the clip have their mean there."""
    probes = clip_at(TRACKS[1], 500)
    late = probes.frame >= 200
    found = best(TAPE, Probes(probes.hash[late], probes.frame[late]))
    assert found.anchor_frames == int(probes.frame[late].mean())


def test_votes_that_tremble_count_together() -> None:
    """Alignments within the window are one place."""
    probes = clip_at(TRACKS[2], 700)
    shaken = probes.frame + np.arange(len(probes.frame), dtype=np.int32) % VOTE_WINDOW_FRAMES
    found = best(TAPE, Probes(probes.hash, shaken))
    assert found.votes == len(probes.hash)
    assert abs(found.offset_frames - 700) < VOTE_WINDOW_FRAMES


def test_a_strong_alignment_hides_no_weaker_one() -> None:
    """A track with a thousand votes leaves room for another with a few."""
    loud = track(10, count=6000)
    faint = clip_at(TRACKS[0], 100, frames=40)
    tape = tape_of(*TRACKS, loud)
    probes = both(clip_at(loud, 0, frames=1000), faint)
    found = find_candidates([tape], probes, 1000, LIMIT)
    assert found[0].votes > 100 * len(faint.hash) > 100
    assert (0, 100) in [(c.key, c.offset_frames) for c in found]


def test_one_track_may_hold_the_clip_at_several_places() -> None:
    """A refrain is found each time it comes."""
    once = clip_at(TRACKS[3], 400)
    hashes = np.tile(once.hash, 3)
    frames = np.concatenate([once.frame + start for start in (0, 900, 1500)]).astype(np.uint32)
    order = np.lexsort((frames, hashes))
    found = find_candidates(
        [tape_of(Landmarks(hashes[order], frames[order]))], once, CLIP_FRAMES, LIMIT
    )
    assert [c.offset_frames for c in found[:3]] == [0, 900, 1500]


def test_a_removed_track_is_no_candidate() -> None:
    """The dead vote in vain."""
    dead = replace(TAPE, dead=TAPE.keys == 2)
    found = find_candidates([dead], clip_at(TRACKS[2], 700), CLIP_FRAMES, LIMIT)
    assert all(c.key != 2 for c in found)


def test_removed_tracks_take_no_place_of_a_live_one() -> None:
    """However many copies of it were removed, the one that stays is found."""
    copies = tape_of(*[TRACKS[0]] * (3 * LIMIT))
    tape = replace(copies, dead=copies.keys < 3 * LIMIT - 1)
    found = find_candidates([tape], clip_at(TRACKS[0], 700), CLIP_FRAMES, LIMIT)
    assert (found[0].key, found[0].offset_frames) == (3 * LIMIT - 1, 700)


def test_several_tapes_answer_as_one() -> None:
    """How tracks are spread over tapes does not show in the candidates."""
    apart = [build_tape([(key, marks)]) for key, marks in enumerate(TRACKS)]
    probes = both(clip_at(TRACKS[1], 300), clip_at(TRACKS[4], 800))
    found = find_candidates(apart, probes, CLIP_FRAMES, LIMIT)
    assert [(c.key, c.offset_frames) for c in found[:2]] == [
        (c.key, c.offset_frames)
        for c in find_candidates([TAPE], probes, CLIP_FRAMES, LIMIT)
        if c.votes > 5 and c.offset_frames in {300, 800}
    ]


def test_equal_candidates_are_in_order_of_track_and_place() -> None:
    """A tie is broken by key, then by offset."""
    twins = tape_of(TRACKS[0], TRACKS[0])
    found = find_candidates([twins], clip_at(TRACKS[0], 100), 100, LIMIT)
    assert [(c.key, c.offset_frames) for c in found[:2]] == [(0, 100), (1, 100)]


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_candidates_than_asked_for(limit: int) -> None:
    """The limit holds over all tapes together."""
    probes = both(clip_at(TRACKS[1], 300), clip_at(TRACKS[4], 800))
    assert len(find_candidates([TAPE, TAPE], probes, CLIP_FRAMES, limit)) == limit


@pytest.mark.parametrize("tapes", [[], [build_tape([])], [TAPE]])
def test_nothing_asked_or_nothing_there_gives_no_candidate(tapes: list[Tape]) -> None:
    """No probes, no tapes and an empty tape are no errors."""
    nothing = Probes(np.empty(0, np.uint32), np.empty(0, np.int32))
    assert find_candidates(tapes, nothing, CLIP_FRAMES, LIMIT) == []
    probes = clip_at(track(99), 0)
    assert find_candidates(tapes, probes, CLIP_FRAMES, LIMIT) == []


def test_a_single_vote_is_no_candidate() -> None:
    """One agreeing pair agrees with nothing but itself."""
    probes = clip_at(TRACKS[0], 0, frames=2000)
    single = Probes(probes.hash[:1], probes.frame[:1])
    assert find_candidates([TAPE], single, CLIP_FRAMES, LIMIT) == []


def test_the_last_frame_of_the_longest_clip_votes_like_the_first() -> None:
    """A query frame fills its bits and does not spill into the alignment."""
    last = (1 << FRAME_BITS) - 1
    marks = Landmarks(np.array([5, 6], np.uint32), np.array([100, 101], np.uint32))
    probes = Probes(marks.hash, np.array([last - 1, last], np.int32))
    found = best(tape_of(marks), probes, frames=last + 1)
    assert found == Candidate(0, 101 - last, 2, last - 1, 102)


def test_all_threads_see_the_same() -> None:
    """The same question has the same answer, however many ask at once."""
    probes = clip_at(TRACKS[2], 700)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(find_candidates, [TAPE], probes, CLIP_FRAMES, 40) for _ in range(8)]
    answers = [answer.result() for answer in asked]
    assert all(answer == answers[0] for answer in answers)


def alike(marks: Landmarks) -> Landmarks:
    """The same with so few different hashes that much agrees by chance."""
    hashes = marks.hash & np.uint32(0x3FF)
    order = np.lexsort((marks.frame, hashes))
    return Landmarks(hashes[order], marks.frame[order])


class Counted(Tapes):
    """Tapes that know the length of every list, as large ones do."""

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Count."""
        total: NDArray[np.int64] = np.sum([gather(tape, hashes)[1] for tape in self.every], axis=0)
        return total


def common_and_rare() -> tuple[Tape, Probes]:
    """A clip of a track half of whose hashes are in every other track, too."""
    rng = np.random.default_rng(7)
    often = np.arange(50, dtype=np.uint32) << 10
    seldom = (np.arange(50, dtype=np.uint32) << 10) + (1 << 20)
    own = np.concatenate([often, seldom])
    frames = rng.integers(0, 1000, len(own)).astype(np.uint32)
    tracks = [Landmarks(own, frames)]
    for _ in range(40):
        many = np.tile(often, 30)
        tracks.append(Landmarks(many, rng.integers(0, 90_000, len(many)).astype(np.uint32)))
    return tape_of(*tracks), Probes(own, frames.astype(np.int32))


def test_rare_hashes_are_asked_for_first() -> None:
    """What a budget leaves out are the longest lists; what is left is in the old order."""
    tape, probes = common_and_rare()
    index = Counted([tape])
    kept = rarest(index, probes, 50 * 40)
    assert 50 <= len(kept.hash) < 60
    assert set(probes.hash[50:].tolist()) <= set(kept.hash.tolist())
    assert kept.hash.tolist() == [h for h in probes.hash.tolist() if h in set(kept.hash.tolist())]
    assert index.list_lengths(kept.hash).sum() <= 50 * 40
    assert rarest(index, probes, 1 << 40) is probes
    assert len(rarest(index, probes, 0).hash) == 0


def test_a_budget_finds_what_is_rare() -> None:
    """A twentieth of the postings is enough where the hashes tell."""
    tape, probes = common_and_rare()
    index = Counted([tape])
    few = rarest(index, probes, int(index.list_lengths(probes.hash).sum()) // 20)
    found = find_candidates([tape], few, 1000, 1)[0]
    assert (found.key, found.offset_frames) == (0, 0)
    assert found.votes >= 50


def test_neighbouring_cells_are_asked_for_if_that_can_be_afforded() -> None:
    """A little less than they cost buys exact cells only."""
    peaks = make_peaks(1, 20)
    params, query = Params(), QueryParams()
    index = Tapes([build_tape([(1, reference_landmarks(peaks, params))])])
    fuzzy = query_probes(peaks, params, query.fanout, query.fuzziness)
    exact = query_probes(peaks, params, query.fanout, EXACT)
    cost = int(index.list_lengths(fuzzy.hash).sum())
    assert len(affordable(index, peaks, params, query, cost).hash) == len(fuzzy.hash)
    assert len(affordable(index, peaks, params, query, cost - 1).hash) == len(exact.hash)


@pytest.mark.parametrize("removed", [0, 3])
@pytest.mark.parametrize("limit", [1, 20, 300])
def test_dropping_lone_votes_changes_nothing(
    limit: int, removed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether votes without company are dropped or not, what is above the weakest is the same."""
    songs = [alike(track(seed, 4000, 30_000)) for seed in range(20)]
    crowd = tape_of(*songs)
    tape = replace(crowd, dead=np.isin(crowd.keys, [5, 6, 7][:removed]))
    probes = both(clip_at(songs[3], 300, 3000), clip_at(songs[7], 200, 2000))
    monkeypatch.setattr(module, "FEW_VOTES", 1 << 40)
    everything = find_candidates([tape], probes, 3000, limit)
    monkeypatch.setattr(module, "FEW_VOTES", 5000)
    found = find_candidates([tape], probes, 3000, limit)
    assert len(found) == len(everything) == limit
    weakest = everything[-1].votes
    better = [one for one in everything if one.votes > weakest]
    assert [one for one in found if one.votes > weakest] == better
    assert found[-1].votes == weakest
