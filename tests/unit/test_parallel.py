from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from threading import Barrier, current_thread, main_thread
from threading import enumerate as enumerate_threads

import pytest

from earmark.parallel import AHEAD, cpu_count, in_order


@pytest.mark.parametrize("threads", [0, 1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 3, 100])
def test_results_come_in_the_order_of_the_work(threads: int, items: int) -> None:
    """However many threads there are, and however little work."""
    assert list(in_order(lambda item: -item, range(items), threads)) == [-n for n in range(items)]


def test_threads_work_at_the_same_time() -> None:
    """Three that wait for each other meet; none of them is the caller's."""
    together = Barrier(3, timeout=60)

    def meet(_item: int) -> bool:
        together.wait()
        return current_thread() is main_thread()

    assert list(in_order(meet, range(9), 3)) == [False] * 9


def test_one_thread_is_the_callers_own() -> None:
    """Nothing is started for it."""
    assert list(in_order(lambda _: current_thread(), range(2), 1)) == [current_thread()] * 2


def test_few_items_are_taken_ahead() -> None:
    """Work without end is as good as any: only so much of it is held at once."""
    taken: list[int] = []

    def endless() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    results = in_order(str, endless(), 2)
    assert list(islice(results, 50)) == [str(number) for number in range(50)]
    assert len(taken) < 50 + 2 * AHEAD + 1


def test_an_error_is_raised_in_its_turn() -> None:
    """What was done before it is not lost, and what comes behind it is not begun."""
    results = in_order(lambda item: 1 // item, [2, 1, 0, 1], 2)
    assert list(islice(results, 2)) == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert list(results) == []


def test_nothing_goes_on_when_nobody_asks_any_more() -> None:
    """What has begun is waited for when the iteration is given up; what has not is left out."""
    begun: list[int] = []
    results = in_order(begun.append, range(100), 2)
    next(results)
    results.close()
    assert len(begun) <= 2 * AHEAD
    assert not [thread for thread in enumerate_threads() if thread.name.startswith("earmark")]


def test_there_is_a_cpu_to_work_with() -> None:
    """A process may always use one processor."""
    assert cpu_count() >= 1
