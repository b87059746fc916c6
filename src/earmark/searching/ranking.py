"""How well a track's names fit what was typed, from 0 to 1.

Each word that was typed is compared with every word of the names: by the edits between them
(a letter too many, one missing, a wrong one, two swapped), or, from three letters on, with the
beginning of a longer word, for a little less. The best word counts, and those that were typed count
by their lengths. Among what fits alike, names without other words come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SCORE = 0.5
"""What fits less is not told."""

LEAST_WORD = 0.6
"""Words that agree less have nothing in common: of five letters two may be wrong, of three one."""

BEGINNING = 0.95
"""What the beginning of a longer word is worth."""

LEAST_BEGINNING = 3
"""A beginning has so many letters; a shorter word has to be the very word."""

FIELD_WEIGHTS = (1.0, 1.0, 0.9)
"""Of title, artist and album."""

CLOSENESS = 0.05
"""Share of the score that goes to names without other words."""

MOST_WORDS = 16
"""Words of a search; what is typed beyond them is not looked at."""


def ranked(query: str, texts: Mapping[int, str]) -> list[tuple[float, int]]:
    """Return (score, key) of what fits, best first, what fits alike by key.

    Args:
        query: normalised.
        texts: the search texts of tracks by their keys.
    """
    wanted = query.split()[:MOST_WORDS]
    if not wanted or not texts:
        return []
    names = _Names(texts)
    scores = _by_words(wanted, names)
    found = [
        (_with_closeness(float(scores[at]), query, texts[names.keys[at]]), names.keys[at])
        for at in np.flatnonzero(scores >= LEAST_SCORE).tolist()
    ]
    return sorted(found, key=lambda one: (-one[0], one[1]))


class _Names:
    """The words of many search texts, one after the other.

    Attributes:
        keys: of the texts that have words.
        words: each different word, once.
        ids: int64, shape (n,): which word each of all is.
        weights: float32, shape (n,): what its field is worth.
        starts: int64, shape (keys,): where the words of each text begin.
    """

    def __init__(self, texts: Mapping[int, str]) -> None:
        known: dict[str, int] = {}
        ids: list[int] = []
        weights: list[float] = []
        self.keys: list[int] = []
        starts: list[int] = []
        for key, text in texts.items():
            begin = len(ids)
            for line, weight in zip(text.split("\n"), FIELD_WEIGHTS, strict=True):
                words = line.split()
                ids += [known.setdefault(word, len(known)) for word in words]
                weights += [weight] * len(words)
            if len(ids) > begin:
                self.keys.append(key)
                starts.append(begin)
        self.words = list(known)
        self.ids = np.array(ids, np.int64)
        self.weights = np.array(weights, np.float32)
        self.starts = np.array(starts, np.int64)


def _by_words(wanted: Sequence[str], names: _Names) -> NDArray[np.float32]:
    """Return what the words of each text are worth, shape (keys,)."""
    total = np.zeros(len(names.keys), np.float32)
    if not names.keys:
        return total
    for word in wanted:
        alike = _alike(word, names.words)[names.ids] * names.weights
        total += len(word) * np.maximum.reduceat(alike, names.starts)
    return total / np.float32(sum(map(len, wanted)))


def _alike(word: str, others: list[str]) -> NDArray[np.float32]:
    """Return how well each of the other words fits, shape (others,)."""
    whole = _similar(word, others)
    if len(word) < LEAST_BEGINNING:
        return np.where(whole == 1, whole, np.float32(0))
    begun = _similar(word, [other[: len(word)] for other in others]) * np.float32(BEGINNING)
    best = np.maximum(whole, begun)
    return np.where(best >= LEAST_WORD, best, np.float32(0))


def _similar(word: str, others: list[str]) -> NDArray[np.float32]:
    scorer = OSA.normalized_similarity
    found: NDArray[np.float32] = process.cdist([word], others, scorer=scorer, dtype=np.float32)
    return found.reshape(-1)


def _with_closeness(score: float, query: str, text: str) -> float:
    title, artist, _ = (line.strip() for line in text.split("\n"))
    forms = (title, artist, f"{title} {artist}", f"{artist} {title}")
    closest = max(fuzz.ratio(query, form) for form in forms) / 100
    return round((1 - CLOSENESS) * score + CLOSENESS * closest, 4)
