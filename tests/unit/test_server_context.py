from __future__ import annotations

import asyncio
import threading

import pytest

from earmark.errors import OverloadedError
from earmark.parallel import cpu_count
from earmark.server.context import Memory, Processors
from earmark.server.metrics import Metrics


def test_only_so_many_wait_for_a_processor() -> None:
    """One more is refused at once; those who wait are answered."""

    async def crowd() -> tuple[list[int], int]:
        gate = threading.Event()
        processors = Processors(1, Metrics())
        inside = [
            asyncio.ensure_future(processors.run(lambda: 7 * gate.wait(30)))
            for _ in range(cpu_count() + 1)
        ]
        await asyncio.sleep(0)
        with pytest.raises(OverloadedError) as caught:
            await processors.run(lambda: 0)
        assert caught.value.retry_after_s
        gate.set()
        answers = await asyncio.gather(*inside)
        processors.close()
        return answers, processors.under_way

    answers, under_way = asyncio.run(crowd())
    assert answers == [7] * (cpu_count() + 1)
    assert under_way == 0


def test_who_listens_does_not_wait_for_clips() -> None:
    """Their work has threads of its own."""

    async def beside() -> int:
        gate = threading.Event()
        processors = Processors(1, Metrics())
        clips = [
            asyncio.ensure_future(processors.run(lambda: gate.wait(30)))
            for _ in range(cpu_count() + 1)
        ]
        heard = await processors.listen(lambda: 7)
        gate.set()
        assert all(await asyncio.gather(*clips))
        processors.close()
        return heard

    assert asyncio.run(beside()) == 7


def test_memory_that_is_given_back_can_be_taken_again() -> None:
    """More than there is cannot."""
    memory = Memory(10)
    memory.take(8)
    with pytest.raises(OverloadedError):
        memory.take(3)
    memory.give_back(8)
    memory.take(10)
