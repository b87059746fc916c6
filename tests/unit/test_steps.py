from __future__ import annotations

import numpy as np
import pytest

from earmark.errors import UsageError
from earmark.live.steps import Steps


def test_steps_are_the_same_however_the_sound_is_cut() -> None:
    """In one piece, or in many that are shorter and longer than a step."""
    sound = np.random.default_rng(1).normal(size=1000).astype(np.float32)
    whole = list(Steps(8000, 64).feed(sound, 8000))
    steps = Steps(8000, 64)
    parts = [step for part in np.split(sound, [7, 300, 301]) for step in steps.feed(part, 8000)]
    assert len(whole) == 1000 // 64
    np.testing.assert_array_equal(whole, parts)
    np.testing.assert_array_equal(np.concatenate([*parts, steps.rest()]), sound)


def test_no_sound_is_lost_when_the_rate_changes() -> None:
    """What the resampler held back comes before what has the new rate."""
    steps = Steps(8000, 100)
    counts = [len(list(steps.feed(np.zeros(1600, np.float32), rate))) for rate in (16_000, 8000)]
    counts.append(len(list(steps.drain())))
    assert (sum(counts), len(steps.rest())) == ((800 + 1600) // 100, 0)


def test_what_is_given_away_is_gone() -> None:
    """The next step begins anew."""
    steps = Steps(8000, 100)
    assert list(steps.feed(np.ones(60, np.float32), 8000)) == []
    assert len(steps.rest()) == 60
    assert list(steps.feed(np.ones(60, np.float32), 8000)) == []


def test_a_rate_beyond_reason_is_refused() -> None:
    """Before any sound is taken."""
    with pytest.raises(UsageError):
        Steps(8000, 100).feed(np.zeros(3, np.float32), 0)
