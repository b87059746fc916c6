"""Tests of earmark.evaluation.instruments."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.instruments import (
    Drum,
    Timbre,
    drum,
    reverberated,
    room_response,
    tone,
)

RATE_HZ = 22050


def rng() -> np.random.Generator:
    """A fresh source of the same chance."""
    return np.random.default_rng(5)


@pytest.mark.parametrize("hz", [55.0, 440.0, 1760.0])
def test_a_tone_is_strongest_at_a_multiple_of_its_pitch(hz: float) -> None:
    """The strongest partial of a note lies at a whole multiple of its frequency."""
    sound = tone(hz, 1.0, Timbre(tilt=2.0), RATE_HZ, rng())
    strongest_hz = np.argmax(np.abs(np.fft.rfft(sound))) * RATE_HZ / len(sound)
    assert strongest_hz / hz == pytest.approx(round(strongest_hz / hz), abs=0.03)


def test_a_hollow_tone_has_no_even_partials() -> None:
    """Without even partials, nothing sounds an octave above the note."""
    sound = tone(500.0, 1.0, Timbre(tilt=1.0, even=0.0, sustain=1.0), RATE_HZ, rng())
    spectrum = np.abs(np.fft.rfft(sound[:RATE_HZ] * np.hanning(RATE_HZ)))
    assert spectrum[1000] < 0.01 * spectrum[500]


def test_a_tone_begins_and_ends_in_silence() -> None:
    """Attack and release leave no click at either end."""
    sound = tone(440.0, 0.3, Timbre(tilt=1.0, sustain=1.0), RATE_HZ, rng())
    assert abs(sound[0]) < 1e-3
    assert abs(sound[-1]) < 1e-2


def test_an_undamped_tone_decays() -> None:
    """A plucked note is softer at its end than at its beginning."""
    sound = tone(220.0, 1.0, Timbre(tilt=1.0, decay_s=0.2), RATE_HZ, rng())
    assert np.abs(sound[:5000]).max() > 10 * np.abs(sound[-5000:]).max()


@pytest.mark.parametrize("kind", Drum)
def test_every_drum_sounds_and_dies_away(kind: Drum) -> None:
    """A stroke is heard at once and has ended when its sound ends."""
    sound = drum(kind, RATE_HZ, rng())
    assert np.abs(sound[: len(sound) // 4]).max() > 0.05
    assert np.abs(sound[-5:]).max() < 0.01


def test_no_two_strokes_are_the_same() -> None:
    """The same drum, struck twice, gives two different sounds."""
    random = rng()
    first, second = drum(Drum.SNARE, RATE_HZ, random), drum(Drum.SNARE, RATE_HZ, random)
    assert not np.array_equal(first, second)


def test_a_rooms_reverberation_falls_by_sixty_decibels() -> None:
    """After half of its reverberation time a room is 30 dB softer or more."""
    response = room_response(1.0, RATE_HZ, rng())
    begin, middle = response[:1000], response[RATE_HZ // 2 : RATE_HZ // 2 + 1000]
    assert np.square(middle).mean() < 1.5e-3 * np.square(begin).mean()


def test_a_rooms_response_has_unit_energy() -> None:
    """Whatever its length, the response neither amplifies nor weakens noise."""
    response = room_response(0.4, RATE_HZ, rng())
    assert np.square(response, dtype=np.float64).sum() == pytest.approx(1.0, abs=1e-4)


def test_a_dry_room_changes_nothing() -> None:
    """Without a wet part the signal stays as it is."""
    sound = tone(440.0, 0.2, Timbre(tilt=1.0), RATE_HZ, rng())
    assert np.array_equal(reverberated(sound, 0.5, 0.0, RATE_HZ, rng()), sound)
