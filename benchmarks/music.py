"""Clips of real music for the other scripts, from a catalogue and from strangers.

Everything random comes from one seed, so that the same music gives the same clips.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from earmark.errors import AudioError
from earmark.evaluation.clips import RATE_HZ, Clip, Tune, make_clip
from earmark.evaluation.conditions import CONDITIONS as EVERY_CONDITION
from earmark.evaluation.conditions import Condition
from earmark.evaluation.material import decoded

OPEN_CORPUS = Path(__file__).with_name("open_corpus.tsv")

_LABELS = """
    clean 1 s; clean 2 s; clean 5 s; clean 10 s;
    noise +0 dB 2 s; noise +0 dB 5 s; noise +0 dB 10 s; noise -5 dB 5 s; noise -5 dB 10 s;
    babble +0 dB 5 s; babble +0 dB 10 s; room +10 dB 3 s; room +10 dB 5 s; room +10 dB 10 s;
    telephone line 5 s; codec Opus 12 kbit/s 5 s; dynamics clipped 12 dB 5 s;
    speed +1 % 10 s; speed -2 % 10 s
"""

CONDITIONS = tuple(
    condition
    for condition in EVERY_CONDITION
    if condition.label in " ".join(_LABELS.split()).split("; ")
)
"""The mixture that the tuned numbers were chosen on."""

__all__ = ["CONDITIONS", "OPEN_CORPUS", "RATE_HZ", "Clip", "Condition", "Tune", "clips", "load"]


def load(folder: Path, corpus: Path) -> tuple[list[Tune], list[Tune]]:
    """Return (catalogue, strangers): what a list such as `open_corpus.tsv` names in a folder."""
    tunes: dict[str, list[Tune]] = {"catalogue": [], "stranger": []}
    for line in corpus.read_text().splitlines():
        if line.startswith("#"):
            continue
        kind, name = line.split("\t")
        try:
            tunes[kind].append(Tune(name, name, decoded(folder / name)))
        except AudioError as error:
            print(f"left out: {error}")
    return tunes["catalogue"], tunes["stranger"]


def clips(
    tunes: Sequence[Tune], conditions: Sequence[Condition], count: int, seed: int
) -> Iterator[Clip]:
    """Yield `count` clips of every condition, from random places of random tunes."""
    choice = np.random.default_rng(seed).integers(len(tunes), size=count)
    for condition in conditions:
        for number, which in enumerate(choice):
            clip = make_clip(condition, number, seed, tunes[which])
            if clip is not None:
                yield clip
