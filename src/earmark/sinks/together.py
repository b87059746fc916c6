"""Several sinks as one: what fails in one of them, stops no other and no station."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from earmark.errors import EarmarkError

Told = TypeVar("Told")


class Together(Generic[Told]):
    """Hands everything that is told, events or pulses, to all sinks, in their order."""

    def __init__(
        self,
        sinks: Sequence[Callable[[Told], object]],
        on_problem: Callable[[str], object],
    ) -> None:
        """Join sinks; `on_problem` is called with a sentence when one of them fails."""
        self._sinks = sinks
        self._on_problem = on_problem

    def __call__(self, told: Told) -> None:
        """Hand it on."""
        for sink in self._sinks:
            try:
                sink(told)
            except (EarmarkError, OSError) as error:
                self._on_problem(str(error))
