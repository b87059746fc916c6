"""Work for several threads, its results in the order of the work.

Threads are enough: kernels, decoders and databases let go of Python's lock while they work.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 8
"""Items that are taken ahead for each thread: so that one that takes long does not keep the others
from working, and however many come, few are held."""


def cpu_count() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    do: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Generator[Result, None, None]:
    """Yield `do(item)` for each item; with one thread, as `map` does.

    Items are taken by the thread that iterates, at most AHEAD for each thread before their results
    are. What `do` raises is raised in its turn. However the iteration ends, nothing goes on
    afterwards: what has begun is waited for, and nothing else begun.
    """
    if threads <= 1:
        yield from map(do, items)
        return
    executor = ThreadPoolExecutor(threads, thread_name_prefix="earmark")
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(do, item))
            if len(waiting) == threads * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def together(do: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return `do(item)` for each item, done on all processors if nobody else uses them so.

    For the parts of one piece of work. Whoever comes while another's parts are done does without
    help: then there is work enough. What `do` raises is raised when no part is under way any more.
    """
    helpers = min(cpu_count(), len(items)) - 1
    if helpers < 1 or not _HELPERS.acquire(blocking=False):
        return [do(item) for item in items]
    done: dict[int, Result] = {}
    numbers = itertools.count()

    def work() -> None:
        while (number := next(numbers)) < len(items):
            done[number] = do(items[number])

    hired: list[Future[None]] = []
    try:
        hired += [_hired().submit(work) for _ in range(helpers)]
        work()
    finally:
        numbers = itertools.count(len(items))  # after an error nothing else begins
        wait(hired)
        _HELPERS.release()
    for one in hired:
        one.result()
    return [done[number] for number in range(len(items))]


_HELPERS = threading.Lock()
"""Held by who is helped."""


@cache
def _hired() -> ThreadPoolExecutor:
    """Return the threads that help, made when they are needed first."""
    return ThreadPoolExecutor(max(1, cpu_count() - 1), thread_name_prefix="earmark-helper")


def _forked() -> None:
    """Begin anew in a child process, which has none of its parent's threads."""
    global _HELPERS  # noqa: PLW0603 - a lock that was held when the process was copied stays held
    _HELPERS = threading.Lock()
    _hired.cache_clear()


os.register_at_fork(after_in_child=_forked)
