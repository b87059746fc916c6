"""What else could be known of a place, and what it would be worth to the rating.

    python -m benchmarks.traits FOLDER [--clips N] [--seed S]

As `benchmarks/calibration.py` asks, so this does; of every place it keeps more than the rating
knows: other traits of the same evidence, and the lifts of other maps of evidence, such as one
fitted to noisy clips. Each is added to the traits in use, fitted, and tested on the other half of
the recordings. docs/accuracy.md has the table.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asking import NOTHING_ACCEPTED, ground, group_of, heard, prepare, spread
from benchmarks.calibration import NAMES, RATES, Rows, print_named
from benchmarks.music import clips
from earmark.evaluation.conditions import CONDITIONS, Condition
from earmark.matching.clip import (
    MARGIN_FRAMES,
    Clip,
    cells_near_peaks,
    map_of,
)
from earmark.matching.matcher import Search
from earmark.matching.sweep import surroundings
from earmark.matching.verification import Evidence
from earmark.params import Ladder, PeakParams, QueryParams
from earmark.types import Constellations, Heard

NOISY = (
    (-0.9, -0.7, -0.5, -0.25, -0.1, -0.05, -0.05, -0.05),
    (0.0, -0.05, -0.15, 0.3, 0.9, 1.4, 1.8, 2.1),
)
CLEAN = (
    (-4.0, -3.2, -2.5, -1.6, -0.9, -0.6, -0.6, -0.6),
    (-0.3, -0.5, -0.8, 0.3, 1.9, 2.6, 2.8, 3.0),
)
ECHOING = (
    (-1.5, -1.0, -0.6, -0.2, 0.05, 0.1, 0.1, 0.1),
    (-0.04, -0.1, -0.1, 0.4, 1.2, 1.7, 2.1, 2.4),
)
"""`EVIDENCE` as it is in clips of one kind only, roughly."""

ECHO_STEPS = (14, 7)
"""For `NEAR_STEPS` where echoes move peaks."""


@dataclass(frozen=True, eq=False)
class Part:
    """What one condition's clips gave."""

    rows: Rows
    others: Mapping[str, NDArray[np.float64]]
    """Further traits, shape (n, any) each."""


def main() -> None:
    """Ask, fit and print."""
    options = _options()
    prepare(options.folder)
    conditions = [one for one in CONDITIONS if one.name in NAMES]
    jobs = [(number, one, options.clips, options.seed) for number, one in enumerate(conditions)]
    parts = spread(_ask, jobs)
    rows = Rows(
        *(
            np.concatenate([getattr(part.rows, name) for part in parts])
            for name in Rows.__annotations__
        )
    )
    print("named at 1 in " + ", ".join(f"{1 / p:,.0f}" for p in RATES) + ", and ranked first")
    print_named("as it is", rows)
    for name in parts[0].others:
        more = np.concatenate([part.others[name] for part in parts])
        print_named(f"and {name}", replace(rows, traits=np.column_stack([rows.traits, more])))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What other traits would be worth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=48, help="in each condition (default: 48)")
    parser.add_argument("--seed", type=int, default=2)
    return parser.parse_args()


def _ask(job: tuple[int, Condition, int, int]) -> Part:
    number, condition, count, seed = job
    tunes, catalogue = ground().tunes, ground().catalogue
    query = QueryParams(ladder=Ladder.OFF)
    columns: list[tuple[int, bool, bool, bool]] = []
    traits: list[NDArray[np.float64]] = []
    others: list[dict[str, NDArray[np.float64]]] = []
    for clip in clips(tunes, [condition], count, seed):
        group = group_of(clip.places[0].tune)
        half = zlib.crc32(group.encode()) % 2 == 0
        sound = heard(clip, catalogue.params, query)
        for masked in (False, True):
            asked = catalogue.without(group) if masked else catalogue
            strict = replace(query, far=NOTHING_ACCEPTED)
            search = Search(sound, asked, catalogue.params, strict)
            for evidence in search.attempts():
                case = search.case()
                keys = np.array(case.keys, np.int64)[evidence.hypotheses.reference]
                columns += [
                    (number * count + clip.number, masked, catalogue.groups[key] == group, half)
                    for key in keys.tolist()
                ]
                traits.append(evidence.traits)
                maps = dict(_maps(sound, case.clip, catalogue.params.peaks))
                others.append(_others(evidence) | {
                    f"the lifts of {name}": _lifts(other, case.references, evidence)
                    for name, other in maps.items()
                })  # fmt: skip
    clip_of, masks, owned, halves = np.array(columns, np.int64).T
    rows = Rows(
        clip_of, np.full(len(clip_of), number), masks.astype(bool), owned.astype(bool),
        halves.astype(bool), np.concatenate(traits),
    )  # fmt: skip
    return Part(rows, {name: np.concatenate([one[name] for one in others]) for name in others[0]})


def _others(evidence: Evidence) -> dict[str, NDArray[np.float64]]:
    """Return traits that the rating does without."""
    lift, top = evidence.traits[:, 0], evidence.traits[:, 1]
    return {
        "the root of the stricter score": np.sqrt(evidence.score)[:, None],
        "ln(1 + peaks expected)": np.log1p(evidence.expected)[:, None],
        "by how much the lift exceeds the 99 %": np.maximum(0, lift - top)[:, None],
    }


def _maps(sound: Heard, clip: Clip, params: PeakParams) -> Iterator[tuple[str, Clip]]:
    """Yield the clip with other maps of evidence."""
    near = cells_near_peaks(sound, params)
    for name, table in (("noisy clips", NOISY), ("clean clips", CLEAN)):
        evidence, variance = map_of(near, sound.prominence, table)
        yield name, replace(clip, evidence=evidence, variance=variance)
    near = cells_near_peaks(sound, params, ECHO_STEPS)
    evidence, variance = map_of(near, sound.prominence, ECHOING)
    yield "echoing clips", replace(clip, evidence=evidence, variance=variance)
    yield "centred frames", _centred(clip)


def _centred(clip: Clip) -> Clip:
    """Take the mean of each frame off its cells, too."""
    inside = slice(MARGIN_FRAMES, MARGIN_FRAMES + clip.frames)
    body = clip.evidence[:-1, inside].astype(np.float64)
    body -= body.mean(axis=0, keepdims=True)
    body -= body.mean(axis=1, keepdims=True)
    evidence, variance = np.zeros_like(clip.evidence), clip.variance.copy()
    evidence[:-1, inside] = np.rint(body)
    variance[:-1] = np.rint((body**2).mean(axis=1))
    return replace(clip, evidence=evidence, variance=variance)


def _lifts(clip: Clip, references: Constellations, evidence: Evidence) -> NDArray[np.float64]:
    around = surroundings(clip, references, evidence.hypotheses)
    return np.column_stack(
        [around.lift - around.median, around.top - around.median, around.upper - around.median]
    )


if __name__ == "__main__":
    main()
