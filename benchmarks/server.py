"""The server on this machine: how soon it answers, how much it answers, how many can listen.

    python -m benchmarks.server LIBRARY CLIPS [--rounds N] [--seconds S] [--listeners N]

Takes a library and the folder of clips that `benchmarks.scale` made of recordings in it. Each clip
of ten seconds becomes a 16 kHz mono WAVE, and is sent as it is. Printed are the time of one client,
for hits and for strangers (plain queries), beside those of the library itself with the same clips;
the answers per second that 8 clients get, and two processes with the library in each; and how late
live listeners are answered, half of whom hear unknown music, with the time that the server took on
its processors. The load generator has processes of its own, whose time is printed as well.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import websockets
from numpy.typing import NDArray

from benchmarks.scale_clips import Clips
from earmark.audio import Resampler
from earmark.evaluation.clips import RATE_HZ
from earmark.library import Library
from earmark.params import Ladder, QueryParams

SENT_HZ = 16_000
HITS = ("clean 10 s", "noise +0 dB 10 s")
STRANGERS = "stranger music 10 s"
PORT = 8790
CLIENTS = 8
PROCESSES = 2
CHUNK_S = 0.25
TICKS = os.sysconf("SC_CLK_TCK")
PLAIN = QueryParams(ladder=Ladder.OFF)


@dataclass(frozen=True)
class Material:
    """What is sent."""

    hits: list[bytes]
    strangers: list[bytes]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--listeners", type=int, default=100)
    chosen = parser.parse_args()
    material = read(Clips(chosen.clips))
    print(f"{len(material.hits)} hits, {len(material.strangers)} strangers")
    in_library(chosen.library, material, chosen.rounds)
    with serving(chosen.library) as server:
        print(f"start to ready: {server.ready_s:.2f} s")
        one_client(material, chosen.rounds)
        many_clients(material.hits, chosen.seconds, server.pid)
        if chosen.listeners:
            asyncio.run(listeners(material, chosen.listeners, server.pid))
        print(f"server's peak memory: {peak_mb(server.pid):.0f} MB")
    two_processes(chosen.library, material.hits, chosen.seconds)


def read(clips: Clips) -> Material:
    """Make WAVE files of the clips."""
    hits = [wave_of(clips.samples(one)) for label in HITS for one in clips.of(label)]
    return Material(hits, [wave_of(clips.samples(one)) for one in clips.of(STRANGERS)])


def wave_of(samples: NDArray[np.float32]) -> bytes:
    """Return samples at RATE_HZ as a 16-bit WAVE at SENT_HZ."""
    resampler = Resampler(RATE_HZ, SENT_HZ)
    sound = np.concatenate([resampler.feed(samples), resampler.flush()])
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SENT_HZ)
        file.writeframes((sound.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    pid: int
    ready_s: float


@contextlib.contextmanager
def serving(library: Path) -> Iterator[Served]:
    """Run a server until the block ends."""
    with tempfile.TemporaryDirectory() as state, Path(state, "log").open("wb") as log:
        began = time.perf_counter()
        command = "from earmark.cli import main; main()"
        options = ("--port", str(PORT), "--rate", "0", "--state", state, "--library", str(library))
        process = subprocess.Popen(
            [sys.executable, "-c", command, "serve", *options], stderr=log, stdout=log
        )
        try:
            wait_until_ready(process)
            yield Served(process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    """Ask until the server says that it is ready."""
    while process.poll() is None:
        with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{PORT}/ready") as answer:
            if answer.status == http.client.OK:
                return
        time.sleep(0.02)
    sys.exit("the server did not start")


class Client:
    """One connection, kept."""

    def __init__(self) -> None:
        """Connect."""
        self._link = http.client.HTTPConnection("127.0.0.1", PORT)

    def ask(self, body: bytes) -> str:
        """Return the status of a clip."""
        self._link.request(
            "POST", "/api/v1/identify?ladder=off", body, {"Content-Type": "audio/wav"}
        )
        return str(json.loads(self._link.getresponse().read())["status"])


def in_library(place: Path, material: Material, rounds: int) -> None:
    """Ask the library itself, without a server."""
    with Library.open(place, create=False) as library:
        library.warm_up()

        def ask(body: bytes) -> str:
            return library.identify(io.BytesIO(body), query=PLAIN).status.value

        for name, clips in (("hits", material.hits), ("strangers", material.strangers)):
            tell_times(f"library, {name}", ask, clips, rounds)


def one_client(material: Material, rounds: int) -> None:
    """Ask one clip after the other."""
    client = Client()
    for name, clips in (("hits", material.hits), ("strangers", material.strangers)):
        tell_times(f"server, {name}", client.ask, clips, rounds)


def tell_times(name: str, ask: Callable[[bytes], str], clips: Sequence[bytes], rounds: int) -> None:
    """Print how long clips take; the first round warms up, and counts not."""
    took_ms, found = [], 0
    for number in range(rounds + 1):
        for clip in clips:
            began = time.perf_counter()
            status = ask(clip)
            if number:
                took_ms.append(1000 * (time.perf_counter() - began))
                found += status == "identified"
    p50, p95 = np.percentile(took_ms, (50, 95))
    share = f"{found} of {len(took_ms)} named"
    print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms ({share})", flush=True)


def many_clients(clips: list[bytes], seconds: float, pid: int) -> None:
    """Ask from several processes at once."""
    before_s = cpu_of(pid)
    with ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")) as pool:
        counts = list(pool.map(asking_for, [clips] * CLIENTS, [seconds] * CLIENTS))
    answers = sum(count for count, _ in counts)
    load_s = sum(cpu_s for _, cpu_s in counts)
    server_s = cpu_of(pid) - before_s
    print(
        f"{CLIENTS} clients: {answers / seconds:.1f} answers/s ({answers} in {seconds:g} s); "
        f"processors: server {server_s / seconds:.2f}, load generator {load_s / seconds:.2f}",
        flush=True,
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


def two_processes(place: Path, clips: list[bytes], seconds: float) -> None:
    """Ask libraries in processes of their own, without any server."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        many = [place] * PROCESSES, [clips] * PROCESSES, [seconds] * PROCESSES
        answers = sum(pool.map(answering_for, *many))
    print(f"{PROCESSES} library processes: {answers / seconds:.1f} answers/s", flush=True)


