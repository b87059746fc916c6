"""How few postings a glance can do with: what it explains, and what a query takes.

    python -m benchmarks.glances LIBRARY CLIPS [--bits N,...] [--labels LABEL,...] [--clips N]

LIBRARY is a library with the recordings that CLIPS were cut from, and CLIPS a folder that
`benchmarks/scale.py` cut (`--cache`, `clips-...`). Every clip is asked for without the ladder, with
one glance at 2^bits postings, and last with the two that are in use; the rounds are interleaved.
Printed are the share of clips that a glance explained, so that no sweep followed, and the median
over the clips of the least time of `--rounds`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.scale_clips import Clips
from earmark.evaluation.clips import RATE_HZ
from earmark.library import Library
from earmark.matching.matcher import Search
from earmark.params import Ladder, QueryParams

LABELS = "clean 5 s,clean 10 s,noise +0 dB 5 s,noise +0 dB 10 s"


def main() -> None:
    """Ask and print."""
    options = _options()
    clips = Clips(options.place)
    glances = [(1 << int(bits),) for bits in options.bits.split(",")]
    queries = [QueryParams(ladder=Ladder.OFF, glances=one) for one in glances]
    queries.append(QueryParams(ladder=Ladder.OFF))
    with Library.open(options.library, create=False) as library:
        library.warm_up()
        for label in options.labels.split(","):
            samples = [clips.samples(one) for one in clips.of(label)[: options.clips]]
            took_ms: defaultdict[QueryParams, list[list[float]]] = defaultdict(list)
            explained: defaultdict[QueryParams, list[bool]] = defaultdict(list)
            for _ in range(options.rounds):
                for query in queries:
                    asked = [_asked(library, one, query) for one in samples]
                    took_ms[query].append([ms for ms, _ in asked])
                    explained[query] += [was for _, was in asked]
            print(f"\n{label}, n = {len(samples)}")
            for query in queries:
                name = " then ".join(f"2^{one.bit_length() - 1}" for one in query.glances)
                middle = np.median(np.min(took_ms[query], axis=0))
                share = 100 * np.mean(explained[query])
                print(f"  {name:18}{share:6.0f} % explained{middle:10.1f} ms", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How few postings a glance can do with.")
    parser.add_argument("library", type=Path)
    parser.add_argument("place", type=Path, metavar="clips")
    parser.add_argument("--bits", default="17,16,15,14,13,12", help="of the postings of a glance")
    parser.add_argument("--labels", default=LABELS, help=f"of clips (default: {LABELS})")
    parser.add_argument("--clips", type=int, default=30, help="of each (default: 30)")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _asked(
    library: Library, samples: np.ndarray[tuple[int], np.dtype[np.float32]], query: QueryParams
) -> tuple[float, bool]:
    """Return the milliseconds that a clip took, and whether a glance explained it."""
    with mock.patch.object(Search, "_sweep", autospec=True, side_effect=Search._sweep) as sweep:  # noqa: SLF001
        began = time.perf_counter()
        library.identify(samples, sample_rate=RATE_HZ, query=query)
        took_s = time.perf_counter() - began
    return 1000 * took_s, not sweep.called


if __name__ == "__main__":
    main()
