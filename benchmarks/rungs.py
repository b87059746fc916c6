"""How far apart the rungs of the ladder may stand.

    python -m benchmarks.rungs FOLDER [--clips N] [--seed S]

Takes the catalogue that `open_corpus.tsv` names below FOLDER, and clips of it of 10 s, half of them
in noise as loud as the music, at speeds, tempos and pitches drawn at random from the range that
`matching/ladder.py` covers: most lie between two rungs. Each is asked for with rungs at different
ratios. Printed are the clips that are named rightly, how many rungs there are, and the processor
time of a clip.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.asking import ground, heard, prepare, spread
from benchmarks.music import clips
from earmark.evaluation.conditions import Condition, at_speed
from earmark.evaluation.noises import Noise
from earmark.matching import ladder
from earmark.matching.matcher import match
from earmark.params import Ladder, QueryParams
from earmark.types import Heard

LENGTH_S = 10


class Family(NamedTuple):
    """One way in which clips are changed."""

    constant: str
    """Of `matching/ladder.py`: the ratio of two rungs."""
    ratios: tuple[float, ...]
    least: float
    most: float
    """Of the change, as a factor."""
    condition: Callable[[Condition, float], Condition]


FAMILIES = {
    "speed": Family(
        "SPEED_STEP",
        (0.006, 0.009, 0.0125, 0.018, 0.025, 0.035),
        0.75,
        1.30,
        lambda plain, factor: at_speed(plain, 100 * (factor - 1)),
    ),
    "tempo": Family(
        "TEMPO_STEP",
        (0.015, 0.02, 0.03, 0.04, 0.06),
        0.88,
        1.12,
        lambda plain, factor: Condition(
            plain.name, plain.severity, LENGTH_S, noises=plain.noises, tempo=factor
        ),
    ),
    "pitch": Family(
        "PITCH_STEP",
        (0.006, 0.009, 0.0125, 0.018, 0.025, 0.035),
        0.80,
        1.25,
        lambda plain, factor: Condition(
            plain.name, plain.severity, LENGTH_S, noises=plain.noises,
            semitones=12 * float(np.log2(factor)),
        ),
    ),
}  # fmt: skip


class Asked(NamedTuple):
    """What became of one clip under one spacing."""

    family: str
    ratio: float
    right: bool
    processor_s: float


def main() -> None:
    """Ask and print."""
    options = _options()
    prepare(options.folder)
    jobs = [(name, number, options.seed) for name in FAMILIES for number in range(options.clips)]
    asked = [one for part in spread(_ask, jobs) for one in part]
    print(f"{'':8}{'ratio':>8}{'rungs':>8}{'n':>6}{'named, %':>10}{'ms':>8}")
    for name, family in FAMILIES.items():
        for ratio in family.ratios:
            here = [one for one in asked if (one.family, one.ratio) == (name, ratio)]
            with _spaced(family.constant, ratio):
                rungs = sum(map(len, ladder.batches(Ladder.FAST)))
            named = 100 * np.mean([one.right for one in here])
            took_ms = 1000 * np.median([one.processor_s for one in here])
            print(f"{name:8}{ratio:8}{rungs:8}{len(here):6}{named:10.1f}{took_ms:8.0f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How far apart rungs may stand.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=60, help="in each family (default: 60)")
    parser.add_argument("--seed", type=int, default=4)
    return parser.parse_args()


def _ask(job: tuple[str, int, int]) -> list[Asked]:
    """Ask for one clip under every spacing of its family."""
    name, number, seed = job
    family, params = FAMILIES[name], ground().catalogue.params
    rng = np.random.default_rng([seed, number, *name.encode()])
    factor = float(np.exp(rng.uniform(np.log(family.least), np.log(family.most))))
    noises = (Noise.PINK,) if number % 2 else ()
    plain = Condition(name, f"{factor:.4f}", LENGTH_S, noises=noises)
    answers = []
    for clip in clips(ground().tunes, [family.condition(plain, factor)], 1, seed + number):
        sound = heard(clip, params, QueryParams())
        for ratio in family.ratios:
            with _spaced(family.constant, ratio):
                began = time.process_time()
                right = _is_named(sound, clip.places[0].tune)
                answers.append(Asked(name, ratio, right, time.process_time() - began))
    return answers


def _is_named(sound: Heard, tune: str) -> bool:
    catalogue = ground().catalogue
    verdict = match(sound, catalogue, catalogue.params, QueryParams())
    return bool(verdict.matches) and catalogue.names[verdict.matches[0].key] == tune


@contextmanager
def _spaced(constant: str, ratio: float) -> Iterator[None]:
    """Let rungs stand apart by another ratio."""
    usual = getattr(ladder, constant)
    setattr(ladder, constant, ratio)
    try:
        yield
    finally:
        setattr(ladder, constant, usual)


if __name__ == "__main__":
    main()
