"""What `scan` finds in mixes, on strangers, and how fast: beside the truth.

    python -m benchmarks.mixes FOLDER [--mixes N] [--hours H] [--seed S] [--only MANNER...]

Takes the recordings that `open_corpus.tsv` names below FOLDER. Mixes are made as a radio or a DJ
plays them: eight passages of 45 to 90 s, two of them of strangers, each faded into the next, some
with a voice as loud as the music over 12 to 25 s of them, some played at another speed. Printed for
each manner are the segments found, the part of the truth's seconds that is named and of the told
seconds that is wrong (in a crossfade both tracks are true), and how far starts and ends are off.

Then all strangers are scanned, one after the other, and a recording of H hours, which is made of
such mixes and read from a file, in a process of its own whose memory is measured.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from benchmarks.music import OPEN_CORPUS
from earmark import Library, Timeline, scan
from earmark.evaluation.clips import RATE_HZ
from earmark.evaluation.material import decoded
from earmark.evaluation.signals import Signal, normalised, resampled, rms
from earmark.evaluation.speech import speak

SEGMENTS, FOREIGN = 8, 2
SECONDS = (45.0, 90.0)
VOICE_SECONDS = (12.0, 25.0)
LEAST_SECONDS = 110.0
"""A shorter recording is passed over: a passage must fit into it, sped up."""

LEVEL = 0.1

SCANNED = """
import sys, time
from earmark import Library, scan
{peak_memory}
with Library.open(sys.argv[1]) as library:
    library.warm_up()
    before = peak_bytes()
    began = time.process_time()
    found = scan(library, sys.argv[2])
    print(found.duration_s, time.process_time() - began, before, peak_bytes(), len(found.known))
"""
PEAK_MEMORY = """
def peak_bytes():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
"""


class Manner(NamedTuple):
    """How mixes are made."""

    name: str
    speed: float = 1.0
    voices: int = 0
    """Segments with a voice over them."""
    fade_s: float = 3.0


MANNERS = (
    Manner("plain"),
    Manner("voice", voices=4),
    Manner("speed +3 %", speed=1.03),
    Manner("voice, speed +3 %", speed=1.03, voices=4),
    Manner("voice, speed -4 %", speed=0.96, voices=4),
    Manner("fades of 16 s", fade_s=16.0),
)


class Segment(NamedTuple):
    """A passage of a mix; of a stranger, there is no file."""

    start_s: float
    end_s: float
    file: str | None


@dataclass(slots=True)
class Score:
    """What was found of one manner's mixes; times in seconds."""

    segments: int = 0
    true_s: float = 0.0
    named_s: float = 0.0
    told_s: float = 0.0
    wrong_s: float = 0.0
    extra: int = 0
    """Spans that are mostly wrong."""
    starts: list[float] = field(default_factory=list)
    """Told minus true; a segment for which nothing is told has none. Ends likewise."""
    ends: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    options = _options()
    catalogue, strangers = _corpus(options.folder)
    with tempfile.TemporaryDirectory() as scratch, Library.open(options.library) as library:
        library.add(list(catalogue))
        library.warm_up()
        _print_heading()
        for manner in MANNERS:
            if not options.only or manner.name in options.only:
                mixes = _mixes(manner, catalogue, strangers, options)
                _print_score(manner, _scored(library, mixes))
        if not options.only:
            _print_strangers(library, strangers)
        if options.hours:
            recording = Path(scratch) / "long.flac"
            _write_long(recording, catalogue, strangers, options)
            _print_speed(options.library, recording)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What `scan` finds in mixes, and how fast.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", type=Path, required=True, help="made there, or used again")
    parser.add_argument("--mixes", type=int, default=5, help="of each manner")
    parser.add_argument("--hours", type=float, default=3.0, help="of the long recording; 0: none")
    parser.add_argument("--seed", type=int, default=7000)
    parser.add_argument("--only", nargs="*", default=[], help="of these manners, and no strangers")
    return parser.parse_args()


