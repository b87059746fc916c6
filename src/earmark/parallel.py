"""Work for several threads, its results in the order of the work.

Threads are enough: kernels, decoders and databases let go of Python's lock while they work.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
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
