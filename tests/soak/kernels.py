"""Feed every kernel with random and hostile input, its bounds checked.

    NUMBA_BOUNDSCHECK=1 XDG_CACHE_HOME=/tmp/checked python -m tests.soak.kernels 0 500

Runs the rounds from the first number to the last, with a cache of its own, because kernels of the
usual cache have no checks. Ends with an IndexError if a kernel reads or writes where nothing is.
"""

from __future__ import annotations

import os
import sys

import numpy as np
from numpy.random import Generator

from earmark.axis import axis_of
from earmark.evaluation.distractors import STYLES
from earmark.evaluation.imitation import Style, imitate, read_styles
from earmark.evaluation.resynthesis import piece_of, resynthesise
from earmark.fingerprint import fingerprint, hear
from earmark.landmarks import Probes, query_probes, reference_landmarks
from earmark.matching.alignment import centre, nearby, refine
from earmark.matching.candidates import find_candidates, rarest
from earmark.matching.clip import clip_of
from earmark.matching.ladder import climb
from earmark.matching.matcher import match
from earmark.matching.sweep import surroundings, sweep
from earmark.matching.verification import MAX_REACH_STEPS, Hypotheses, examine
from earmark.packing import pack, unpack, unpack_all
from earmark.params import Ladder, Params, QueryParams
from earmark.prominence import CLASSES, prominence
from earmark.tape import (
    HASH_BITS,
    Tape,
    Tapes,
    assembled,
    build_tape,
    merged,
    postings_in_chunks,
)
from earmark.types import Heard, Landmarks, Peaks
from tests.axes import AXES
from tests.constellations import PARAMS, STEPS, Catalogue, mixed, sorted_peaks, stored

LENGTHS = (0, 1, 2, 127, 128, 129, 1000, 16_384, 20_001)
CLIP_FRAMES = (1, 2, 23, 24, 63, 64, 65, 600, 2000)
SPANS_STEPS = (0, 5, 100, 5000, 30_000, 10_000_000)
FAR_STEPS = (-1e15, -1e6, -100.0, 0.0, 50.0, 1e4, 1e7, 1e15)
FACTORS = (1e-3, 0.5, 0.9, 1.0, 1.1, 2.0, 1e3)
EMPTY = np.empty(0, np.uint32)
LONG_FRAMES = 1 << 27
RUNGS = (1e-3, 0.1, 0.74, 1.0, 1.31, 10.0, 1e3)


def listen(rng: Generator) -> None:
    """Fingerprint noise of odd lengths and any loudness, and hash it."""
    samples = int(rng.choice(LENGTHS))
    loudness = 10.0 ** rng.uniform(-6, 6)
    sound = rng.normal(0, loudness, samples).astype(np.float32)
    params = Params(AXES[rng.integers(len(AXES))])
    for query in (None, QueryParams()):
        blocks = np.split(sound, np.sort(rng.integers(0, samples + 1, 3)))
        peaks = fingerprint(blocks, params.peaks, query)
        assert len(unpack(pack(peaks))) == len(peaks)
        reference_landmarks(peaks, params)
        query_probes(peaks, params, int(rng.integers(0, 50)), rng.uniform(0, 0.5))
        heard = hear(blocks, params.peaks, QueryParams())
        match(heard, Catalogue(peaks, params=params), params, QueryParams(ladder=Ladder.OFF))
    power = 10.0 ** rng.uniform(
        -30, 30, (rng.integers(0, 40), len(axis_of(params.peaks).centre_bins))
    )
    prominence(power.astype(np.float32), params.peaks)


def random_peaks(rng: Generator, span_steps: int) -> Peaks:
    """Peaks anywhere that a packed constellation can hold."""
    count = rng.integers(0, 300)
    time = rng.integers(0, span_steps + 1, count)
    return sorted_peaks(time, rng.integers(1, 0x1000, count))


def random_clip(rng: Generator, tracks: list[Peaks], frames: int) -> Peaks:
    """Peaks of a clip, among them perhaps those of a track, stretched."""
    clip = random_peaks(rng, frames * STEPS)
    if not tracks:
        return clip
    track = tracks[rng.integers(len(tracks))]
    time = np.floor((track.time - rng.integers(-300, 30_000)) / rng.choice(FACTORS[2:5]))
    inside = (time >= 0) & (time <= frames * STEPS)
    return mixed(clip, sorted_peaks(time[inside], track.frequency[inside]))


