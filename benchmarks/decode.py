"""Decoding speed: `open_audio` against a bare FFmpeg, in times real time of one core.

    python benchmarks/decode.py FOLDER [--files N] [--seed S]

Takes N files of each suffix below FOLDER at random, decodes each to mono at 8 kHz with both, and
prints CPU time per suffix. FFmpeg runs as `ffmpeg -threads 1 -i FILE -ac 1 -ar 8000 -f null -`; its
column is empty where there is no such program. Its time includes the start of a process per file,
about 0.05 s.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from earmark.audio import MEDIA_SUFFIXES, open_audio
from earmark.errors import AudioError

RATE_HZ = 8000


@dataclass
class Row:
    """What was measured for one suffix."""

    files: int = 0
    audio_s: float = 0.0
    ours_s: float = 0.0
    ffmpeg_s: float | None = None


def main() -> None:
    """Measure and print."""
    options = _options()
    ffmpeg = shutil.which("ffmpeg")
    rows: dict[str, Row] = {}
    for suffix, paths in sorted(_chosen(options.folder, options.files, options.seed).items()):
        row = rows[suffix] = Row(ffmpeg_s=0.0 if ffmpeg else None)
        for path in paths:
            _measure(path, row, ffmpeg)
    _print(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Decoding speed against a bare FFmpeg.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10, help="of each suffix (default: 10)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _chosen(folder: Path, count: int, seed: int) -> dict[str, list[Path]]:
    found = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in MEDIA_SUFFIXES and path.is_file():
            found[path.suffix.lower()].append(path)
    choice = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    return {suffix: choice.sample(paths, min(count, len(paths))) for suffix, paths in found.items()}


def _measure(path: Path, row: Row, ffmpeg: str | None) -> None:
    start = time.process_time()
    try:
        with open_audio(path, sample_rate_hz=RATE_HZ) as stream:
            for _ in stream:
                pass
    except AudioError as error:
        print(error)
        return
    row.ours_s += time.process_time() - start
    row.files += 1
    row.audio_s += stream.duration_s
    if ffmpeg is not None and row.ffmpeg_s is not None:
        row.ffmpeg_s += _child_seconds([ffmpeg, "-threads", "1", "-i", str(path)])


def _child_seconds(command: list[str]) -> float:
    """CPU seconds of FFmpeg, decoding to nothing."""
    before = os.times()
    null = ["-v", "quiet", "-nostdin", "-vn", "-ac", "1", "-ar", str(RATE_HZ), "-f", "null", "-"]
    subprocess.run([*command, *null], check=False)
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system


def _print(rows: dict[str, Row]) -> None:
    print(f"{'':8}{'files':>6}{'audio, min':>12}{'earmark, x':>12}{'ffmpeg, x':>12}{'ratio':>8}")
    for suffix, row in rows.items():
        ours = row.audio_s / max(row.ours_s, 1e-9)
        line = f"{suffix:8}{row.files:6}{row.audio_s / 60:12.1f}{ours:12.0f}"
        if row.ffmpeg_s:
            bare = row.audio_s / row.ffmpeg_s
            line += f"{bare:12.0f}{ours / bare:8.2f}"
        print(line)


if __name__ == "__main__":
    main()
