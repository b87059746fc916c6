"""Clips cut from recordings and spoiled as a condition says, with the truth about them.

Everything random comes from a seed, the condition and the clip's number. Severities and lengths
of one condition share their places, so that they can be compared clip by clip.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from earmark.evaluation.codecs import transcoded
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.degradations import (
    add_noise,
    broadcast,
    excerpt,
    in_room,
    overdrive,
    telephone,
)
from earmark.evaluation.noises import make_noise
from earmark.evaluation.rooms import phone_microphone
from earmark.evaluation.signals import Signal, decibels_to_gain, normalised, rms
from earmark.evaluation.stretching import stretched

RATE_HZ = 22050
"""Of every signal here."""

MARGIN_S = 1.0
"""Music on both sides of the clip while it is spoiled: rooms ring on, filters settle."""

SPAN_S = 16.0
"""In a recording of twice this length, clips of all lengths begin at the same place: as far from
its end as the longest usual one has to."""

SILENT_DB = -50.0
"""An excerpt with more than half of its blocks below this RMS is not worth asking for."""

BLOCK_S = 0.1
TRIES = 50
PEAK_DB = (-12.0, -1.0)
"""Range of the largest magnitude of a clip that is made louder or softer at the end."""

FAINT_HISS_DB = -75.0
"""Of every other silent clip."""


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """A recording, decoded at RATE_HZ."""

    id: str
    name: str
    samples: Signal

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.samples) / RATE_HZ


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clip comes from."""

    tune: str
    """Its id."""
    name: str
    start_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A spoiled clip at RATE_HZ and the truth about it."""

    condition: Condition
    number: int
    samples: Signal
    places: tuple[Place, ...]
    """One, two for a pair; also for strangers, whose tune is in no catalogue."""


def needed_s(condition: Condition) -> float:
    """Seconds of a recording that a condition's clip takes, margins included."""
    return condition.length_s * condition.tempo + 2 * MARGIN_S


def make_clip(
    condition: Condition,
    number: int,
    seed: int,
    tune: Tune | None = None,
    other: Tune | None = None,
) -> Clip | None:
    """Make the clip of this number.

    Args:
        condition: what happens to it.
        number: of the clip in its condition.
        seed: of the whole measurement.
        tune: the recording to cut from; None where the condition has no music.
        other: the recording that plays at the same time, for a pair.

    Returns:
        The clip, or None if a recording is too short or has nothing but silence.
    """
    tunes = [tune] if tune and condition.sound is not Sound.NOTHING else []
    tunes += [other] if other and condition.sound is Sound.PAIR else []
    where = _generator(seed, condition.name, number)
    places = [_place(one, condition, where) for one in tunes]
    if None in places:
        return None
    rng = _generator(seed, f"{condition.name}/{condition.length_s}", number)
    parts = [
        _cut(one, place, condition, rng)
        for one, place in zip(tunes, places, strict=True)
        if place is not None
    ]
    heard = _heard(_together(parts, condition), condition, number, rng)
    known = tuple(place for place in places if place is not None)
    return Clip(condition, number, heard, known)


def _generator(seed: int, name: str, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode()), number])


def _place(tune: Tune, condition: Condition, rng: np.random.Generator) -> Place | None:
    """Choose a place where something is to be heard."""
    span_s = needed_s(condition)
    if tune.duration_s < span_s:
        return None
    if tune.duration_s >= 2 * SPAN_S:
        span_s = max(span_s, SPAN_S)
    for _ in range(TRIES):
        start_s = MARGIN_S + rng.random() * (tune.duration_s - span_s)
        sound = excerpt(tune.samples, RATE_HZ, start_s, condition.length_s * condition.tempo)
        if not _is_mostly_silent(sound):
            return Place(tune.id, tune.name, start_s)
    return None


def _is_mostly_silent(sound: Signal) -> bool:
    size = min(len(sound), round(BLOCK_S * RATE_HZ))
    blocks = sound[: len(sound) // size * size].reshape(-1, size)
    return float(np.median([rms(block) for block in blocks])) < decibels_to_gain(SILENT_DB)


def _cut(tune: Tune, place: Place, condition: Condition, rng: np.random.Generator) -> Signal:
    """Cut with margins, spoil what the music itself suffers, and drop the margins."""
    start = round((place.start_s - MARGIN_S) * RATE_HZ)
    length = round(needed_s(condition) * RATE_HZ)
    sound = tune.samples[start : start + length]
    sound = stretched(sound, RATE_HZ, tempo=condition.tempo, pitch=condition.pitch)
    if condition.overdrive_db is not None:
        sound = overdrive(sound, condition.overdrive_db)
    if condition.radio:
        sound = broadcast(sound, RATE_HZ)
    if condition.room:
        sound = in_room(sound, RATE_HZ, rng)
    return excerpt(sound, RATE_HZ, MARGIN_S / condition.tempo, condition.length_s)


def _together(parts: list[Signal], condition: Condition) -> Signal:
    """Mix what plays at once, equally loud; silence if nothing does."""
    mix = np.zeros(round(condition.length_s * RATE_HZ), np.float32)
    for part in parts:
        mix += part / np.float32(rms(part) or 1.0) if len(parts) > 1 else part
    return mix


def _heard(sound: Signal, condition: Condition, number: int, rng: np.random.Generator) -> Signal:
    """Add what is beside the music, and pass on what is heard at some level."""
    if condition.noises:
        kind = condition.noises[number % len(condition.noises)]
        if condition.sound is Sound.NOTHING:
            sound = make_noise(kind, len(sound), RATE_HZ, rng)
        else:
            sound = add_noise(sound, RATE_HZ, rng, snr_db=condition.snr_db, kind=kind)
    elif condition.sound is Sound.NOTHING:
        hiss = rng.normal(0.0, decibels_to_gain(FAINT_HISS_DB), len(sound))
        return hiss.astype(np.float32) if number % 2 else sound
    if condition.microphone:
        sound = phone_microphone(sound, RATE_HZ, rng)
    if condition.telephone:
        sound = telephone(sound, RATE_HZ)
    if condition.codec is not None:
        sound = transcoded(normalised(sound), RATE_HZ, condition.codec)
    return normalised(sound, decibels_to_gain(rng.uniform(*PEAK_DB)))
