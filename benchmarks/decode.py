"""Decoding and adding, format by format, against a bare FFmpeg on the same files.

    python benchmarks/decode.py FOLDER [--files N] [--seconds S] [--rounds R] [--seed S]

Takes N recordings of FOLDER at random and writes the first S seconds of each as a stereo file of
every format. Of each format it prints seconds of CPU, the median of R rounds:

- ffmpeg: `ffmpeg -threads 1 -i FILE -ac 1 -ar 8000 -f f32le -y /dev/null`, one process a file, less
  what it takes to start so many of them; nothing where there is no such program;
- decode: `open_audio` of the same files, to the same samples;
- add: `Library.add` of them with one worker, and what part of it is SHA-256.

At last all files are added with one worker and with two, by the clock. Both times include what it
takes to start workers.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av

from earmark.audio import MEDIA_SUFFIXES, open_audio
from earmark.ingest import sha256_of
from earmark.library import Library

RATE_HZ = 8000
SHORTEST_S = 30.0


@dataclass(frozen=True)
class Format:
    """A container and how its sound is coded, by FFmpeg's names."""

    suffix: str
    container: str
    encoder: str
    rate_hz: int = 44_100
    bit_rate: int | None = None


FORMATS = (
    Format(".wav", "wav", "pcm_s16le"),
    Format(".flac", "flac", "flac"),
    Format(".mp3", "mp3", "libmp3lame", bit_rate=192_000),
    Format(".ogg", "ogg", "vorbis", bit_rate=160_000),
    Format(".opus", "ogg", "libopus", 48_000, 128_000),
    Format(".m4a", "ipod", "aac", bit_rate=192_000),
)


def main() -> None:
    """Measure and print."""
    options = _options()
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("no ffmpeg here to compare with")
    with Library.open("memory:") as library:
        library.warm_up()
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as scratch:
        folder = Path(scratch)
        chosen = _chosen(options.folder, options.files, options.seed)
        made = {form: _made(chosen, form, options.seconds, folder) for form in FORMATS}
        _write_nothing(folder / "tiny.wav")
        print(f"{'':7}{'min':>6}{'ffmpeg':>9}{'decode':>9}{'add':>9}", end="")
        print(f"{'sha-256':>9}{'decode/ffmpeg':>15}{'add/ffmpeg':>12}")
        for form, paths in made.items():
            _print_format(form, paths, ffmpeg, options.rounds)
        _print_workers([path for paths in made.values() for path in paths], options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Decoding and adding against a bare FFmpeg.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=6, help="of each format (default: 6)")
    parser.add_argument("--seconds", type=float, default=240.0, help="of each at most")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _chosen(folder: Path, count: int, seed: int) -> list[Path]:
    """Return recordings that are long enough to tell anything."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in MEDIA_SUFFIXES]
    random.Random(seed).shuffle(paths)  # noqa: S311 (a sample, not a secret)
    long = []
    for path in paths:
        with av.open(path) as container:
            if (container.duration or 0) / av.time_base >= SHORTEST_S:
                long.append(path)
        if len(long) == count:
            break
    return long


def _made(sources: Sequence[Path], form: Format, seconds: float, folder: Path) -> list[Path]:
    paths = [folder / f"{number}{form.suffix}" for number in range(len(sources))]
    for source, path in zip(sources, paths, strict=True):
        _transcode(source, path, form, seconds)
    return paths


def _transcode(source: Path, path: Path, form: Format, seconds: float) -> None:
    with av.open(source) as read, av.open(path, "w", format=form.container) as written:
        stream = written.add_stream(
            form.encoder,
            rate=form.rate_hz,
            layout="stereo",
            options={"strict": "experimental"},  # FFmpeg's own encoder for Vorbis
        )
        sound = cast("av.AudioStream", stream)
        if form.bit_rate:
            sound.bit_rate = form.bit_rate
        for frame in read.decode(audio=0):
            if frame.time is not None and frame.time >= seconds:
                break
            frame.pts = None
            written.mux(sound.encode(frame))
        written.mux(sound.encode(None))


def _write_nothing(path: Path) -> None:
    """Write a file that takes no longer than to start and to end."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(bytes(2 * RATE_HZ // 100))


def _print_format(form: Format, paths: Sequence[Path], ffmpeg: str | None, rounds: int) -> None:
    tiny = paths[0].with_name("tiny.wav")
    works = (
        lambda: [_run(ffmpeg, path) for path in paths],
        lambda: [_run(ffmpeg, tiny) for _ in paths],
        lambda: [_decode(path) for path in paths],
        lambda: _add(paths, 1),
        lambda: [sha256_of(os.fsencode(path)) for path in paths],
    )
    times = [[_cpu(work) for work in works] for _ in range(rounds)]
    theirs, start, decode, add, digest = map(statistics.median, zip(*times, strict=True))
    audio_s, bare = sum(map(_decode, paths)), theirs - start
    print(f"{form.suffix:7}{audio_s / 60:6.1f}{bare:9.2f}{decode:9.2f}{add:9.2f}", end="")
    print(f"{digest:9.2f}", end="")
    print(f"{decode / bare:15.2f}{add / bare:12.2f}" if ffmpeg else "")


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU of this process and of those that end meanwhile."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def _run(ffmpeg: str | None, path: Path) -> int:
    """Let FFmpeg decode a file, if it is there; return its exit code."""
    if ffmpeg is None:
        return 0
    command = [ffmpeg, "-v", "quiet", "-nostdin", "-threads", "1", "-i", str(path)]
    command += ["-ac", "1", "-ar", str(RATE_HZ), "-f", "f32le", "-y", "/dev/null"]
    return subprocess.run(command, check=True).returncode


def _decode(path: Path) -> float:
    with open_audio(path, sample_rate_hz=RATE_HZ) as stream:
        for _ in stream:
            pass
    return stream.duration_s


def _add(paths: Sequence[Path], workers: int) -> float:
    """Add the files to a new library and return the seconds that it took."""
    with (
        tempfile.TemporaryDirectory(prefix="earmark-bench-") as scratch,
        Library.open(Path(scratch) / "bench.earmark") as library,
    ):
        return library.add(paths, workers=workers).elapsed_s


def _print_workers(paths: Sequence[Path], rounds: int) -> None:
    times = [(_add(paths, 1), _add(paths, 2)) for _ in range(rounds)]
    one, two = map(statistics.median, zip(*times, strict=True))
    print(f"{len(paths)} files: one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} x as fast")


if __name__ == "__main__":
    main()
