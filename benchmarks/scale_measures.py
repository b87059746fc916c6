"""What is measured of one catalogue, in a process of its own: answers, times, memory, costs.

Linux only: memory and reads are what `/proc` says of this process.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np

from benchmarks.asking import group_of
from benchmarks.scale_catalogues import Recipe, insert, made_songs, open_store
from benchmarks.scale_clips import Asked, Clips, named
from earmark.evaluation.clips import RATE_HZ
from earmark.evaluation.intervals import exact, wilson
from earmark.library import Library
from earmark.params import Ladder, QueryParams
from earmark.stores.base import Store, Writer
from earmark.types import Identification
from tests.homes import OnDisk

PLAIN = ("clean 5 s", "clean 10 s", "noise +0 dB 5 s", "noise +0 dB 10 s")
"""Asked warm and cold."""

CHANGED = ("room +10 dB 5 s", "room +10 dB 10 s", "speed +4 % 10 s", "speed -8 % 10 s")
UNKNOWN = "stranger music 10 s"
STRANGE = ("stranger music 5 s", UNKNOWN, "stranger music, noise +0 dB 5 s")
LABELS = (*PLAIN, *CHANGED, *STRANGE)

LIMITED = ("room +10 dB 5 s", "speed +4 % 10 s", "speed -8 % 10 s")
LIMITS_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

ADDS = 100
PERCENTILES = (50, 95, 99)
SAMPLED_EVERY_S = 0.005
SAMPLED_KEYS = 500
TOLD_RATINGS = 20
"""Of unknown music, the highest."""

Numbers = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is asked of which catalogue."""

    place: Path
    recipe: Recipe
    folder: Path
    """Of the recordings that were planted."""
    clips: Path
    few: int
    """Clips of each kind where every one takes long."""


@dataclass(frozen=True)
class Answer:
    """What a clip was taken for."""

    first: str
    """Path of the best match or, if there is none, of the best candidate; may be empty."""
    is_accepted: bool
    rating: float
    elapsed_ms: float


class Watch:
    """Looks again and again how much memory this process has that is no page of a file."""

    def __enter__(self) -> Self:
        """Begin to look."""
        self._begun = self._most = anonymous_bytes()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()

    @property
    def gained_bytes(self) -> int:
        """The most there was, above what there was at the beginning."""
        return self._most - self._begun

    def _look(self) -> None:
        while not self._done.wait(SAMPLED_EVERY_S):
            self._most = max(self._most, anonymous_bytes())


class Undone(Exception):  # noqa: N818 - nothing went wrong
    """Ends a block whose changes are not wanted."""


def measure(plan: Plan) -> Iterator[Numbers]:
    """Measure a catalogue in a new process that holds nothing else; yield numbers part by part."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        for part in (_sizes, _asked, _adds, _cold, _dear, _masked):
            yield pool.submit(part, plan).result()


def anonymous_bytes() -> int:
    """Return how much memory this process has that is no page of a file."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
    return 1024 * int(line.split()[1])


def _asked(plan: Plan) -> Numbers:
    """Ask for all clips, in a library that was asked for most of them before."""
    clips = Clips(plan.clips)
    Library.open("memory:").warm_up()
    with ExitStack() as stack:
        with Watch() as watch:
            library = stack.enter_context(Library.open(plan.place, create=False))
            for label in (*PLAIN, *STRANGE):
                _all(library, clips, label)
        warm = {label: _all(library, clips, label) for label in LABELS}
    return {
        "memory_bytes": watch.gained_bytes,
        "warm": {label: _times(answers) for label, answers in warm.items()},
        "named": {label: tally(clips.of(label), warm[label]) for label in (*PLAIN, *CHANGED)},
        "strangers": _strangers([one for label in STRANGE for one in warm[label]]),
    }


def _dear(plan: Plan) -> Numbers:
    """Ask what takes long: strangers on every ladder, changed clips under time limits."""
    clips = Clips(plan.clips)
    with Library.open(plan.place, create=False) as library:
        ladders = {
            ladder.value: _all(library, clips, UNKNOWN, QueryParams(ladder=ladder), plan.few)
            for ladder in Ladder
        }
        limits = {
            label: {
                f"{limit_s:g}": _limited(library, clips, label, limit_s, plan.few)
                for limit_s in LIMITS_S
            }
            for label in LIMITED
        }
    return {"ladder": {name: _times(one) for name, one in ladders.items()}, "limits": limits}


def _limited(library: Library, clips: Clips, label: str, limit_s: float, most: int) -> Numbers:
    query = QueryParams(time_limit_s=limit_s)
    return tally(clips.of(label), _all(library, clips, label, query, most))


def _all(
    library: Library,
    clips: Clips,
    label: str,
    query: QueryParams | None = None,
    most: int | None = None,
) -> list[Answer]:
    """Ask for the clips of a condition, or the first of them."""
    return [ask(library, clips, asked, query) for asked in clips.of(label)[:most]]


def ask(library: Library, clips: Clips, asked: Asked, query: QueryParams | None = None) -> Answer:
    """Ask for one clip, its samples in memory."""
    samples = clips.samples(asked)
    began = time.perf_counter()
    found = library.identify(samples, sample_rate=RATE_HZ, query=query)
    return _answer(found, 1000 * (time.perf_counter() - began))


def _answer(found: Identification, elapsed_ms: float) -> Answer:
    best = next(iter((*found.matches, *found.candidates)), None)
    if best is None:
        return Answer("", is_accepted=False, rating=-np.inf, elapsed_ms=elapsed_ms)
    path = os.fsdecode(best.track.source.path)
    return Answer(path, bool(found.matches), best.score, elapsed_ms)