def _corpus(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the files of the catalogue and of the strangers."""
    lines = [line.split("\t") for line in OPEN_CORPUS.read_text().splitlines() if line[:1] != "#"]
    kinds = ("catalogue", "stranger")
    known, unknown = ([folder / name for kind, name in lines if kind == one] for one in kinds)
    return known, unknown


def _mixes(
    manner: Manner, known: Sequence[Path], unknown: Sequence[Path], options: argparse.Namespace
) -> Iterator[tuple[Signal, list[Segment]]]:
    for number in range(options.mixes):
        seeds = [options.seed, MANNERS.index(manner), number]
        yield _mix(manner, known, unknown, np.random.default_rng(seeds))


def _mix(
    manner: Manner, known: Sequence[Path], unknown: Sequence[Path], rng: np.random.Generator
) -> tuple[Signal, list[Segment]]:
    """Return a mix and what is in it."""
    chosen = _chosen(known, SEGMENTS - FOREIGN, rng) + _chosen(unknown, FOREIGN, rng)
    order, fade = rng.permutation(SEGMENTS), round(manner.fade_s * RATE_HZ)
    voiced = set(rng.choice(SEGMENTS, manner.voices, replace=False).tolist())
    mix, segments, at = np.zeros(0, np.float32), [], 0
    for number, which in enumerate(order.tolist()):
        path, tune = chosen[which]
        sound = _passage(tune, manner, rng)
        if number in voiced:
            sound = _spoken_over(sound, fade, rng)
        sound = _faded(sound, fade, first=number == 0, last=number == SEGMENTS - 1)
        mix = np.concatenate([mix, np.zeros(at + len(sound) - len(mix), np.float32)])
        mix[at:] += sound
        file = str(path) if which < SEGMENTS - FOREIGN else None
        segments.append(Segment(at / RATE_HZ, (at + len(sound)) / RATE_HZ, file))
        at += len(sound) - fade
    return normalised(mix), segments


def _chosen(
    files: Sequence[Path], count: int, rng: np.random.Generator
) -> list[tuple[Path, Signal]]:
    """Return some recordings that are long enough."""
    found = []
    for which in rng.permutation(len(files)).tolist():
        tune = decoded(files[which])
        if len(tune) >= LEAST_SECONDS * RATE_HZ:
            found.append((files[which], tune))
        if len(found) == count:
            break
    return found


def _passage(tune: Signal, manner: Manner, rng: np.random.Generator) -> Signal:
    """Cut a passage, as it is played."""
    count = round(rng.uniform(*SECONDS) * RATE_HZ * manner.speed)
    begin = int(rng.integers(len(tune) - count))
    sound = resampled(tune[begin : begin + count], manner.speed)
    return sound * np.float32(LEVEL / (rms(sound) or 1))


def _spoken_over(sound: Signal, fade: int, rng: np.random.Generator) -> Signal:
    """Let a voice as loud as the music speak over a part that is not faded."""
    count = round(rng.uniform(*VOICE_SECONDS) * RATE_HZ)
    begin = int(rng.integers(fade, len(sound) - fade - count))
    part, voice = sound[begin : begin + count], speak(count, RATE_HZ, rng)
    sound[begin : begin + count] += voice * np.float32(rms(part) / (rms(voice) or 1))
    return sound


def _faded(sound: Signal, fade: int, *, first: bool, last: bool) -> Signal:
    """Fade with equal power, but not at the ends of the mix."""
    ramp = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))
    if not first:
        sound[:fade] *= ramp
    if not last:
        sound[-fade:] *= ramp[::-1]
    return sound


def _scored(library: Library, mixes: Iterator[tuple[Signal, list[Segment]]]) -> Score:
    score = Score()
    for mix, segments in mixes:
        _add(score, scan(library, mix, sample_rate=RATE_HZ), segments)
    return score


def _add(score: Score, timeline: Timeline, segments: Sequence[Segment]) -> None:
    """Add what was found in a mix; no mix has a track twice."""
    truth = {one.file: one for one in segments if one.file is not None}
    told: dict[str, list[tuple[float, float]]] = {}
    for span in timeline.known:
        file = span.track.source.file.decode() if span.track else ""
        told.setdefault(file, []).append((span.start_s, span.end_s))
    for file, spans in told.items():
        true = truth.get(file, Segment(-1.0, -1.0, None))
        for start_s, end_s in spans:
            right = max(0.0, min(end_s, true.end_s) - max(start_s, true.start_s))
            score.named_s += right
            score.told_s += end_s - start_s
            score.wrong_s += end_s - start_s - right
            score.extra += right < (end_s - start_s) / 2
    for file, segment in truth.items():
        score.segments += 1
        score.true_s += segment.end_s - segment.start_s
        near = [one for one in told.get(str(file), []) if one[1] > segment.start_s]
        if near:
            score.starts.append(near[0][0] - segment.start_s)
            score.ends.append(near[-1][1] - segment.end_s)


def _print_heading() -> None:
    print(f"{'manner':<20}{'found':>10}{'named':>9}{'wrong':>9}{'extra':>7}", end="")
    print(f"{'start off: median, 90 %':>26}{'end off: median, 90 %':>24}")


def _print_score(manner: Manner, score: Score) -> None:
    print(f"{manner.name:<20}{f'{len(score.starts)} of {score.segments}':>10}", end="")
    print(f"{100 * score.named_s / score.true_s:>7.1f} %", end="")
    print(f"{100 * score.wrong_s / max(1e-9, score.told_s):>7.2f} %{score.extra:>7}", end="")
    for off in (score.starts, score.ends):
        median, most = np.quantile(np.abs(off), [0.5, 0.9])
        print(f"{f'{median:.2f} s, {most:.2f} s':>25}", end="")
    print(flush=True)


def _print_strangers(library: Library, strangers: Sequence[Path]) -> None:
    """Scan music that is not in the library: every span is wrong."""
    total_s, false, began = 0.0, 0, time.process_time()
    for path in strangers:
        found = scan(library, path)
        total_s += found.duration_s or 0
        false += len(found.known)
    taken_s = time.process_time() - began
    print(f"\nstrangers: {false} wrong spans in {len(strangers)} recordings, ", end="")
    print(f"{total_s / 3600:.2f} h, {total_s / taken_s:.0f}x real time on one core", flush=True)


def _write_long(
    path: Path, known: Sequence[Path], unknown: Sequence[Path], options: argparse.Namespace
) -> None:
    """Write mixes of all manners, one after the other, until it is long enough."""
    rng, left = np.random.default_rng([options.seed, 99]), options.hours * 3600 * RATE_HZ
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        while left > 0:
            mix, _ = _mix(MANNERS[int(rng.integers(len(MANNERS)))], known, unknown, rng)
            file.write(mix[: round(left)])
            left -= len(mix)


def _print_speed(library: Path, recording: Path) -> None:
    """Scan the long recording in a process of its own."""
    script = SCANNED.format(peak_memory=PEAK_MEMORY)
    command = [sys.executable, "-c", script, str(library), str(recording)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    duration_s, taken_s, before, peak, spans = map(float, said)
    print(f"\n{duration_s / 3600:.2f} h in one file: {spans:.0f} spans, ", end="")
    print(f"{duration_s / taken_s:.0f}x real time on one core, ", end="")
    print(f"{peak / 1e6:.0f} MB at most ({before / 1e6:.0f} MB before)")


if __name__ == "__main__":
    main()
