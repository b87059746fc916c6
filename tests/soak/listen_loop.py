"""Many listen at once in real time, while clips are asked for; nobody may be forgotten.

    python -m tests.soak.listen_loop --minutes 5 --listeners 20

Runs a server with a library of three made-up songs. Of the listeners each fourth hears a song that
the library does not have. All must hear the names of what they hear and no others, be heard to the
end, and be let go with the code that says so; every clip must be named; and what the server holds
in the second half of the time may not grow by more than a few megabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.listening import CHUNK_S, Listener, Sound, listen_together
from earmark.server.live import CloseCode
from tests.memory import own_mb
from tests.music import clip, pieces, title
from tests.serving import Running, make_options, running

STRANGER = 3
EVERY_S = 0.5
GROWTH_MB = 16.0
"""More than allocators keep, and less than a listener's sound of a minute in each connection."""


def sounds(count: int) -> list[Sound]:
    """What each of so many listeners hears, in turn the pieces of `tests.music`."""
    every = [
        Sound((piece.samples * 32767).astype("<i2").tobytes(), piece.sample_rate_hz)
        for piece in pieces()
    ]
    return [every[number % len(every)] for number in range(count)]


def judge(told: Sequence[Listener], seconds: float) -> None:
    """Make sure that all were heard, and told what is true.

    Raises:
        ValueError: one was not.
    """
    for number, one in enumerate(told):
        which = number % len(pieces())
        expected = set() if which == STRANGER else {title(which)}
        whole = one.heard_s >= seconds - CHUNK_S
        if set(one.titles) != expected or one.close_code != CloseCode.FINISHED or not whole:
            message = f"listener {number}: {one.titles}, {one.heard_s} s, {one.close_code}"
            raise ValueError(message)


async def run(server: Running, count: int, seconds: float) -> int:
    """Listen and ask; return how many clips were named.

    Raises:
        ValueError: something was not as it must be.
    """
    listening = asyncio.create_task(listen_together(server.live, sounds(count), seconds))
    named, held_mb = 0, []
    while not listening.done():
        answer = await asyncio.to_thread(server.ask, "POST", "/identify", content=clip(1))
        if answer.json().get("status") != "identified":
            raise ValueError(answer.text)
        named += 1
        held_mb.append(own_mb())
        await asyncio.sleep(EVERY_S)
    judge(await listening, seconds)
    half = held_mb[len(held_mb) // 2 :]
    if max(half) - half[0] > GROWTH_MB:
        message = f"it held {half[0]:.0f} MB, and later {max(half):.0f} MB"
        raise ValueError(message)
    return named


def main() -> None:
    """Run the loop on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--listeners", type=int, default=20)
    options = parser.parse_args()
    seconds = 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder, running(make_options(Path(folder))) as server:
        named = asyncio.run(run(server, options.listeners, seconds))
    print(f"{options.listeners} listeners for {seconds:g} s, all heard; {named} clips named")  # noqa: T201


if __name__ == "__main__":
    main()
