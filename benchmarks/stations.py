"""Four radio stations on this machine, monitored at once: what is missed, how late, at what cost.

    python -m benchmarks.stations FOLDER [--minutes M] [--stations N] [--seed S]

Takes the recordings that `open_corpus.tsv` names below FOLDER. Every station plays, in real time,
excerpts of the catalogue, now and then of strangers, and silence, in a coding of its own; at three
moments a connection is cut. Printed are, of the plays: those that were missed, wrong starts, how
long after its start a play was told, how far start and end were off; and the processor's time per
station and the peak memory of the monitor, which has a process for itself.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.music import OPEN_CORPUS, RATE_HZ
from benchmarks.radio import Programme, Radio
from earmark.evaluation.material import decoded
from earmark.library import Library
from earmark.live.events import Event, EventKind
from earmark.live.monitor import Monitor

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

CODINGS = (
    ("mp3", "libmp3lame", 128_000),
    ("mp3", "libmp3lame", 64_000),
    ("adts", "aac", 96_000),
    ("mpegts", "aac", 128_000),
)
BUFFER_BYTES = 512
"""Of the encoder: what has been written at the end of a second is known so exactly."""

LENGTHS_S = (30.0, 75.0)
STRANGER_SHARE, SILENCE_SHARE = 0.2, 0.1
SILENCE_S = 6.0
CUTS = 3
END_S = 15.0
"""So long after the end it is listened on."""
SLACK_S = 6.0
"""A start that was told for a moment so far from the truth is that of another play."""
SHORT_S = 8.0
"""What was sent of a play for a shorter time need not be told."""


@dataclass(frozen=True)
class Truth:
    """What a station plays, from when to when, in seconds since the beginning."""

    title: str | None
    """None for a stranger, and for silence."""
    begin_s: float
    end_s: float


@dataclass(frozen=True)
class Heard:
    """What a monitor heard, and what it took."""

    events: list[Event]
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class Plan:
    """What a station plays, and its sound."""

    truth: Sequence[Truth]
    data: bytes
    marks: Sequence[int]
    """Bytes at the end of each second."""
    duration_s: float


def main() -> None:
    """Play, listen and print."""
    options = _options()
    tunes, strangers = _names("catalogue"), _names("stranger")
    rng = np.random.default_rng(options.seed)
    codings = [CODINGS[number % len(CODINGS)] for number in range(options.stations)]
    plans = [
        _plan(options.folder, tunes, strangers, 60 * options.minutes, coding, rng)
        for coding in codings
    ]
    names = [f"station{number}" for number in range(options.stations)]
    duration_s = 60 * options.minutes
    cuts = [(duration_s * (k + 1) / (CUTS + 1), names[k % len(names)]) for k in range(CUTS)]
    programmes = {
        name: Programme(plan.data, plan.duration_s, marks=plan.marks)
        for name, plan in zip(names, plans)
    }
    with tempfile.TemporaryDirectory() as folder:
        if options.library is None:
            with Library.open(folder) as library:
                library.add([options.folder / name for name in tunes])
        began, heard = _played(options.library or folder, programmes, cuts, duration_s + END_S)
    _report(plans, names, heard.events, cuts, began)
    share = 100 * heard.cpu_s / duration_s / options.stations
    print(f"{share:.2f} % of a processor for each station; {heard.peak_mb:.0f} MB at most")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Radio stations, monitored at once.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--library", help="one of these recordings; unless given, one is made")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--stations", type=int, default=4)
    parser.add_argument("--seed", type=int, default=3)
    return parser.parse_args()


def _names(kind: str) -> list[str]:
    """Return the names of the corpus' recordings of a kind."""
    rows = [line.split("\t") for line in OPEN_CORPUS.read_text().splitlines()]
    return [row[1] for row in rows if row[0] == kind]


def _plan(
    folder: Path,
    tunes: Sequence[str],
    strangers: Sequence[str],
    duration_s: float,
    coding: tuple[str, str, int],
    rng: np.random.Generator,
) -> Plan:
    truth: list[Truth] = []
    parts: list[NDArray[np.float32]] = []
    now_s = 0.0
    while now_s < duration_s:
        title, part = _item(folder, tunes, strangers, rng)
        length_s = len(part) / RATE_HZ
        truth.append(Truth(title, now_s, min(now_s + length_s, duration_s)))
        parts.append(part)
        now_s += length_s
    sound = np.concatenate(parts)[: round(duration_s * RATE_HZ)]
    return Plan(truth, *_encoded(sound, *coding), duration_s)


def _item(
    folder: Path, tunes: Sequence[str], strangers: Sequence[str], rng: np.random.Generator
) -> tuple[str | None, NDArray[np.float32]]:
    """Return a recording's name, if it is known music, and its sound."""
    dice = rng.random()
    if dice < SILENCE_SHARE:
        return None, np.zeros(round(SILENCE_S * RATE_HZ), np.float32)
    known = dice > SILENCE_SHARE + STRANGER_SHARE
    choice = tunes if known else strangers
    name = choice[int(rng.integers(len(choice)))]
    samples = decoded(folder / name)
    wanted = round(rng.uniform(*LENGTHS_S) * RATE_HZ)
    first = rng.integers(max(1, len(samples) - wanted))
    return name if known else None, samples[first : first + wanted]


