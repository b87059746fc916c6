"""Hits, false accepts and size on synthesised music: no download, the same everywhere.

    python benchmarks/synthetic.py [--pieces N] [--strangers N] [--seed S]

Adds N pieces of 40 s to a library, asks for one clip of each in every condition of the
demonstration, and for 10 s of each stranger: pieces of the same eight styles, played by bands of
the same kinds, that were never added. That is harder than strangers at large, and a synthesiser's
partials are purer than any real instrument's: the rates compare versions of Earmark with each
other; they do not tell how it does on real music. How fast it is, `benchmarks/micro/` measures.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from earmark.demo import CONDITIONS, PIECE_S, Trial, ask, save, stranger_trials
from earmark.evaluation.synthesis import STYLES, Piece, catalogue
from earmark.library import Library


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder:
        pieces = list(catalogue(options.pieces, options.seed, PIECE_S))
        save(pieces, Path(folder) / "music")
        with Library.open(Path(folder) / "bench.earmark") as library:
            library.add([Path(folder) / "music"])
            _print_size(library)
            _print_hits(list(_known(library, pieces)))
            _print_false_accepts(
                list(stranger_trials(library, options.strangers, options.seed + 1))
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hits, false accepts and size.")
    parser.add_argument("--pieces", type=int, default=24)
    parser.add_argument("--strangers", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _known(library: Library, pieces: Sequence[Piece]) -> Iterator[Trial]:
    for number, piece in enumerate(pieces):
        for condition in CONDITIONS:
            rng = np.random.default_rng(number)
            start_s = rng.uniform(2.0, PIECE_S - condition.duration_s)
            yield ask(library, condition, piece, start_s, rng)


def _print_size(library: Library) -> None:
    stats = library.stats()
    hours = stats.duration_s / 3600
    print(f"{stats.tracks} pieces, {60 * hours:.1f} minutes;", end=" ")
    print(f"index {stats.index_bytes / hours / 1e6:.2f} MB per hour,", end=" ")
    print(f"catalogue {stats.catalogue_bytes / hours / 1e6:.2f} MB per hour\n")


def _print_hits(trials: Sequence[Trial]) -> None:
    rows: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        rows[trial.condition].append(trial)
    print(f"{'condition':24}{'n':>5}{'piece':>8}{'position':>10}")
    for condition, row in rows.items():
        named = sum(trial.is_named for trial in row)
        right = sum(trial.is_right for trial in row)
        print(f"{condition:24}{len(row):5}{named:8}{right:10}")


def _print_false_accepts(trials: Sequence[Trial]) -> None:
    wrong = [0] * len(STYLES)
    for number, trial in enumerate(trials):
        wrong[number % len(STYLES)] += not trial.is_right
    print(f"\n{sum(wrong)} of {len(trials)} strangers accepted:", end=" ")
    print(*(f"{style.name} {count}" for style, count in zip(STYLES, wrong, strict=True)), sep=", ")


if __name__ == "__main__":
    main()
