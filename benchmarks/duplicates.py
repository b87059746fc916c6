"""Duplicates: copies of real recordings found and told apart, and what finding them takes.

    python -m benchmarks.duplicates find LIBRARY [--folder FOLDER] [--copies N]
    python -m benchmarks.duplicates time LIBRARY... [--asked N]

`find` takes the catalogue that `open_corpus.tsv` names below FOLDER, the first MOST_S of each, and
adds them to LIBRARY with copies: N of each, their kinds in rotation. What is there already is not
made again; without FOLDER, nothing is made. Printed are, by kind, the copies that were told what
they are; pairs of different recordings that were taken for one, or one for part of the other; and
how far places are off.

`time` asks for N recordings of each library, such as those that `benchmarks/scale.py` keeps, among
all of it, and prints milliseconds of each, what all would take, and memory.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.music import OPEN_CORPUS, RATE_HZ, Tune
from earmark import Library, Metadata
from earmark.audio import open_audio
from earmark.duplicates.find import find_duplicates
from earmark.duplicates.pairs import Shelf, pairs_within
from earmark.duplicates.records import DuplicateGroup, DuplicatePair, Likeness
from earmark.evaluation.codecs import AAC_96K, MP3_32K, MP3_128K, OPUS_64K, encode
from earmark.evaluation.degradations import excerpt
from earmark.evaluation.signals import Signal, decibels_to_gain, fitted, rms
from earmark.evaluation.stretching import stretched
from earmark.stores.base import Reader
from earmark.types import Track

MOST_S = 180.0
"""Of every recording: minutes are enough to tell copies, and hours take hours to encode."""

CODECS = {"MP3 128": MP3_128K, "MP3 32": MP3_32K, "AAC 96": AAC_96K, "Opus 64": OPUS_64K}
SPEEDS = {"speed +2 %": 1.02, "speed -2 %": 0.98, "speed +0.5 %": 1.005, "speed -3 %": 0.97}
SAME = ("original", *CODECS, *SPEEDS, "12 dB softer", "trimmed")
PARTS = {"excerpt 30 s": 30.0, "excerpt 15 s": 15.0}
EDIT, MEDLEY, MASHUP = "middle cut out", "medley", "mash-up"
KINDS = (*SAME[1:], *PARTS, EDIT, MEDLEY, MASHUP)

TRIM_S = 6.0
"""That is cut off at the beginning of a trimmed copy; half as much is at its end."""

MEDLEY_S = 40.0
"""Of each of its two recordings."""

LOUDER_DB = 3.0
"""By which the other recording of a mash-up is louder."""


@dataclass(frozen=True)
class Made:
    """What a track of the library is, as its title tells."""

    kind: str
    tune: str
    other: str
    """The second recording of a medley or mash-up."""
    start_s: float
    """Where it begins in the recording."""
    speed: float

    @classmethod
    def of(cls, track: Track) -> Made:
        """Read a title."""
        kind, tune, other, start_s, speed = track.metadata.title.split("|")
        return cls(kind, tune, other, float(start_s), float(speed))

    @property
    def title(self) -> str:
        """What `of` reads."""
        return f"{self.kind}|{self.tune}|{self.other}|{self.start_s}|{self.speed}"


def main() -> None:
    """Make, search and print."""
    options = _options()
    if options.what == "time":
        for place in options.libraries:
            _time(place, options.asked)
        return
    with Library.open(options.library) as library:
        if options.folder is not None:
            _fill(library, options.folder, options.copies)
        began = time.perf_counter()
        report = find_duplicates(library)
        took_s = time.perf_counter() - began
        tracks = list(library.tracks())
    print(f"{report.recordings} recordings, {report.duration_s / 3600:.1f} h, in {took_s:.1f} s")
    _print_copies(tracks, report.groups)
    _print_mistakes(report.groups)
    _print_places(report.groups)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Finding duplicates.")
    commands = parser.add_subparsers(dest="what", required=True)
    find = commands.add_parser("find")
    find.add_argument("library", type=Path)
    find.add_argument("--folder", type=Path)
    find.add_argument("--copies", type=int, default=3, help="of each recording (default: 3)")
    timed = commands.add_parser("time")
    timed.add_argument("libraries", type=Path, nargs="+")
    timed.add_argument("--asked", type=int, default=100, help="recordings (default: 100)")
    return parser.parse_args()


def _fill(library: Library, folder: Path, copies: int) -> None:
    """Add all recordings and their copies, but for those that are there."""
    there = {track.metadata.title for track in library.tracks()}
    lines = OPEN_CORPUS.read_text().splitlines()
    names = [line.split("\t")[1] for line in lines if line.startswith("catalogue")]
    tunes = (_tune(folder, name) for name in [*names, names[0]])
    for number, (tune, other) in enumerate(pairwise(tunes)):
        kinds = [KINDS[(number * copies + which) % len(KINDS)] for which in range(copies)]
        for kind in ("original", *kinds):
            made = _planned(kind, tune, other)
            if made.title not in there:
                _add(library, made, tune.samples, other.samples)
        print(f"{number + 1} of {len(names)}", flush=True)


def _tune(folder: Path, name: str) -> Tune:
    """Decode the beginning of a recording."""
    blocks, samples = [], 0
    with open_audio(folder / name, sample_rate_hz=RATE_HZ) as stream:
        for block in stream:
            blocks.append(block)
            samples += len(block)
            if samples >= MOST_S * RATE_HZ:
                break
    return Tune(name, name, np.concatenate(blocks)[: round(MOST_S * RATE_HZ)])


def _planned(kind: str, tune: Tune, other: Tune) -> Made:
    start_s = 0.0
    if kind == "trimmed":
        start_s = TRIM_S
    elif kind in PARTS:
        rng = np.random.default_rng(len(tune.samples))
        start_s = round(float(rng.uniform(0, max(0.0, tune.duration_s - PARTS[kind]))), 3)
    second = other.id if kind in (MEDLEY, MASHUP) else ""
    return Made(kind, tune.id, second, start_s, SPEEDS.get(kind, 1.0))


def _add(library: Library, made: Made, samples: Signal, other: Signal) -> None:
    metadata = Metadata(title=made.title)
    if made.kind in CODECS:
        file = BytesIO(encode(samples, RATE_HZ, CODECS[made.kind]))
        library.add_recording(file, metadata=metadata)
    else:
        sound = _changed(made, samples, other)
        library.add_recording(sound, sample_rate=RATE_HZ, metadata=metadata)


def _changed(made: Made, samples: Signal, other: Signal) -> Signal:
    """Make a copy without an encoder."""
    if made.kind in SPEEDS:
        return stretched(samples, RATE_HZ, tempo=made.speed, pitch=made.speed)
    if made.kind in PARTS:
        return excerpt(samples, RATE_HZ, made.start_s, PARTS[made.kind])
    if made.kind == "12 dB softer":
        return samples * np.float32(decibels_to_gain(-12.0))
    if made.kind == MASHUP:
        return _mixed(samples, other)
    return _cut(made.kind, samples, other)


def _cut(kind: str, samples: Signal, other: Signal) -> Signal:
    """Leave something out, or let another recording follow; an original stays as it is."""
    third, trim, medley = len(samples) // 3, round(TRIM_S * RATE_HZ), round(MEDLEY_S * RATE_HZ)
    if kind == "trimmed":
        return samples[trim : len(samples) - trim // 2]
    if kind == EDIT:
        return np.concatenate([samples[:third], samples[2 * third :]])
    if kind == MEDLEY:
        return np.concatenate([samples[:medley], other[:medley]])
    return samples


def _mixed(samples: Signal, other: Signal) -> Signal:
    """Let a recording play under a louder one."""
    louder = decibels_to_gain(LOUDER_DB) * rms(samples) / max(rms(other), 1e-9)
    return np.float32(0.3) * (samples + np.float32(louder) * fitted(other, len(samples)))


def _print_copies(tracks: Sequence[Track], groups: Sequence[DuplicateGroup]) -> None:
    """Print how many copies of each kind were told what they are."""
    told = {likeness: _told(groups, likeness) for likeness in Likeness}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for track in tracks:
        made = Made.of(track)
        tunes = {made.tune, made.other} - {""}
        for likeness in Likeness:
            counts[made.kind][likeness] += tunes <= told[likeness][track.key]
        right = set().union(*(told[likeness][track.key] for likeness in _wanted(made.kind)))
        counts[made.kind]["right"] += tunes <= right
        counts[made.kind]["n"] += 1
    print(f"\n{'kind':16}{'n':>5}{'right':>7}{'same':>7}{'contains':>10}{'overlaps':>10}")
    for kind in KINDS:
        row = counts[kind]
        cells = f"{row['n']:5}{row['right']:7}{row['same']:7}{row['contains']:10}"
        print(f"{kind:16}{cells}{row['overlaps']:10}")


def _wanted(kind: str) -> set[Likeness]:
    """Return what a copy may be called: a part of a short recording may be nearly all of it."""
    if kind in SAME:
        return {Likeness.SAME, Likeness.CONTAINS} if kind == "trimmed" else {Likeness.SAME}
    if kind in (MEDLEY, MASHUP):
        return {Likeness.OVERLAPS, Likeness.CONTAINS} if kind == MEDLEY else {Likeness.OVERLAPS}
    return {Likeness.CONTAINS, Likeness.SAME}


def _told(groups: Sequence[DuplicateGroup], likeness: Likeness) -> defaultdict[int, set[str]]:
    """Return of each track (by key) of which recordings it is told to be, hold or share part."""
    told: defaultdict[int, set[str]] = defaultdict(set)
    for group in groups:
        if group.likeness is likeness:
            for one, other in combinations(group.copies, 2):
                told[one.track.key].add(Made.of(other.track).tune)
                told[other.track.key].add(Made.of(one.track).tune)
    return told


def _print_mistakes(groups: Sequence[DuplicateGroup]) -> None:
    """Print pairs that are told, and those among them that share no recording."""
    total: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    print()
    for group in groups:
        for one, other in _compared(group):
            total[group.likeness] += 1
            tunes = [{made.tune, made.other} - {""} for made in (one, other)]
            if not tunes[0] & tunes[1] or not _may_be(group.likeness, one, other):
                wrong[group.likeness] += 1
                print(f"wrong: {group.likeness}: {one.kind} {one.tune} | {other.kind} {other.tune}")
    for likeness in Likeness:
        print(f"{likeness}: {total[likeness]} pairs told, {wrong[likeness]} of them wrong")


def _compared(group: DuplicateGroup) -> Iterator[tuple[Made, Made]]:
    """Yield what a group says: each two of one recording, or the first with each of the others."""
    made = [Made.of(copy.track) for copy in group.copies]
    if group.likeness is Likeness.SAME:
        yield from combinations(made, 2)
    else:
        yield from ((made[0], other) for other in made[1:])


def _may_be(likeness: Likeness, one: Made, other: Made) -> bool:
    """Tell whether two tracks that share a recording may be called so."""
    if likeness is Likeness.SAME:
        return one.kind in SAME and other.kind in SAME
    return True


def _print_places(groups: Sequence[DuplicateGroup]) -> None:
    """Print how far places and speeds of single spans are off."""
    off_s, speed_off = [], []
    for group in groups:
        for pair in group.pairs:
            errors = _errors(group, pair)
            if errors is not None:
                off_s.append(errors[0])
                speed_off.append(errors[1])
    print(
        f"\nplaces: median {1000 * np.median(off_s):.1f} ms off, at most {1000 * max(off_s):.0f} ms"
        f"; speeds: median {100 * np.median(speed_off):.4f} %, at most {100 * max(speed_off):.3f} %"
        f" (n = {len(off_s)})"
    )


def _errors(group: DuplicateGroup, pair: DuplicatePair) -> tuple[float, float] | None:
    """Return how far a pair of one span is off, in seconds and as a part of the speed."""
    one, other = (Made.of(group.copies[number].track) for number in (pair.first, pair.second))
    if one.tune != other.tune or len(pair.spans) > 1 or {one.kind, other.kind} & {EDIT, MEDLEY}:
        return None
    span = pair.spans[0]
    original_s = one.start_s + one.speed * span.start_s
    other_s = other.start_s + other.speed * span.other_start_s
    return abs(original_s - other_s), abs(span.speed * other.speed / one.speed - 1)


def _time(place: Path, wanted: int) -> None:
    """Ask for some recordings of a library among all of them, and print what it takes."""
    with Library.open(place, create=False) as library, library.reading() as reader:
        tracks = list(reader.all_tracks())
        asked = tracks[:: max(1, len(tracks) // wanted)][:wanted]
        shelf = Shelf(_Some(reader, asked))
        next(pairs_within(Shelf(_Some(reader, asked[:1])), library.params, _ignore), None)
        began, cpu = time.perf_counter(), time.process_time()
        pairs = sum(1 for _ in pairs_within(shelf, library.params, _ignore))
        took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    held_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    each_ms, cpu_ms = 1000 * took_s / len(asked), 1000 * cpu_s / len(asked)
    print(
        f"{len(tracks):,} recordings, {len(asked):,} asked for: {each_ms:.0f} ms each, "
        f"{cpu_ms:.0f} ms of CPU; {cpu_ms * len(tracks) / 1000:.0f} s of CPU for all; "
        f"{held_mb:.0f} MB at most; {pairs} pairs",
        flush=True,
    )


class _Some:
    """A reader that lists some of its tracks only, and finds all of them."""

    def __init__(self, reader: Reader, tracks: Sequence[Track]) -> None:
        self._reader, self._tracks = reader, tracks

    def all_tracks(self) -> Iterator[Track]:
        """Yield the tracks to ask for."""
        return iter(self._tracks)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a reader has
        return getattr(self._reader, name)


def _ignore(_count: int) -> None:
    pass


if __name__ == "__main__":
    main()
