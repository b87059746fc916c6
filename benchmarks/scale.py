"""How costs and answers change with the size of a catalogue: from a hundred songs to a million.

    python -m benchmarks.scale FOLDER [--songs 0,1000,10000] [--cache DIR] [--clips N] [--few N]
                               [--seed S] [--workers N] [--json FILE] [--plots DIR]

Takes the recordings that `open_corpus.tsv` names below FOLDER. For every size in `--songs`, so many
made songs of four minutes (`evaluation/distractors.py`) and the catalogue's recordings, planted
among them, are put into a library below `--cache`. One that is there is used again; one that is
half done is continued. The room that a library needs while it is built is measured, told, and
refused if it is not there. Then clips of the planted recordings and of strangers are asked for, and
songs added; `docs/scale.md` says what is measured how, and has the tables.

`--json` keeps the numbers; those of other sizes that are there stay, so that a size may be measured
by itself. `--plots` draws all that the file has.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import platformdirs

from benchmarks.scale_catalogues import Recipe, built, plant
from benchmarks.scale_clips import cut, named
from benchmarks.scale_measures import LABELS, Numbers, Plan, measure
from benchmarks.scale_tables import print_tables
from earmark.params import Params

SIZES = (0, 1000, 10_000)


def main() -> None:
    """Build, measure and print."""
    options = _options()
    options.cache.mkdir(parents=True, exist_ok=True)
    params = Params()
    planted = options.cache / f"planted-{params.index_id}.earmark"
    plant(options.folder, named("catalogue"), planted, options.workers)
    clips = options.cache / f"clips-{options.clips}-{options.seed}"
    cut(options.folder, clips, LABELS, options.clips, options.seed)
    results = _kept(options.json)
    for songs in options.songs:
        recipe = Recipe(songs, options.seed, planted, options.workers, params)
        place, build = built(recipe, options.cache)
        plan = Plan(place, recipe, options.folder, clips, options.few)
        results[songs] = {"songs": songs, "build": asdict(build)}
        for part in measure(plan):
            results[songs] |= part
            print(f"{songs:,}: measured {', '.join(part)}", flush=True)
            if options.json:
                options.json.write_text(json.dumps(list(results.values()), indent=1))
    ordered = [results[songs] for songs in sorted(results)]
    print_tables(ordered)
    if options.plots:
        from benchmarks.scale_plots import draw  # noqa: PLC0415 - matplotlib is an extra

        draw(ordered, options.plots)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Costs and answers against size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=_sizes, default=SIZES, help="sizes, such as 1000,10000")
    parser.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("earmark") / "scale",
        help="where catalogues and clips are kept",
    )
    parser.add_argument("--clips", type=int, default=20, help="of each condition (default: 20)")
    parser.add_argument(
        "--few", type=int, default=5, help="where each takes long or is asked cold (default: 5)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes that make songs")
    parser.add_argument("--json", type=Path, help="keep the numbers in this file")
    parser.add_argument("--plots", type=Path, help="draw plots into this folder")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def _kept(file: Path | None) -> dict[int, Numbers]:
    """Return the numbers of an earlier run, by size."""
    if file is None or not file.exists():
        return {}
    return {numbers["songs"]: numbers for numbers in json.loads(file.read_text())}


if __name__ == "__main__":
    main()
