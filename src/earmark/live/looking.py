"""Asks a library what a stretch of a stream is: with a glance, a search, or the ladder.

Each goes further than the one before and costs ten times as much. Glances are free; for the others
a stream takes its turns, where several share a processor.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.params import Ladder
from earmark.types import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from earmark.library import Library
    from earmark.live.quota import Place, Quotas
    from earmark.params import QueryParams
    from earmark.types import Identification, Match


class Looker:
    """Looks at stretches of one stream."""

    def __init__(self, library: Library, query: QueryParams, quotas: Quotas | None) -> None:
        """Take what is asked, and how hard; without quotas every look may go as far as it likes."""
        self._library = library
        self._query = query
        # in no time a query has its first attempt only: the last glance, which finds most
        self._glance = replace(query, glances=query.glances[-1:], time_limit_s=0.0)
        self._searches = quotas.searches.place() if quotas else None
        self._ladders = quotas.ladders.place() if quotas else None

    def glance(self, samples: NDArray[np.float32], share: float) -> Identification:
        """Look with no more than a query's last glance.

        Args:
            samples: the stretch at the library's rate, shape (n,).
            share: the part of the false-accept rate that the look may spend.

        Raises:
            LibraryError: the library cannot be read.
        """
        return self._asked(samples, share, Ladder.OFF, self._glance)

    def search(
        self, samples: NDArray[np.float32], share: float, *, is_new: bool
    ) -> Identification | None:
        """Look as far as a plain query does; None if it is not this stream's turn.

        Args:
            samples: as for `glance`, like the next.
            share: of the false-accept rate.
            is_new: whether the stretch was unheard a moment ago.

        Raises:
            LibraryError: the library cannot be read.
        """
        with _turn(self._searches, is_new=is_new) as is_ours:
            return self._asked(samples, share, Ladder.OFF, self._query) if is_ours else None

    def climb(self, samples: NDArray[np.float32], share: float) -> Identification | None:
        """Look on the ladder, too; None if it is not this stream's turn.

        Raises:
            LibraryError: the library cannot be read.
        """
        query = self._query
        place = self._searches if query.ladder is Ladder.OFF else self._ladders
        with _turn(place, is_new=True) as is_ours:
            return self._asked(samples, share, query.ladder, query) if is_ours else None

    def _asked(
        self, samples: NDArray[np.float32], share: float, ladder: Ladder, query: QueryParams
    ) -> Identification:
        query = replace(query, far=query.far * share, ladder=ladder)
        rate = self._library.params.peaks.sample_rate_hz
        return self._library.identify(samples, sample_rate=rate, query=query)


def of_the_stream(match: Match, begin_s: float) -> Match:
    """Return the match of a window that begins at `begin_s` as one of the whole stream."""
    back_s = match.tempo * begin_s
    return replace(
        match,
        relation=Relation.BEST,
        offset_s=match.offset_s - back_s,
        other_offsets_s=tuple(offset_s - back_s for offset_s in match.other_offsets_s),
        clip_start_s=match.clip_start_s + begin_s,
        clip_end_s=match.clip_end_s + begin_s,
    )


@contextmanager
def _turn(place: Place | None, *, is_new: bool) -> Iterator[bool]:
    """Tell whether it is a stream's turn, and note what is worked until the block ends."""
    if place is None:
        yield True
        return
    if not place.begin(is_new=is_new):
        yield False
        return
    began = time.thread_time()
    try:
        yield True
    finally:
        place.end(time.thread_time() - began)