def _encoded(
    sound: NDArray[np.float32], container: str, codec: str, bits: int
) -> tuple[bytes, list[int]]:
    """Return encoded sound, and how many bytes it had at the end of each second."""
    marks = []
    target = io.BytesIO()
    with av.open(target, "w", format=container, buffer_size=BUFFER_BYTES) as output:
        stream = cast("AudioStream", output.add_stream(codec, rate=RATE_HZ, layout="mono"))
        stream.bit_rate = bits
        for first in range(0, len(sound), RATE_HZ):
            part = np.ascontiguousarray(sound[None, first : first + RATE_HZ], np.float32)
            frame = av.AudioFrame.from_ndarray(part, "flt", "mono")
            frame.sample_rate, frame.pts = RATE_HZ, first
            output.mux(stream.encode(frame))
            marks.append(target.tell())
        output.mux(stream.encode(None))
    return target.getvalue(), marks[:-1]


def _played(
    folder: str,
    programmes: dict[str, Programme],
    cuts: Sequence[tuple[float, str]],
    duration_s: float,
) -> tuple[float, Heard]:
    """Play the programmes to a monitor, and return when they began, and what it heard."""
    ours, theirs = get_context("spawn").Pipe()
    listener = get_context("spawn").Process(target=_listen, args=(folder, theirs), daemon=True)
    listener.start()
    ours.recv()
    with Radio(programmes) as radio:
        began = next(iter(radio.programmes.values())).began
        ours.send(([f"{name}={radio.url(name)}" for name in programmes], began + duration_s))
        for at_s, name in cuts:
            time.sleep(max(0.0, began + at_s - time.time()))
            radio.cut(name)
        heard: Heard = ours.recv()
    return began, heard


def _listen(folder: str, pipe: Connection) -> None:
    """Be the monitor, in a process of its own."""
    events: list[Event] = []
    with Library.open(folder, create=False) as library:
        library.warm_up()
        pipe.send("ready")
        urls, end = pipe.recv()
        spent = time.process_time()
        with Monitor(library, urls, on_event=events.append, allow_private=True) as monitor:
            monitor.wait(max(0.0, end - time.time()))
            spent = time.process_time() - spent
    pipe.send(Heard(events, spent, _peak_mb()))


def _peak_mb() -> float:
    """Return the most memory that this process has had; where the system does not tell, NaN."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(one.split()[1]) / 1024 for one in lines if one.startswith("VmHWM")), math.nan)


def _report(
    plans: Sequence[Plan],
    names: Sequence[str],
    events: Sequence[Event],
    cuts: Sequence[tuple[float, str]],
    began: float,
) -> None:
    late, starts, ends, missed, wrong = [], [], [], [], []
    for plan, name in zip(plans, names):
        here = [event for event in events if event.station == name]
        told = {e.play_id: e for e in here if e.kind is EventKind.TRACK_STARTED}
        over = {e.play_id: e for e in here if e.kind is EventKind.TRACK_ENDED}
        for truth in plan.truth:
            mine = [e for e in told.values() if _is_of(e, truth, began)]
            if truth.title is None or truth.end_s - truth.begin_s < SHORT_S:
                continue
            if not mine:
                missed.append((name, truth))
                continue
            first = mine[0]
            late.append(first.told_at.timestamp() - began - truth.begin_s)
            starts.append(first.at.timestamp() - began - truth.begin_s)
            if first.play_id in over:
                ends.append(over[first.play_id].at.timestamp() - began - truth.end_s)
            wrong += [(name, "twice", *_times(e, began)) for e in mine[1:]]
        wrong += [
            (name, _name(e), *_times(e, began))
            for e in told.values()
            if not any(_is_of(e, truth, began) for truth in plan.truth)
        ]
    print(f"{len(late) + len(missed)} plays, {len(missed)} missed, {len(wrong)} wrong starts")
    for what in (*missed, *wrong):
        print("  ", what)
    print(f"cut at {[f'{at_s:.0f} s, {name}' for at_s, name in cuts]}")
    for label, values in (("told after", late), ("start off by", starts), ("end off by", ends)):
        low, middle, high, most = np.quantile(values, (0.1, 0.5, 0.9, 1.0))
        print(
            f"{label:13} median {middle:.2f} s, 80 % from {low:.2f} to {high:.2f} s, "
            f"at most {most:.2f} s (n = {len(values)})"
        )


def _times(event: Event, began: float) -> tuple[float, float]:
    """Return when a play began, and when that was told."""
    return event.at.timestamp() - began, event.told_at.timestamp() - began


def _name(event: Event) -> str:
    """Return the path of an event's track."""
    return os.fsdecode(event.match.track.source.path) if event.match else ""


def _is_of(event: Event, truth: Truth, began: float) -> bool:
    """Whether this is the start of that play."""
    if truth.title is None or not _name(event).endswith(truth.title):
        return False
    at_s = event.at.timestamp() - began
    return truth.begin_s - SLACK_S < at_s < truth.end_s


if __name__ == "__main__":
    main()
