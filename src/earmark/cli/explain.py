"""`earmark explain`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import opened
from earmark.cli.first_use import announce_compiling
from earmark.cli.identify import STANDARD_INPUT, exit_code
from earmark.cli.options import (
    USUAL,
    DebugOption,
    FarOption,
    JsonOption,
    LadderOption,
    LibraryOption,
)
from earmark.errors import TrackNotFoundError, UsageError
from earmark.params import QueryParams

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.types import Explanation


def explain(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A file; - reads standard input.")],
    library: LibraryOption = None,
    *,
    track: Annotated[
        str | None,
        typer.Option(
            metavar="TRACK", help="Compare with this track only: an id, a path or a title."
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Draw it to a PNG file; takes the extra `plot`."),
    ] = None,
    ladder: LadderOption = USUAL.ladder,
    far: FarOption = USUAL.far,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Say why a clip is named, or why it is not.

    Is it too short or too quiet, does it have too few peaks, does nothing agree with it, or not
    enough, and how much is missing? With --track, the clip is compared with that track only. The
    picture shows the clip's spectrogram and peaks, which of the track's peaks are heard, and how
    many agree at every place of the track. The exit codes are those of `earmark identify`.

    For example:

        earmark explain clip.m4a
        earmark explain clip.m4a --track "A Song" --plot why.png
    """
    from earmark.explaining.explain import explain as explain_one

    with opened(library, debug=debug) as open_library:
        _check_track(open_library, track)
        if plot is not None:
            from earmark.pictures.drawing import check_drawable

            check_drawable(plot)
        announce_compiling()
        source = sys.stdin.buffer if clip == STANDARD_INPUT else clip
        query = QueryParams(far=far, ladder=ladder)
        found = explain_one(open_library, source, track=track, name=clip, query=query)
        _print(found, as_json=as_json)
        if plot is not None and found.exhibit is not None:
            from earmark.pictures.explanation import draw_explanation

            draw_explanation(found, plot)
        raise typer.Exit(exit_code({found.status}))


def _check_track(library: Library, track: str | None) -> None:
    """Refuse a track that is not there: exit code 1 would say that the clip is not of it.

    Raises:
        UsageError: no track, or several, are called so.
    """
    try:
        if track is not None:
            library.track(track)
    except TrackNotFoundError as error:
        raise UsageError(str(error)) from error


def _print(found: Explanation, *, as_json: bool) -> None:
    if as_json:
        from earmark import jsonable

        print(jsonable.dumps(jsonable.explanation(found)))
        return
    from earmark.cli import screen

    typer.secho(text.printable(found.clip), bold=True)
    for sentence in found.words:
        screen.tell(text.printable(sentence))
