"""Clips of real music for the other scripts, from a catalogue and from strangers.

Everything random comes from one seed, so that the same music gives the same clips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earmark.audio import open_audio
from earmark.errors import AudioError
from earmark.evaluation.codecs import OPUS_12K, transcoded
from earmark.evaluation.degradations import (
    add_noise,
    change_speed,
    excerpt,
    in_room,
    overdrive,
    telephone,
)
from earmark.evaluation.noises import Noise
from earmark.evaluation.signals import Signal

RATE_HZ = 16_000
OPEN_CORPUS = Path(__file__).with_name("open_corpus.tsv")
SPARE_S = 2.0
"""Sound cut on top of a clip, for effects that eat some."""

Effect = Callable[[Signal, np.random.Generator], Signal]


@dataclass(frozen=True, eq=False)
class Tune:
    """One recording of the folder, decoded."""

    name: str
    samples: Signal

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return len(self.samples) / RATE_HZ


@dataclass(frozen=True)
class Condition:
    """What happens to a clip."""

    name: str
    duration_s: float
    effect: Effect


@dataclass(frozen=True, eq=False)
class Clip:
    """A degraded clip and the truth about it."""

    condition: str
    duration_s: float
    samples: Signal
    tune: str
    start_s: float


def _noisy(kind: Noise, snr_db: float) -> Effect:
    return lambda x, rng: add_noise(x, RATE_HZ, rng, snr_db=snr_db, kind=kind)


def _roomy(snr_db: float) -> Effect:
    def effect(x: Signal, rng: np.random.Generator) -> Signal:
        return add_noise(in_room(x, RATE_HZ, rng), RATE_HZ, rng, snr_db=snr_db, kind=Noise.BABBLE)

    return effect


CONDITIONS = (
    *(Condition("clean", seconds, lambda x, _: x) for seconds in (1, 2, 5, 10)),
    *(Condition("pink noise 0 dB", seconds, _noisy(Noise.PINK, 0)) for seconds in (2, 5, 10)),
    *(Condition("pink noise -5 dB", seconds, _noisy(Noise.PINK, -5)) for seconds in (5, 10)),
    *(Condition("babble 0 dB", seconds, _noisy(Noise.BABBLE, 0)) for seconds in (5, 10)),
    *(Condition("room, babble 5 dB", seconds, _roomy(5)) for seconds in (3, 5, 10)),
    Condition("telephone", 5, lambda x, _: telephone(x, RATE_HZ)),
    Condition("Opus 12 kbit/s", 5, lambda x, _: transcoded(x, RATE_HZ, OPUS_12K)),
    Condition("clipped 12 dB", 5, lambda x, _: overdrive(x, 12)),
    Condition("speed +1 %", 10, lambda x, _: change_speed(x, 1.01)),
    Condition("speed -2 %", 10, lambda x, _: change_speed(x, 0.98)),
)


def load(folder: Path, corpus: Path) -> tuple[list[Tune], list[Tune]]:
    """Return (catalogue, strangers): what a list such as `open_corpus.tsv` names in a folder."""
    tunes: dict[str, list[Tune]] = {"catalogue": [], "stranger": []}
    for line in corpus.read_text().splitlines():
        if line.startswith("#"):
            continue
        kind, name = line.split("\t")
        try:
            with open_audio(folder / name, sample_rate_hz=RATE_HZ) as stream:
                tunes[kind].append(Tune(name, np.concatenate(list(stream))))
        except AudioError as error:
            print(f"left out: {error}")
    return tunes["catalogue"], tunes["stranger"]


def clips(
    tunes: Sequence[Tune], conditions: Sequence[Condition], count: int, seed: int
) -> Iterator[Clip]:
    """Yield `count` clips of every condition, from random places of random tunes."""
    for condition in conditions:
        rng = np.random.default_rng(seed)
        for _ in range(count):
            tune = tunes[int(rng.integers(len(tunes)))]
            start_s = rng.uniform(0, tune.duration_s - condition.duration_s - SPARE_S)
            sound = excerpt(tune.samples, RATE_HZ, start_s, condition.duration_s + SPARE_S)
            heard = condition.effect(sound, rng)
            yield Clip(
                condition.name,
                condition.duration_s,
                heard[: round(condition.duration_s * RATE_HZ)],
                tune.name,
                start_s,
            )
