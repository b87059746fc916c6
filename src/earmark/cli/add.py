"""`earmark add`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import FAILED, FOUND, NONE_FOUND, opened
from earmark.cli.first_use import announce_compiling
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
    YearOption,
    parse_fields,
)
from earmark.cli.progress import is_watched
from earmark.parallel import cpu_count
from earmark.params import Axis, PeakParams
from earmark.types import MediaKind, Metadata

if TYPE_CHECKING:
    from earmark.ingest import AddReport, OnProgress, Progress

SHOWN_DUPLICATES = 10

INTERRUPTED = "interrupted; what was added is kept, and the same command goes on from there"


def add(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files and folders; folders are walked.")
    ],
    library: LibraryOption = None,
    *,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes that decode; one per CPU unless given."),
    ] = None,
    media: Annotated[
        MediaKind | None,
        typer.Option(help="What to keep of the sound: its path, the file, or a small preview."),
    ] = None,
    axis: Annotated[
        Axis | None,
        typer.Option(help="Frequency axis of a library that this makes; it keeps it for good."),
    ] = None,
    compact: Annotated[
        bool,
        typer.Option(
            "--compact",
            help="A library that this makes takes a third less space, and knows less in noise.",
        ),
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Drop tracks whose files in these folders are gone.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 2 if a file was skipped.")
    ] = False,
    title: TitleOption = None,
    artist: ArtistOption = None,
    album: AlbumOption = None,
    year: YearOption = None,
    isrc: IsrcOption = None,
    external_id: ExternalIdOption = None,
    field: FieldOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Add recordings: files, and all media files in folders.

    What is in the library already is passed by, what moved or changed is updated. Stop it whenever
    you like: the same command goes on where it was. Title, artist and so on go before the tags of
    the files. The exit code is 0 if a file was added or is there already, 1 if there was none to
    add, and 2 if all that there were had to be skipped.

    For example:

        earmark add ~/Music
        earmark add ~/Music --prune --media preview
        earmark add jingle.wav --title "Station jingle" --field agency=ours
    """
    metadata = Metadata(title or "", artist, album, year, isrc, external_id, parse_fields(field))
    _check_metadata(metadata, paths)
    with opened(
        library,
        debug=debug,
        create=True,
        peaks=_chosen_peaks(axis, compact=compact),
        on_interrupt=INTERRUPTED,
    ) as open_library:
        announce_compiling()
        with progress_bar() as on_progress:
            report = open_library.add(
                paths,
                workers=sensible(workers or cpu_count(), paths),
                media=media,
                metadata=metadata,
                prune=prune,
                on_progress=on_progress,
            )
        _print(report, as_json=as_json)
        raise typer.Exit(exit_code(report, strict=strict))


def exit_code(report: AddReport, *, strict: bool) -> int:
    """Return 0 if anything is in the library now or was dropped, else 2 if a file was refused."""
    done = (*report.added, *report.updated, *report.moved, *report.duplicates, *report.pruned)
    if report.skipped and (strict or not (done or report.unchanged)):
        return FAILED
    return FOUND if done or report.unchanged else NONE_FOUND


def _check_metadata(metadata: Metadata, paths: list[str]) -> None:
    """Refuse to give several recordings what only one can have."""
    several = len(paths) > 1 or Path(paths[0]).is_dir()
    if several and (metadata.title or metadata.isrc or metadata.external_id):
        message = "--title, --isrc and --external-id are for one file"
        raise typer.BadParameter(message)


def _chosen_peaks(axis: Axis | None, *, compact: bool) -> PeakParams | None:
    if compact:
        return PeakParams.compact(axis or Axis.LINEAR)
    return PeakParams(axis=axis) if axis else None


def sensible(workers: int, paths: list[str]) -> int:
    """Return no more processes than files, if that is known: each takes a moment to start."""
    return workers if any(Path(path).is_dir() for path in paths) else min(workers, len(paths))


def progress_bar() -> AbstractContextManager[OnProgress | None]:
    """Show on stderr how far `add` is, if a person is there to see it."""
    return _bar_on_stderr() if is_watched() else nullcontext()


@contextmanager
def _bar_on_stderr() -> Iterator[Callable[[Progress], None]]:
    """Show how far it is, how fast, and how long it will take."""
    from rich import progress

    from earmark.cli import screen

    columns = (
        progress.SpinnerColumn(),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[rate]}", style="cyan", markup=False),
        progress.TimeRemainingColumn(compact=True),
        progress.TextColumn("{task.description}", style="dim", markup=False),
    )
    with progress.Progress(*columns, console=screen.stderr(), transient=True) as bar:
        task = bar.add_task("looking for files", total=None, rate="")

        def show(now: Progress) -> None:
            elapsed_s = bar.tasks[task].elapsed or 0.0
            rate = f"{now.audio_s / elapsed_s:,.0f}x real time" if elapsed_s else ""
            name = text.printable(Path(now.path).name)
            bar.update(task, completed=now.done, total=now.total, rate=rate, description=name)

        yield show


def _print(report: AddReport, *, as_json: bool) -> None:
    if as_json:
        from earmark import jsonable

        print(jsonable.dumps(jsonable.add_report(report)))
        return
    from rich.text import Text

    from earmark.cli import screen

    console = screen.stdout()
    for line in _twins(report):
        console.print(Text(f"  = {line}", "dim"), soft_wrap=True)
    for skipped in report.skipped:
        line = f"{text.printable(skipped.path)}: {text.printable(skipped.cause)}"
        console.print(Text.assemble("  ", ("! ", "bold red"), line), soft_wrap=True)
    console.print(summary(report), soft_wrap=True)


def _twins(report: AddReport) -> Iterator[str]:
    """Say of the first duplicates what they duplicate."""
    for twin in report.duplicates[:SHOWN_DUPLICATES]:
        known = text.by_whom(twin.track.metadata.title, twin.track.metadata.artist)
        yield f"{text.printable(twin.path)}: sounds the same as {known}"
    more = len(report.duplicates) - SHOWN_DUPLICATES
    if more > 0:
        yield f"and {text.counted(more, 'more duplicate')}; --json tells all of them"


def summary(report: AddReport) -> str:
    """Count what happened, leaving out what did not."""
    counts = (
        (len(report.added), "added"),
        (len(report.updated), "updated"),
        (len(report.moved), "moved"),
        (report.unchanged, "unchanged"),
        (len(report.duplicates), "duplicates"),
        (len(report.pruned), "pruned"),
        (report.ignored, "ignored"),
        (len(report.skipped), "skipped"),
    )
    what = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    if not any(count for count, word in counts if word not in {"ignored", "skipped"}):
        what = ", ".join(filter(None, ("nothing added", what)))
    if not report.audio_s:
        return what
    rate = report.audio_s / report.elapsed_s
    sound, taken = text.clock(report.audio_s), text.clock(report.elapsed_s)
    return f"{what}; {sound} of sound in {taken}, {rate:,.0f}x real time"