def answering_for(place: Path, clips: list[bytes], seconds: float) -> int:
    """Ask a library for so long, and return the number of answers."""
    with Library.open(place, create=False) as library:
        for clip in clips[:3]:
            library.identify(io.BytesIO(clip), query=PLAIN)
        until, count = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            library.identify(io.BytesIO(clips[count % len(clips)]), query=PLAIN)
            count += 1
        return count


async def listeners(material: Material, count: int, pid: int) -> None:
    """Listen over many connections at once, in real time; half of them to unknown music."""
    sounds = [
        (material.strangers if number % 2 else material.hits)[number // 2 % 10][44:]
        for number in range(count)
    ]
    before_s, own_s, began = cpu_of(pid), own_cpu_s(), time.monotonic()
    rng = np.random.default_rng(0)
    starts = rng.uniform(0, CHUNK_S * 8, count)
    told = await asyncio.gather(*map(listening, sounds, starts))
    took_s = time.monotonic() - began
    late_ms = [1000 * one.late_s for one in told]
    decided = [one for one in told[::2] if one.decided_at_s is not None]
    sound_s = np.median([one.decided_at_s for one in decided]) if decided else float("nan")
    answer_ms = 1000 * np.median([one.decided_late_s for one in decided]) if decided else 0
    print(
        f"{count} listeners: {len(decided)} of {len(told[::2])} known named, after "
        f"{sound_s:.1f} s of sound (p50), {answer_ms:.0f} ms after the deciding chunk (p50); "
        f"answers late by {np.percentile(late_ms, 95):.0f} ms at the end (p95); "
        f"processors: server {(cpu_of(pid) - before_s) / took_s:.2f}, "
        f"load generator {(own_cpu_s() - own_s) / took_s:.2f}",
        flush=True,
    )


@dataclass(frozen=True)
class Heard:
    """What one listener found."""

    late_s: float
    """How long after the last chunk its level was told."""
    decided_at_s: float | None
    decided_late_s: float


async def listening(sound: bytes, start_s: float) -> Heard:
    """Send a clip three times over in real time."""
    await asyncio.sleep(start_s)
    size = 2 * round(CHUNK_S * SENT_HZ)
    pieces = [sound[at : at + size] for at in range(0, len(sound) - size + 1, size)] * 3
    url = f"ws://127.0.0.1:{PORT}/api/v1/live?rate={SENT_HZ}"
    async with websockets.connect(url, compression=None, ping_interval=None) as socket:
        sent_at: list[float] = []
        reading = asyncio.create_task(reading_of(socket, sent_at, len(pieces)))
        began = time.monotonic()
        for number, piece in enumerate(pieces):
            await asyncio.sleep(max(0.0, began + number * CHUNK_S - time.monotonic()))
            sent_at.append(time.monotonic())
            await socket.send(piece)
        return await reading


async def reading_of(
    socket: websockets.ClientConnection, sent_at: list[float], pieces: int
) -> Heard:
    """Read what is said until the last piece was heard."""
    decided_at_s, decided_late_s = None, 0.0
    async for text in socket:
        now, message = time.monotonic(), json.loads(text)
        # the resampler holds a little back: the last step but one is heard with the last piece
        if message["type"] == "level" and message["at_s"] >= (pieces - 1) * CHUNK_S:
            return Heard(now - sent_at[-1], decided_at_s, decided_late_s)
        update = message.get("update", {"kind": None})
        if update["kind"] == "started" and decided_at_s is None:
            decided_at_s = update["at_s"]
            deciding = min(len(sent_at), round(decided_at_s / CHUNK_S))
            decided_late_s = now - sent_at[deciding - 1]
    raise ConnectionError


def cpu_of(pid: int) -> float:
    """Seconds that a process and its threads have worked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def own_cpu_s() -> float:
    """Seconds that this process has worked."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb(pid: int) -> float:
    """The most memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()
