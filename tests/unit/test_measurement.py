"""Tests of earmark.evaluation.measurement."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from earmark import Library
from earmark.evaluation.clips import RATE_HZ
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.material import Material, Origin, Sounding
from earmark.evaluation.measurement import Plan, Step, measure
from earmark.evaluation.signals import Signal
from earmark.evaluation.trials import Outcome
from earmark.types import Metadata
from tests.music import pieces

CLEAN = Condition("clean", "", 3)
PAIR = Condition("overlap", "", 4, Sound.PAIR)
STRANGER = Condition("stranger", "music", 3, Sound.STRANGER)
SILENCE = Condition("stranger", "silence", 2, Sound.NOTHING)


def samples(number: int) -> Signal:
    """A piece."""
    return pieces()[number].samples


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    """Three pieces."""
    with Library.open("memory:") as library:
        for number in range(3):
            metadata = Metadata(str(number))
            library.add_recording(samples(number), sample_rate=RATE_HZ, metadata=metadata)
        yield library


def material(library: Library) -> Material:
    """The three pieces, and a fourth as stranger."""
    ids = {track.metadata.title: track.id for track in library.tracks()}
    known = [
        Sounding(ids[str(number)], str(number), 12.0, partial(samples, number))
        for number in range(3)
    ]
    stranger = Sounding("s", "s", 12.0, partial(samples, 3))
    return Material("three pieces", known, [stranger], Origin.FOLDER)


def outcomes(library: Library, plan: Plan) -> list[Outcome | None]:
    """What became of every clip, in the order in which they were asked for."""
    steps = measure(library, material(library), plan)
    return [step.trial.outcome if step.trial else None for step in steps]


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_round_has_every_condition(library: Library, jobs: int) -> None:
    """Known music is named and strangers are not, in one thread or in several."""
    plan = Plan([CLEAN, STRANGER, SILENCE], 2, jobs=jobs)
    expected = [Outcome.HIT, Outcome.REJECTED, Outcome.REJECTED]
    assert outcomes(library, plan) == expected * 2


def test_threads_change_no_answer(library: Library) -> None:
    """The same seed gives the same clips and scores, whoever is busy with them."""

    def scores(jobs: int) -> list[float | None]:
        steps = measure(library, material(library), Plan([CLEAN, STRANGER], 3, jobs=jobs))
        return [step.trial.score for step in steps if step.trial]

    assert scores(1) == scores(3)


def test_a_pair_is_two_different_tracks(library: Library) -> None:
    """Two tunes are cut, and one of them at least is named."""
    (step,) = measure(library, material(library), Plan([PAIR], 1))
    assert step.trial is not None
    assert len({place.tune for place in step.trial.places}) == 2
    assert step.trial.outcome is Outcome.HIT


def test_what_no_recording_is_long_enough_for_is_passed_by(library: Library) -> None:
    """A step without a trial says that nothing could be asked."""
    long = Condition("clean", "", 60)
    assert list(measure(library, material(library), Plan([long], 1))) == [Step(long, None)]


def test_a_silent_recording_is_replaced(library: Library) -> None:
    """No clip is lost because its turn falls on silence."""
    some = material(library)
    silence = np.zeros(12 * RATE_HZ, np.float32)
    some.known = [Sounding("q", "q", 12.0, lambda: silence), some.known[0]]
    steps = list(measure(library, some, Plan([CLEAN], 4)))
    assert [step.trial.outcome for step in steps if step.trial] == [Outcome.HIT] * 4


def test_a_pair_needs_two_recordings(library: Library) -> None:
    """With one recording there is no other to play at the same time."""
    alone = material(library)
    alone.known = alone.known[:1]
    assert list(measure(library, alone, Plan([PAIR], 1))) == [Step(PAIR, None)]


def test_a_measurement_can_be_left_at_any_time(library: Library) -> None:
    """Threads end with the generator, and nothing waits for the rest."""
    steps = measure(library, material(library), Plan([CLEAN, STRANGER], 50, jobs=2))
    assert next(iter(steps)).condition == CLEAN
    steps.close()  # type: ignore[attr-defined]
