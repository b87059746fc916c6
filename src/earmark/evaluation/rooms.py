"""A room between loudspeaker and microphone, and the microphone of a telephone.

The room is a box with furniture: the direct sound and the first echoes come from mirror images of
the source (Allen and Berkley, 1979), all later ones from noise that decays as the room does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.signals import Signal, shaped_noise

SOUND_M_PER_S = 343.0
REVERB_S = (0.3, 0.8)
"""Range of the time in which a living room's or a bar's reverberation falls by 60 dB."""

SMALLEST_M, LARGEST_M = (3.0, 4.0, 2.4), (10.0, 14.0, 4.0)
FROM_WALL_M = 0.5
MIRRORED_M = 17.0
"""Echoes with a longer way than this, 50 ms, are too dense to be told apart."""

HIGHS_FADE = 1.6
"""How much sooner the highest octaves have decayed: air and curtains swallow them."""

MICROPHONE_HZ = (150.0, 7000.0)
RESONANCES = 4


@dataclass(frozen=True, slots=True)
class Room:
    """A room, and who is where in it; lengths in metres, shape (3,)."""

    size_m: NDArray[np.float64]
    source_m: NDArray[np.float64]
    microphone_m: NDArray[np.float64]
    reverb_s: float

    @property
    def reflection(self) -> float:
        """The part of the pressure that a wall gives back, by Sabine's formula."""
        x, y, z = self.size_m
        surface = 2.0 * (x * y + y * z + z * x)
        absorbed = 0.161 * x * y * z / (surface * self.reverb_s)
        return float(np.sqrt(1.0 - min(0.99, absorbed)))


def some_room(rng: np.random.Generator) -> Room:
    """Choose a room, and places for the source and for a microphone on a table in it."""
    size = rng.uniform(SMALLEST_M, LARGEST_M)
    source = rng.uniform(FROM_WALL_M, size - FROM_WALL_M)
    top = [*(size[:2] - FROM_WALL_M), 1.6]
    microphone = rng.uniform([FROM_WALL_M, FROM_WALL_M, 0.7], top)
    return Room(size, source, microphone, rng.uniform(*REVERB_S))


def response_of(room: Room, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Return a room's impulse response; the direct sound comes first and has amplitude 1."""
    direct_m = max(0.3, float(np.linalg.norm(room.source_m - room.microphone_m)))
    samples = int(room.reverb_s * sample_rate_hz) + 1
    response = np.zeros(samples)
    distance_m, strength = _images(room)
    places = np.round((distance_m - direct_m) / SOUND_M_PER_S * sample_rate_hz).astype(np.int64)
    early = (places >= 0) & (places < samples)
    np.add.at(response, places[early], strength[early] * direct_m)
    mixing = int(min(samples - 1, (MIRRORED_M - direct_m) / SOUND_M_PER_S * sample_rate_hz))
    response += _tail(room, direct_m, samples, max(0, mixing), sample_rate_hz, rng)
    response[0] = 1.0
    return response.astype(np.float32)


def phone_microphone(signal: Signal, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Hear through a telephone's microphone: no lows, no highs, and resonances of its case."""
    if not len(signal):
        return signal
    low_hz, high_hz = MICROPHONE_HZ
    hz = np.maximum(np.fft.rfftfreq(len(signal), 1.0 / sample_rate_hz), 1.0)
    response = 1.0 / np.sqrt((1.0 + (low_hz / hz) ** 4) * (1.0 + (hz / high_hz) ** 8))
    for _ in range(RESONANCES):
        centre_hz = np.exp(rng.uniform(np.log(200.0), np.log(6000.0)))
        octaves = np.log2(hz / centre_hz) / rng.uniform(0.2, 0.8)
        response *= 10.0 ** (rng.uniform(-6.0, 6.0) / 20.0 * np.exp(-0.5 * octaves**2))
    return np.fft.irfft(np.fft.rfft(signal) * response, len(signal)).astype(np.float32)


def _images(room: Room) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance in metres and strength (wall losses over distance) of all near mirror images."""
    places, bounces = zip(*(_along(room, axis) for axis in range(3)), strict=True)
    x, y, z = np.meshgrid(*places, indexing="ij")
    walls = np.add.outer(np.add.outer(bounces[0], bounces[1]), bounces[2])
    distance_m = np.maximum(0.3, np.sqrt(x**2 + y**2 + z**2)).ravel()
    near = distance_m < MIRRORED_M
    strength = room.reflection ** walls.ravel()[near] / distance_m[near]
    return distance_m[near], strength


def _along(room: Room, axis: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Images along one axis, relative to the microphone, and the walls their sound has met."""
    size, source = room.size_m[axis], room.source_m[axis]
    cells = np.arange(-int(MIRRORED_M / size) - 1, int(MIRRORED_M / size) + 2)
    even, odd = 2 * cells * size + source, 2 * cells * size - source
    bounces = np.concatenate([2 * np.abs(cells), np.abs(2 * cells - 1)])
    return np.concatenate([even, odd]) - room.microphone_m[axis], bounces


def _tail(
    room: Room,
    direct_m: float,
    samples: int,
    mixing: int,
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Decaying noise from sample `mixing` on, as strong as statistics of the room say.

    In a room of volume V, c / (4 pi V) echoes per metre of way and cubic metre make a level that
    is constant but for what the walls have taken: relative to the direct sound at distance d, the
    energy per second is 4 pi c d^2 / V times the decay.
    """
    time_s = np.arange(samples) / sample_rate_hz
    per_second = 4.0 * np.pi * SOUND_M_PER_S * direct_m**2 / float(np.prod(room.size_m))
    noise = np.fft.rfft(shaped_noise(samples, rng, 0.0))
    hz = np.fft.rfftfreq(samples, 1.0 / sample_rate_hz)
    dull = np.fft.irfft(noise / (1.0 + (hz / 2500.0) ** 2), samples)
    bright = np.fft.irfft(noise, samples) - dull
    falling = 10.0 ** (-3.0 * (time_s + direct_m / SOUND_M_PER_S) / room.reverb_s)
    tail = np.sqrt(per_second / sample_rate_hz) * (dull * falling + bright * falling**HIGHS_FADE)
    tail[:mixing] = 0.0
    return np.asarray(tail, np.float64)
