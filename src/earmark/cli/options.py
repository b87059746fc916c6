"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from earmark.params import Ladder, QueryParams
from earmark.settings import (
    FAR_VARIABLE,
    LADDER_VARIABLE,
    LIBRARY_VARIABLE,
    STATE_VARIABLE,
    TIME_LIMIT_VARIABLE,
)

USUAL = QueryParams()
"""How hard a query looks unless it is told otherwise."""

LibraryOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--library",
        "-l",
        metavar="LIBRARY",
        envvar=LIBRARY_VARIABLE,
        help="The library to use: a folder, sqlite:///FILE for a single file, or postgresql://... "
        "for one in PostgreSQL; a folder of your user's own unless given.",
    ),
]
StateOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="FOLDER",
        envvar=STATE_VARIABLE,
        help="The server's own files: keys, tasks, uploads. One of your user's own unless given.",
    ),
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON, one object per line.")
]
DebugOption: TypeAlias = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.")
]
TitleOption: TypeAlias = Annotated[str | None, typer.Option(help="Title.")]
ArtistOption: TypeAlias = Annotated[str | None, typer.Option(help="Artist.")]
AlbumOption: TypeAlias = Annotated[str | None, typer.Option(help="Album.")]
YearOption: TypeAlias = Annotated[int | None, typer.Option(help="Year.")]
IsrcOption: TypeAlias = Annotated[str | None, typer.Option(help="ISRC.")]
ExternalIdOption: TypeAlias = Annotated[
    str | None, typer.Option(help="Its id in another system of yours.")
]
FieldOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="NAME=VALUE", help="A field of your own; may be repeated."),
]
LadderOption: TypeAlias = Annotated[
    Ladder,
    typer.Option(
        envvar=LADDER_VARIABLE,
        help="Changes to try on a clip that is not known as it is. off: none, quickest; a sped-up "
        "or transposed clip is missed. fast: speed, tempo or pitch. full: tempo with pitch, too; "
        "slowest. Only clips that are not known as they are take the time.",
    ),
]
FarOption: TypeAlias = Annotated[
    float,
    typer.Option(
        "--false-accepts",
        "--far",
        metavar="RATE",
        envvar=FAR_VARIABLE,
        help="The share of clips of unknown music that may be named wrongly. A smaller one misses "
        "more short, noisy and changed clips.",
    ),
]
TimeLimitOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        envvar=TIME_LIMIT_VARIABLE,
        help="Begin no new attempt on a clip after this time, decoding not counted; the best "
        "answer so far stands. A short one misses what only the ladder finds. None unless given.",
    ),
]
TracksArgument: TypeAlias = Annotated[
    list[str], typer.Argument(metavar="TRACK", help="Ids, paths or titles.")
]
TrackArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="TRACK", help="An id, a path or a title.")
]


def parse_fields(pairs: list[str] | None) -> dict[str, str]:
    """Split each `name=value`.

    Raises:
        typer.BadParameter: one of them has no name or no `=`.
    """
    fields = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            message = f"{pair!r} is not of the form NAME=VALUE"
            raise typer.BadParameter(message, param_hint="--field")
        fields[name] = value
    return fields
