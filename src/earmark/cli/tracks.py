"""`earmark list`, `show`, `edit` and `remove`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earmark.cli import text
from earmark.cli.edge import FOUND, NONE_FOUND, opened
from earmark.cli.options import (
    AlbumOption,
    ArtistOption,
    DebugOption,
    ExternalIdOption,
    FieldOption,
    IsrcOption,
    JsonOption,
    LibraryOption,
    TitleOption,
    TrackArgument,
    TracksArgument,
    YearOption,
    parse_fields,
)
from earmark.types import TrackOrder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from earmark.library import Library
    from earmark.types import Track

PAGE = 500
"""Tracks that are read at once."""

LENGTH = "Length"
COLUMNS = ("Title", "Artist", "Album", LENGTH, "Path")
FEW_COLUMNS = ("Track", LENGTH, "Path")

WIDE = 110
"""Columns of a screen from which a listing has all of its own: in fewer, names fall into pieces."""


def list_tracks(
    containing: Annotated[
        str, typer.Argument(metavar="TEXT", help="Only tracks with this in title, artist or album.")
    ] = "",
    library: LibraryOption = None,
    *,
    order: Annotated[TrackOrder, typer.Option(help="What to sort by.")] = TrackOrder.ADDED,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="So many at most; all unless given.")
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """List what is in the library.

    A screen of less than 110 columns leaves out the albums. The exit code is 1 if there is nothing
    to list.

    For example:

        earmark list
        earmark list beatles --order title
        earmark list --json
    """
    with opened(library, debug=debug) as open_library:
        tracks = _pages(open_library, order, containing, limit)
        count = _print_lines(tracks) if as_json else _print_table(tracks)
        if not as_json:
            whole = _total(open_library, containing) if count == limit else count
            _print_count(count, whole)
        raise typer.Exit(FOUND if count else NONE_FOUND)


def show(
    track: TrackArgument,
    library: LibraryOption = None,
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Show everything that is known about a track.

    For example:

        earmark show songs/first.flac
        earmark show "The First Song" --json
    """
    with opened(library, debug=debug) as open_library:
        _print_track(open_library.track(track), as_json=as_json)


