"""What a count is worth: intervals of a share, and how well confidences hold.

An interval covers the true share in 95 of 100 measurements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Z = 1.959964
"""Standard deviations that hold 95 % of a normal distribution."""

TAIL = 0.025
"""What an exact interval leaves out on either side."""

HALVINGS = 60

CONFIDENCE_EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, 1.0)
"""Where the bins of a reliability table meet: narrow where promises are high."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence."""

    low: float
    high: float
    n: int
    confidence: float
    """Mean of what was promised."""
    right: float
    """Share of what was right."""


def wilson(count: int, n: int) -> tuple[float, float]:
    """Return the interval of a share by Wilson's formula (1927); (0, 1) for n = 0."""
    if not n:
        return 0.0, 1.0
    share, z2 = count / n, Z * Z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    width = Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if count == 0 else max(0.0, centre - width)
    return low, 1.0 if count == n else min(1.0, centre + width)


def exact(count: int, n: int) -> tuple[float, float]:
    """Return the interval of a share by Clopper and Pearson (1934); (0, 1) for n = 0.

    For rare events: it never promises too much, however small the count.
    """
    low = 0.0 if count == 0 else _where_most(count - 1, n, 1 - TAIL)
    high = 1.0 if count == n else _where_most(count, n, TAIL)
    return low, high


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Sort answers into bins of confidence, and leave out empty ones."""
    promised, kept = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    bins = []
    for low, high in pairwise(CONFIDENCE_EDGES):
        last = high == CONFIDENCE_EDGES[-1]
        inside = (promised >= low) & ((promised <= high) if last else (promised < high))
        n = int(inside.sum())
        if n:
            means = float(promised[inside].mean()), float(kept[inside].mean())
            bins.append(Bin(low, high, n, *means))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far promise and truth differ, on average."""
    n = sum(one.n for one in bins)
    return sum(one.n * abs(one.confidence - one.right) for one in bins) / n if n else 0.0


def _where_most(count: int, n: int, share: float) -> float:
    """Find the probability at which at most `count` of `n` happen with a chance of `share`."""
    ways = np.array([_log_ways(n, k) for k in range(count + 1)])
    happened = np.arange(count + 1)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        logs = ways + happened * math.log(middle) + (n - happened) * math.log1p(-middle)
        if float(np.exp(logs).sum()) > share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _log_ways(n: int, k: int) -> float:
    """The logarithm of n over k."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
