"""Where exactly a track begins and ends: the change point of what its peaks say.

Every peak of the track that should be heard speaks for it when it is and against it when not, by
the log-likelihood ratio of an audible track against chance. The beginning is where the sum to what
is beyond doubt is greatest, and so is the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.course import nats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.scanning.following import Witnesses

AUDIBLE = 0.3
"""The part of a track's peaks that is heard while it fades, of those heard when it plays alone.
docs/scan.md has the table that chose it."""

LEAST_GAIN = 1.5
"""An audible track is heard this many times as often as chance has it, at least."""

MOST_SHARE = 0.98

BLOCK_S = 1.0
"""Coverage counts blocks of this length in which the peaks speak for the track."""


def weights(witnesses: Witnesses, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return what each peak says for the track, in nats; shape (n,).

    Args:
        witnesses: the track's peaks.
        inside: marks those where the track plays beyond doubt.
    """
    heard, chance = witnesses.partner >= 0, witnesses.chance
    usual = float(heard[inside].mean()) if inside.any() else 1.0
    share = np.clip(np.maximum(AUDIBLE * usual, LEAST_GAIN * chance), 0.05, MOST_SHARE)
    chance = np.minimum(chance, share / LEAST_GAIN)
    return nats(heard, share, chance)


def stretch(
    at_s: NDArray[np.float64], said: NDArray[np.float64], first_s: float, last_s: float
) -> tuple[float, float]:
    """Return where the track begins and ends, at the first and last peak that speak for it.

    Args:
        at_s: shape (n,), when the peaks should be heard, ascending.
        said: shape (n,), see `weights`.
        first_s: the track plays from here on at the latest.
        last_s: and to here at least.
    """
    first, last = np.searchsorted(at_s, [first_s, last_s])
    if not len(at_s):
        return first_s, last_s
    begin = min(first - _reach(said[:first][::-1]), len(at_s) - 1)
    end = max(last + _reach(said[last:]) - 1, begin)
    return float(at_s[begin]), float(at_s[end])


def _reach(said: NDArray[np.float64]) -> int:
    """Return how many peaks, from the first on, say the most together."""
    return int(np.argmax(np.concatenate([[0.0], np.cumsum(said)])))


def coverage(
    at_s: NDArray[np.float64], said: NDArray[np.float64], begin_s: float, end_s: float
) -> float:
    """Return the part of a stretch's blocks in which the peaks speak for the track, 0 to 1."""
    blocks = max(1, round((end_s - begin_s) / BLOCK_S))
    number = np.clip((at_s - begin_s) / BLOCK_S, 0, blocks - 1).astype(np.int64)
    return float((np.bincount(number, said, blocks)[:blocks] > 0).mean())
