"""How like real music the distractors are: statistics, posting lists, and the best wrong answers.

    python -m benchmarks.distractors FOLDER [--clips N] [--seed S]

Takes the catalogue and the strangers that `open_corpus.tsv` names below FOLDER. Beside the
catalogue stands one of the same size: for each recording a made song of its duration. The first
tables compare the two: song by song, and the lists of postings of all together, as they grow with
the catalogue. The next tells whether songs that are made of one piece resemble each other more than
others do. Then clips of the strangers, clean and in noise, are asked for in both: whatever comes
out is wrong, and should be as wrong in the one as in the other. Of made catalogues there are
several, whose answers are put together. `styles.tsv` knows nothing of these tables and has never
heard the strangers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import Catalogue, group_of
from benchmarks.constellations import hash_spectrum, statistics
from benchmarks.music import OPEN_CORPUS
from benchmarks.posting_lists import Recording, print_alike, print_growth, print_lists
from earmark.audio import open_audio
from earmark.evaluation.degradations import add_noise
from earmark.evaluation.distractors import new_song
from earmark.evaluation.noises import Noise
from earmark.fingerprint import fingerprint, hear
from earmark.landmarks import query_probes
from earmark.matching.candidates import find_candidates
from earmark.matching.matcher import match
from earmark.params import Ladder, Params, QueryParams
from earmark.types import Heard

CLIP_S = 10.0
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
CANDIDATES = 40
COLLECTIONS = 3
LEAST_RATING = -10.0
"""Of a clip for which not even a candidate is found."""

ANSWERS = ("votes of the best", "mean votes of 40", "rating")

Numbers = NDArray[np.float64]


def main() -> None:
    """Compare and print."""
    options = _options()
    params, query = Params(), QueryParams(ladder=Ladder.OFF)
    rng = np.random.default_rng(options.seed)
    real, clips = [], []
    for kind, name, samples in _sounds(options.folder, options.corpus, params):
        if kind == "catalogue":
            seconds = len(samples) / params.peaks.sample_rate_hz
            real.append(Recording(fingerprint([samples], params.peaks), seconds, group_of(name)))
        else:
            clips += list(_clips(samples, options.clips, params, query, rng))
    several = [_made(real, options.seed, params, rng) for _ in range(COLLECTIONS)]
    made = several[0]
    print(f"{len(real)} recordings, and as many songs; {len(clips)} clips of strangers")
    _print_statistics(real, made, params)
    print_lists(real, made, params)
    print_growth(real, made, options.seed, params)
    print_alike(options.seed, params)
    found = _answers(_catalogue(real, params), clips, params, query)
    wrong = [_answers(_catalogue(one, params), clips, params, query) for one in several]
    for name, ours, theirs in zip(ANSWERS, found, np.concatenate(wrong, axis=1)):
        _print_quantiles(name, ours, theirs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How like real music distractors are.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=OPEN_CORPUS, help="what is what in FOLDER")
    parser.add_argument("--clips", type=int, default=10, help="of each stranger (default: 10)")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _sounds(
    folder: Path, corpus: Path, params: Params
) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    """Yield what each recording is (`catalogue` or `stranger`), its name and its samples."""
    for line in corpus.read_text().splitlines():
        if not line.startswith("#"):
            kind, name = line.split("\t")
            rate_hz = params.peaks.sample_rate_hz
            with open_audio(folder / name, sample_rate_hz=rate_hz) as stream:
                yield kind, name, np.concatenate(list(stream))


def _clips(
    samples: NDArray[np.float32],
    count: int,
    params: Params,
    query: QueryParams,
    rng: np.random.Generator,
) -> Iterator[Heard]:
    """Yield what is heard of clips, every other in pink noise as loud as the music."""
    rate_hz = params.peaks.sample_rate_hz
    length = round(CLIP_S * rate_hz)
    for number in range(count if len(samples) > length else 0):
        start = int(rng.integers(len(samples) - length))
        clip = samples[start : start + length]
        if number % 2:
            clip = add_noise(clip, rate_hz, rng, snr_db=0, kind=Noise.PINK)
        yield hear([clip.astype(np.float32)], params.peaks, query)


def _made(
    real: Sequence[Recording], seed: int, params: Params, rng: np.random.Generator
) -> list[Recording]:
    """Make a song of each recording's duration, which shares material with no other."""
    return [
        Recording(new_song(one.seconds, seed, params.peaks, rng), one.seconds, str(number))
        for number, one in enumerate(real)
    ]


def _print_statistics(real: Sequence[Recording], made: Sequence[Recording], params: Params) -> None:
    spectrum = hash_spectrum([one.peaks for one in real], params)
    rows = [
        [
            statistics(one.peaks, one.seconds, params, spectrum, own=side is real)
            for one in side
            if len(one.peaks) > 1
        ]
        for side in (real, made)
    ]
    print(f"\n{'':18}{'real: 10, 50, 90 %':>26}{'made: 10, 50, 90 %':>28}")
    for name in rows[0][0]:
        cells = [np.quantile([row[name] for row in side], (0.1, 0.5, 0.9)) for side in rows]
        print(f"{name:18}", "   ".join(" ".join(f"{v:8.3f}" for v in cell) for cell in cells))


def _catalogue(side: Sequence[Recording], params: Params) -> Catalogue:
    return Catalogue.of_peaks([one.group for one in side], [one.peaks for one in side], params)


def _answers(
    catalogue: Catalogue, clips: Sequence[Heard], params: Params, query: QueryParams
) -> Numbers:
    """Return ANSWERS for each clip: shape (3, clips)."""
    best, mean, scores = [], [], []
    for clip in clips:
        probes = query_probes(clip.few, params, query.fanout, query.fuzziness)
        found = find_candidates(catalogue, probes, clip.frames, CANDIDATES)
        votes = [one.votes for one in found] or [0]
        verdict = match(clip, catalogue, params, query)
        named = (*verdict.matches, *verdict.candidates)
        best.append(max(votes))
        mean.append(float(np.mean(votes)))
        scores.append(max((one.score for one in named), default=LEAST_RATING))
    return np.array([best, mean, scores], np.float64)


def _print_quantiles(name: str, real: Numbers, made: Numbers) -> None:
    print(f"\n{name:20}", *(f"{100 * q:7.0f} %" for q in QUANTILES))
    cells = [np.quantile(side, QUANTILES) for side in (real, made)]
    for label, row in zip(("real", "made"), cells):
        print(f"{label:20}", *(f"{value:9.2f}" for value in row))
    print(f"{'made - real':20}", *(f"{value:9.2f}" for value in cells[1] - cells[0]))


if __name__ == "__main__":
    main()
