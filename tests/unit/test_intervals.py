"""Tests of earmark.evaluation.intervals."""

from __future__ import annotations

import pytest

from earmark.evaluation.intervals import calibration_error, exact, reliability, wilson


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (1, 100, 0.0018, 0.0545),
    ],
)
def test_wilsons_interval_is_that_of_the_tables(
    count: int, n: int, low: float, high: float
) -> None:
    """Published values, to four digits."""
    assert wilson(count, n) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (10, 10, 0.6915, 1.0),
        (0, 1000, 0.0, 0.003682),
    ],
)
def test_the_exact_interval_is_that_of_the_tables(
    count: int, n: int, low: float, high: float
) -> None:
    """Published values of Clopper and Pearson's interval, to four digits."""
    assert exact(count, n) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize("interval", [wilson, exact])
@pytest.mark.parametrize(("count", "n"), [(0, 7), (3, 7), (7, 7), (2, 30_000)])
def test_an_interval_holds_the_share_itself(interval: object, count: int, n: int) -> None:
    """Low, share and high are in this order, within 0 and 1."""
    low, high = interval(count, n)  # type: ignore[operator]
    assert 0 <= low <= count / n <= high <= 1


@pytest.mark.parametrize("interval", [wilson, exact])
def test_nothing_counted_tells_nothing(interval: object) -> None:
    """Without a clip, any share is possible."""
    assert interval(0, 0) == (0.0, 1.0)  # type: ignore[operator]


def test_bins_hold_every_answer_once() -> None:
    """Also answers on an edge, and those of confidence 1."""
    bins = reliability([0.0, 0.1, 0.5, 0.95, 0.999, 1.0], [False, True, True, True, True, True])
    assert sum(one.n for one in bins) == 6
    assert (bins[-1].n, bins[-1].high) == (2, 1.0)


def test_promises_kept_have_no_error() -> None:
    """Nine of ten answers of confidence 0.9 are right: the calibration error is 0."""
    bins = reliability([0.9] * 10, [True] * 9 + [False])
    assert calibration_error(bins) == pytest.approx(0.0)


def test_promises_broken_are_the_error() -> None:
    """Confidence 0.8 on what is always wrong is off by 0.8; nothing is off by nothing."""
    assert calibration_error(reliability([0.8] * 4, [False] * 4)) == pytest.approx(0.8)
    assert calibration_error([]) == 0.0
