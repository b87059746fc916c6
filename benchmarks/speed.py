"""How fast Earmark adds and names real music, and how much it stores.

    python benchmarks/speed.py FOLDER [--clips N] [--seconds S] [--seed S]

In one run on one machine:
- `earmark add` over FOLDER with one worker and with two, against FFmpeg decoding the same files
  bare (`ffmpeg -threads 1 ... -ac 1 -ar 8000 -f null -`), where there is such a program;
- `identify` of N clips of S seconds, WAV files cut from random places, in one process: the median
  milliseconds, decoding included; and of all of them by `identify_many`, with one thread and with
  two;
- the command line for one clip: with kernels compiled before (warm) and in an empty cache (cold);
- bytes of index and catalogue per hour of sound.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from earmark.audio import open_audio
from earmark.library import Library
from earmark.types import Status

RATE_HZ = 16_000
FULL_SCALE = 32767
STARTS = 5
ROUNDS = 5


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as scratch:
        folder = Path(scratch)
        with Library.open("memory:") as library:
            library.identify(np.zeros(RATE_HZ, np.float32), sample_rate=RATE_HZ)
        for workers in (1, 2):
            _measure_add(options.folder, folder / f"{workers}.earmark", workers)
        with Library.open(folder / "1.earmark") as library:
            _measure_ffmpeg(library)
            _print_size(library)
            clips = list(_cut(library, folder, options.clips, options.seconds, options.seed))
            _measure_identify(library, clips)
            _measure_many(library, clips)
        _measure_start(folder / "1.earmark", clips[0], folder / "cache")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Speed of adding and naming, and size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _measure_add(folder: Path, location: Path, workers: int) -> None:
    with Library.open(location) as library:
        began, cpu = time.perf_counter(), time.process_time()
        report = library.add([folder], workers=workers)
        elapsed_s = time.perf_counter() - began
        cpu_s = time.process_time() - cpu
    print(
        f"add, {workers} workers: {len(report.added)} tracks, {report.audio_s / 3600:.2f} hours",
        end="",
    )
    print(f" in {elapsed_s:.1f} s: {report.audio_s / elapsed_s:.0f} x real time", end="")
    print(f" ({cpu_s:.1f} s of CPU in the main process), {len(report.skipped)} skipped")


def _measure_ffmpeg(library: Library) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("no ffmpeg here to compare with")
        return
    began, seconds = time.perf_counter(), 0.0
    for track in library.tracks():
        command = [ffmpeg, "-v", "quiet", "-threads", "1", "-i", os.fsdecode(track.source.file)]
        command += ["-vn", "-ac", "1", "-ar", "8000", "-f", "null", "-"]
        subprocess.run(command, check=False)
        seconds += track.duration_s
    elapsed_s = time.perf_counter() - began
    print(f"bare FFmpeg, one thread: {elapsed_s:.1f} s: {seconds / elapsed_s:.0f} x real time")


def _print_size(library: Library) -> None:
    stats = library.stats()
    hours = stats.duration_s / 3600
    print(f"per hour of sound: index {stats.index_bytes / hours / 1e6:.3f} MB,", end=" ")
    print(f"catalogue with constellations {stats.catalogue_bytes / hours / 1e6:.3f} MB;", end=" ")
    print(f"{stats.peaks / stats.duration_s:.1f} peaks and", end=" ")
    print(f"{stats.postings / stats.duration_s:.1f} postings a second")


def _cut(library: Library, folder: Path, count: int, seconds: float, seed: int) -> Iterator[Path]:
    rng = np.random.default_rng(seed)
    tracks = [track for track in library.tracks() if track.duration_s > 2 * seconds]
    for number in range(count):
        track = tracks[rng.integers(len(tracks))]
        with open_audio(track.source.file, sample_rate_hz=RATE_HZ) as stream:
            samples = np.concatenate(list(stream))
        start = rng.integers(len(samples) - round(seconds * RATE_HZ))
        part = samples[start : start + round(seconds * RATE_HZ)]
        path = folder / f"clip{number}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            file.writeframes((np.clip(part, -1, 1) * FULL_SCALE).astype("<i2").tobytes())
        yield path


def _measure_identify(library: Library, clips: list[Path]) -> None:
    library.identify(clips[0])
    results = [library.identify(clip) for clip in clips]
    times = sorted(result.elapsed_ms or 0.0 for result in results)
    named = sum(result.status is Status.IDENTIFIED for result in results)
    print(f"identify: {len(clips)} clips, {named} named; milliseconds, decoding included:", end=" ")
    print(f"median {statistics.median(times):.1f}, 95 % {times[int(0.95 * len(times))]:.1f}")


def _measure_many(library: Library, clips: list[Path]) -> None:
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for threads, elapsed_s in times.items():
            began = time.perf_counter()
            list(library.identify_many(clips, threads=threads))
            elapsed_s.append(time.perf_counter() - began)
    one, two = (len(clips) / statistics.median(elapsed_s) for elapsed_s in times.values())
    print(f"identify_many: one thread {one:.0f} clips a second, two {two:.0f}: {two / one:.2f} x")


def _measure_start(location: Path, clip: Path, cache: Path) -> None:
    earmark = Path(sys.executable).with_name("earmark")
    command = [str(earmark), "identify", "--library", str(location), str(clip)]
    warm = [_seconds(command, {}) for _ in range(STARTS + 1)][1:]
    cold = _seconds(command, {"XDG_CACHE_HOME": str(cache)})
    print(
        f"command line, one clip: warm {statistics.median(warm):.2f} s (median of {STARTS}),",
        end=" ",
    )
    print(f"first use ever, kernels compiled: {cold:.1f} s")


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
