"""Where the time of a query goes, stage by stage.

    python -m benchmarks.stages LIBRARY CLIPS [--labels LABEL,...] [--clips N] [--rounds N]

LIBRARY is a library with the recordings that CLIPS were cut from, and CLIPS a folder that
`benchmarks/scale.py` cut (`--cache`, `clips-...`). Every clip is asked for once unmeasured, then
`--rounds` times. The functions that are the stages are watched from outside; what a stage spends in
another one counts there. Printed are medians over the clips of the time in each stage, by the
clock, and how often it was entered.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.scale_clips import Clips
from earmark.evaluation.clips import RATE_HZ
from earmark.library import Library

STAGES = {
    "hearing": ("library.read_clip",),
    "chart, map of evidence": ("matching.matcher.clip_of",),
    "probes": (
        "matching.matcher.query_probes", "matching.candidates.query_probes",
        "matching.ladder.moved",
    ),
    "list lengths": ("stores.session.CatalogueReader.list_lengths",),
    "reading and checking segments": ("stores.session.CatalogueReader.tapes",),
    "decoding lists": ("matching.candidates.gather",),
    "counting votes": ("matching.candidates._votes", "matching.candidates._fullest_windows"),
    "constellations: reading": ("stores.session.CatalogueReader.constellations",),
    "constellations: unpacking": ("packing.unpack_all", "packing.joined"),
    "sweep": ("matching.matcher.sweep",),
    "agreement": ("matching.matcher.examine",),
    "surroundings": ("matching.matcher.surroundings",),
    "refining": ("matching.matcher.refine", "matching.matcher.centre", "matching.matcher.paced"),
}  # fmt: skip
REST = "all else"
LABELS = "clean 10 s,noise +0 dB 10 s,stranger music 10 s"


class Watch:
    """Adds up the time in each stage, without that of stages within it."""

    def __init__(self) -> None:
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self.entered: Counter[str] = Counter()
        self._inner_s = [0.0]

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and is timed."""

        @functools.wraps(function)
        def timed(*args: object, **kwargs: object) -> object:
            self._inner_s.append(0.0)
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took_s = time.perf_counter() - began
                self.spent_s[stage] += took_s - self._inner_s.pop()
                self.entered[stage] += 1
                self._inner_s[-1] += took_s

        return timed


def main() -> None:
    """Ask and print."""
    options = _options()
    clips = Clips(options.place)
    with Library.open(options.library, create=False) as library:
        library.warm_up()
        for label in options.labels.split(","):
            _print(label, [_stages(library, clips.samples(one), options.rounds)
                           for one in clips.of(label)[: options.clips]])  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Where the time of a query goes.")
    parser.add_argument("library", type=Path)
    parser.add_argument("place", type=Path, metavar="clips")
    parser.add_argument("--labels", default=LABELS, help=f"of clips (default: {LABELS})")
    parser.add_argument("--clips", type=int, default=10, help="of each (default: 10)")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _stages(
    library: Library, samples: np.ndarray[Any, Any], rounds: int
) -> tuple[dict[str, float], Counter[str]]:
    """Return the seconds of each stage, and how often it was entered, for one clip."""
    library.identify(samples, sample_rate=RATE_HZ)
    watch = Watch()
    with ExitStack() as stack:
        for stage, names in STAGES.items():
            for name in names:
                owner, attribute = _owner(name)
                timed = watch.around(stage, getattr(owner, attribute))
                stack.enter_context(mock.patch.object(owner, attribute, timed))
        ask = watch.around(REST, library.identify)
        for _ in range(rounds):
            ask(samples, sample_rate=RATE_HZ)
    spent = {stage: watch.spent_s[stage] / rounds for stage in (*STAGES, REST)}
    return spent, Counter({stage: watch.entered[stage] // rounds for stage in STAGES})


def _owner(name: str) -> tuple[Any, str]:
    """Return the module or class that has this name, and the last part of it."""
    *path, attribute = name.split(".")
    owner: Any = importlib.import_module("earmark")
    for part in path:
        found = getattr(owner, part, None)
        owner = found or importlib.import_module(f"{owner.__name__}.{part}")
    return owner, attribute


def _print(label: str, measured: list[tuple[dict[str, float], Counter[str]]]) -> None:
    totals_ms = [1000 * sum(spent.values()) for spent, _ in measured]
    print(f"\n{label}, n = {len(measured)}: {np.median(totals_ms):.1f} ms")
    for stage in (*STAGES, REST):
        spent_ms = np.median([1000 * spent[stage] for spent, _ in measured])
        times = np.median([entered[stage] for _, entered in measured])
        print(f"  {stage:32}{spent_ms:10.2f} ms{times:8.0f} times")


if __name__ == "__main__":
    main()
