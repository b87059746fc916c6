"""Names as they are searched: without case, accents and signs, and in trigrams.

The *search text* of a track has three lines, its title, artist and album, each as its normalised
words with a space before, between and behind them. A search begins with the trigrams of its words,
a space before and behind each: what shares none of them with a search text cannot be meant by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from earmark.types import Metadata

_MARKS = re.compile("['\u2019\u02bc`\u00b4]")
"""What stands within words and is left out when they are typed."""

_SIGNS = re.compile(r"[\W_]+")

_LETTERS = str.maketrans("\u00f8\u0142\u0111\u00f0\u0127\u0131", "olddhi") | {
    ord("\u00e6"): "ae",
    ord("\u0153"): "oe",
    ord("\u00fe"): "th",
}
"""Letters that Unicode does not take apart, as they are typed where the keyboard lacks them."""


def normalised(text: str) -> str:
    """Return a text as words of letters and digits, without case and accents, single-spaced."""
    text = _MARKS.sub("", text)
    if not text.isascii():
        taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(c for c in taken_apart if not unicodedata.combining(c)).translate(_LETTERS)
    return _SIGNS.sub(" ", text.lower()).strip()


def search_text(metadata: Metadata) -> str:
    """Return what a track is found by."""
    names = (metadata.title, metadata.artist or "", metadata.album or "")
    return "\n".join(f" {normalised(name)} " for name in names)


def trigrams(text: str) -> list[str]:
    """Return the trigrams of a normalised text's words, each once, in their order."""
    return list(dict.fromkeys(_trigrams(text)))


def resembling(
    texts: Iterable[tuple[int, str]], wanted: Collection[str], most: int
) -> dict[int, str]:
    """Return those of (key, search text) that have one of the trigrams, ascending by key.

    If there are more than `most`, those that have most of them: what a store without an index of
    trigrams does.
    """
    counted = ((sum(trigram in text for trigram in wanted), key, text) for key, text in texts)
    found = [one for one in counted if one[0]]
    best = sorted(found, key=lambda one: (-one[0], one[1]))[:most]
    return {key: text for _, key, text in sorted(best, key=lambda one: one[1])}


def _trigrams(text: str) -> Iterator[str]:
    for word in text.split():
        padded = f" {word} "
        yield from (padded[at : at + 3] for at in range(len(padded) - 2))
