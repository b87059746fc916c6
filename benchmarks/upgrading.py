"""How long a library waits, once, that was made before there was a search, by its tracks.

    python -m benchmarks.upgrading [--tracks 10000 100000] [--folder FOLDER]

Tracks with made names (`benchmarks/searches.py`) are put into a folder, whose catalogue is made one
of the third version (`tests/catalogues.py`): opening it makes all of them searchable. Times are of
the process's CPU.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.searches import fill, made_names
from earmark import Library
from tests.catalogues import age

BEFORE_SEARCH = 3
"""The last version of the catalogue without a search."""


def main() -> None:
    """Make the libraries, open each, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, nargs="+", default=(10_000, 100_000))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    print("| tracks | CPU, s | µs a track |\n|--:|--:|--:|")
    for tracks in options.tracks:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            used_s = upgraded_s(Path(folder) / "names.earmark", tracks)
        print(f"| {tracks:,} | {used_s:.1f} | {1e6 * used_s / tracks:.0f} |", flush=True)


def upgraded_s(place: Path, tracks: int) -> float:
    """Return the CPU time that opening an older library takes beyond opening it again."""
    with Library.open(place) as library:
        fill(library, made_names(tracks))
    age(place / "catalogue.sqlite", BEFORE_SEARCH)
    first_s, again_s = _opened_s(place), _opened_s(place)
    return first_s - again_s


def _opened_s(place: Path) -> float:
    before = time.process_time()
    Library.open(place, create=False).close()
    return time.process_time() - before


if __name__ == "__main__":
    main()
