"""What the tuned numbers are worth: recall against strangers, size and time, one change at a time.

    python -m benchmarks.parameters FOLDER [--clips N] [--seed S] [--hard] [--only NAME...]

Takes the catalogue and the strangers that `open_corpus.tsv` names below FOLDER, builds an index in
memory under each setting, and asks for clips of both in every condition. Printed are postings per
second and size; the share of clips named, at the threshold in use and at those that let 1 in 100
and 1 in 300 clips of strangers pass; the strangers accepted; and milliseconds a clip. With
`--hard` the clips are short, very noisy or in rooms, all at their own speed, and asked for without
the ladder: where nearly all usual ones are named, these tell settings apart.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from benchmarks.music import (
    CONDITIONS,
    OPEN_CORPUS,
    RATE_HZ,
    Clip,
    Condition,
    Tune,
    clips,
    load,
)
from earmark.evaluation.conditions import CONDITIONS as EVERY_CONDITION
from earmark.library import Library
from earmark.params import IndexParams, Ladder, Params, PeakParams, QueryParams
from earmark.stores.memory import MemoryStore
from earmark.types import Metadata

HARD = (
    "clean 1 s", "noise +0 dB 1 s", "noise +0 dB 2 s", "noise -5 dB 2 s", "noise -5 dB 3 s",
    "noise -10 dB 5 s", "noise -10 dB 10 s", "babble +0 dB 5 s", "room +10 dB 1 s",
    "room +10 dB 2 s", "room +10 dB 3 s", "room +0 dB 3 s", "room +0 dB 5 s",
    "telephone AMR, +5 dB 10 s",
)  # fmt: skip
"""Conditions of `--hard`."""

RATES = (0.01, 1 / 300)
"""Of strangers that may pass."""


@dataclass(frozen=True)
class Setting:
    """One row of the table."""

    name: str
    peaks: PeakParams = field(default_factory=PeakParams)
    index: IndexParams = field(default_factory=IndexParams)
    query: QueryParams = field(default_factory=QueryParams)
    constants: Mapping[str, object] = field(default_factory=dict)
    """Names in `earmark.matching`, and what to put in their place."""


SETTINGS = (
    Setting("default"),
    Setting(
        "denser references", PeakParams(reference_radius_frames=8, reference_radius_ratio=0.08)
    ),
    Setting(
        "sparser references", PeakParams(reference_radius_frames=12, reference_radius_ratio=0.12)
    ),
    Setting("much sparser", PeakParams(reference_radius_frames=16, reference_radius_ratio=0.12)),
    Setting("fan-out 2", index=IndexParams(fanout=2)),
    Setting("no sweep", query=QueryParams(sweep_hours=0.0)),
    Setting("no ladder", query=QueryParams(ladder=Ladder.OFF)),
    Setting("one glance", query=QueryParams(glances=(1 << 17,))),
    Setting("exact probes", query=QueryParams(fuzziness=0.0)),
    Setting("sparser queries", query=QueryParams(radius_frames=6, radius_ratio=0.05)),
    Setting("denser queries", query=QueryParams(radius_frames=3, radius_ratio=0.025)),
    Setting("prominence ignored", constants={"clip.EVIDENCE": ((-0.94,) * 8, (2.65,) * 8)}),
    Setting("moments not counted", constants={"verification.weighed": lambda score, *_: score}),
    Setting("tighter in time", constants={"clip.FINE_STEPS": 4}),
    Setting("wider in time", constants={"clip.FINE_STEPS": 9}),
    Setting("wider in frequency", constants={"clip.FREQUENCY_STEPS": 7}),
)


@dataclass(frozen=True)
class Answer:
    """The best candidate of one clip."""

    right: bool
    accepted: bool
    confidence: float
    """Rises with the rating, by which the threshold goes."""


def main() -> None:
    """Measure and print."""
    parser = parser_of("What the tuned numbers are worth.")
    parser.add_argument("--hard", action="store_true", help="short, noisy and reverberant clips")
    options = parser.parse_args()
    if not options.hard:
        compare(SETTINGS, CONDITIONS, options)
        return
    hard = [condition for condition in EVERY_CONDITION if condition.label in HARD]
    plain = [replace(one, query=replace(one.query, ladder=Ladder.OFF)) for one in SETTINGS]
    compare(plain, hard, options)


def compare(
    settings: Sequence[Setting], conditions: Sequence[Condition], options: argparse.Namespace
) -> None:
    """Measure every setting on the same clips, and print."""
    catalogue, strangers = load(options.folder, options.corpus)
    known = list(clips(catalogue, conditions, options.clips, options.seed))
    unknown = list(clips(strangers, conditions, options.clips, options.seed))
    hours = sum(tune.duration_s for tune in catalogue) / 3600
    print(f"{len(catalogue)} tracks, {hours:.1f} hours, {len(strangers)} strangers;", end=" ")
    print(f"n = {options.clips} in each condition, {len(unknown)} clips of strangers")
    for setting in settings:
        if not options.only or setting.name in options.only:
            with _patched(setting.constants):
                _measure(setting, catalogue, known, unknown)


def parser_of(description: str) -> argparse.ArgumentParser:
    """Return what reads the command line of a script that compares settings."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=OPEN_CORPUS, help="what is what in FOLDER")
    parser.add_argument("--clips", type=int, default=50, help="in each condition (default: 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=(), help="names of settings")
    return parser


@contextmanager
def _patched(constants: Mapping[str, object]) -> Iterator[None]:
    with ExitStack() as stack:
        for name, value in constants.items():
            stack.enter_context(patch(f"earmark.matching.{name}", value))
        yield


def _measure(
    setting: Setting, catalogue: Sequence[Tune], known: Sequence[Clip], unknown: Sequence[Clip]
) -> None:
    store = MemoryStore()
    library = Library(store, Params(setting.peaks, setting.index), setting.query)
    for tune in catalogue:
        library.add_recording(tune.samples, sample_rate=RATE_HZ, metadata=Metadata(tune.name))
    megabytes, postings = _size(store)
    began = time.perf_counter()
    answers = [_ask(library, clip) for clip in known]
    elapsed_ms = 1000 * (time.perf_counter() - began) / len(known)
    strangers = [_ask(library, clip) for clip in unknown]
    print(
        f"\n{setting.name}: {postings:.1f} postings a second, {megabytes:.2f} MB an hour;", end=" "
    )
    named = np.mean([answer.right and answer.accepted for answer in answers])
    print(f"{100 * named:.1f} % named,", end=" ")
    recalls = [f"{100 * _recall_at(rate, answers, strangers):.1f} %" for rate in RATES]
    print(" and ".join(recalls), "at 1 in 100 and 1 in 300 strangers;", end=" ")
    accepted = sum(answer.accepted for answer in strangers)
    print(f"{accepted} of {len(strangers)} accepted, {elapsed_ms:.0f} ms a clip")
    rows: dict[str, list[bool]] = defaultdict(list)
    for clip, answer in zip(known, answers, strict=True):
        rows[clip.condition.label].append(answer.right and answer.accepted)
    print("  ", "; ".join(f"{name} {100 * np.mean(row):.0f}" for name, row in rows.items()))


def _size(store: MemoryStore) -> tuple[float, float]:
    """Return MB of the packed index per hour, and postings per second."""
    with store.read() as reader:
        tapes, stats = reader.tapes(np.empty(0, np.uint32)), reader.stats()
    size = sum(tape.nbytes for tape in tapes)
    return size / stats.duration_s * 3600 / 1e6, stats.postings / stats.duration_s


def _ask(library: Library, clip: Clip) -> Answer:
    result = library.identify(clip.samples, sample_rate=RATE_HZ)
    found = (*result.matches, *result.candidates)
    right = bool(found) and found[0].track.metadata.title == clip.places[0].tune
    return Answer(right, result.best is not None, found[0].confidence if found else 0.0)


def _recall_at(rate: float, known: Sequence[Answer], strangers: Sequence[Answer]) -> float:
    """Return the share of clips named at the threshold that this share of strangers reaches."""
    threshold = np.quantile([answer.confidence for answer in strangers], 1 - rate)
    return float(np.mean([answer.right and answer.confidence > threshold for answer in known]))


if __name__ == "__main__":
    main()
