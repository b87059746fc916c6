"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from earmark.settings import LIBRARY_VARIABLE

LibraryOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--library",
        "-l",
        metavar="FOLDER",
        envvar=LIBRARY_VARIABLE,
        help="The library to use; one of your user's own unless given.",
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
