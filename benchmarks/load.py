"""The server under load: how soon it answers, how much, how many can listen, what it keeps.

    python -m benchmarks.load LIBRARY CLIPS [--parts NAME,...] [--seconds S] [--listeners N]
                              [--requests N] [--rounds N]

Takes a library and the folder of clips that `benchmarks.scale` made of recordings in it. Each clip
of ten seconds becomes a 16 kHz mono WAVE. Every part has a server of its own, in a process of its
own; the load comes from other processes, whose time on a processor is told, too. The parts:

    ready        from the start until the server says that it is ready
    answers      one client, plain queries, beside the library itself
    throughput   8 clients, beside two processes with the library in each
    decision     one live listener after the other, to clean music, until it is named
    listeners    N live listeners for a minute, half of them to unknown music
    memory       what the server holds after N requests
    crowd        50 clients at once, for two minutes
    idle         1,000 WebSockets that say nothing, and a clip meanwhile

Prints one table in Markdown. What hostile clients get is measured by `benchmarks.hostile`.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.listening import Listener, Sound, listen_together, one_by_one, stay
from benchmarks.scale_clips import Clips
from benchmarks.serving import (
    HEAD_BYTES,
    LIVE,
    SENT_HZ,
    Client,
    Material,
    Served,
    own_cpu_s,
    serving,
)
from earmark.library import Library
from earmark.params import Ladder, QueryParams

CLIENTS, PROCESSES, CROWD, IDLE = 8, 2, 50, 1000
STARTS = 5
LISTEN_S, DECIDE_S, CROWD_S = 60.0, 10.0, 120.0
MEASURED_AT = 10
"""Memory is read so often while the requests are sent."""
PLAIN = QueryParams(ladder=Ladder.OFF)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    target: str
    measured: str


@dataclass(frozen=True)
class Load:
    """What is measured with."""

    library: Path
    material: Material
    chosen: argparse.Namespace


def main() -> None:
    """Measure the parts that are wanted, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("library", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--parts", default=",".join(PARTS), help="which, with commas between")
    parser.add_argument("--rounds", type=int, default=5, help="of all clips, by one client")
    parser.add_argument("--seconds", type=float, default=20.0, help="of throughput")
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--requests", type=int, default=10_000, help="whose memory is measured")
    chosen = parser.parse_args()
    load = Load(chosen.library, Material.of(Clips(chosen.clips)), chosen)
    print("| what | target | measured |\n|---|---|---|")
    for name in chosen.parts.split(","):
        for row in PARTS[name](load):
            print(f"| {row.what} | {row.target} | {row.measured} |", flush=True)


def ready(load: Load) -> Iterator[Row]:
    """Start servers, one after the other."""
    took_s = []
    for _ in range(STARTS):
        with serving(load.library) as server:
            took_s.append(server.ready_s)
    told = f"{np.median(took_s):.2f} s ({min(took_s):.2f} to {max(took_s):.2f}; n = {STARTS})"
    yield Row("start to ready, p50", "2 s", told)


def answers(load: Load) -> Iterator[Row]:
    """Ask one clip after the other; then the library itself."""
    material, rounds = load.material, load.chosen.rounds
    kinds = (
        ("a hit, clean", material.clean, "25 ms; p95 50 ms"),
        ("a hit, half of them in noise at 0 dB", material.hits, ""),
        ("a stranger", material.strangers, "60 ms"),
    )
    with serving(load.library) as server:
        client = Client()
        asked = [timed(client.ask, clips, rounds, server.cpu_s) for _, clips, _ in kinds]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        itself = [
            pool.submit(timed_in_library, load.library, clips, rounds).result()
            for _, clips, _ in kinds
        ]
    for (name, _, target), server_told, library_told in zip(kinds, asked, itself):
        yield Row(f"`POST /identify`, {name}, p50", target, f"{server_told}")
        yield Row(f"the library itself, {name}, p50", "", f"{library_told}")


@dataclass(frozen=True)
class Times:
    """How long answers took."""

    took_ms: list[float]
    named: int
    cpu_ms: float
    """On a processor, of each."""

    def __str__(self) -> str:
        """As the table has it."""
        p50, p95 = np.percentile(self.took_ms, (50, 95))
        count = len(self.took_ms)
        return (
            f"{p50:.1f} ms; p95 {p95:.1f} ms (n = {count}, {self.named} named); "
            f"processor {self.cpu_ms:.1f} ms each"
        )


def timed(
    ask: Callable[[bytes], str], clips: list[bytes], rounds: int, cpu_s: Callable[[], float]
) -> Times:
    """Time answers; a first round warms up, and counts not."""
    for clip in clips:
        ask(clip)
    took_ms, named, before_s = [], 0, cpu_s()
    for clip in clips * rounds:
        began = time.perf_counter()
        named += ask(clip) == "identified"
        took_ms.append(1000 * (time.perf_counter() - began))
    return Times(took_ms, named, 1000 * (cpu_s() - before_s) / len(took_ms))


def timed_in_library(place: Path, clips: list[bytes], rounds: int) -> Times:
    """The same without a server."""
    with Library.open(place, create=False) as library:
        library.warm_up()
        return timed(_asking(library), clips, rounds, own_cpu_s)


def _asking(library: Library) -> Callable[[bytes], str]:
    return lambda body: library.identify(io.BytesIO(body), query=PLAIN).status.value


def throughput(load: Load) -> Iterator[Row]:
    """Ask from several processes at once; then have as many libraries as processors answer."""
    clips, seconds = load.material.hits, load.chosen.seconds
    with serving(load.library) as server:
        before_s = server.cpu_s()
        with ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")) as pool:
            counts = list(pool.map(asking_for, [clips] * CLIENTS, [seconds] * CLIENTS))
        server_s = server.cpu_s() - before_s
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        many = [load.library] * PROCESSES, [clips] * PROCESSES, [seconds] * PROCESSES
        itself = sum(pool.map(answering_for, *many)) / seconds
    count = sum(answered for answered, _ in counts)
    load_s = sum(cpu_s for _, cpu_s in counts)
    rate = count / seconds
    yield Row(
        f"answers a second, {CLIENTS} clients",
        f"0.6 of {PROCESSES} library processes",
        f"{rate:.1f}, of {itself:.1f} ({rate / itself:.2f}; n = {count}); "
        f"processors: server {server_s / seconds:.2f}, load {load_s / seconds:.2f}",
    )


def asking_for(clips: list[bytes], seconds: float) -> tuple[int, float]:
    """Ask for so long; return the answers and the time on a processor."""
    client = Client()
    client.ask(clips[0])
    began_s, until, count = own_cpu_s(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        client.ask(clips[count % len(clips)])
        count += 1
    return count, own_cpu_s() - began_s


def answering_for(place: Path, clips: list[bytes], seconds: float) -> int:
    """Ask a library for so long, and return the number of answers."""
    with Library.open(place, create=False) as library:
        ask = _asking(library)
        for clip in clips[:3]:
            ask(clip)
        until, count = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            ask(clips[count % len(clips)])
            count += 1
        return count


def decision(load: Load) -> Iterator[Row]:
    """Listen to clean clips until they are named."""
    with serving(load.library):
        sounds = [sound_of(one) for one in load.material.clean]
        told = asyncio.run(one_by_one(LIVE, sounds, DECIDE_S))
    yield Row("live decision on clean music, p50", "3 s of sound, 150 ms", decided(told))


def sound_of(wave: bytes) -> Sound:
    """Return the samples of a WAVE file."""
    return Sound(wave[HEAD_BYTES:], SENT_HZ)


def decided(told: list[Listener]) -> str:
    """Say how many were told a name, and how soon."""
    found = [(one.decided_at_s, one.decided_late_s) for one in told if one.decided_at_s is not None]
    if not found:
        return f"0 of {len(told)} named"
    sound_s, late_s = np.median(np.array(found, np.float64), axis=0)
    return (
        f"{len(found)} of {len(told)} named, {sound_s:.2f} s of sound, "
        f"{1000 * late_s:.0f} ms after the deciding chunk"
    )


def listeners(load: Load) -> Iterator[Row]:
    """Listen over many connections at once, in real time."""
    count, material = load.chosen.listeners, load.material
    kinds = [[sound_of(one) for one in clips] for clips in (material.hits, material.strangers)]
    sounds = [kinds[number % 2][number // 2 % len(kinds[number % 2])] for number in range(count)]
    with serving(load.library) as server:
        before_s, own_s, began = server.cpu_s(), own_cpu_s(), time.monotonic()
        told = asyncio.run(listen_together(LIVE, sounds, LISTEN_S))
        took_s = time.monotonic() - began
        server_s, load_s = server.cpu_s() - before_s, own_cpu_s() - own_s
    late_ms = 1000 * np.concatenate([one.late_s for one in told])
    last_ms = 1000 * np.array([one.late_s[-1] for one in told])
    what = f"{count} live listeners, half unknown, {LISTEN_S:g} s"
    yield Row(
        f"{what}: processors",
        "under 1.6 of 2",
        f"server {server_s / took_s:.2f}, load {load_s / took_s:.2f}",
    )
    p50, p95, p99 = np.percentile(late_ms, (50, 95, 99))
    yield Row(
        f"{what}: a chunk's answer, p50",
        "real time",
        f"{p50:.0f} ms; p95 {p95:.0f}, p99 {p99:.0f} ms; of the last chunk p95 "
        f"{np.percentile(last_ms, 95):.0f} ms (n = {len(late_ms)})",
    )
    wrong = sum(one.decided_at_s is not None for one in told[1::2])
    yield Row(f"{what}: decisions", "", f"{decided(told[::2])}; of the unknown {wrong} named")


def memory(load: Load) -> Iterator[Row]:
    """Send many requests, and read now and then what the server holds."""
    total, clips = load.chosen.requests, [*load.material.hits, *load.material.strangers[:4]]
    with serving(load.library) as server:
        client, held = Client(), [_held(server)]
        for number in range(1, total + 1):
            client.ask(clips[number % len(clips)])
            if number % (total // MEASURED_AT) == 0:
                held.append(_held(server))
    told = ", ".join(f"{all_mb:.0f} ({own_mb:.0f})" for all_mb, own_mb in held)
    step = total // MEASURED_AT
    yield Row(f"MB held (its own) at 0, {step}, ... {total} requests", "flat", told)


def _held(server: Served) -> tuple[float, float]:
    return server.memory_mb(), server.memory_mb("RssAnon")


def crowd(load: Load) -> Iterator[Row]:
    """Ask from many connections at once."""
    with serving(load.library) as server:
        before_s = server.cpu_s()
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            told, took_ms, load_s = pool.submit(crowding, load.material.hits).result()
        server_s = server.cpu_s() - before_s
        most_mb = server.memory_mb("VmHWM")
    p50, p99 = np.percentile(took_ms, (50, 99))
    good = told["identified"] + told["no_match"] + told["ambiguous"]
    yield Row(
        f"{CROWD} clients at once, {CROWD_S:g} s: errors",
        "0",
        f"{told.total() - good} of {told.total()}; p50 {p50:.0f}, p99 {p99:.0f} ms; processors: "
        f"server {server_s / CROWD_S:.2f}, load {load_s / CROWD_S:.2f}; at most {most_mb:.0f} MB",
    )


def crowding(clips: list[bytes]) -> tuple[Counter[str], list[float], float]:
    """Ask in many threads; return what came back, how long it took, and the load's own work."""
    with ThreadPoolExecutor(CROWD) as threads:
        parts = list(threads.map(asking_on, [clips] * CROWD, range(CROWD)))
    told = Counter(status for part in parts for status, _ in part)
    return told, [ms for part in parts for _, ms in part], own_cpu_s()


def asking_on(clips: list[bytes], first: int) -> list[tuple[str, float]]:
    """Ask over one connection until the time is up."""
    client, until = Client(), time.monotonic() + CROWD_S
    told: list[tuple[str, float]] = []
    while time.monotonic() < until:
        began = time.perf_counter()
        status = client.ask(clips[(first + len(told)) % len(clips)])
        told.append((status, 1000 * (time.perf_counter() - began)))
    return told


def idle(load: Load) -> Iterator[Row]:
    """Hold many connections that say nothing, and ask for a clip."""
    with serving(load.library) as server:
        before_mb = server.memory_mb()
        taken, refused, status, took_ms = asyncio.run(_idling(load.material.clean[0]))
        grown_mb = server.memory_mb("VmHWM") - before_mb
    yield Row(
        f"{IDLE} WebSockets that say nothing",
        "a clip is answered",
        f"{taken} taken, {refused} refused; {grown_mb:.0f} MB more; "
        f"a clip meanwhile: {status}, {took_ms:.0f} ms",
    )


async def _idling(clip: bytes) -> tuple[int, int, str, float]:
    holding, enough = asyncio.Event(), asyncio.Event()
    staying = asyncio.create_task(stay(LIVE, IDLE, holding, enough))
    await holding.wait()
    began = time.perf_counter()
    status = await asyncio.to_thread(lambda: Client().ask(clip))
    took_ms = 1000 * (time.perf_counter() - began)
    enough.set()
    return *await staying, status, took_ms


PARTS: dict[str, Callable[[Load], Iterator[Row]]] = {
    "ready": ready,
    "answers": answers,
    "throughput": throughput,
    "decision": decision,
    "listeners": listeners,
    "memory": memory,
    "crowd": crowd,
    "idle": idle,
}

if __name__ == "__main__":
    main()
