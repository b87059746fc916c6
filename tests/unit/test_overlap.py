from __future__ import annotations

import numpy as np
import pytest

from earmark.axis import axis_of
from earmark.matching.lines import Lead, Line
from earmark.matching.overlap import (
    Profile,
    Span,
    covered,
    is_promising,
    profile,
    shared,
    sounding,
    spans,
)
from earmark.types import Peaks
from tests.constellations import (
    PARAMS,
    STEPS_PER_S,
    delayed,
    excerpt,
    make_peaks,
    mixed,
    thinned,
)

AXIS = axis_of(PARAMS.peaks)
SONG = make_peaks(1, seconds=60, per_second=30)
OTHER = make_peaks(2, seconds=60, per_second=30)
PLAIN = Line(0.0, 1.0)


def at(offset_s: float, around_s: float = 5.0, speed: float = 1.0) -> Lead:
    """A lead by seconds."""
    return Lead(Line(offset_s * STEPS_PER_S, speed), around_s * STEPS_PER_S)


def in_seconds(found: list[Span]) -> list[tuple[float, float, float, float]]:
    """Where spans lie in the one, and in the other, to the second."""
    times = ((one.begin, one.end, one.line.at(one.begin), one.line.at(one.end)) for one in found)
    return [tuple(round(time / STEPS_PER_S) for time in row) for row in times]  # type: ignore[misc]


def test_a_copy_is_one_span() -> None:
    """A copy that lost a third of its peaks agrees from end to end, and by two thirds."""
    (span,) = shared(SONG, thinned(SONG, seed=1, kept=0.66), [at(0)], AXIS)
    assert in_seconds([span]) == [(0, 60, 0, 60)]
    assert span.agreement == pytest.approx(0.66, abs=0.05)


def test_strangers_share_nothing() -> None:
    """Of two recordings nothing agrees, wherever one is looked for."""
    assert shared(SONG, OTHER, [at(offset_s) for offset_s in range(-20, 20, 2)], AXIS) == []


def test_a_clip_lies_in_its_song() -> None:
    """A span says where, in both, and ends where the clip does."""
    clip = excerpt(SONG, 20, 12)
    assert in_seconds(shared(clip, SONG, [at(20)], AXIS)) == [(0, 12, 20, 32)]
    assert in_seconds(shared(SONG, clip, [at(-20, 25)], AXIS)) == [(20, 32, 0, 12)]


def test_an_edit_has_a_span_on_either_side_of_its_cut() -> None:
    """Two leads explain the two parts of a recording whose middle was cut out."""
    edit = mixed(excerpt(SONG, 0, 20), delayed(excerpt(SONG, 40, 20), 20))
    found = shared(edit, SONG, [at(0), at(20, 30)], AXIS)
    assert in_seconds(found) == [(0, 20, 0, 20), (20, 40, 40, 60)]


def test_no_moment_is_in_two_spans() -> None:
    """Where a loop agrees along many lines, the first one has it."""
    loop = make_peaks(3, seconds=10, per_second=30)
    looped = mixed(*(delayed(loop, 10 * number) for number in range(3)))
    found = shared(looped, looped, [at(0), at(10), at(-10), at(20)], AXIS)
    assert in_seconds(found) == [(0, 30, 0, 30)]


def test_a_layer_agrees_less_than_a_copy() -> None:
    """A recording that plays under another is found there, with a lower agreement."""
    under = mixed(thinned(SONG, seed=1, kept=0.4), thinned(OTHER, seed=1, kept=0.9))
    (span,) = shared(SONG, under, [at(0)], AXIS)
    assert span.agreement == pytest.approx(0.4, abs=0.05)


def test_what_is_shared_for_a_moment_is_no_span() -> None:
    """Three seconds may be a count-in, or chance."""
    jingle = excerpt(SONG, 0, 3)
    assert shared(mixed(jingle, delayed(OTHER, 3)), SONG, [at(0, 1)], AXIS) == []


def test_a_few_peaks_make_sure_of_nothing() -> None:
    """Three peaks that agree in five seconds are too few, even if they are all there are."""
    sparse = thinned(SONG, seed=1, kept=0.02)
    assert shared(sparse, SONG, [at(0)], AXIS) == []


def test_a_sped_up_copy_is_one_span() -> None:
    """A rung leads to it; the line is fitted to the speed that it has."""
    fast = excerpt(SONG, 0, 60, tempo=1.02, pitch=1.02)
    (span,) = shared(fast, SONG, [at(-0.0025 * 30, 30, 1.0225)], AXIS)
    assert span.line.speed == pytest.approx(1.02, abs=1e-4)
    assert in_seconds([span]) == [(0, 59, 0, 60)]


def test_leads_that_say_the_same_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten leads a frame apart cost one closer look."""
    looks: list[Lead] = []
    monkeypatch.setattr(
        "earmark.matching.overlap.is_promising", lambda *args: looks.append(args[2])
    )
    shared(SONG, OTHER, [at(number / 62.5) for number in range(10)], AXIS)
    assert len(looks) == 1


@pytest.mark.parametrize(("other", "wanted"), [(SONG, True), (OTHER, False)])
def test_only_what_agrees_somewhere_is_promising(other: Peaks, *, wanted: bool) -> None:
    """A lead to a stranger is dropped at once."""
    assert is_promising(SONG, other, at(0), AXIS) is wanted


def test_chance_is_measured_beside_the_line() -> None:
    """What agrees at every shift, such as a held chord, is no agreement."""
    tone = Peaks(
        np.arange(0, 60 * STEPS_PER_S, 4, dtype=np.int32),
        np.full(60 * STEPS_PER_S // 4, 800, np.uint16),
        np.full(60 * STEPS_PER_S // 4, 60, np.uint8),
    )
    along = profile(tone, tone, PLAIN, AXIS)
    assert along.chance.min() > 0.9
    assert along.agreement(slice(None)) < 0.5


def test_taken_blocks_are_left_out() -> None:
    """What other lines explain is in no further span."""
    blocks = np.full(20, 30.0)
    along = Profile(expected=blocks, found=0.8 * blocks, chance=0.05 + 0 * blocks)
    taken = np.arange(20) < 8
    assert in_seconds(spans(along, PLAIN, taken, AXIS)) == [(8, 20, 8, 20)]


def test_coverage_counts_peaks() -> None:
    """Ranges that meet count once, and silence not at all."""
    late = delayed(SONG, 30)
    half = (0.0, 60.0 * STEPS_PER_S)
    assert covered(late, [half, half]) == pytest.approx(0.5, abs=0.03)
    assert sounding(late) == sounding(SONG)