def edit(
    track: TrackArgument,
    library: LibraryOption = None,
    *,
    title: TitleOption = None,
    artist: ArtistOption = None,
    album: AlbumOption = None,
    year: YearOption = None,
    isrc: IsrcOption = None,
    external_id: ExternalIdOption = None,
    field: FieldOption = None,
    no_field: Annotated[
        list[str] | None,
        typer.Option("--no-field", metavar="NAME", help="Drop a field; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Change what is known about a track; an empty text forgets it.

    For example:

        earmark edit songs/first.flac --title "The First Song" --year 1971
        earmark edit "The First Song" --album "" --field mood=calm --no-field tempo
    """
    given = {
        "artist": artist,
        "album": album,
        "year": year,
        "isrc": isrc,
        "external_id": external_id,
    }
    changes: dict[str, Any] = {
        name: value or None for name, value in given.items() if value is not None
    }
    if title is not None:
        changes["title"] = title
    if field or no_field:
        changes["fields"] = {**parse_fields(field), **dict.fromkeys(no_field or [])}
    if not changes:
        message = "say what to change, for example --title"
        raise typer.BadParameter(message)
    with opened(library, debug=debug) as open_library:
        _print_track(open_library.edit(track, **changes), as_json=as_json)


def remove(
    tracks: TracksArgument,
    library: LibraryOption = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Remove tracks: all of them, or none if one is not there.

    Their files are left alone. Every query that begins afterwards no longer finds them.

    For example:

        earmark remove songs/first.flac
        earmark remove --yes "The First Song" "The Second Song"
    """
    with opened(library, debug=debug) as open_library:
        wanted = list(dict.fromkeys(open_library.track(track).id for track in tracks))
        if not yes:
            _confirm(open_library, wanted)
        removed = open_library.remove(wanted)
        if as_json:
            _print_lines(iter(removed))
        else:
            for track in removed:
                typer.echo(f"removed {text.by_whom(track.metadata.title, track.metadata.artist)}")


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _confirm(library: Library, ids: list[str]) -> None:
    if not _can_ask():
        message = "say --yes: nobody can be asked here"
        raise typer.BadParameter(message)
    for track_id in ids:
        metadata = library.track(track_id).metadata
        typer.echo(f"  {text.by_whom(metadata.title, metadata.artist)}", err=True)
    if not typer.confirm(f"Remove {text.counted(len(ids), 'track')}?", err=True):
        raise typer.Exit(NONE_FOUND)


def _pages(
    library: Library, order: TrackOrder, containing: str, limit: int | None
) -> Iterator[Track]:
    """Yield a listing in bounded memory."""
    offset = 0
    while limit is None or offset < limit:
        wanted = PAGE if limit is None else min(PAGE, limit - offset)
        page = library.page(order, limit=wanted, offset=offset, containing=containing)
        yield from page
        if len(page) < wanted:
            return
        offset += wanted


def _total(library: Library, containing: str) -> int:
    """Count the tracks that a listing without a limit would have."""
    if not containing:
        return library.stats().tracks
    return sum(1 for _ in _pages(library, TrackOrder.ADDED, containing, None))


def _print_lines(tracks: Iterator[Track]) -> int:
    from earmark import jsonable

    count = 0
    for track in tracks:
        print(jsonable.dumps(jsonable.track(track)))
        count += 1
    return count


def _print_table(tracks: Iterator[Track]) -> int:
    from earmark.cli import screen

    cells_of = _cells if screen.width() >= WIDE else _few_cells
    names = COLUMNS if cells_of is _cells else FEW_COLUMNS
    table = screen.listing(*names, right=(LENGTH,), folding=set(names) - {LENGTH})
    for track in tracks:
        table.add_row(*cells_of(track))
    if table.row_count:
        screen.show(table)
    return table.row_count


def _cells(track: Track) -> tuple[str, ...]:
    metadata = track.metadata
    names = (metadata.title, metadata.artist or "", metadata.album or "")
    return (*map(text.printable, names), *_length_and_path(track))


def _few_cells(track: Track) -> tuple[str, ...]:
    name = text.by_whom(track.metadata.title, track.metadata.artist)
    return (name, *_length_and_path(track))


def _length_and_path(track: Track) -> tuple[str, str]:
    path = track.source.path.decode(errors="surrogateescape")
    return text.clock(track.duration_s), text.printable(path)


def _print_count(shown: int, whole: int) -> None:
    """Say how many tracks were listed, and of how many."""
    from earmark.cli import screen

    of = "" if shown == whole else f"{shown:,} of "
    said = f"{of}{text.counted(whole, 'track')}" if shown else "no tracks"
    screen.stdout().print(said, style="dim")


def _print_track(track: Track, *, as_json: bool) -> None:
    from earmark import jsonable

    shape = jsonable.track(track)
    if as_json:
        print(jsonable.dumps(shape))
        return
    from earmark.cli import screen

    shown = {
        **shape,
        "duration_s": text.clock(track.duration_s),
        "size_bytes": text.size(track.source.size_bytes),
        "added_at": track.added_at[:19].replace("T", " "),
        "corrupt_packets": track.corrupt_packets or None,
    }
    hidden = {"fields", "modified_ns", "constellation_hash"}
    rows = [(LABELS.get(name, name), shown[name]) for name in shown if name not in hidden]
    rows += sorted(track.metadata.fields.items())
    screen.show(screen.details(rows))


LABELS = {
    "duration_s": "length",
    "size_bytes": "size",
    "added_at": "added",
    "external_id": "external id",
    "media_file": "media file",
    "corrupt_packets": "damaged packets",
}
