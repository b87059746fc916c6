from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from earmark import jsonable
from earmark.errors import UsageError
from earmark.library import Library
from earmark.live.quota import Quota, Quotas
from earmark.live.recognizer import Recognizer
from earmark.live.updates import Update, UpdateKind
from earmark.types import Metadata
from tests.live import RATE_HZ, library, pieces, said, silence, sound, titles
from tests.schemas import misfits

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "listen.schema.json").read_text())


def of_kind(updates: list[Update], *kinds: UpdateKind) -> list[Update]:
    """The updates of some kinds."""
    return [update for update in updates if update.kind in kinds]


def plays(updates: list[Update]) -> list[tuple[str, str]]:
    """Starts and ends, with their tracks."""
    found = of_kind(updates, UpdateKind.STARTED, UpdateKind.ENDED)
    return [(update.kind.value, title) for update, title in zip(found, titles(found))]


def test_a_clear_track_is_decided_within_two_seconds() -> None:
    """The first looks suffice, and its place is told."""
    (start, *_) = of_kind(said(Recognizer(library()), sound(0, 6, 12)), UpdateKind.STARTED)
    assert titles([start]) == [pieces()[0].title]
    assert start.at_s <= 2
    assert start.match is not None
    assert start.match.offset_s == pytest.approx(6, abs=0.1)


def test_tracks_follow_one_another() -> None:
    """Each start and end is told, with its time, to half a second or so."""
    recognizer = Recognizer(library())
    updates = said(recognizer, sound(0, 2, 12), sound(1, 0, 10)) + recognizer.finish()
    one, two = pieces()[0].title, pieces()[1].title
    assert plays(updates) == [("started", one), ("ended", one), ("started", two), ("ended", two)]
    (first, second) = of_kind(updates, UpdateKind.ENDED)
    assert first.end_s == pytest.approx(10, abs=0.7)
    assert second.start_s == pytest.approx(10, abs=1.0)
    assert second.end_s == pytest.approx(20, abs=1.0)


def test_however_the_sound_is_cut_the_same_is_said() -> None:
    """In hundredths of a second or all at once."""
    parts = sound(0, 2, 9), sound(2, 0, 6)
    every = [said(Recognizer(library()), *parts, piece_s=piece_s) for piece_s in (0.01, 0.7, 99)]
    assert every[0] == every[1] == every[2] != []


def test_a_stranger_is_told_to_be_unknown_once() -> None:
    """After every look, and the ladder."""
    updates = said(Recognizer(library()), sound(2, 0, 18))
    (unknown,) = of_kind(updates, UpdateKind.UNKNOWN)
    assert unknown.at_s == 10
    assert not plays(updates)


def test_a_track_after_a_stranger_is_named() -> None:
    """However long nothing was known."""
    updates = said(Recognizer(library()), sound(2, 0, 14), sound(1, 3, 12))
    (start,) = of_kind(updates, UpdateKind.STARTED)
    assert titles([start]) == [pieces()[1].title]
    assert start.start_s == pytest.approx(14, abs=1.0)
    assert start.latency_s < 5


def test_what_is_talked_over_goes_on() -> None:
    """Another sound for some seconds does not end a track, if it goes on behind."""
    recognizer = Recognizer(library())
    updates = said(recognizer, sound(0, 0, 7), sound(2, 0, 4), sound(0, 11, 18))
    assert plays(updates) == [("started", pieces()[0].title)]
    assert recognizer.playing is not None


def test_lost_sound_does_not_end_a_track() -> None:
    """A connection that fails for some seconds is no change of the music."""
    recognizer = Recognizer(library())
    updates = said(recognizer, sound(0, 0, 7))
    updates += recognizer.skip(4.0)
    updates += said(recognizer, sound(0, 11, 18))
    assert plays(updates) == [("started", pieces()[0].title)]
    assert recognizer.position_s == pytest.approx(18, abs=0.5)


def test_a_track_is_over_when_the_connection_fails_for_long() -> None:
    """It ended, as far as is known, where it was heard last."""
    recognizer = Recognizer(library())
    said(recognizer, sound(0, 0, 7))
    (end,) = recognizer.skip(60.0)
    assert end.kind is UpdateKind.ENDED
    assert end.end_s == pytest.approx(7, abs=1.5)


def test_a_track_that_is_started_anew_is_another_play() -> None:
    """The same track twice is two plays."""
    recognizer = Recognizer(library())
    updates = said(recognizer, sound(0, 0, 24.9), sound(0, 0, 8))
    assert [kind for kind, _ in plays(updates)] == ["started", "ended", "started"]


def test_a_passage_that_comes_twice_does_not_tear_a_play() -> None:
    """Which of the two was heard shows later only."""
    verse, first, second = sound(0, 0, 8), sound(1, 0, 8), sound(2, 0, 8)
    with Library.open("memory:") as repeating:
        track = np.concatenate([verse, first, verse, second])
        repeating.add_recording(track, sample_rate=RATE_HZ, metadata=Metadata("Rondo"))
        updates = said(Recognizer(repeating), verse, second)
    assert plays(updates) == [("started", "Rondo")]


