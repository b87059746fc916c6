"""`earmark search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import FOUND, NONE_FOUND, opened
from earmark.cli.options import DebugOption, JsonOption, LibraryOption

if TYPE_CHECKING:
    from earmark.searching.search import Hit


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="Words of title, artist or album.")
    ],
    library: LibraryOption = None,
    *,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many at most.")] = 20,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Find tracks by title, artist or album, typing errors and all; the best come first.

    Case, accents and the order of the words do not matter, and beginnings of words will do. The
    exit code is 1 if nothing is like it.

    For example:

        earmark search "quen bohemia"
        earmark search bjork --limit 5 --json
    """
    with opened(library, debug=debug) as open_library:
        from earmark.searching.search import search as find

        hits = find(open_library, " ".join(words), limit=limit)
        _show(hits, as_json=as_json)
    raise typer.Exit(FOUND if hits else NONE_FOUND)


def _show(hits: list[Hit], *, as_json: bool) -> None:
    if as_json:
        from earmark import jsonable

        for hit in hits:
            print(jsonable.dumps(jsonable.hit(hit)))
    elif hits:
        _print(hits)
    else:
        typer.echo("nothing like it")


def _print(hits: list[Hit]) -> None:
    from earmark.cli import screen

    folding = ("Title", "Artist", "Album")
    table = screen.listing("Score", *folding, "Length", right=("Score", "Length"), folding=folding)
    for hit in hits:
        metadata = hit.track.metadata
        names = (metadata.title, metadata.artist or "", metadata.album or "")
        length = text.clock(hit.track.duration_s)
        table.add_row(f"{hit.score:.2f}", *map(text.printable, names), length)
    screen.show(table)
