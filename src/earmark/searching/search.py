"""Search: the store narrows by trigrams, and what is left is ranked; the same for every store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.searchable import normalised, trigrams
from earmark.searching.ranking import MOST_WORDS, ranked

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.types import Track

MOST_CANDIDATES = 2000
"""Tracks that are ranked; docs/search.md has what more and fewer find, and how fast."""

MOST_LETTERS = 200
"""Of a search; what is typed beyond them is not looked at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A track that may be meant by a search."""

    track: Track
    score: float
    """How well its names fit, 0.5 to 1."""


def search(library: Library, text: str, *, limit: int = 20) -> list[Hit]:
    """Find tracks by title, artist and album, in whatever order, with typing errors.

    Args:
        library: where to look.
        text: what was typed.
        limit: how many hits at most.

    Returns:
        The best first; what fits alike in the order of adding.

    Raises:
        LibraryError: the library cannot be read.
    """
    query = " ".join(normalised(text[:MOST_LETTERS]).split()[:MOST_WORDS])
    with library.reading() as reader:
        texts = reader.resembling(trigrams(query), MOST_CANDIDATES)
        best = ranked(query, texts)[: max(limit, 0)]
        tracks = reader.tracks(key for _, key in best)
    return [Hit(tracks[key], score) for score, key in best]
