"""One library on its way through every home, asked the same at every stop.

    python -m benchmarks.roundtrip LIBRARY FOLDER [--clips 9] [--strangers 3]

LIBRARY is a folder; it is copied before it is opened. It goes into a binary archive, from there
into PostgreSQL, into lines of JSON, into a single file, and into a folder again. FOLDER has the
recordings that `open_corpus.tsv` names. Every home is asked for the same clips, of what it holds
and of strangers, without the ladder. Answers are compared with those of the first home, all that
is in them but the time that they took, and so is everything that is known of each track, with its
constellation and its sound. Left out is what a library gives itself: keys, names of media files.
PostgreSQL is a server of the tests' own (`tests/postgres.py`). The exit code is 1 if anything
differs.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.music import CONDITIONS, OPEN_CORPUS, RATE_HZ, Clip, clips, load
from earmark import (
    Identification,
    Library,
    Match,
    Track,
    export_library,
    import_archive,
    verify_archive,
)
from earmark.archives.target import open_target
from earmark.params import Ladder, QueryParams
from tests.postgres import new_schema, private_server

QUERY = QueryParams(ladder=Ladder.OFF)
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Seen:
    """What a library holds and answers, without what is its own."""

    answers: list[Identification]
    tracks: dict[str, tuple[Track, bytes, bytes]]
    """Of each id the track, its constellation and the SHA-256 of its sound."""


def main() -> None:
    """Take the library round, and print what each stop said."""
    options = _options()
    catalogue, strangers = load(options.folder, options.corpus)
    known = list(clips(catalogue, CONDITIONS, options.clips, options.seed))
    unknown = list(clips(strangers, CONDITIONS, options.strangers, options.seed))
    asked = known + unknown
    print(f"{len(known)} clips of the catalogue, {len(unknown)} of strangers,", end=" ")
    print(f"in {len(CONDITIONS)} conditions")
    with tempfile.TemporaryDirectory(dir=options.work) as work, private_server() as server:
        stops = _round(options.library, Path(work), server.address(new_schema()))
        differing = _compared((name, _seen(name, library, asked)) for name, library in stops)
    sys.exit(differing > 0)


def _round(origin: Path, work: Path, postgres: str) -> Iterator[tuple[str, Library]]:
    """Yield every home on the way, open and filled by way of what came before it."""
    first = shutil.copytree(origin, work / "first.earmark")
    with Library.open(first, create=False) as library:
        yield "folder", library
    archive = _exported(str(first), work / "music.earmarks")
    with _filled(postgres, archive) as library:
        yield "binary archive -> PostgreSQL", library
    with Library.open(f"{postgres}&copy={work / 'copy'}", create=False) as library:
        yield "the same, with a copy of the index", library
    lines = _exported(postgres, work / "music.jsonl")
    single = f"sqlite:///{work / 'music.db'}"
    with _filled(single, lines) as library:
        yield "lines of JSON -> single file", library
    last = _exported(single, work / "last.earmarks")
    with _filled(str(work / "last.earmark"), last) as library:
        yield "binary archive -> folder", library


def _exported(location: str, file: Path) -> Path:
    with Library.open(location, create=False) as library:
        report = export_library(library, file)
    if report.failures.count:
        sys.exit(f"{location}: {report.failures.told}")
    return file


def _filled(location: str, archive: Path) -> Library:
    """Return a new library with what a whole archive holds."""
    library = open_target(location, verify_archive(archive).params)
    report = import_archive(library, archive)
    if not report.complete or library.check(deep=True):
        sys.exit(f"{location}: {report.failures.told}")
    return library


def _seen(name: str, library: Library, asked: Sequence[Clip]) -> Seen:
    began = time.monotonic()
    answers = [
        _plain(library.identify(clip.samples, sample_rate=RATE_HZ, query=QUERY)) for clip in asked
    ]
    print(f"{name}: asked in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    with library.reading() as reader:
        tracks = {
            track.id: (
                _impersonal(track),
                reader.constellation(track.key),
                _sound(library, track),
            )
            for track in reader.all_tracks()
        }
    return Seen(answers, tracks)


def _plain(answer: Identification) -> Identification:
    """Return an answer without its time, and without what is the library's own in its tracks."""
    return replace(
        answer,
        elapsed_ms=None,
        matches=tuple(map(_of_match, answer.matches)),
        candidates=tuple(map(_of_match, answer.candidates)),
    )


def _of_match(match: Match) -> Match:
    return replace(match, track=_impersonal(match.track))


def _impersonal(track: Track) -> Track:
    return replace(track, key=0, media_file=None if track.media_file is None else "")


def _sound(library: Library, track: Track) -> bytes:
    """Return the SHA-256 of the sound that a library keeps of a track."""
    digest = hashlib.sha256()
    if track.media_file is not None:
        with library.reading() as reader, reader.open_media(track.media_file) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.digest()


def _compared(stops: Iterator[tuple[str, Seen]]) -> int:
    """Print how each stop differs from the first; return by how much all of them do."""
    print("| home | tracks | clips | named | answers that differ | tracks that differ |")
    print("|---|--:|--:|--:|--:|--:|")
    first, differing = None, 0
    for name, seen in stops:
        first = first or seen
        answers = sum(one != other for one, other in zip(first.answers, seen.answers, strict=True))
        ids = first.tracks.keys() | seen.tracks.keys()
        tracks = sum(first.tracks.get(one) != seen.tracks.get(one) for one in ids)
        named = sum(answer.best is not None for answer in seen.answers)
        cells = f"{len(seen.tracks)} | {len(seen.answers)} | {named} | {answers} | {tracks}"
        print(f"| {name} | {cells} |", flush=True)
        differing += answers + tracks
    return differing


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("library", type=Path, help="a library in a folder")
    parser.add_argument("folder", type=Path, help="with recordings to cut clips from")
    parser.add_argument("--corpus", type=Path, default=OPEN_CORPUS, help="what is what in FOLDER")
    parser.add_argument("--clips", type=int, default=9, help="of the catalogue, a condition")
    parser.add_argument("--strangers", type=int, default=3, help="of others, a condition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="where to write; a temporary folder unless given")
    return parser.parse_args()


if __name__ == "__main__":
    main()
