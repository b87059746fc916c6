"""Recognition among thousands of other songs: the same clips, alone and in a crowd of distractors.

    python -m benchmarks.crowd FOLDER --cache FILE [--distractors N] [--clips N] [--seed S]

Takes the catalogue that `open_corpus.tsv` names below FOLDER, and clips of it and of its strangers
in the usual conditions of `earmark bench`. Each is asked for twice: of the catalogue alone, and
with made-up songs beside it (`evaluation/distractors.py`), which are made once and kept in FILE.
Printed are, by condition, the clips named, the wrong answers, and median milliseconds, both times.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.asking import Catalogue, heard
from benchmarks.music import OPEN_CORPUS, Clip, clips, load
from earmark.evaluation.conditions import Sound, chosen
from earmark.evaluation.distractors import Beside, Distractors
from earmark.matching.matcher import References, match
from earmark.params import Params, QueryParams


@dataclass(frozen=True)
class Answer:
    """What one clip was taken for."""

    right: bool
    named: bool
    elapsed_ms: float


def main() -> None:
    """Ask and print."""
    options = _options()
    tunes, strangers = load(options.folder, OPEN_CORPUS)
    catalogue = Catalogue.of(tunes, Params())
    crowd = Distractors.cached(options.cache, options.distractors, options.seed, catalogue.params)
    both = Beside(catalogue, crowd)
    print(f"{len(tunes)} recordings, {options.distractors} distractors")
    total: dict[bool, list[tuple[Answer, Answer]]] = defaultdict(list)
    for condition in chosen():
        known = condition.is_known
        if condition.sound is Sound.PAIR:
            continue
        answers = [
            (_ask(clip, catalogue, catalogue), _ask(clip, both, catalogue))
            for clip in clips(tunes if known else strangers, [condition], options.clips, 1)
        ]
        total[known] += answers
        _print(condition.label, answers)
    _print("all known", total[True])
    _print("all strangers", total[False])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recognition among distractors.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="where distractors are kept")
    parser.add_argument("--distractors", type=int, default=10_000)
    parser.add_argument("--clips", type=int, default=20, help="in each condition (default: 20)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _ask(clip: Clip, references: References, catalogue: Catalogue) -> Answer:
    query = QueryParams()
    began = time.perf_counter()
    verdict = match(heard(clip, catalogue.params, query), references, catalogue.params, query)
    elapsed_ms = 1000 * (time.perf_counter() - began)
    keys = [found.key for found in verdict.matches]
    names = [catalogue.names[key] for key in keys if key < len(catalogue.names)]
    right = bool(clip.places) and clip.places[0].tune in names
    return Answer(right, bool(keys), elapsed_ms)


def _print(label: str, answers: Sequence[tuple[Answer, Answer]]) -> None:
    cells = []
    for column in zip(*answers, strict=True):
        right = 100 * np.mean([one.right for one in column])
        wrong = sum(one.named and not one.right for one in column)
        median_ms = np.median([one.elapsed_ms for one in column])
        cells.append(f"{right:6.1f} % right, {wrong} wrong,{median_ms:6.0f} ms")
    print(f"{label:36}{len(answers):5}   " + "   |   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
