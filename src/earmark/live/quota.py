"""What the ladder may take of a processor, for as many streams as share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Quota:
    """A bucket of seconds of work that fills with time; safe for threads."""

    def __init__(
        self, share: float, most_s: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin full.

        Args:
            share: seconds of work that are allowed per second.
            most_s: how much can be saved up.
            clock: tells the time in seconds.
        """
        self._share = share
        self._most_s = self._left_s = most_s
        self._clock = clock
        self._filled = clock()
        self._guard = threading.Lock()

    def is_left(self) -> bool:
        """Tell whether work may begin; it may take more than is left, and is paid for later."""
        with self._guard:
            now = self._clock()
            gained = (now - self._filled) * self._share
            self._filled, self._left_s = now, min(self._most_s, self._left_s + gained)
            return self._left_s > 0

    def spend(self, seconds: float) -> None:
        """Take off what was worked."""
        with self._guard:
            self._left_s -= seconds
