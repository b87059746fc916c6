"""How well the peaks that a browser finds agree with those of the library.

    python -m benchmarks.browser_peaks FOLDER [--clips N] [--seed S]

Takes clips of the recordings that `open_corpus.tsv` names below FOLDER, plain and spoiled, at the
sample rates that browsers give. Their peaks are found twice: here, and by the page's own modules,
run by Node. Printed are, by condition and rate, the share of peaks that are equal in time,
frequency and level (of all that either found), and of the library's the share that the page has
within a step in time and in frequency.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.music import OPEN_CORPUS, RATE_HZ, clips, load
from earmark.audio import open_samples
from earmark.clip_peaks import ClipPeaks, rule_of, take_peaks
from earmark.evaluation.conditions import CONDITIONS
from earmark.params import Params, QueryParams

LABELS = ("clean 5 s", "noise +0 dB 5 s", "room +10 dB 5 s", "speed -2 % 10 s")
RATES_HZ = (16_000, 44_100, 48_000)
STEPS = (-1, 0, 1)
PEAKS = Path(__file__).parents[1] / "src" / "earmark" / "page" / "peaks"


def main() -> None:
    """Find, compare and print."""
    options = _options()
    tunes, _ = load(options.folder, OPEN_CORPUS)
    wanted = [condition for condition in CONDITIONS if condition.label in LABELS]
    print(
        f"{'':20}{'rate, Hz':>10}{'clips':>7}{'peaks':>8}{'equal, %':>10}{'within a step, %':>18}"
    )
    for condition in wanted:
        made = [clip.samples for clip in clips(tunes, [condition], options.clips, options.seed)]
        for rate_hz in RATES_HZ:
            counts = np.array(list(compared([resampled(one, rate_hz) for one in made], rate_hz)))
            either, both, ours, nearly = counts.sum(axis=0).tolist()
            shares = f"{100 * both / either:10.2f}{100 * nearly / ours:18.2f}"
            print(f"{condition.label:20}{rate_hz:10}{len(made):7}{ours:8}{shares}", flush=True)


def compared(
    sounds: list[NDArray[np.float32]], rate_hz: int
) -> Iterator[tuple[int, int, int, int]]:
    """Yield of each sound how many peaks either found and both found, ours, and ours nearly."""
    for sound, theirs in zip(sounds, found_by_page(sounds, rate_hz), strict=True):
        one, other = _rows(take_peaks(sound, sample_rate=rate_hz)), _rows(theirs)
        near = {(time + t, band + f) for time, band, _ in other for t in STEPS for f in STEPS}
        nearly = sum((time, band) in near for time, band, _ in one)
        yield len(one | other), len(one & other), len(one), nearly


def found_by_page(sounds: list[NDArray[np.float32]], rate_hz: int) -> list[ClipPeaks]:
    """Return the peaks that the page's modules find."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        page = folder / "page"
        shutil.copytree(PEAKS, page)
        (page / "package.json").write_text('{"type": "module"}')
        rule = folder / "rule.json"
        rule.write_text(json.dumps(rule_of(Params(), QueryParams())))
        for number, sound in enumerate(sounds):
            sound.tofile(folder / f"{rate_hz}-{number:06}.f32")
        script = Path(__file__).with_suffix(".mjs")
        subprocess.run([_node(), script, page, rule, folder], check=True)
        files = sorted(folder.glob(f"{rate_hz}-*.json"))
        return [ClipPeaks.from_json(file.read_text()) for file in files]


def resampled(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return a clip at another rate."""
    blocks = open_samples(samples, input_rate_hz=RATE_HZ, sample_rate_hz=rate_hz)
    return np.concatenate(list(blocks))


def _node() -> str:
    """Where Node is."""
    found = shutil.which("node")
    if found is None:
        message = "Node runs the page's modules; install it"
        raise SystemExit(message)
    return found


def _rows(found: ClipPeaks) -> set[tuple[int, int, int]]:
    peaks = found.peaks
    columns = (peaks.time.tolist(), peaks.frequency.tolist(), peaks.level.tolist())
    return set(zip(*columns, strict=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How well a browser's peaks agree.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=20, help="in each condition (default: 20)")
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
