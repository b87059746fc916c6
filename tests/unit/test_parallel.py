from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count, islice
from threading import Barrier, current_thread, main_thread
from threading import enumerate as enumerate_threads

import pytest

from earmark import parallel
from earmark.parallel import AHEAD, cpu_count, in_order, together


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
    assert not [thread for thread in enumerate_threads() if thread.name.startswith("earmark_")]


def test_there_is_a_cpu_to_work_with() -> None:
    """A process may always use one processor."""
    assert cpu_count() >= 1


@pytest.fixture
def three_processors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with three processors, whose helpers go home afterwards."""
    monkeypatch.setattr(parallel, "cpu_count", lambda: 3)
    parallel._hired.cache_clear()  # there may be fewer from before
    yield
    parallel._hired().shutdown()
    parallel._hired.cache_clear()


@pytest.mark.usefixtures("three_processors")
@pytest.mark.parametrize("items", [0, 1, 3, 100])
def test_parts_are_done_in_their_order(items: int) -> None:
    """However many there are."""
    assert together(lambda item: -item, range(items)) == [-number for number in range(items)]


@pytest.mark.usefixtures("three_processors")
def test_all_processors_help() -> None:
    """Three parts that wait for each other meet, one of them in the caller's thread."""
    meeting = Barrier(3, timeout=60)

    def meet(_item: int) -> bool:
        meeting.wait()
        return current_thread() is main_thread()

    assert sorted(together(meet, range(3))) == [False, False, True]


@pytest.mark.usefixtures("three_processors")
def test_nobody_helps_two_at_once() -> None:
    """The parts of a part are done by whoever does the part."""

    def do(_item: int) -> bool:
        return set(together(lambda _: current_thread(), range(4))) == {current_thread()}

    assert together(do, range(6)) == [True] * 6


@pytest.mark.usefixtures("three_processors")
def test_the_error_of_a_part_is_raised_when_none_is_under_way() -> None:
    """What had begun is done by then, nothing else was begun, and the next may be helped again."""
    begun: list[int] = []
    done: list[int] = []

    def do(item: int) -> None:
        begun.append(item)
        if item == 1:
            raise ZeroDivisionError
        done.append(item)

    with pytest.raises(ZeroDivisionError):
        together(do, range(1000))
    assert sorted([*done, 1]) == sorted(begun)
    assert together(str, range(5)) == list("01234")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of copies of processes with threads
@pytest.mark.usefixtures("three_processors")
def test_a_copy_of_the_process_has_helpers_of_its_own() -> None:
    """Threads are not copied; who is helped while the process is copied does not keep them all."""
    with parallel._HELPERS:  # somebody is helped
        child = os.fork()
        if child == 0:
            is_right = together(str, range(3)) == list("012")
            is_free = parallel._HELPERS.acquire(blocking=False)
            os._exit(0 if is_right and is_free else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
