"""Clips for the measurements at scale: cut once from real recordings, kept as files, and mapped.

So a process that asks holds no recording in memory, and every catalogue is asked for the same.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.music import OPEN_CORPUS
from earmark.errors import AudioError
from earmark.evaluation.clips import Clip, Tune, make_clip
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.evaluation.material import decoded

FULL_SCALE = 32767
"""Clips are kept as 16-bit samples: they are made with peaks between -12 and -1 dB."""


@dataclass(frozen=True)
class Asked:
    """One clip: where it lies, and the truth about it."""

    label: str
    """Of its condition."""
    row: int
    name: str
    """Of the recording, as the list has it."""


class Clips:
    """Clips in a folder, by the label of their condition."""

    def __init__(self, folder: Path) -> None:
        """Read what is there."""
        self._folder = folder
        self._by_label: dict[str, list[Asked]] = defaultdict(list)
        for row in json.loads((folder / "clips.json").read_text()):
            self._by_label[row["label"]].append(Asked(**row))

    def of(self, label: str) -> list[Asked]:
        """Return the clips of a condition."""
        return self._by_label[label]

    def samples(self, asked: Asked) -> NDArray[np.float32]:
        """Return the samples of a clip, at `evaluation.clips.RATE_HZ`."""
        kept = np.load(self._folder / _file(asked.label), mmap_mode="r")
        return np.asarray(kept[asked.row], np.float32) / np.float32(FULL_SCALE)


def named(kind: str) -> list[str]:
    """Return the recordings of a kind, `catalogue` or `stranger`, that the list has."""
    lines = OPEN_CORPUS.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [name for which, name in rows if which == kind]


def cut(folder: Path, target: Path, labels: Sequence[str], count: int, seed: int) -> Clips:
    """Cut `count` clips of each of these conditions, unless they are there.

    Args:
        folder: where the recordings of the open corpus lie.
        target: where the clips are kept.
        labels: of the conditions; those of strangers are cut from recordings of no catalogue.
        count: of clips in each.
        seed: decides which recordings, and which places of them.
    """
    if not (target / "clips.json").exists():
        partial = target.with_name(target.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _write(partial, list(_made(folder, labels, count, seed)))
        partial.rename(target)
    return Clips(target)


def _made(folder: Path, labels: Sequence[str], count: int, seed: int) -> Iterator[Clip]:
    """Yield clips, those of one recording together, so that each is decoded once."""
    conditions = [condition for condition in CONDITIONS if condition.label in labels]
    for kind in ("catalogue", "stranger"):
        names = named(kind)
        choice = np.random.default_rng(seed).integers(len(names), size=count)
        ours = [one for one in conditions if one.is_known == (kind == "catalogue")]
        for which in np.unique(choice):
            try:
                tune = Tune(names[which], names[which], decoded(folder / names[which]))
            except AudioError as error:
                print(f"left out: {error}")
                continue
            numbers = np.flatnonzero(choice == which).tolist()
            yield from _of_tune(tune, ours, numbers, seed)


def _of_tune(
    tune: Tune, conditions: Sequence[Condition], numbers: Sequence[int], seed: int
) -> Iterator[Clip]:
    for condition in conditions:
        for number in numbers:
            clip = make_clip(condition, number, seed, tune)
            if clip is not None:
                yield clip


def _write(folder: Path, clips: Sequence[Clip]) -> None:
    rows = []
    for label in {clip.condition.label for clip in clips}:
        ours = [clip for clip in clips if clip.condition.label == label]
        kept = np.stack([np.round(clip.samples * FULL_SCALE).astype(np.int16) for clip in ours])
        np.save(folder / _file(label), kept)
        rows += [Asked(label, row, clip.places[0].tune) for row, clip in enumerate(ours)]
    (folder / "clips.json").write_text(json.dumps([asdict(row) for row in rows]))


def _file(label: str) -> str:
    """Return the name of the file with the clips of a condition."""
    return "".join(one if one.isalnum() or one in "+-" else "_" for one in label) + ".npy"
