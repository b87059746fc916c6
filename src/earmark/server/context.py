"""What the parts of a running server share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import HTTPConnection

from earmark.errors import OverloadedError
from earmark.live.quota import Quota, Quotas
from earmark.parallel import cpu_count
from earmark.server.decoding import Decoders
from earmark.server.keys import Keys
from earmark.server.metrics import Metrics
from earmark.server.monitors import Monitors
from earmark.server.options import MEGABYTE
from earmark.server.rates import Rates
from earmark.server.sounds import Sounds
from earmark.server.tasks.sqlite import SqliteTaskQueue
from earmark.server.trash import Trash

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.server.options import ServerOptions
    from earmark.server.tasks.base import TaskQueue
    from earmark.sqlitefile import SqliteFile

Result = TypeVar("Result")

SEARCH_SHARE = 0.05
LADDER_SHARE = 0.025
"""Of all processors, for the searches and the ladders of all who listen; docs/server.md."""

BODIES_MB = 512
"""What the clips of all requests may take of the memory before others are refused."""

RETRY_AFTER_S = 1.0


class Processors:
    """Threads for what the kernels do: as many as processors, and a bounded number who wait."""

    def __init__(self, most_waiting: int, metrics: Metrics) -> None:
        """Begin with as many threads as there are processors."""
        self._threads = ThreadPoolExecutor(cpu_count(), thread_name_prefix="earmark")
        # of those who listen one may search and one may climb: the others go on meanwhile
        self._listening = ThreadPoolExecutor(cpu_count() + 2, thread_name_prefix="earmark-live")
        self._most = most_waiting + cpu_count()
        self._metrics = metrics
        self.under_way = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do work that a request waits for, and refuse it if too many wait already.

        Raises:
            OverloadedError: too many do.
        """
        if self.under_way >= self._most:
            message = "too many clips wait for a processor"
            raise OverloadedError(message, RETRY_AFTER_S)
        self.under_way += 1
        self._metrics.waiting.set(max(0, self.under_way - cpu_count()))
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self.under_way -= 1
            self._metrics.waiting.set(max(0, self.under_way - cpu_count()))

    async def listen(self, work: Callable[[], Result]) -> Result:
        """Do work for one who listens, however many wait; clips do not hold it up."""
        return await asyncio.get_running_loop().run_in_executor(self._listening, work)

    def close(self) -> None:
        """Wait for what is under way, and begin nothing else."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._listening.shutdown(wait=True, cancel_futures=True)


class Memory:
    """How many bytes of clips may be in memory at once. For one thread."""

    def __init__(self, most_bytes: int) -> None:
        """Begin with all of it."""
        self._left = most_bytes

    def take(self, count: int) -> None:
        """Take some of it.

        Raises:
            OverloadedError: so much is not left.
        """
        if count > self._left:
            message = "too many clips are being sent"
            raise OverloadedError(message, RETRY_AFTER_S)
        self._left -= count

    def give_back(self, count: int) -> None:
        """Give back what was taken."""
        self._left += count


@dataclass(slots=True)
class Listeners:
    """How many listen at the moment."""

    all: int = 0
    encoded: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a request may need."""

    options: ServerOptions
    library: Library
    keys: Keys
    queue: TaskQueue
    metrics: Metrics
    rates: Rates
    decoders: Decoders
    processors: Processors
    memory: Memory
    listeners: Listeners
    quotas: Quotas
    """What those who listen, and monitors, may take beyond glances."""
    monitors: Monitors
    trash: Trash
    sounds: Sounds
    warmed: asyncio.Event
    """Set when the first answer will be as fast as the next."""
    wake: Callable[[], None]
    """Tells the workers that a task waits."""


def make_context(
    options: ServerOptions, library: Library, state: SqliteFile, wake: Callable[[], None]
) -> Context:
    """Put a server together; what it holds is closed by whoever made it."""
    metrics = Metrics()
    limits = options.limits
    quotas = Quotas(Quota(SEARCH_SHARE * cpu_count()), Quota(LADDER_SHARE * cpu_count()))
    return Context(
        options=options,
        library=library,
        keys=Keys(state),
        queue=SqliteTaskQueue(state),
        metrics=metrics,
        rates=Rates(limits.per_minute),
        decoders=Decoders(cpu_count(), limits),
        processors=Processors(limits.waiting, metrics),
        memory=Memory(BODIES_MB * MEGABYTE),
        listeners=Listeners(),
        quotas=quotas,
        monitors=Monitors(library, options, quotas),
        trash=Trash(library, state, options),
        sounds=Sounds(library),
        warmed=asyncio.Event(),
        wake=wake,
    )


def context_of(connection: HTTPConnection) -> Context:
    """Return what the server of a request has put together."""
    context: Context = connection.app.state.context
    return context
