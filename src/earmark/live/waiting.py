"""What came after a track's last sound waits until it is clear whether the track plays on.

A track that is lost may only be talked over, so that its end is told late, and for an earlier
moment. What has happened since is told after it: what is told of a stream is in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from earmark.live.updates import Update, UpdateKind

SEQUELS = frozenset({UpdateKind.UNKNOWN, UpdateKind.SILENCE, UpdateKind.SOUND})
"""What may have happened after the end of a track that is not told yet."""


class Waiting:
    """Keeps the updates of one stream in the order of time."""

    def __init__(self) -> None:
        self._kept: list[Update] = []

    def passed(self, update: Update, heard_until_s: float | None) -> Iterator[Update]:
        """Yield an update, or keep it.

        Args:
            update: what there is to say.
            heard_until_s: until when, in seconds of the stream, the track was heard that plays or
                is lost; None if there is none.
        """
        is_open = heard_until_s is not None and update.start_s >= heard_until_s
        if update.kind in SEQUELS and (is_open or self._kept):
            self._kept.append(update)
            return
        yield update
        if update.kind is UpdateKind.ENDED:
            yield from self._let_go(self._kept, update.at_s)

    def played_on(self, heard_until_s: float | None, now_s: float) -> Iterator[Update]:
        """Yield what was kept if the track was heard after it: what was unknown there was it."""
        if self._kept and heard_until_s is not None and heard_until_s > self._kept[0].start_s:
            known = [update for update in self._kept if update.kind is not UpdateKind.UNKNOWN]
            yield from self._let_go(known, now_s)

    def _let_go(self, updates: list[Update], now_s: float) -> Iterator[Update]:
        self._kept = []
        for update in updates:
            yield replace(update, at_s=now_s)
