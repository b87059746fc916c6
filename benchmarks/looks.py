"""How far a look has to go in a large catalogue: postings that are read, hours that are swept.

    python -m benchmarks.looks LIBRARY FOLDER [--hours H,...] [--bits N,...] [--clips N]
                               [--cache DIR]

LIBRARY is one that `benchmarks/scale.py` made of the recordings that `open_corpus.tsv` names below
FOLDER. Clips of these recordings that no glance explains, noisy ones and ones in rooms, are cut
once into `--cache`. Each is asked for without the ladder: with every number of swept hours and as
many postings as usual, then with every 2^bits postings and as many hours as usual. The settings
are interleaved. Printed are, for each setting, how many clips of a condition were named, those
that were named wrongly, and median milliseconds.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import platformdirs

from benchmarks.scale_clips import Asked, cut
from benchmarks.scale_measures import Answer, ask, tally
from earmark.library import Library
from earmark.params import Ladder, QueryParams

LABELS = (
    "noise +0 dB 3 s",
    "noise -5 dB 5 s",
    "noise -5 dB 10 s",
    "room +10 dB 3 s",
    "room +0 dB 5 s",
    "stranger music 10 s",
)
Number = TypeVar("Number", int, float)
PLAIN = QueryParams(ladder=Ladder.OFF)


def main() -> None:
    """Ask and print."""
    options = _options()
    clips = cut(options.folder, options.cache / f"looks-{options.clips}", LABELS, options.clips, 1)
    settings = {f"{hours:g} hours": replace(PLAIN, sweep_hours=hours) for hours in options.hours}
    settings |= {f"2^{bits}": replace(PLAIN, look_postings=1 << bits) for bits in options.bits}
    print("| | " + " | ".join(LABELS) + " |\n" + "|---" * (1 + len(LABELS)) + "|")
    with Library.open(options.library, create=False) as library:
        library.warm_up()
        cells: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
        for label in LABELS:
            for one in clips.of(label):
                for name, query in settings.items():
                    cells[name, label].append(ask(library, clips, one, query))
    for name in settings:
        told = (_told(clips.of(label), cells[name, label]) for label in LABELS)
        print(f"| {name} | " + " | ".join(told) + " |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("library", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=_numbers(float), default=(1.0, 2.5, 5.0, 10.0, 20.0))
    parser.add_argument("--bits", type=_numbers(int), default=(18, 20, 21))
    parser.add_argument("--clips", type=int, default=60, help="of each condition (default: 60)")
    cache = Path(platformdirs.user_cache_dir("earmark")) / "scale"
    parser.add_argument("--cache", type=Path, default=cache, help="where clips are kept")
    return parser.parse_args()


def _numbers(kind: Callable[[str], Number]) -> Callable[[str], tuple[Number, ...]]:
    return lambda text: tuple(kind(one) for one in text.split(","))


def _told(asked: Sequence[Asked], answers: Sequence[Answer]) -> str:
    found = tally(asked, answers)
    wrong = f", {found['wrong']} wrong" if found["wrong"] else ""
    return f"{found['accepted']} of {found['n']}{wrong}; {found['p50_ms']:.0f} ms"


if __name__ == "__main__":
    main()
