"""The measurement: clips of every condition, asked of a library one after the other.

Clips are made in rounds, one of every condition in each, so that a measurement that is stopped
has measured all conditions alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from earmark.evaluation.clips import RATE_HZ, make_clip, needed_s
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.material import Deck, Material
from earmark.evaluation.trials import Trial, judge

if TYPE_CHECKING:
    from earmark.library import Library


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    conditions: Sequence[Condition]
    clips: int
    """Of each condition."""
    seed: int = 1
    jobs: int = 1
    """Threads; with more than one, the times are those of a busy machine."""


@dataclass(frozen=True, slots=True)
class Step:
    """One clip is done."""

    condition: Condition
    trial: Trial | None
    """None where no recording is long enough for the condition."""


def measure(library: Library, material: Material, plan: Plan) -> Iterator[Step]:
    """Make every clip of the plan, ask for it and judge the answer.

    Recordings that turn out to be unusable are written into `material.skipped`.

    Raises:
        LibraryError: the library cannot be read.
    """
    known = Deck(material.known, plan.seed, material.skipped)
    strangers = Deck(material.strangers, plan.seed, material.skipped)
    library.warm_up()
    with _mapping(plan.jobs) as each:
        for number in range(plan.clips):
            one = partial(_step, library, known, strangers, plan.seed, number)
            yield from each(one, plan.conditions)


def _step(
    library: Library, known: Deck, strangers: Deck, seed: int, number: int, condition: Condition
) -> Step:
    deck = known if condition.is_known else strangers
    tune = other = None
    if condition.sound is not Sound.NOTHING:
        tune = deck.tune(number, needed_s(condition))
        if tune is None:
            return Step(condition, None)
    if condition.sound is Sound.PAIR:
        other = deck.tune(number + max(1, len(deck) // 2), needed_s(condition))
        if other is None or other is tune:
            return Step(condition, None)
    clip = make_clip(condition, number, seed, tune, other)
    if clip is None:
        return Step(condition, None)
    tunes = [one for one in (tune, other) if one is not None]
    answer = library.identify(clip.samples, sample_rate=RATE_HZ)
    return Step(condition, judge(clip, answer, tunes, known.find))


_Each = Callable[[Callable[[Condition], Step], Sequence[Condition]], Iterator[Step]]


@contextmanager
def _mapping(jobs: int) -> Iterator[_Each]:
    """Something like `map`, in threads if there are to be several."""
    if jobs <= 1:
        yield map
        return
    executor = ThreadPoolExecutor(jobs)
    try:
        yield executor.map
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
