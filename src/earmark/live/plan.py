"""When a recogniser looks, and what each look may cost: the price of looking repeatedly.

Whoever looks ten times at music that is unknown gets ten chances to be wrong. So the false-accept
rate that the user allows is a budget. A new stretch of sound is looked at when it has each of the
lengths in `looks_s`, and then once more with the ladder; the budget is spent in equal parts on
these (a Bonferroni correction: looks at overlapping sound depend on one another, so that the true
rate is lower). The rating is in nats, so a look with a part of 1/n costs ln n: 2.2 for nine.

Sound that stays unknown is looked at every `later_every_s`, each time on a budget of its own,
`later_share` of the user's rate: an hour has 3600 such looks, and with the usual numbers a false
start is expected once in 89 hours of unknown music, or more rarely.

A look is a search, or only a glance where a search is not due or not to be had. Either has paid
for being wrong: what a look costs does not depend on how far it went.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from earmark.errors import UsageError


@dataclass(frozen=True, slots=True)
class LookPlan:
    """When to look.

    Raises:
        UsageError: lengths that do not rise, or numbers that are not positive.
    """

    looks_s: tuple[float, ...] = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
    """Lengths of a new stretch at which it is looked at, without the ladder; at the last length
    once more with it."""
    later_s: float = 5.0
    """How much of the latest sound is looked at when a stretch stays unknown."""
    later_every_s: float = 1.0
    later_share: float = 1 / 32
    """Part of the false-accept rate that such a look may spend."""
    search_every_s: float = 2.0
    """Such a look is a glance if the stretch was searched more lately than this."""
    undecided_s: float = 6.0
    """Of two recordings that fit equally well one is told after so long, if nothing tells them
    apart by then."""
    hold_s: float = 12.0
    """A track that is not heard any more (somebody talks, the connection fails) is believed to
    play on for so long, if nothing else does."""

    def __post_init__(self) -> None:
        """Refuse what is no plan."""
        steps = (0.0, *self.looks_s)
        if len(steps) == 1 or any(a >= b for a, b in pairwise(steps)):
            message = f"looks need rising lengths, not {self.looks_s}"
            raise UsageError(message)
        every_s = (self.later_every_s, self.search_every_s)
        numbers = (self.later_s, *every_s, self.later_share, self.hold_s)
        if not all(0 < number < math.inf for number in numbers):
            message = "the times and the share of a plan are positive numbers"
            raise UsageError(message)

    @property
    def share(self) -> float:
        """The part of the false-accept rate that each look at a new stretch may spend."""
        return 1 / (len(self.looks_s) + 1)

    @property
    def longest_s(self) -> float:
        """The longest stretch that is ever looked at."""
        return max(*self.looks_s, self.later_s)
