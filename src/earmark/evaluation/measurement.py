"""The measurement: clips of every condition, asked of a library one after the other.

Clips are made in rounds, one of every condition in each, so that a measurement that is stopped
has measured all conditions alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from earmark.evaluation.clips import RATE_HZ, Clip, Tune, make_clip, needed_s
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.material import Deck, Material
from earmark.evaluation.trials import Trial, judge
from earmark.parallel import in_order

if TYPE_CHECKING:
    from earmark.library import Library

TRIED = 5
"""Recordings that are tried for a clip before it is given up."""


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
    """None where no recording is long enough for the condition, or all are silent."""


def measure(library: Library, material: Material, plan: Plan) -> Iterator[Step]:
    """Make every clip of the plan, ask for it and judge the answer.

    Recordings that turn out to be unusable are written into `material.skipped`.

    Raises:
        LibraryError: the library cannot be read.
    """
    known = Deck(material.known, plan.seed, material.skipped)
    strangers = Deck(material.strangers, plan.seed, material.skipped)
    library.warm_up()
    rounds = product(range(plan.clips), plan.conditions)
    one = partial(_step, library, known, strangers, plan.seed)
    yield from in_order(one, rounds, plan.jobs)


def _step(
    library: Library, known: Deck, strangers: Deck, seed: int, turn: tuple[int, Condition]
) -> Step:
    number, condition = turn
    made = _clip(known if condition.is_known else strangers, condition, seed, number)
    if made is None:
        return Step(condition, None)
    clip, tunes = made
    answer = library.identify(clip.samples, sample_rate=RATE_HZ)
    return Step(condition, judge(clip, answer, tunes, known.find))


def _clip(
    deck: Deck, condition: Condition, seed: int, number: int
) -> tuple[Clip, list[Tune]] | None:
    """Make a clip of the recording whose turn it is, or of a later one if that one is silent."""
    for turn in range(number, number + TRIED):
        tunes = _tunes(deck, condition, turn)
        if tunes is None:
            return None
        clip = make_clip(condition, number, seed, *tunes)
        if clip is not None:
            return clip, tunes
    return None


def _tunes(deck: Deck, condition: Condition, turn: int) -> list[Tune] | None:
    """The recordings that a clip is cut from; None if there are not enough."""
    wanted = {Sound.NOTHING: 0, Sound.PAIR: 2}.get(condition.sound, 1)
    turns = (turn, turn + max(1, len(deck) // 2))[:wanted]
    found = [deck.tune(one, needed_s(condition)) for one in turns]
    tunes = {tune.id: tune for tune in found if tune is not None}
    return list(tunes.values()) if len(tunes) == wanted else None
