"""Tests of earmark.evaluation.rooms."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.rooms import REVERB_S, phone_microphone, response_of, some_room
from earmark.evaluation.signals import Signal, band_passed, rms

RATE_HZ = 22050


def responses(seed: int) -> Signal:
    """The impulse response of some room."""
    rng = np.random.default_rng(seed)
    return response_of(some_room(rng), RATE_HZ, rng)


def decay_s(response: Signal) -> float:
    """The time of 60 dB of decay, from the slope between -5 and -25 dB (Schroeder)."""
    energy = np.cumsum(response[::-1].astype(np.float64) ** 2)[::-1]
    level_db = 10 * np.log10(energy / energy[0])
    return float(3 * (np.argmax(level_db < -25) - np.argmax(level_db < -5)) / RATE_HZ)


@pytest.mark.parametrize("seed", range(6))
def test_a_room_decays_as_living_rooms_do(seed: int) -> None:
    """The reverberation time that is heard lies near the range that rooms are chosen from."""
    assert 0.7 * REVERB_S[0] < decay_s(responses(seed)) < 1.2 * REVERB_S[1]


@pytest.mark.parametrize("seed", range(6))
def test_the_direct_sound_comes_first_and_unchanged(seed: int) -> None:
    """The first sample is 1: a clip in a room is not late."""
    assert responses(seed)[0] == 1.0


@pytest.mark.parametrize("seed", range(6))
def test_most_of_a_room_is_echo_but_the_direct_sound_stands_out(seed: int) -> None:
    """Direct sound against echoes: between -20 and +6 dB, and nothing later is as loud."""
    response = responses(seed)
    ratio_db = -10 * np.log10(np.sum(response[1:] ** 2))
    assert -20 < ratio_db < 6
    assert np.abs(response[200:]).max() < 1.0


def test_every_place_is_inside_its_room() -> None:
    """Source and microphone have walls around them."""
    rooms = [some_room(np.random.default_rng(seed)) for seed in range(50)]
    for room in rooms:
        assert np.all((room.source_m > 0) & (room.source_m < room.size_m))
        assert np.all((room.microphone_m > 0) & (room.microphone_m < room.size_m))
        assert 0 < room.reflection < 1


def test_a_telephones_microphone_hears_no_lows_and_no_highs() -> None:
    """White noise loses its ends and keeps its middle, give or take a few decibels."""
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * RATE_HZ).astype(np.float32)
    heard = phone_microphone(noise, RATE_HZ, np.random.default_rng(2))
    for low_hz, high_hz, least, most in (
        (20, 60, 0, 0.3),
        (9000, 10500, 0, 0.5),
        (300, 3000, 0.6, 1.7),
    ):
        before, after = (rms(band_passed(x, RATE_HZ, low_hz, high_hz)) for x in (noise, heard))
        assert least <= after / before <= most


def test_a_microphone_hears_nothing_in_nothing() -> None:
    """No samples stay none."""
    assert len(phone_microphone(np.zeros(0, np.float32), RATE_HZ, np.random.default_rng(0))) == 0
