"""`earmark scan`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text, timelines
from earmark.cli.edge import FAILED, FOUND, NONE_FOUND, opened
from earmark.cli.first_use import announce_compiling
from earmark.cli.identify import STANDARD_INPUT
from earmark.cli.options import (
    USUAL,
    DebugOption,
    FarOption,
    JsonOption,
    LadderOption,
    LibraryOption,
)
from earmark.cli.progress import is_watched
from earmark.params import QueryParams

if TYPE_CHECKING:
    from rich.progress import Progress

    from earmark.jsonable import Object
    from earmark.library import Library
    from earmark.types import Timeline

OnHeard = Callable[[float, float | None], None]


def scan(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Recordings; - reads standard input."),
    ],
    library: LibraryOption = None,
    *,
    ladder: LadderOption = USUAL.ladder,
    far: FarOption = USUAL.far,
    as_json: JsonOption = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, with a heading, a line for each span.")
    ] = False,
    as_cue: Annotated[bool, typer.Option("--cue", help="Print a CUE sheet.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="PNG", help="Draw the timeline to a PNG file; takes the extra `plot`."
        ),
    ] = None,
    debug: DebugOption = False,
) -> None:
    """List everything from the library in long recordings: mixes, broadcasts, films.

    Each span is told with its start and end in the recording and in the track, and with the change
    of speed, tempo or pitch. Tracks that overlap are both told; stretches of three seconds and more
    in which nothing is known are told as unknown. Recordings may be of any length. The exit code is
    0 if any track was found, 1 if none was, and 2 if none was and a file could not be used. The
    rate of --false-accepts is here the chance of a wrong span in an hour of unknown music.

    For example:

        earmark scan mix.mp3
        earmark scan --json --ladder full night/*.flac
        earmark scan --cue mix.mp3 > mix.cue
        earmark scan --plot mix.png mix.mp3
    """
    if as_json + as_csv + as_cue > 1:
        message = "--json, --csv and --cue exclude each other"
        raise typer.BadParameter(message)
    with opened(library, debug=debug) as open_library:
        if plot is not None:
            _check_plot(plot)
        announce_compiling()
        open_library.warm_up()
        query = QueryParams(far=far, ladder=ladder)
        found = []
        show = _printer(as_json=as_json, as_csv=as_csv, as_cue=as_cue)
        for timeline in _timelines(open_library, files, query):
            found.append(timeline)
            show(timeline)
        if plot is not None:
            _draw(found, plot)
        raise typer.Exit(exit_code(found))


def exit_code(found: list[Timeline]) -> int:
    """Return 0 if any track was found, else 2 if any file could not be used, else 1."""
    if any(timeline.known for timeline in found):
        return FOUND
    return FAILED if any(timeline.error for timeline in found) else NONE_FOUND


def _timelines(library: Library, files: list[str], query: QueryParams) -> Iterator[Timeline]:
    from earmark.scanning.scan import scan as scan_one

    for file in files:
        source = sys.stdin.buffer if file == STANDARD_INPUT else file
        with _progress(file) as on_heard:
            timeline = scan_one(library, source, name=file, query=query, on_heard=on_heard)
        if timeline.error is not None:
            typer.echo(f"earmark: {text.printable(timeline.error.message)}", err=True)
        yield timeline


def _progress(file: str) -> AbstractContextManager[OnHeard | None]:
    """Show on stderr how far it is, if a person is there to see it."""
    return _bar_on_stderr(file) if is_watched() else nullcontext()


@contextmanager
def _bar_on_stderr(file: str) -> Iterator[OnHeard]:
    """Show how much was heard, how fast, and how long it will take."""
    from rich import progress

    from earmark.cli import screen

    columns = (
        progress.SpinnerColumn(),
        progress.BarColumn(),
        progress.TextColumn("{task.fields[heard]}", style="cyan", markup=False),
        progress.TimeRemainingColumn(compact=True),
        progress.TextColumn("{task.description}", style="dim", markup=False),
    )
    with progress.Progress(*columns, console=screen.stderr(), transient=True) as bar:
        task = bar.add_task(text.printable(Path(file).name), total=None, heard="")

        def show(heard_s: float, stated_s: float | None) -> None:
            bar.update(task, completed=heard_s, total=stated_s, heard=_pace(bar, heard_s))

        yield show


def _pace(bar: Progress, heard_s: float) -> str:
    elapsed_s = bar.tasks[0].elapsed or 0.0
    rate = f", {heard_s / elapsed_s:,.0f}x real time" if elapsed_s else ""
    return f"{text.clock(heard_s)}{rate}"


def _printer(*, as_json: bool, as_csv: bool, as_cue: bool) -> Callable[[Timeline], None]:
    """Return what prints one timeline after the other."""
    from earmark.timelines import CueSheet, csv_heading, csv_lines, json_lines

    if as_json:
        return _line_printer(json_lines)
    if as_csv:
        print(csv_heading(), flush=True)
        return _line_printer(csv_lines)
    return _line_printer(CueSheet().lines) if as_cue else _print_table


def _line_printer(lines: Callable[[Object], Iterator[str]]) -> Callable[[Timeline], None]:
    from earmark import jsonable

    def show(timeline: Timeline) -> None:
        for line in lines(jsonable.timeline(timeline)):
            print(line, flush=True)

    return show


def _print_table(timeline: Timeline) -> None:
    from earmark.cli import screen

    if timeline.duration_s is None:
        return  # why not was told on stderr
    typer.secho(text.printable(timeline.file), bold=True)
    screen.show(timelines.table(timeline))
    typer.secho(timelines.summary(timeline), dim=True)


def _check_plot(plot: Path) -> None:
    from earmark.pictures.drawing import check_drawable

    check_drawable(plot)


def _draw(found: list[Timeline], plot: Path) -> None:
    from earmark.pictures.timeline import draw_timelines

    draw_timelines(found, plot)
