"""What a search finds of names with typing errors, and how fast, in a catalogue of made names.

    python -m benchmarks.searches [--tracks 100000] [--queries 500] [--folder FOLDER]
    EARMARK_TEST_POSTGRES=FOLDER_OF_PROGRAMS python -m benchmarks.searches --postgres

Titles, artists and albums are made of made words, of which few are common and most are rare, as in
a language. A query is the title of a track with its artist's name, or the title alone; errors are
letters left out, added, changed or swapped, one or two of them, anywhere. It is found if a track of
that very name is the first of all hits, or among the first ten. Times are of the process's CPU, by
one thread, and by the clock. With --postgres the names lie on a server of the tests' own
(`tests/postgres.py`), and are searched with its index of trigrams, if it can have one, and without.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from earmark import Library, Metadata, Source, Track
from earmark.packing import pack
from earmark.searchable import normalised
from earmark.searching import search as module
from earmark.searching.search import search
from earmark.types import Constellation, Landmarks
from tests.postgres import private_server

CONSONANTS, VOWELS = (
    "b c d f g h j k l m n p r s t v w z ch sh th st br".split(),
    "a e i o u".split(),
)
WORDS, ARTISTS, BLOCK = 30_000, 8_000, 5_000
CANDIDATES = (500, 1_000, 2_000, 4_000)
FIRST = 10


def main() -> None:
    """Build the catalogue, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--candidates", type=int, nargs="+", default=CANDIDATES)
    parser.add_argument("--postgres", action="store_true", help="on a server, not in a folder")
    options = parser.parse_args()
    names = list(made_names(options.tracks))
    with ExitStack() as stack:
        if options.postgres:
            server = stack.enter_context(private_server())
            place = server.address("names")
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder))
            place = f"{folder}/names.earmark"
        library = stack.enter_context(Library.open(place))
        before = time.monotonic()
        fill(library, names)
        print(f"{len(names):,} tracks named in {time.monotonic() - before:.0f} s")
        if options.postgres and not library.store.notes():
            server.run("ANALYZE names.search_texts")
            print("with an index of trigrams")
            measure(library, names, options)
            server.run("DROP INDEX names.search_by_trigram")
            print("without")
        measure(library, names, options)


def made_names(count: int) -> list[Metadata]:
    """Make the names of so many tracks; the same for the same number."""
    rng = random.Random(1)  # noqa: S311 - names, no secret
    words = list(dict.fromkeys(_word(rng) for _ in range(WORDS)))
    ranks = np.arange(1, len(words) + 1)
    draw = np.random.default_rng(1)
    picked = iter(draw.choice(len(words), 8 * count, p=(1 / ranks) / (1 / ranks).sum()).tolist())

    def some(most: int) -> str:
        return " ".join(words[next(picked)] for _ in range(rng.randint(1, most))).title()

    artists = [some(2) for _ in range(min(ARTISTS, count))]
    return [Metadata(some(4), rng.choice(artists), some(2)) for _ in range(count)]


def fill(library: Library, names: list[Metadata]) -> None:
    """Add tracks of these names, without a sound."""
    packed = pack(Constellation(np.zeros(0, np.int32), np.zeros(0, np.uint16)))
    digest = hashlib.sha256(packed).digest()
    nothing = Landmarks(np.zeros(0, np.uint32), np.zeros(0, np.uint32))
    for begin in range(0, len(names), BLOCK):
        with library.writing() as writer:
            for number, metadata in enumerate(names[begin : begin + BLOCK], begin):
                track_id = str(uuid.UUID(int=number))
                track = Track(0, track_id, metadata, Source(b"", b"", b""), 1.0, "", 0, digest)
                writer.insert(track, packed, nothing)


def measure(library: Library, names: list[Metadata], options: argparse.Namespace) -> None:
    """Print what is found, for each kind of query and each number of candidates."""
    print("| candidates | query | errors | n | first | of ten | CPU, ms | of 95 % | clock, ms |")
    print("|--:|---|--:|--:|--:|--:|--:|--:|--:|")
    for candidates in options.candidates:
        module.MOST_CANDIDATES = candidates
        for what, query_of in (("title, artist", _both), ("title", _title)):
            for errors in range(3):
                _row(library, names, options.queries, candidates, what, query_of, errors)


def _row(
    library: Library,
    names: list[Metadata],
    queries: int,
    candidates: int,
    what: str,
    query_of: Callable[[Metadata], str],
    errors: int,
) -> None:
    rng = random.Random(errors)  # noqa: S311 - errors, no secret
    first = tenth = 0
    used_ms, elapsed_ms = [], []
    for _ in range(queries):
        wanted = rng.choice(names)
        typed = mistyped(normalised(query_of(wanted)), errors, rng)
        used, began = time.process_time(), time.perf_counter()
        hits = search(library, typed, limit=FIRST)
        used_ms.append(1000 * (time.process_time() - used))
        elapsed_ms.append(1000 * (time.perf_counter() - began))
        found = [query_of(hit.track.metadata) == query_of(wanted) for hit in hits]
        first += any(found[:1])
        tenth += any(found)
    median, most = statistics.median(used_ms), sorted(used_ms)[len(used_ms) * 95 // 100]
    clock = statistics.median(elapsed_ms)
    shares = f"{100 * first / queries:.1f} % | {100 * tenth / queries:.1f} %"
    cells = f"{candidates:,} | {what} | {errors} | {queries}"
    print(f"| {cells} | {shares} | {median:.0f} | {most:.0f} | {clock:.0f} |", flush=True)


def mistyped(text: str, errors: int, rng: random.Random) -> str:
    """Return a text with so many errors in its words."""
    for _ in range(errors):
        at = rng.choice([at for at, letter in enumerate(text) if letter != " "])
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        rest = text[at + 1 :]
        text = text[:at] + rng.choice(
            [rest, text[at] + letter + rest, letter + rest, rest[:1] + text[at] + rest[1:]]
        )
    return text


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(rng.randint(1, 4)))


def _both(metadata: Metadata) -> str:
    return f"{metadata.title} {metadata.artist}"


def _title(metadata: Metadata) -> str:
    return metadata.title


if __name__ == "__main__":
    main()
