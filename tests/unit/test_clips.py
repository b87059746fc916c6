"""Tests of earmark.evaluation.clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earmark.evaluation.clips import RATE_HZ, Clip, Tune, make_clip, needed_s
from earmark.evaluation.conditions import CONDITIONS, Condition, Sound
from earmark.evaluation.noises import Noise
from earmark.evaluation.signals import rms

CLEAN = Condition("clean", "", 2)
HARDEST = {one.name + one.severity: one for one in CONDITIONS if one.length_s <= 5}


def tune(name: str = "a", seconds: float = 20.0, seed: int = 1) -> Tune:
    """Noise, which is alike everywhere and different everywhere."""
    noise = np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE_HZ))
    return Tune(name, f"{name}.flac", noise.astype(np.float32))


def made(condition: Condition, number: int = 0, seed: int = 1) -> Clip:
    """A clip of tune a, and of tune b where there are two."""
    clip = make_clip(condition, number, seed, tune(), tune("b", seed=2))
    assert clip is not None
    return clip


@pytest.mark.parametrize("condition", HARDEST.values(), ids=lambda one: one.label)
def test_a_clip_has_its_length_and_stays_within_full_scale(condition: Condition) -> None:
    """However it is spoiled, every sample is finite and the length is that of the condition."""
    clip = made(condition)
    assert len(clip.samples) == round(condition.length_s * RATE_HZ)
    assert np.all(np.abs(clip.samples) <= 1.0)


@pytest.mark.parametrize("condition", HARDEST.values(), ids=lambda one: one.label)
def test_a_clip_is_a_function_of_seed_and_number(condition: Condition) -> None:
    """The same seed, condition and number give the same clip."""
    assert np.array_equal(made(condition).samples, made(condition).samples)


def test_another_seed_or_number_is_another_clip() -> None:
    """Clips of one condition are cut from different places, in another run from others."""
    places = [made(CLEAN, n, s).places[0].start_s for n, s in ((0, 1), (1, 1), (0, 2))]
    assert len(set(places)) == 3


def test_severities_share_their_places() -> None:
    """What differs between two severities is the severity."""
    noisy = [Condition("noise", f"{snr}", 2, noises=(Noise.PINK,), snr_db=snr) for snr in (0, 9)]
    assert made(noisy[0]).places == made(noisy[1]).places


def test_lengths_share_their_places() -> None:
    """A longer clip begins where the shorter one does, in all but short recordings."""
    long = tune(seconds=40.0)
    made_of = [make_clip(replace(CLEAN, length_s=length), 0, 1, long) for length in (1, 3, 10)]
    assert len({clip.places for clip in made_of if clip}) == 1


@pytest.mark.parametrize("tempo", [0.75, 1.0, 1.3])
def test_the_truth_is_where_the_clip_was_cut(tempo: float) -> None:
    """The clip begins with the sound of the tune at `start_s`, whatever its speed."""
    semitones = 12 * np.log2(tempo)
    clip = made(Condition("speed", "", 4, tempo=tempo, semitones=float(semitones)))
    start = round(clip.places[0].start_s * RATE_HZ)
    truth = tune().samples[start : start + round(0.05 * RATE_HZ)]
    size = round(0.05 * RATE_HZ / tempo)
    at = np.arange(len(truth)) / tempo
    heard = np.interp(at, np.arange(size + 2), clip.samples[: size + 2])
    smooth = np.ones(6) / 6
    seen = np.corrcoef(np.convolve(heard, smooth), np.convolve(truth, smooth))[0, 1]
    assert seen > 0.8


def test_a_pair_has_two_places_and_both_sounds() -> None:
    """Two tunes play equally loud: each is half of the power."""
    clip = made(Condition("overlap", "", 2, sound=Sound.PAIR))
    assert [place.tune for place in clip.places] == ["a", "b"]
    for place, source in zip(clip.places, (tune(), tune("b", seed=2)), strict=True):
        start = round(place.start_s * RATE_HZ)
        part = source.samples[start : start + len(clip.samples)]
        assert np.corrcoef(part, clip.samples)[0, 1] == pytest.approx(0.71, abs=0.05)


def test_the_noise_has_the_ratio_asked_for() -> None:
    """At 6 dB, music has four times the power of the noise."""
    condition = Condition("noise", "", 2, noises=(Noise.WHITE,), snr_db=6)
    clip = made(condition)
    start = round(clip.places[0].start_s * RATE_HZ)
    music = tune().samples[start : start + len(clip.samples)]
    gain = float(np.dot(music, clip.samples) / np.dot(music, music))
    assert 20 * np.log10(rms(gain * music) / rms(clip.samples - gain * music)) == pytest.approx(
        6, abs=0.3
    )


def test_kinds_of_noise_take_turns() -> None:
    """The first clip has the first kind, the next the second."""
    condition = Condition("stranger", "", 2, Sound.NOTHING, noises=(Noise.WHITE, Noise.STREET))
    highs = [np.abs(np.diff(made(condition, number).samples)).mean() for number in range(4)]
    levels = [rms(made(condition, number).samples) for number in range(4)]
    rough = [high / level for high, level in zip(highs, levels, strict=True)]
    assert min(rough[0], rough[2]) > 2 * max(rough[1], rough[3])


def test_silence_is_silent_or_hisses_faintly() -> None:
    """Every other silent clip is digital silence; no silent clip is made louder."""
    condition = Condition("stranger", "silence", 2, Sound.NOTHING)
    assert not made(condition, 0).samples.any()
    assert 0 < rms(made(condition, 1).samples) < 1e-3


def test_what_is_too_short_gives_no_clip() -> None:
    """A tune must be as long as the clip and its margins."""
    condition = replace(CLEAN, tempo=1.3)
    assert needed_s(condition) == pytest.approx(4.6)
    assert make_clip(condition, 0, 1, tune(seconds=4.5)) is None


def test_a_silent_tune_gives_no_clip() -> None:
    """There is no use in asking what silence is a part of."""
    silent = Tune("s", "s.flac", np.zeros(20 * RATE_HZ, np.float32))
    assert make_clip(CLEAN, 0, 1, silent) is None
