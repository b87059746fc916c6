"""Learns the styles of distractors from real recordings, and writes them as a table.

    python -m benchmarks.distractor_styles FOLDER [--rounds N] [--seed S] [--out FILE]

For every recording of the catalogue that `open_corpus.tsv` names below FOLDER, looks for the
style whose songs have the same statistics (`constellations.py`). First styles are drawn from wide
ranges; then, round after round, the best of each recording are changed a little, or crossed with
those of others, and what comes nearer is kept. Every song made is compared with every recording.

A style is some thirty numbers about a whole song: nothing that was played is in it. The strangers
of the list are left out, so that `distractors.py` can ask for what was never seen.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.constellations import band_shares, hash_spectrum, statistics, tuning_cents
from benchmarks.music import OPEN_CORPUS
from earmark.audio import open_audio
from earmark.errors import AudioError
from earmark.evaluation.distractors import STYLES
from earmark.evaluation.imitation import BANDS, Style, imitate, write_styles
from earmark.fingerprint import fingerprint
from earmark.params import Params
from earmark.types import Peaks
from earmark.units import seconds_to_frames

LISTENED_S = 120.0
"""Of each recording: as long as the songs it is compared with."""

FEWEST_PEAKS = 500
"""A recording with fewer has no statistics."""

DRAWN, CHILDREN, KEPT = 3000, 8, 3
"""Styles drawn at first; made of each recording's best in a round; kept for each in the end."""

FIRST_REACH, REACH_LEFT = 0.12, 0.88
"""How far a style is moved, as a part of the numbers' ranges, and what a round leaves of that."""

CHANGED = 0.35
"""The part of a style's numbers that a change touches."""

PARENTS = 4
"""The best of each recording: those that are changed."""

CROSSED, LEVELLED = 0.3, 0.5
"""The part of the changes that go towards another style; that level the profile, too."""

DB_FOR_SHARE = 2.5
"""By how much a band's profile is raised for each natural logarithm that its peaks are too few."""

WIDTH_IN_SPREADS, LEAST_SPREAD = 2.5, 0.02
"""Standard deviations between the 10th and the 90th percentile of a normal distribution; what a
statistic's is taken for at least."""

FURTHEST_SPREADS = 3
"""A statistic is never taken for further off than this."""

GIVEN = ("level", "level spread")
"""Statistics that a style says of itself: nothing has to be looked for."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """Where a number of a style may lie."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, part: float) -> float:
        """Return the number so far between the ends."""
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** part)
        return self.low + (self.high - self.low) * part


RANGES = {
    "tatum_s": Range(0.07, 0.45, logarithmic=True),
    "bar_tatums": Range(6, 64, logarithmic=True),
    "voices": Range(0.5, 8),
    "onset": Range(0.02, 0.7, logarithmic=True),
    "length_tatums": Range(0.5, 16, logarithmic=True),
    "slope_db": Range(0, 12),
    "sustain_hz": Range(0.5, 8, logarithmic=True),
    "sustain_db": Range(0.2, 8),
    "decay_db_s": Range(0, 40),
    "drum_onset": Range(0, 0.4),
    "drum_db": Range(-20, 12),
    "drum_exact": Range(0, 1),
    "noise_hz": Range(5, 250, logarithmic=True),
    "noise_db": Range(-30, 10),
    "timing_s": Range(0.0005, 0.04, logarithmic=True),
    "variation_db": Range(0.05, 8, logarithmic=True),
    "dropout": Range(0, 0.4),
    "repeat": Range(0.3, 1),
    "patterns": Range(1, 16.9),
    "register": Range(45, 85),
    "cents": Range(0.3, 40, logarithmic=True),
    "tonality": Range(0, 1),
    "chromatic": Range(0, 0.6),
}
PROFILE = Range(-20, 20)


@dataclass(frozen=True, eq=False)
class Model:
    """A real recording, as far as it matters here."""

    peaks: Peaks
    seconds: float


def main() -> None:
    """Learn and write."""
    options = _options()
    params = Params()
    models = load_models(options.folder, options.corpus, params)
    learner = _Learner(models, params, np.random.default_rng(options.seed))
    learner.draw(DRAWN)
    for number in range(options.rounds):
        learner.improve(FIRST_REACH * REACH_LEFT**number)
        print(f"round {number + 1}: distances {learner.summary()}", flush=True)
    write_styles(learner.styles(), options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Learn the styles of distractors.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=OPEN_CORPUS, help="what is what in FOLDER")
    parser.add_argument("--rounds", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=STYLES)
    return parser.parse_args()


def load_models(folder: Path, corpus: Path, params: Params) -> list[Model]:
    """Fingerprint the catalogue that the list names, as references."""
    models = []
    for line in corpus.read_text().splitlines():
        kind, _, name = line.partition("\t")
        if kind != "catalogue":
            continue
        rate_hz = params.peaks.sample_rate_hz
        try:
            with open_audio(folder / name, sample_rate_hz=rate_hz) as stream:
                peaks = fingerprint(stream, params.peaks)
                models.append(_beginning(peaks, stream.duration_s, params))
        except AudioError as error:
            print(f"left out: {error}")
    return [model for model in models if len(model.peaks) >= FEWEST_PEAKS]


