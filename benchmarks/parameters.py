"""Recall against size: what the parameters of the fingerprint and of the query are worth.

    python benchmarks/parameters.py FOLDER [--clips N] [--seed S] [--only NAME...]

Takes the catalogue and the strangers that `open_corpus.tsv` names below FOLDER, builds an index in
memory under each setting, and prints postings per second, size, and the share of clips named, by
condition, at the threshold of `matching/decision.py`. The settings vary one thing at a time.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.music import CONDITIONS, OPEN_CORPUS, RATE_HZ, Clip, Tune, clips, load
from earmark.library import Library
from earmark.params import IndexParams, Params, PeakParams, QueryParams
from earmark.stores.memory import MemoryStore
from earmark.types import Metadata


@dataclass(frozen=True)
class Setting:
    """One row of the table."""

    name: str
    peaks: PeakParams = field(default_factory=PeakParams)
    index: IndexParams = field(default_factory=IndexParams)
    query: QueryParams = field(default_factory=QueryParams)


SETTINGS = (
    Setting("default"),
    Setting("denser references", PeakParams(reference_radius_frames=12)),
    Setting("sparser references", PeakParams(reference_radius_frames=20)),
    Setting("narrower in frequency", PeakParams(reference_radius_ratio=0.09)),
    Setting("fan-out 1", index=IndexParams(fanout=1)),
    Setting("fan-out 3", index=IndexParams(fanout=3)),
    Setting("exact probes", query=QueryParams(fuzziness=0.0)),
    Setting("fuzzier probes", query=QueryParams(fuzziness=0.4)),
    Setting("sparser queries", query=QueryParams(radius_frames=6, radius_ratio=0.05)),
    Setting("denser queries", query=QueryParams(radius_frames=3, radius_ratio=0.025)),
    Setting("10 candidates", query=QueryParams(candidates=10)),
    Setting("100 candidates", query=QueryParams(candidates=100)),
)


def main() -> None:
    """Measure and print."""
    options = _options()
    catalogue, strangers = load(options.folder, options.corpus)
    known = list(clips(catalogue, CONDITIONS, options.clips, options.seed))
    unknown = list(clips(strangers, CONDITIONS, options.clips, options.seed))
    hours = sum(tune.duration_s for tune in catalogue) / 3600
    print(f"{len(catalogue)} tracks, {hours:.1f} hours, {len(strangers)} strangers;", end=" ")
    print(f"n = {options.clips} in each condition, {len(unknown)} clips of strangers")
    for setting in SETTINGS:
        if not options.only or setting.name in options.only:
            _measure(setting, catalogue, known, unknown)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Recall against size, by setting.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--corpus", type=Path, default=OPEN_CORPUS, help="what is what in FOLDER")
    parser.add_argument("--clips", type=int, default=50, help="in each condition (default: 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=(), help="names of settings")
    return parser.parse_args()


def _measure(
    setting: Setting, catalogue: Sequence[Tune], known: Sequence[Clip], unknown: Sequence[Clip]
) -> None:
    library = Library(MemoryStore(), Params(setting.peaks, setting.index), setting.query)
    for tune in catalogue:
        library.add_recording(tune.samples, sample_rate=RATE_HZ, metadata=Metadata(tune.name))
    stats = library.stats()
    hits: dict[str, list[bool]] = defaultdict(list)
    began = time.perf_counter()
    for clip in known:
        best = library.identify(clip.samples, sample_rate=RATE_HZ).best
        right = best is not None and best.track.metadata.title == clip.tune
        hits[f"{clip.condition}, {clip.duration_s:g} s"].append(right)
    elapsed_ms = 1000 * (time.perf_counter() - began) / len(known)
    false = sum(
        library.identify(clip.samples, sample_rate=RATE_HZ).best is not None for clip in unknown
    )
    everything = [hit for row in hits.values() for hit in row]
    print(f"\n{setting.name}: {stats.postings / stats.duration_s:.1f} postings a second,", end=" ")
    print(f"{stats.index_bytes / stats.duration_s * 3600 / 1e6:.2f} MB an hour;", end=" ")
    print(f"{100 * sum(everything) / len(everything):.1f} % named,", end=" ")
    print(f"{false} of {len(unknown)} strangers accepted, {elapsed_ms:.0f} ms a clip")
    print("  ", "; ".join(f"{name} {100 * sum(r) / len(r):.0f}" for name, r in hits.items()))


if __name__ == "__main__":
    main()
