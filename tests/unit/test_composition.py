"""Tests of earmark.evaluation.composition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earmark.evaluation.composition import MAJOR, Composition, Manner, Part, compose
from earmark.evaluation.instruments import Drum

MARCH = Manner(
    tempo_bpm=(120, 120),
    scales=(MAJOR,),
    chord_degrees=(0, 2, 4),
    chord_pattern="x.......x.......",
    bass_pattern="x.......x.......",
    drums={Drum.KICK: "x...x...x...x..."},
    lead_lengths=(0.5, 1.0),
)


def composed(manner: Manner = MARCH, seed: int = 0, duration_s: float = 40.0) -> Composition:
    """Write a piece by a seed."""
    return compose(manner, duration_s, np.random.default_rng(seed))


def test_the_same_seed_writes_the_same_piece() -> None:
    """A composition is a function of its manner and its seed."""
    assert composed(seed=3) == composed(seed=3)


def test_another_seed_writes_another_piece() -> None:
    """Two seeds do not meet in the same notes."""
    assert composed(seed=3).notes != composed(seed=4).notes


def test_a_piece_ends_with_the_bar_that_reaches_its_length() -> None:
    """At 120 beats a minute a bar lasts 2 s, and no piece is longer by more than that."""
    assert 40.0 <= composed().duration_s < 42.1


def test_every_note_begins_within_the_piece() -> None:
    """Nothing begins before the piece or after it, however loose the players are."""
    piece = composed(replace(MARCH, looseness_s=0.02))
    starts = [note.start_s for note in piece.notes] + [stroke.start_s for stroke in piece.strokes]
    assert min(starts) >= 0.0
    assert max(starts) < piece.duration_s + 0.1


@pytest.mark.parametrize("part", Part)
def test_every_part_plays(part: Part) -> None:
    """Bass, chords and lead all have something to play."""
    assert any(note.part is part for note in composed().notes)


def test_pitches_keep_to_the_scale() -> None:
    """All notes of a piece in a major key belong to one major scale."""
    used = {int(note.pitch) % 12 for note in composed().notes}
    assert any(used <= {(key + step) % 12 for step in MAJOR} for key in range(12))


def test_the_melody_does_not_repeat_itself_exactly() -> None:
    """Of one piece's bars of melody, hardly two have the same pitches at the same beats."""
    bars: dict[int, list[tuple[float, float]]] = {}
    for note in composed(replace(MARCH, looseness_s=0.0), duration_s=60.0).notes:
        if note.part is Part.LEAD:
            place = round(note.start_s % 2.0, 1)
            bars.setdefault(int(note.start_s // 2.0), []).append((place, note.pitch))
    assert len({tuple(bar) for bar in bars.values()}) > 0.9 * len(bars)


def test_a_manner_without_drums_has_no_strokes() -> None:
    """Fills need a kit as well."""
    assert composed(replace(MARCH, drums={})).strokes == ()


def test_swing_delays_the_off_beats() -> None:
    """With swing, the second half of a beat comes late by that part of a beat."""
    strict = replace(MARCH, looseness_s=0.0, drums={Drum.RIDE: "..x............."})
    straight, swung = composed(strict), composed(replace(strict, swing=0.2))
    late_s = swung.strokes[0].start_s - straight.strokes[0].start_s
    assert late_s == pytest.approx(0.2 * 0.5, rel=0.02)


def test_an_arpeggio_plays_one_note_at_a_time() -> None:
    """No two notes of an arpeggiated chord begin together."""
    piece = composed(replace(MARCH, arpeggiated=True, looseness_s=0.0))
    starts = [note.start_s for note in piece.notes if note.part is Part.CHORDS]
    assert len(set(starts)) == len(starts)