def test_silence_is_told() -> None:
    """When it begins and when it is over."""
    updates = said(Recognizer(library()), sound(2, 0, 4), silence(5), sound(2, 4, 6))
    begun, over = of_kind(updates, UpdateKind.SILENCE, UpdateKind.SOUND)
    assert (begun.kind, over.kind) == (UpdateKind.SILENCE, UpdateKind.SOUND)
    assert begun.start_s == pytest.approx(4, abs=0.3)
    assert over.start_s == begun.start_s
    assert over.end_s == pytest.approx(9, abs=0.3)


def test_what_happened_is_told_in_the_order_of_time() -> None:
    """The end of a track is not clear at once; what came after it waits."""
    updates = said(Recognizer(library()), sound(0, 0, 8), silence(4), sound(2, 0, 14))
    told = [one for one in updates if one.kind is not UpdateKind.CANDIDATE]
    assert [one.kind for one in told] == [
        UpdateKind.STARTED,
        UpdateKind.ENDED,
        UpdateKind.SILENCE,
        UpdateKind.SOUND,
        UpdateKind.UNKNOWN,
    ]
    moments = [one.start_s if one.end_s is None else one.end_s for one in told]
    assert moments == sorted(moments)


def test_a_candidate_grows_into_a_decision() -> None:
    """In noise the evidence does not suffice at once."""
    rng = np.random.default_rng(3)
    music = sound(0, 2, 14)
    noisy = music + rng.normal(0, 1.6 * music.std(), len(music)).astype(np.float32)
    updates = said(Recognizer(library()), noisy)
    kinds = [update.kind for update in updates if update.match]
    assert UpdateKind.STARTED in kinds
    assert kinds.index(UpdateKind.STARTED) > 0
    assert set(titles(updates)) == {pieces()[0].title}


def test_a_stretch_without_quota_waits_for_the_ladder() -> None:
    """It is told to be unknown when it has waited for long; no stretch is told so twice."""
    updates = said(Recognizer(library(), quotas=used_up()), sound(2, 0, 24))
    (unknown,) = of_kind(updates, UpdateKind.UNKNOWN)
    assert unknown.at_s == 20


def test_a_clear_track_is_named_without_any_quota() -> None:
    """By a glance, as soon as by a search."""
    (start, *_) = of_kind(
        said(Recognizer(library(), quotas=used_up()), sound(0, 6, 9)), UpdateKind.STARTED
    )
    assert (titles([start]), start.at_s) == ([pieces()[0].title], 1.0)


def test_a_short_stream_is_decided_without_any_quota() -> None:
    """The last look needs no turn."""
    recognizer = Recognizer(library(), quotas=used_up())
    assert said(recognizer, sound(0, 6, 6.9)) == []
    assert titles(recognizer.finish()) == [pieces()[0].title] * 2


def test_with_quota_the_same_is_said_as_without_limits() -> None:
    """One who listens alone notices nothing of it."""
    parts = sound(0, 2, 9), sound(2, 0, 6)
    quotas = Quotas(Quota(1.0, 60.0), Quota(1.0, 60.0))
    shared = said(Recognizer(library(), quotas=quotas), *parts)
    assert shared == said(Recognizer(library()), *parts) != []


def used_up() -> Quotas:
    """Quotas of which nothing is left, nor will be."""
    quotas = Quotas(Quota(1.0, 1.0, lambda: 0.0), Quota(1.0, 1.0, lambda: 0.0))
    quotas.searches.spend(5.0)
    quotas.ladders.spend(5.0)
    return quotas


def test_the_ladder_finds_what_is_played_faster() -> None:
    """A stretch that is not known as it is gets it once."""
    recognizer = Recognizer(library())
    updates = recognizer.feed(sound(0, 0, 24), round(1.06 * RATE_HZ))
    (start,) = of_kind(updates, UpdateKind.STARTED)
    assert start.match is not None
    assert start.match.speed == pytest.approx(1.06, abs=0.002)
    assert recognizer.playing is not None


def test_a_short_stream_is_decided_in_the_end() -> None:
    """What ended before the first look is looked at when it ends."""
    recognizer = Recognizer(library())
    assert said(recognizer, sound(0, 6, 6.9)) == []
    assert plays(recognizer.finish()) == [
        ("started", pieces()[0].title),
        ("ended", pieces()[0].title),
    ]


def test_integers_of_many_channels_are_heard() -> None:
    """As any library of sound gives them."""
    stereo = np.stack([sound(0, 6, 9)] * 2, axis=1)
    updates = Recognizer(library()).feed((stereo * 32_000).astype(np.int16), RATE_HZ)
    assert titles(of_kind(updates, UpdateKind.STARTED)) == [pieces()[0].title]


@pytest.mark.parametrize("samples", [np.zeros((2, 2, 2)), np.zeros(3, "U1"), np.zeros((3, 0))])
def test_what_are_no_samples_is_refused(samples: object) -> None:
    """With what is expected."""
    with pytest.raises(UsageError, match="samples"):
        Recognizer(library()).feed(samples, RATE_HZ)  # type: ignore[arg-type]


def test_updates_have_the_shape_of_their_schema() -> None:
    """Those with a match and those without."""
    recognizer = Recognizer(library())
    updates = said(recognizer, sound(0, 2, 9), silence(4)) + recognizer.finish()
    objects = [json.loads(jsonable.dumps(jsonable.update(update))) for update in updates]
    assert len(objects) >= 3
    assert [misfit for one in objects for misfit in misfits(one, SCHEMA, SCHEMA["$defs"])] == []
