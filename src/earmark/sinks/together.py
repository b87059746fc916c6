"""Several sinks as one: what fails in one of them, stops no other and no station."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from earmark.live.events import Event


class Together:
    """Hands every event to all sinks, in their order."""

    def __init__(
        self,
        sinks: Sequence[Callable[[Event], object]],
        on_problem: Callable[[str], object],
    ) -> None:
        """Join sinks; `on_problem` is called with a sentence when one of them fails."""
        self._sinks = sinks
        self._on_problem = on_problem

    def __call__(self, event: Event) -> None:
        """Hand on an event."""
        for sink in self._sinks:
            try:
                sink(event)
            except (EarmarkError, OSError) as error:
                self._on_problem(str(error))
