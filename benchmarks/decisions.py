"""How soon a recogniser decides, and how often wrongly: the early stop, and long listening.

    python -m benchmarks.decisions FOLDER [--clips N] [--hours H] [--seed S]

Takes the catalogue that `open_corpus.tsv` names below FOLDER. Clips of 10 s, plain and spoiled, are
fed in pieces as a microphone would give them. Printed are, by condition, how many are named after
1, 2, 3, 5 and 10 s, and the median and the 90 % quantile of the time to the decision.

Then strangers. Clips of the catalogue are asked for with their own recording, and all that shares
material with it, masked. Told are those that are named at several false-accept rates; also by a
recogniser that looks as often, but does not pay. And the corpus' own strangers are heard, one
after the other, for H hours without an end.
"""

from __future__ import annotations

import argparse
import math
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import NOTHING_ACCEPTED, Catalogue, group_of
from benchmarks.music import OPEN_CORPUS, RATE_HZ, Clip, Tune, clips, load
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.evaluation.intervals import wilson
from earmark.library import Library
from earmark.live.plan import LookPlan
from earmark.live.recognizer import Recognizer
from earmark.live.updates import Update, UpdateKind
from earmark.params import Params, QueryParams
from earmark.stores.base import Store
from earmark.types import Metadata, Source, Track

LABELS = (
    "clean 10 s",
    "noise +5 dB 10 s",
    "noise +0 dB 10 s",
    "noise -5 dB 10 s",
    "babble +0 dB 10 s",
    "room +10 dB 10 s",
)
PIECE_S = 0.1
BY_S = (1, 2, 3, 5, 10)
RATES = (1e-1, 1e-2, 1e-3, 1e-4)


@dataclass(frozen=True)
class Masked:
    """A catalogue as a library reads it, perhaps with a group masked."""

    catalogue: Catalogue

    @contextmanager
    def read(self) -> Iterator[Masked]:
        """Read from it."""
        yield self

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the catalogue has
        """Ask the catalogue for what is not here."""
        return getattr(self.catalogue, name)

    def tracks(self, keys: Iterable[int]) -> Mapping[int, Track]:
        """Return tracks with nothing but a name."""
        return {key: _track(key, self.catalogue.names[key]) for key in keys}


def main() -> None:
    """Feed and print."""
    options = _options()
    tunes, strangers = load(options.folder, OPEN_CORPUS)
    catalogue = Catalogue.of(tunes, Params())
    print(f"{len(tunes)} recordings")
    wanted = [condition for condition in CONDITIONS if condition.label in LABELS]
    for condition in wanted:
        made = list(clips(tunes, [condition], options.clips, options.seed))
        _print_known(condition.label, [_first(_library(catalogue), clip) for clip in made], made)
    best = np.concatenate([_strangers(catalogue, tunes, options, one) for one in wanted])
    _print_false("all strangers", best)
    listen_long(_library(catalogue), strangers, 3600 * options.hours)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How soon a recogniser decides.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=200, help="in each condition")
    parser.add_argument("--hours", type=float, default=2.0, help="of strangers, without an end")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def _strangers(
    catalogue: Catalogue, tunes: list[Tune], options: argparse.Namespace, condition: Condition
) -> NDArray[np.float64]:
    """Return the best rating that any look at each stranger gave, shape (clips,)."""
    query = QueryParams(far=NOTHING_ACCEPTED)
    best = []
    for clip in clips(tunes, [condition], options.clips, options.seed + 1):
        recognizer = Recognizer(_library(catalogue, clip.places[0].tune), query=query)
        told = chain(_updates(recognizer, clip.samples, RATE_HZ), _finished(recognizer))
        best.append(max((one.match.score for one in told if one.match), default=-np.inf))
    ratings = np.array(best, np.float64)
    _print_false(condition.label, ratings)
    return ratings


def _library(catalogue: Catalogue, stranger: str | None = None) -> Library:
    here = catalogue if stranger is None else catalogue.without(group_of(stranger))
    return Library(cast("Store", Masked(here)), catalogue.params)


def _track(key: int, name: str) -> Track:
    return Track(
        key=key,
        id=str(uuid.UUID(int=key)),
        metadata=Metadata(title=name),
        source=Source(b"", b"", b""),
        duration_s=math.inf,
        added_at="",
        peaks=0,
        constellation_hash=b"",
    )


def _first(library: Library, clip: Clip) -> Update | None:
    """Return the first decision of a recogniser that hears a clip."""
    recognizer = Recognizer(library)
    told = chain(_updates(recognizer, clip.samples, RATE_HZ), _finished(recognizer))
    return next((update for update in told if update.kind is UpdateKind.STARTED), None)


def _updates(
    recognizer: Recognizer, samples: NDArray[np.float32], rate_hz: int
) -> Iterator[Update]:
    piece = round(PIECE_S * rate_hz)
    for first in range(0, len(samples), piece):
        yield from recognizer.feed(samples[first : first + piece], rate_hz)


def _finished(recognizer: Recognizer) -> Iterator[Update]:
    """End the stream, once all that came before was dealt with."""
    yield from recognizer.finish()


def _print_known(label: str, found: list[Update | None], made: list[Clip]) -> None:
    times = np.array(
        [
            update.at_s
            for update, clip in zip(found, made)
            if update and update.match and _is_right(update.match.track.metadata.title, clip)
        ]
    )
    wrong = sum(update is not None for update in found) - len(times)
    by = "".join(f"{100 * (times <= seconds).sum() / len(found):8.1f}" for seconds in BY_S)
    middle = np.quantile(times, (0.5, 0.9)) if len(times) else (math.nan, math.nan)
    print(
        f"{label:22}{len(found):5} clips, named by {BY_S} s: {by} %, {wrong} wrong, "
        f"median {middle[0]:.2f} s, 90 % within {middle[1]:.2f} s",
        flush=True,
    )


def _is_right(title: str, clip: Clip) -> bool:
    return group_of(title) == group_of(clip.places[0].tune)


def _print_false(label: str, best: NDArray[np.float64]) -> None:
    """Print how many strangers are named when looks are paid for, and when they are free."""
    cells = []
    for rate in RATES:
        paid = int((best >= -np.log(rate * LookPlan().share)).sum())
        free = int((best >= -np.log(rate)).sum())
        low, high = wilson(paid, len(best))
        cells.append(f"{rate:g}: {paid} ({100 * low:.2f}-{100 * high:.2f} %), free {free}")
    print(f"{label:22}{len(best):5} strangers, named at " + "; ".join(cells), flush=True)


def listen_long(library: Library, tunes: Iterable[Tune], wanted_s: float) -> None:
    """Listen to strangers, one after the other without an end, and print the false starts."""
    recognizer, started = Recognizer(library), 0
    for tune in tunes:
        if recognizer.position_s >= wanted_s:
            break
        for update in _updates(recognizer, tune.samples, RATE_HZ):
            if update.kind is UpdateKind.STARTED:
                started += 1
                print(f"  {tune.name} at {update.start_s:.0f} s taken for {_title(update)}")
    hours = recognizer.position_s / 3600
    print(f"without an end: {started} false starts in {hours:.2f} h of strangers", flush=True)


def _title(update: Update) -> str:
    return update.match.track.metadata.title if update.match else ""


if __name__ == "__main__":
    main()
