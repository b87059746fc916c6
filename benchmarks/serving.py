"""A server in a process of its own, with a real library, and what is sent to it; for `load.py`."""

from __future__ import annotations

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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_clips import Clips
from earmark.audio import Resampler
from earmark.evaluation.clips import RATE_HZ

SENT_HZ = 16_000
CLEAN = "clean 10 s"
HITS = (CLEAN, "noise +0 dB 10 s")
STRANGERS = "stranger music 10 s"
PORT = 8790
LIVE = f"ws://127.0.0.1:{PORT}/api/v1/live"
TICKS = os.sysconf("SC_CLK_TCK")
HEAD_BYTES = 44
"""Of a WAVE file that `wave_of` makes."""
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Material:
    """What is sent: WAVE files of ten seconds."""

    clean: list[bytes]
    hits: list[bytes]
    strangers: list[bytes]

    @classmethod
    def of(cls, clips: Clips) -> Material:
        """Make them."""
        made = {
            label: [wave_of(clips.samples(one)) for one in clips.of(label)]
            for label in (*HITS, STRANGERS)
        }
        hits = [one for label in HITS for one in made[label]]
        return cls(made[CLEAN], hits, made[STRANGERS])


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
    """From its start until it said that it was ready."""

    def cpu_s(self) -> float:
        """Seconds that it has worked, with all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, kind: str = "VmRSS") -> float:
        """Memory that it has: of `VmRSS`, `VmHWM` (the most it had) or `RssAnon` (its own)."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith(f"{kind}:"))
        return int(line.split()[1]) / 1024


@contextlib.contextmanager
def serving(library: Path, *options: str) -> Iterator[Served]:
    """Run a server until the block ends."""
    with tempfile.TemporaryDirectory() as state, Path(state, "log").open("wb") as log:
        began = time.perf_counter()
        command = "from earmark.cli import main; main()"
        usual = ("--port", str(PORT), "--rate", "0", "--state", state, "--library", str(library))
        process = subprocess.Popen(
            [sys.executable, "-c", command, "serve", *usual, *options], stderr=log, stdout=log
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
        """Connect with the first request."""
        self._link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)

    def ask(self, body: bytes) -> str:
        """Return the status of a clip, as the server names it or as a number of HTTP."""
        kind = {"Content-Type": "audio/wav"}
        self._link.request("POST", "/api/v1/identify?ladder=off", body, kind)
        told = json.loads(self._link.getresponse().read())
        return str(told["status"])


def own_cpu_s() -> float:
    """Seconds that this process has worked."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
