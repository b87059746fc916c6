"""The speed of two commits, side by side.

    python benchmarks/compare.py BEFORE AFTER

Reads what `make bench` kept of both, `results/COMMIT.json`, and prints the median of each benchmark
in milliseconds, and how many times as fast it has become. A change that is within the spread of
either, the range of the middle half of its rounds, is marked as none.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).with_name("results")


class Timing(NamedTuple):
    """What was measured of one benchmark, in milliseconds."""

    median_ms: float
    spread_ms: float


def main() -> None:
    """Read and print."""
    parser = argparse.ArgumentParser(description="The speed of two commits, side by side.")
    parser.add_argument("before", metavar="BEFORE")
    parser.add_argument("after", metavar="AFTER")
    options = parser.parse_args()
    before, after = read(options.before), read(options.after)
    print(f"{'milliseconds':40}{options.before:>16}{options.after:>16}{'as fast':>10}")
    for name in sorted(before.keys() & after.keys()):
        print(f"{name:40}{_compared(before[name], after[name])}")
    for name in sorted(before.keys() ^ after.keys()):
        print(f"{name:40} only in {options.before if name in before else options.after}")


def read(commit: str) -> dict[str, Timing]:
    """Return the timings of a commit, by the benchmark's name."""
    path = RESULTS / f"{commit}.json"
    if not path.exists():
        kept = ", ".join(sorted(one.stem for one in RESULTS.glob("*.json"))) or "none"
        sys.exit(f"nothing was measured of {commit}; `make bench` kept: {kept}")
    return {
        one["name"].removeprefix("test_"): Timing(
            1000 * one["stats"]["median"], 1000 * one["stats"]["iqr"]
        )
        for one in json.loads(path.read_text())["benchmarks"]
    }


def _compared(before: Timing, after: Timing) -> str:
    columns = f"{before.median_ms:16.3f}{after.median_ms:16.3f}"
    if abs(after.median_ms - before.median_ms) <= max(before.spread_ms, after.spread_ms):
        return f"{columns}{'=':>10}"
    return f"{columns}{before.median_ms / after.median_ms:9.2f}x"


if __name__ == "__main__":
    main()
