"""Tests of earmark.evaluation.degradations."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.degradations import (
    add_noise,
    broadcast,
    change_speed,
    excerpt,
    in_room,
    overdrive,
    telephone,
)
from earmark.evaluation.noises import Noise
from earmark.evaluation.signals import Signal, band_passed, rms

RATE_HZ = 22050


def rng() -> np.random.Generator:
    """A fresh source of the same chance."""
    return np.random.default_rng(11)


def chord(seconds: float = 2.0) -> Signal:
    """Five tones, from 110 Hz to 7 kHz."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tones = [np.sin(2 * np.pi * hz * time_s) for hz in (110, 440, 1000, 2500, 7000)]
    return np.asarray(0.15 * np.sum(tones, axis=0), np.float32)


@pytest.mark.parametrize("kind", Noise)
@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 10.0])
def test_noise_has_the_ratio_asked_for(kind: Noise, snr_db: float) -> None:
    """Signal and added noise differ in level by the ratio, to a tenth of a decibel."""
    noisy = add_noise(chord(), RATE_HZ, rng(), snr_db=snr_db, kind=kind)
    assert 20 * np.log10(rms(chord()) / rms(noisy - chord())) == pytest.approx(snr_db, abs=0.1)


def test_silence_cannot_be_made_noisy() -> None:
    """There is no ratio to silence, so none is made up."""
    silence = np.zeros(1000, np.float32)
    assert not add_noise(silence, RATE_HZ, rng(), snr_db=0.0).any()


def test_a_telephone_keeps_only_its_band() -> None:
    """Below 240 Hz and above 4080 Hz nothing is left, within the band nearly everything."""
    heard = telephone(chord(), RATE_HZ)
    assert rms(band_passed(heard, RATE_HZ, 5000, 10000)) < 1e-3
    assert rms(band_passed(heard, RATE_HZ, 0, 180)) < 1e-3
    assert rms(heard) == pytest.approx(rms(band_passed(chord(), RATE_HZ, 300, 3400)), rel=0.02)


def test_a_telephone_quantises() -> None:
    """Eight bits by the mu-law leave a little noise, some 30 to 45 dB below the signal."""
    clear = band_passed(chord(), RATE_HZ, 300, 3400)
    ratio_db = 20 * np.log10(rms(clear) / rms(telephone(chord(), RATE_HZ) - clear))
    assert 30 < ratio_db < 45


def test_a_telephone_carries_silence() -> None:
    """Silence stays silence, without a division by zero."""
    assert not telephone(np.zeros(1000, np.float32), RATE_HZ).any()


@pytest.mark.parametrize("factor", [0.92, 1.01, 1.08])
def test_speed_changes_duration_and_pitch_together(factor: float) -> None:
    """A tone played faster is shorter and higher by the same factor."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    faster = change_speed(tone, factor)
    strongest_hz = np.argmax(np.abs(np.fft.rfft(faster))) * RATE_HZ / len(faster)
    assert len(faster) == round(RATE_HZ / factor)
    assert strongest_hz == pytest.approx(1000 * factor, abs=1.0)


def test_a_room_rings_on() -> None:
    """After a click, a room still sounds; without one there would be silence."""
    click = np.eye(1, RATE_HZ, dtype=np.float32)[0]
    assert rms(in_room(click, RATE_HZ, rng())[RATE_HZ // 10 : RATE_HZ // 5]) > 1e-3


def test_a_room_is_not_late() -> None:
    """The direct sound comes when it came, as loud as it was."""
    click = np.eye(1, RATE_HZ, 500, dtype=np.float32)[0]
    heard = in_room(click, RATE_HZ, rng())
    assert not heard[:499].round(5).any()
    assert heard[500] == pytest.approx(1.0, abs=1e-4)


def test_overdrive_stays_within_full_scale() -> None:
    """However soft the signal was, it is cut at full scale, and often reaches it."""
    loud = overdrive(chord() * np.float32(0.01), 12.0)
    assert np.abs(loud).max() == 1.0
    assert np.mean(np.abs(loud) == 1.0) > 0.05


def test_a_radio_station_leaves_no_soft_passages() -> None:
    """What was 20 dB softer is at most 6 dB softer on the air, and nothing exceeds full scale."""
    music = chord(4.0)
    music[2 * RATE_HZ :] *= np.float32(0.1)
    heard = broadcast(music, RATE_HZ)
    loud, soft = heard[RATE_HZ : 2 * RATE_HZ - 2000], heard[3 * RATE_HZ :]
    assert 20 * np.log10(rms(loud) / rms(soft)) < 6
    assert np.abs(heard).max() <= 1.0


def test_a_radio_station_can_be_silent() -> None:
    """Silence stays silence, without a division by zero."""
    assert not broadcast(np.zeros(1000, np.float32), RATE_HZ).any()


def test_an_excerpt_begins_where_it_was_asked_to() -> None:
    """The excerpt from 0.5 s on is the signal from sample 0.5 * rate on."""
    assert np.array_equal(excerpt(chord(), RATE_HZ, 0.5, 1.0), chord()[11025:33075])


def test_an_excerpt_is_padded_beyond_the_end() -> None:
    """An excerpt always has its full length."""
    assert len(excerpt(chord(), RATE_HZ, 1.5, 3.0)) == 3 * RATE_HZ