def recognise(rng: Generator) -> None:
    """Look for clips, also with peaks behind their end, and try absurd hypotheses."""
    tracks = [random_peaks(rng, int(rng.choice(SPANS_STEPS))) for _ in range(rng.integers(0, 6))]
    frames = int(rng.choice(CLIP_FRAMES))
    peaks, few = (random_clip(rng, tracks, frames) for _ in range(2))
    ladder = Ladder.FULL if rng.random() < 0.1 else Ladder.FAST
    for length in (frames, max(1, frames // 3)):
        bands = len(axis_of(PARAMS.peaks).centre_bins)
        heard = Heard(peaks, few, rng.integers(0, CLASSES, (length, bands), np.uint8))
        catalogue = Catalogue(*tracks)
        match(heard, catalogue, PARAMS, QueryParams(ladder=ladder, far=0.9))
        step_in(rng, heard, catalogue)
        if tracks:
            suppose(rng, heard, tracks)


def step_in(rng: Generator, heard: Heard, catalogue: Catalogue) -> None:
    """Climb rungs that no ladder has."""
    axis = axis_of(PARAMS.peaks)
    for _ in range(3):
        rung = float(rng.choice(RUNGS)), float(rng.choice(RUNGS))
        climb(rung, heard.few, heard.frames, catalogue, axis, PARAMS, QueryParams())


def suppose(rng: Generator, heard: Heard, tracks: list[Peaks]) -> None:
    """Sweep over tracks, and try absurd hypotheses."""
    indexed, references = clip_of(heard, PARAMS.peaks), stored(*tracks)
    short = [track for track in tracks if track.time.max(initial=0) < 1e6]
    sweep(indexed, [(range(len(short)), lambda: stored(*short))], int(rng.choice([0, 1, 24])))
    count = int(rng.integers(0, 30))
    absurd = Hypotheses(
        rng.integers(0, len(tracks), count),
        rng.choice(FAR_STEPS, count) + rng.normal(0, 50, count),
        rng.choice(FACTORS, count),
        rng.choice(FACTORS, count),
    )
    for reach in (0, 2, 14, MAX_REACH_STEPS):
        examine(indexed, references, absurd, reach_steps=reach, shifted=reach > 2)
    surroundings(indexed, references, absurd)
    refine(indexed, references, nearby(absurd, indexed))
    centre(indexed, references, absurd)


def unpack_nonsense(rng: Generator) -> None:
    """Unpack constellations with spoiled bytes, torn ones and noise, together."""
    packed = [pack(random_peaks(rng, int(rng.choice(SPANS_STEPS)))) for _ in range(3)]
    for _ in range(20):
        spoiled = bytearray(packed[rng.integers(3)])
        for _ in range(rng.integers(0, 4)):
            beginning = min(len(spoiled), 1 << int(rng.integers(1, 12)))
            spoiled[rng.integers(beginning)] = rng.integers(256)
        length = int(rng.integers(len(spoiled) + 1))
        packed.append(bytes(spoiled[: length - length % int(rng.choice([1, 8]))]))
    packed.append(b"\x01" + rng.bytes(int(rng.integers(0, 40)) * 8 + 7))
    found = unpack_all(packed)
    assert len(found) == len(packed)
    assert found.begins[-1] == len(found.time) <= 32 * sum(map(len, packed))


def random_tape(rng: Generator) -> Tape:
    """A tape of tracks of any length, the empty one included."""
    tracks = []
    for key in range(rng.integers(0, 5)):
        count = rng.integers(0, 200)
        frames = rng.integers(0, rng.choice([1, 100, LONG_FRAMES]), count)
        rows = np.stack([rng.integers(0, 1 << HASH_BITS, count), frames]).astype(np.uint32)
        rows = rows[:, np.lexsort(rows[::-1])]
        tracks.append((key, Landmarks(rows[0], rows[1])))
    return build_tape(tracks)


def look_up(rng: Generator) -> None:
    """Ask tapes for hashes that they have and for others."""
    tape = random_tape(rng)
    joined = assembled(merged([tape, random_tape(rng)]))
    known = np.concatenate([EMPTY, *(hashes for hashes, _ in postings_in_chunks(joined))])
    hashes = np.concatenate([known, rng.integers(0, 1 << HASH_BITS, 100, np.uint32)])
    frames = rng.integers(0, rng.choice([1, 100, LONG_FRAMES]), len(hashes)).astype(np.int32)
    length = int(rng.choice([1, 100, LONG_FRAMES]))
    index = Tapes([tape, joined])
    probes = rarest(index, Probes(hashes, frames), int(rng.choice([0, 9, 1 << 30])))
    find_candidates(index, probes, length, int(rng.choice([1, 5, 40])))


def imagine(rng: Generator) -> None:
    """Make short songs, also in styles that no music has."""
    styles = read_styles(STYLES)
    *single, profile = styles[rng.integers(len(styles))]
    absurd = Style._make((*(np.array(single) * np.exp(rng.normal(0, 0.5, len(single)))), profile))
    song = imitate(absurd, float(rng.choice([0.0, 0.01, 1.0, 30.0])), PARAMS.peaks, rng)
    pieces = [
        piece_of(peaks, float(rng.choice([0.1, 2.0, 100.0])), PARAMS.peaks)
        for peaks in (song, random_peaks(rng, 20_000))
    ]
    first, second = rng.permutation(2)
    duration_s = float(rng.choice([0.0, 0.01, 1.0, 30.0]))
    resynthesise(pieces[first], pieces[second], duration_s, PARAMS.peaks, rng)


def main(first: int, last: int) -> None:
    """Run these rounds."""
    if os.environ.get("NUMBA_BOUNDSCHECK") != "1":
        sys.exit("set NUMBA_BOUNDSCHECK=1: without it there is nothing to see")
    for number in range(first, last):
        rng = np.random.default_rng(number)
        listen(rng)
        recognise(rng)
        unpack_nonsense(rng)
        look_up(rng)
        imagine(rng)
    print("no index out of range")  # noqa: T201 - it is a script


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
