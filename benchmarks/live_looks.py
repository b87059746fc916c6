"""What a live look names and costs, with a glance alone and with a search; and how soon.

    python -m benchmarks.live_looks LIBRARY CLIPS [--lengths S,...] [--parts looks,waits] [--seed N]

LIBRARY is a library with the recordings that CLIPS were cut from, and CLIPS a folder that
`benchmarks/scale.py` cut (`--cache`, `clips-...`).

`looks`: windows of each length are cut from the clips of ten seconds; pink noise is added to clean
ones here. Each window is asked for as a recogniser looks at sound that stays unknown: with a
glance, and with a search. Printed are how many were named, and the median time on a processor.

`waits`: a recogniser that has had its looks at some seconds of a stranger hears a clip then.
Printed is how long after its beginning it is named, by glances alone, as usual, and with searches
every two seconds and nothing between.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_clips import Clips
from earmark.audio import Resampler
from earmark.evaluation.clips import RATE_HZ
from earmark.evaluation.degradations import add_noise
from earmark.library import Library
from earmark.live.looking import Looker
from earmark.live.plan import LookPlan
from earmark.live.quota import Quota, Quotas
from earmark.live.recognizer import Recognizer
from earmark.live.updates import UpdateKind
from earmark.params import Ladder, QueryParams
from earmark.types import Identification, Status

CLEAN = "clean 10 s"
NOISY_DB = (10.0, 5.0, 0.0)
STRANGERS = "stranger music 10 s"
HEARD_LATER = (CLEAN, "noise +0 dB 10 s", "room +10 dB 10 s")
STRANGER_S = 3.3
"""Of a stranger before the clip: no whole number, as nobody begins with a look."""
PIECE = round(0.25 * RATE_HZ)
BY_S = (1, 2, 3, 5, 10)
Spoil: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]
KEPT = ("room +10 dB 10 s", STRANGERS)


@dataclass(frozen=True)
class Window:
    """A piece of a clip."""

    samples: NDArray[np.float32]
    """At the rate of the library, shape (n,)."""
    name: str
    """Of the recording that it was cut from."""


def main() -> None:
    """Ask and print."""
    options = _options()
    clips = Clips(options.place)
    with Library.open(options.library, create=False) as library:
        library.warm_up()
        looker = Looker(library, QueryParams(), None)
        rate_hz = library.params.peaks.sample_rate_hz
        parts = options.parts.split(",")
        for length_s in map(float, options.lengths.split(",")) if "looks" in parts else ():
            for label, windows in _conditions(clips, length_s, rate_hz, options.seed):
                found = [_looked(looker, one) for one in windows]
                print(f"{label}, {length_s:g} s, n = {len(found)}: {_told(found)}", flush=True)
        for label in HEARD_LATER if "waits" in parts else ():
            for name, plan, quotas in _ways():
                waits_s = list(_waits(clips, label, library, plan, quotas))
                print(f"{label} after a stranger, {name}: {_waited(waits_s)}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a live look names, and what it costs.")
    parser.add_argument("library", type=Path)
    parser.add_argument("place", type=Path, metavar="clips")
    parser.add_argument("--lengths", default="2,5", help="of the windows, in seconds")
    parser.add_argument("--parts", default="looks,waits")
    parser.add_argument("--seed", type=int, default=3, help="of the noise")
    return parser.parse_args()


def _conditions(
    clips: Clips, length_s: float, rate_hz: int, seed: int
) -> Iterator[tuple[str, list[Window]]]:
    """Yield windows by what has become of the music."""
    rng = np.random.default_rng(seed)

    def noisy(snr_db: float) -> Spoil:
        return lambda samples: add_noise(samples, RATE_HZ, rng, snr_db=snr_db)

    size = round(length_s * RATE_HZ)
    for label, kept, spoil in (
        ("clean", CLEAN, _as_it_is),
        *((f"pink noise {snr_db:+g} dB", CLEAN, noisy(snr_db)) for snr_db in NOISY_DB),
        *((label, label, _as_it_is) for label in KEPT),
    ):
        windows = []
        for asked in clips.of(kept):
            samples = clips.samples(asked)
            for first in range(0, len(samples) - size + 1, size):
                spoiled = spoil(samples[first : first + size])
                windows.append(Window(_at(rate_hz, spoiled), asked.name))
        yield label, windows


def _as_it_is(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return samples


def _at(rate_hz: int, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    resampler = Resampler(RATE_HZ, rate_hz)
    return np.concatenate([resampler.feed(samples), resampler.flush()])


@dataclass(frozen=True)
class Look:
    """What one look said, and its time on a processor."""

    named: bool
    right: bool
    took_ms: float


def _looked(looker: Looker, window: Window) -> tuple[Look, Look]:
    """Look with a glance, and with a search."""
    share = LookPlan().later_share
    return (
        _timed(lambda: looker.glance(window.samples, share), window.name),
        _timed(lambda: looker.search(window.samples, share, is_new=False), window.name),
    )


def _timed(look: Callable[[], Identification | None], name: str) -> Look:
    began = time.thread_time()
    answer = look()
    took_ms = 1000 * (time.thread_time() - began)
    if answer is None or answer.status is not Status.IDENTIFIED or answer.best is None:
        return Look(named=False, right=False, took_ms=took_ms)
    file = answer.best.track.source.file.decode(errors="replace")
    return Look(named=True, right=file.endswith(name), took_ms=took_ms)


def _told(found: list[tuple[Look, Look]]) -> str:
    """Say how many were named, rightly and wrongly, and how long it took."""
    parts = []
    for kind, looks in zip(("glance", "search"), zip(*found)):
        named = sum(one.named for one in looks)
        right = sum(one.right for one in looks)
        middle_ms = np.median([one.took_ms for one in looks])
        parts.append(f"{kind} {named} named ({right} by their file), {middle_ms:.1f} ms")
    return "; ".join(parts)


def _ways() -> Iterator[tuple[str, LookPlan, Quotas | None]]:
    """Yield the ways of looking that are compared; each has its looks at a new stretch at once."""
    nothing = Quotas(Quota(1.0, 0.0, lambda: 0.0), Quota(1.0, 0.0, lambda: 0.0))
    usual = LookPlan(looks_s=(1.0,))
    yield "glances alone", usual, nothing
    yield "as usual", usual, None
    yield "every two seconds", replace(usual, later_every_s=2.0, later_share=1 / 16), None


def _waits(
    clips: Clips, label: str, library: Library, plan: LookPlan, quotas: Quotas | None
) -> Iterator[float]:
    """Yield how much of each clip was heard before it was named; infinity where it was not."""
    before = round(STRANGER_S * RATE_HZ)
    for asked, other in zip(clips.of(label), clips.of(STRANGERS)):
        stream = np.concatenate([clips.samples(other)[:before], clips.samples(asked)])
        query = QueryParams(ladder=Ladder.OFF)
        recognizer = Recognizer(library, query=query, plan=plan, quotas=quotas)
        waited_s = math.inf
        for first in range(0, len(stream), PIECE):
            told = recognizer.feed(stream[first : first + PIECE], RATE_HZ)
            if any(update.kind is UpdateKind.STARTED for update in told):
                waited_s = recognizer.position_s - STRANGER_S
                break
        yield waited_s


def _waited(waits_s: list[float]) -> str:
    by = ", ".join(f"{sum(one <= s for one in waits_s)} by {s} s" for s in BY_S)
    return f"n = {len(waits_s)}, named {by}; median {np.median(waits_s):.2f} s"


if __name__ == "__main__":
    main()
