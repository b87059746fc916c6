"""`earmark stats`, `repair` and `rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from earmark.cli import text
from earmark.cli.edge import NONE_FOUND, opened
from earmark.cli.options import DebugOption, JsonOption, LibraryOption

if TYPE_CHECKING:
    from earmark.params import Axis
    from earmark.stores.base import Repair, StoreStats


def stats(
    library: LibraryOption = None, *, as_json: JsonOption = False, debug: DebugOption = False
) -> None:
    """Count and measure the library.

    For example:

        earmark stats --json
    """
    with opened(library, debug=debug) as open_library:
        counts, axis = open_library.stats(), open_library.params.peaks.axis
        if as_json:
            from earmark import jsonable

            print(jsonable.dumps(jsonable.stats(counts, open_library.location, axis)))
        else:
            _print_stats(counts, open_library.location, axis)


def repair(
    library: LibraryOption = None, *, as_json: JsonOption = False, debug: DebugOption = False
) -> None:
    """Mend what is damaged: the index from the constellations, these from their files.

    The exit code is 1 if something is lost. To look without mending, use `earmark doctor --deep`.

    For example:

        earmark repair
    """
    with opened(library, debug=debug) as open_library:
        repairs = open_library.repair()
    for done in repairs:
        _print_repair(done, as_json=as_json)
    if not repairs and not as_json:
        typer.echo("nothing is damaged")
    if not all(done.mended for done in repairs):
        raise typer.Exit(NONE_FOUND)


def rebuild(
    library: LibraryOption = None, *, as_json: JsonOption = False, debug: DebugOption = False
) -> None:
    """Make the index anew from the stored constellations; no audio is needed.

    Wanted after an update of Earmark that makes its index in another way.

    For example:

        earmark rebuild
    """
    with opened(library, debug=debug, for_rebuild=True) as open_library:
        open_library.rebuild()
        tracks = open_library.stats().tracks
    if as_json:
        from earmark import jsonable

        print(jsonable.dumps({"tracks": tracks}))
    else:
        typer.echo(f"rebuilt the index of {text.counted(tracks, 'track')}")


def _print_stats(counts: StoreStats, location: str, axis: Axis) -> None:
    from earmark.cli import screen

    hours = counts.duration_s / 3600
    rows = [
        ("library", location),
        ("axis", axis),
        ("tracks", f"{counts.tracks:,}"),
        ("music", text.clock(counts.duration_s)),
        ("peaks", f"{counts.peaks:,}"),
        ("landmarks", f"{counts.postings:,}"),
        ("segments", f"{counts.tapes:,}"),
        ("catalogue", _size(counts.catalogue_bytes, hours)),
        ("index", _size(counts.index_bytes, hours)),
        ("media", text.size(counts.media_bytes) if counts.media_bytes else None),
    ]
    screen.show(screen.details(rows))


def _size(count: int, hours: float) -> str:
    per_hour = f", {text.size(count / hours)} per hour of music" if hours else ""
    return text.size(count) + per_hour


def _print_repair(done: Repair, *, as_json: bool) -> None:
    if as_json:
        from earmark import jsonable

        print(jsonable.dumps(jsonable.repair(done)))
    else:
        verb = "mended" if done.mended else "lost"
        problem = done.problem
        typer.echo(text.printable(f"{verb}: {problem.what} {problem.name} ({problem.cause})"))