def _times(answers: Sequence[Answer]) -> Numbers:
    """Summarise how long answers took."""
    elapsed_ms = [one.elapsed_ms for one in answers]
    percentiles = np.percentile(elapsed_ms, PERCENTILES).tolist()
    return {"n": len(answers), **{f"p{p}_ms": v for p, v in zip(PERCENTILES, percentiles)}}


def tally(asked: Sequence[Asked], answers: Sequence[Answer]) -> Numbers:
    """Count what was named rightly: first of all, and accepted besides."""
    right = [answer.first.endswith(one.name) for one, answer in zip(asked, answers)]
    accepted = sum(ok and one.is_accepted for ok, one in zip(right, answers))
    wrong = sum(one.is_accepted and not ok for ok, one in zip(right, answers))
    return {
        "n": len(answers),
        "first": sum(right),
        "accepted": accepted,
        "wrong": wrong,
        "interval": wilson(accepted, len(answers)),
        "p50_ms": float(np.median([one.elapsed_ms for one in answers])),
    }


def _strangers(answers: Sequence[Answer]) -> Numbers:
    """Count what was accepted of unknown music."""
    accepted = sum(one.is_accepted for one in answers)
    return {
        "n": len(answers),
        "accepted": accepted,
        "interval": exact(accepted, len(answers)),
        "ratings": sorted((one.rating for one in answers), reverse=True)[:TOLD_RATINGS],
    }


def _cold(plan: Plan) -> Numbers:
    """Ask for clips, before each of which the library's files leave the page cache."""
    clips = Clips(plan.clips)
    Library.open("memory:").warm_up()
    return {"cold": {label: _cold_times(plan, clips, label) for label in PLAIN}}


def _cold_times(plan: Plan, clips: Clips, label: str) -> Numbers:
    """Ask for the clips of a condition; the library is opened anew for each, which is not timed.

    What the disk itself keeps, or a host that it belongs to, stays.
    """
    answers, read = [], []
    for asked in clips.of(label)[: plan.few]:
        gc.collect()  # a segment that is still mapped would keep its pages
        for file in plan.place.rglob("*"):
            _drop(file)
        with Library.open(plan.place, create=False) as library:
            before = _read_bytes()
            answers.append(ask(library, clips, asked))
            read.append(_read_bytes() - before)
    return {**_times(answers), "read_bytes": float(np.median(read))}


def _drop(file: Path) -> None:
    """Have a file's pages dropped from the page cache."""
    if file.is_file():
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fdatasync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def _read_bytes() -> int:
    """Return how much this process had read from disks."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("read_bytes:")).split()[1])


def _masked(plan: Plan) -> Numbers:
    """Ask for clips of planted recordings as if these were not there: so they are strangers."""
    clips = Clips(plan.clips)
    store = open_store(plan.place, plan.recipe.params)
    answers = [one for label in PLAIN for one in _absent(store, plan, clips, label)]
    store.close()
    return {"masked": _strangers(answers)}


def _absent(store: OnDisk, plan: Plan, clips: Clips, label: str) -> Iterator[Answer]:
    for group in sorted({group_of(asked.name) for asked in clips.of(label)}):
        members = [name for name in named("catalogue") if group_of(name) == group]
        with _without(store, plan, members) as library:
            for asked in clips.of(label):
                if asked.name in members:
                    yield ask(library, clips, asked)


@contextmanager
def _without(store: OnDisk, plan: Plan, names: Sequence[str]) -> Iterator[Library]:
    """Yield a library without some recordings, in a block that is never committed."""
    with suppress(Undone), store.write() as writer:
        tracks = [writer.by_file(os.fsencode((plan.folder / name).absolute())) for name in names]
        writer.remove([track.key for track in tracks if track])
        yield Library(cast("Store", _Block(writer)), plan.recipe.params)
        raise Undone


class _Block:
    """What a library reads when it is to see a block's own changes."""

    location = "uncommitted"

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def read(self) -> AbstractContextManager[Writer]:
        return nullcontext(self._writer)


def _adds(plan: Plan) -> Numbers:
    """Add songs one by one, each in a block of its own, and remove them again."""
    recipe = plan.recipe
    songs = made_songs(range(recipe.songs, recipe.songs + ADDS), recipe.seed, recipe.params)
    store = open_store(plan.place, recipe.params)
    elapsed_ms, keys = [], []
    for song in songs:
        began = time.perf_counter()
        with store.write() as writer:
            keys.append(insert(writer, song))
        elapsed_ms.append(1000 * (time.perf_counter() - began))
    with store.write() as writer:
        writer.remove(keys)
    store.close()
    adds = {
        "n": ADDS,
        "p50_ms": float(np.median(elapsed_ms)),
        "mean_ms": float(np.mean(elapsed_ms)),
        "max_ms": max(elapsed_ms),
    }
    return {"adds": adds}


def _sizes(plan: Plan) -> Numbers:
    """Measure what a catalogue takes on the disk."""
    store = open_store(plan.place, plan.recipe.params)
    with store.read() as reader:
        stats = reader.stats()
        keys = np.linspace(1, stats.tracks, SAMPLED_KEYS, dtype=np.int64).tolist()
        packed = reader.constellations(keys).values()
    store.close()
    mean_bytes = sum(map(len, packed)) / len(packed)
    sizes = {
        "tracks": stats.tracks,
        "hours": stats.duration_s / 3600,
        "peaks": stats.peaks,
        "postings": stats.postings,
        "segments": stats.tapes,
        "index_bytes": stats.index_bytes,
        "catalogue_bytes": stats.catalogue_bytes,
        "constellation_bytes": mean_bytes * stats.tracks,
    }
    return {"sizes": sizes}
