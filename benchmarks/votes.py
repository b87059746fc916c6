"""Which pairs of a clip to look up when not all can be: the true track's place among the voted.

    python -m benchmarks.votes FOLDER [--songs 4000,20000] [--clips N] [--seed S]

Beside the recordings that `open_corpus.tsv` names below FOLDER lies a tape of made songs whose
postings have the frequencies of real hashes, and nothing else of music. Noisy clips and clips in
rooms are looked up in several ways, each within the same numbers of postings, those of the rarest
hashes. Printed are the shares of clips whose track is among the 20, 100 and 1,000 with most votes,
and the median time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import Catalogue, heard
from benchmarks.music import OPEN_CORPUS, clips, load
from earmark.evaluation.conditions import CONDITIONS
from earmark.landmarks import BIN_BITS, EXACT, GAP_BITS, STEP_BITS, query_probes
from earmark.matching.candidates import find_candidates, rarest
from earmark.params import Params, QueryParams
from earmark.tape import Tape, Tapes, build_tape, postings_in_chunks
from earmark.types import Heard, Landmarks
from earmark.units import seconds_to_frames

LABELS = ("noise -5 dB 5 s", "room +0 dB 5 s")
SONG_S = 240
VOTED = 2000
RANKS = (20, 100, 1000)

FIRST_MADE = 1 << 40
"""Key of the first made song."""


class Way(NamedTuple):
    """How a clip is looked up."""

    dense: bool
    fanout: int
    fuzziness: float
    budget_bits: int

    def __str__(self) -> str:
        """Say it in a line of the table."""
        cells = "exact cells" if self.fuzziness == EXACT else "neighbouring cells too"
        peaks = "all peaks" if self.dense else "sparser peaks"
        return f"{peaks}, {cells}, {self.fanout} partners, 2^{self.budget_bits} postings"


WAYS = tuple(
    Way(dense, fanout, fuzziness, bits)
    for bits in (17, 19, 21, 22)
    for dense, fanout in ((False, 6), (True, 8), (True, 24))
    for fuzziness in (EXACT, QueryParams().fuzziness)
    if not (dense and bits < 21)  # noqa: PLR2004 - too little to be worth a line
)


def main() -> None:
    """Look up and print."""
    options = _options()
    params, query = Params(), QueryParams()
    tunes, _ = load(options.folder, OPEN_CORPUS)
    catalogue = Catalogue.of(tunes, params)
    keys = {tune.name: key for key, tune in enumerate(tunes)}
    for songs in options.songs:
        made = _made(catalogue.tape, songs, params, np.random.default_rng(options.seed))
        index = Tapes([catalogue.tape, made])
        print(f"{songs:,} songs of {SONG_S} s, and the recordings")
        for condition in CONDITIONS:
            if condition.label in LABELS:
                asked = [
                    (heard(clip, params, query), keys[clip.places[0].name])
                    for clip in clips(tunes, [condition], options.clips, options.seed)
                ]
                _print(condition.label, index, asked, params)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Which pairs of a clip to look up.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--songs", type=lambda text: [int(one) for one in text.split(",")], default=[4000, 20_000]
    )
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _made(real: Tape, songs: int, params: Params, rng: np.random.Generator) -> Tape:
    """Make a tape of postings with hashes as frequent as real ones, at random places."""
    hashes = np.concatenate([found for found, _ in postings_in_chunks(real)]).astype(np.int64)
    frames = round(seconds_to_frames(SONG_S, params.peaks))
    each = round(len(hashes) / real.frames * frames)
    return build_tape(
        [(FIRST_MADE + song, _song(hashes, each, frames, rng)) for song in range(songs)]
    )


def _song(
    hashes: NDArray[np.int64], postings: int, frames: int, rng: np.random.Generator
) -> Landmarks:
    """Draw real hashes, and move each a little, so that rare ones are others in every song."""
    drawn = hashes[rng.integers(0, len(hashes), postings)]
    low = drawn >> (STEP_BITS + GAP_BITS)
    step = (drawn >> GAP_BITS) & ((1 << STEP_BITS) - 1)
    gap = drawn & ((1 << GAP_BITS) - 1)
    low = np.clip(low + rng.integers(-3, 4, postings), 0, (1 << BIN_BITS) - 1)
    step = np.clip(step + rng.integers(-1, 2, postings), 0, (1 << STEP_BITS) - 1)
    gap = np.clip(gap + rng.integers(-2, 3, postings), 0, (1 << GAP_BITS) - 1)
    moved = np.sort((low << STEP_BITS | step) << GAP_BITS | gap).astype(np.uint32)
    return Landmarks(moved, rng.integers(0, frames, postings).astype(np.uint32))


def _print(label: str, index: Tapes, asked: Sequence[tuple[Heard, int]], params: Params) -> None:
    print(
        f"\n{label}, {len(asked)} clips{'':30}" + "".join(f"{rank:7,}" for rank in RANKS), "    ms"
    )
    for way in WAYS:
        ranks, times_ms = [], []
        for clip, key in asked:
            began = time.perf_counter()
            ranks.append(_rank(clip, key, way, index, params))
            times_ms.append(1000 * (time.perf_counter() - began))
        cells = [f"{100 * np.mean([rank < upto for rank in ranks]):7.0f}" for upto in RANKS]
        print(f"{way!s:70}", *cells, f"{np.median(times_ms):7.1f}", sep="")


def _rank(clip: Heard, key: int, way: Way, index: Tapes, params: Params) -> float:
    """Return the place of a track among those voted for, the best first; infinite if it is not."""
    peaks = clip.peaks if way.dense else clip.few
    probes = query_probes(peaks, params, way.fanout, way.fuzziness)
    chosen = rarest(index, probes, 1 << way.budget_bits)
    voted = find_candidates(index, chosen, clip.frames, VOTED)
    ordered = list(dict.fromkeys(candidate.key for candidate in voted))
    return ordered.index(key) if key in ordered else np.inf


if __name__ == "__main__":
    main()