def _beginning(peaks: Peaks, duration_s: float, params: Params) -> Model:
    end = seconds_to_frames(LISTENED_S, params.peaks) * params.peaks.steps
    count = int(np.searchsorted(peaks.time, end))
    part = Peaks(peaks.time[:count], peaks.frequency[:count], peaks.level[:count])
    return Model(part, min(duration_s, LISTENED_S))


class _Learner:
    """Styles as rows of parts between the ends of their ranges, and how near each comes."""

    def __init__(self, models: list[Model], params: Params, rng: np.random.Generator) -> None:
        self._models, self._params, self._rng = models, params, rng
        self._spectrum = hash_spectrum([model.peaks for model in models], params)
        measured = [
            statistics(model.peaks, model.seconds, params, self._spectrum, own=True)
            for model in models
        ]
        self._names = list(measured[0])
        self._wanted = np.array([list(row.values()) for row in measured])
        self._weights = _weights(self._names) / self._spread()
        self._styles = np.empty((0, len(RANGES) + BANDS))
        self._found = np.empty((0, len(self._names)))

    def draw(self, count: int) -> None:
        rows = self._rng.random((count, self._styles.shape[1]))
        rows[:, len(RANGES) :] = self._rng.normal(0.5, 0.15, (count, BANDS))
        self._add(rows)

    def improve(self, reach: float) -> None:
        """Change the best of each recording by about so much of the ranges; forget the rest."""
        near = self._nearest(PARENTS)
        rows = [
            self._changed(near[which], which, reach)
            for which in range(len(self._models))
            for _ in range(CHILDREN)
        ]
        kept = np.unique(near)
        self._styles, self._found = self._styles[kept], self._found[kept]
        self._add(np.array(rows))

    def styles(self) -> list[Style]:
        near = self._nearest(KEPT)
        return [
            self._style(self._styles[row], model)
            for model, rows in zip(self._models, near)
            for row in rows
        ]

    def summary(self) -> str:
        best = np.sort(self._distances(), axis=0)[0]
        return " ".join(f"{value:.2f}" for value in np.quantile(best, (0, 0.25, 0.5, 0.75, 1)))

    def _spread(self) -> Numbers:
        low, high = np.quantile(self._wanted, (0.1, 0.9), axis=0)
        return np.asarray(np.maximum((high - low) / WIDTH_IN_SPREADS, LEAST_SPREAD))

    def _distances(self) -> Numbers:
        """Return the distance of each style's song to each recording: shape (styles, models)."""
        ours, theirs = self._found * self._weights, self._wanted * self._weights
        # a few statistics far off must not hide that all others agree
        most = FURTHEST_SPREADS * _weights(self._names)
        gaps = np.minimum(np.abs(ours[:, None] - theirs[None]), most)
        return np.asarray(np.sqrt((gaps**2).sum(axis=2)))

    def _nearest(self, count: int) -> NDArray[np.int64]:
        return np.asarray(np.argsort(self._distances(), axis=0, kind="stable")[:count].T)

    def _changed(self, near: NDArray[np.int64], which: int, reach: float) -> Numbers:
        rng = self._rng
        rank = min(rng.geometric(0.6) - 1, len(near) - 1)
        row = self._styles[near[rank]].copy()
        touched = rng.random(len(row)) < CHANGED
        if rng.random() < CROSSED:
            other = self._styles[rng.integers(len(self._styles))]
            row[touched] += (other - row)[touched] * rng.random()
        else:
            row += touched * rng.normal(0, reach, len(row))
        if rng.random() < LEVELLED:
            lacking = band_shares(self._wanted[which], self._names)
            lacking = lacking - band_shares(self._found[near[rank]], self._names)
            row[len(RANGES) :] += DB_FOR_SHARE / (PROFILE.high - PROFILE.low) * lacking
        return np.asarray(np.clip(row, 0, 1))

    def _style(self, row: Numbers, model: Model) -> Style:
        values = {name: one.at(part) for (name, one), part in zip(RANGES.items(), row)}
        return Style(
            **values,
            tuning_cents=tuning_cents(model.peaks, self._params),
            level=float(model.peaks.level.mean()),
            level_spread=float(model.peaks.level.std()),
            profile=tuple(PROFILE.at(part) for part in row[len(RANGES) :]),
        )

    def _add(self, rows: Numbers) -> None:
        found = [self._measured(row) for row in rows]
        self._styles = np.concatenate([self._styles, rows])
        self._found = np.concatenate([self._found, np.array(found)])

    def _measured(self, row: Numbers) -> list[float]:
        style = self._style(row, self._models[self._rng.integers(len(self._models))])
        peaks = imitate(style, LISTENED_S, self._params.peaks, self._rng)
        if len(peaks) < FEWEST_PEAKS:
            return [np.inf] * len(self._names)
        return list(statistics(peaks, LISTENED_S, self._params, self._spectrum, own=False).values())


def _weights(names: list[str]) -> Numbers:
    """Let each kind of statistic count alike, in however many shares it is told."""
    kinds = [name.rstrip("0123456789 ") for name in names]
    return np.array([0.0 if kind in GIVEN else kinds.count(kind) ** -0.5 for kind in kinds])


if __name__ == "__main__":
    main()
