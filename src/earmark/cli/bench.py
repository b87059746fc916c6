"""`earmark bench`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.add import progress_bar
from earmark.cli.bench_table import show
from earmark.cli.edge import FOUND, INTERRUPTED, NONE_FOUND, in_words
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import DebugOption
from earmark.cli.progress import is_watched
from earmark.errors import UsageError
from earmark.params import Ladder, QueryParams
from earmark.settings import library_location

if TYPE_CHECKING:
    from collections.abc import Callable

    from earmark.evaluation.material import Material
    from earmark.evaluation.measurement import Plan
    from earmark.evaluation.summary import Report, Setup
    from earmark.evaluation.trials import Trial
    from earmark.library import Library

CATALOGUE = "catalogue.sqlite"
"""What makes a folder a library."""

HELD_OUT = 0.2
"""Share of a folder's recordings that are strangers unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where the material comes from."""

    paths: list[str]
    share: float | None
    strangers_from: str | None
    seed: int
    jobs: int


def bench(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="A library, or folders and files of music; your own library unless given.",
        ),
    ] = None,
    *,
    clips: Annotated[int, typer.Option(min=1, metavar="N", help="Clips of each condition.")] = 20,
    conditions: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Only these conditions, with commas between them."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every condition, not only the usual ones.")
    ] = False,
    lengths: Annotated[
        str | None,
        typer.Option(metavar="SECONDS", help="Clips of these lengths instead, such as 2,5,10."),
    ] = None,
    strangers: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=0.9,
            metavar="SHARE",
            help="The part of the files that is held out as strangers; a fifth unless given.",
        ),
    ] = None,
    strangers_from: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Music that is not in the catalogue, as strangers."),
    ] = None,
    ladder: Annotated[
        Ladder, typer.Option(help="How far other speeds, tempos and pitches are tried.")
    ] = Ladder.FAST,
    seed: Annotated[int, typer.Option(min=0, help="Another seed cuts other clips.")] = 1,
    jobs: Annotated[
        int, typer.Option(min=1, metavar="N", help="Threads; with one, times are exact.")
    ] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the numbers there.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots there.")
    ] = None,
    debug: DebugOption = False,
) -> None:
    """Measure how well your own music is recognised, and how well strangers are rejected.

    Cuts clips at random, spoils them (noise, rooms, codecs, speed, voices and so on), asks for
    each, and counts. A folder is fingerprinted into a library of its own that is gone afterwards;
    a library is only read. Ctrl-C ends it with what was measured by then. The exit code is 1 if a
    stranger was taken for a track.

    For example:

        earmark bench
        earmark bench ~/Music --clips 50 --html report.html
        earmark bench ~/Music --conditions noise,room --lengths 2,5,10 --json report.json
    """
    with in_words(debug=debug):
        from earmark.evaluation.conditions import chosen
        from earmark.evaluation.measurement import Plan
        from earmark.evaluation.page import check_installed

        if html_file is not None:
            check_installed()
        names = [name.strip() for name in conditions.split(",")] if conditions else []
        plan = Plan(chosen(names, _lengths(lengths), everything=everything), clips, seed, jobs)
        _check_writable(json_file, html_file)
        announce_compiling()
        wish = Wish(paths or [library_location(None)], strangers, strangers_from, seed, jobs)
        query = QueryParams(ladder=ladder)
        with prepared(wish, query) as (library, material):
            report = _measured(library, material, plan, query)
        show(report)
        _save(report, json_file, html_file)
        if not report.is_complete:
            raise typer.Exit(INTERRUPTED)
        raise typer.Exit(NONE_FOUND if report.strangers.found.count else FOUND)


@contextmanager
def prepared(wish: Wish, query: QueryParams) -> Iterator[tuple[Library, Material]]:
    """Open the library, or make one of the folders for as long as the block lasts.

    Raises:
        UsageError: paths or options that do not go together.
        LibraryError: the library cannot be read or made.
    """
    libraries = [path for path in wish.paths if (Path(path) / CATALOGUE).exists()]
    single = len(wish.paths) == 1
    if libraries and not single:
        message = f"{libraries[0]} is a library: measure it alone"
        raise UsageError(message)
    if libraries or (single and not Path(wish.paths[0]).exists()):
        with _library(wish, query) as found:
            yield found
    else:
        with _folders(wish, query) as found:
            yield found


@contextmanager
def _library(wish: Wish, query: QueryParams) -> Iterator[tuple[Library, Material]]:
    from earmark.evaluation.material import Material, strangers_of, tracks_of
    from earmark.library import Library

    if wish.share is not None:
        message = "--strangers holds files of a folder out; for a library, use --strangers-from"
        raise UsageError(message)
    with Library.open(wish.paths[0], create=False, query=query) as library:
        strangers, origin = strangers_of(wish.strangers_from, wish.seed)
        yield library, Material(wish.paths[0], tracks_of(library), strangers, origin)


@contextmanager
def _folders(wish: Wish, query: QueryParams) -> Iterator[tuple[Library, Material]]:
    from earmark.evaluation.material import Material, Origin, held_out, strangers_of
    from earmark.library import Library

    if wish.share is not None and wish.strangers_from is not None:
        message = "--strangers and --strangers-from exclude each other"
        raise UsageError(message)
    with (
        tempfile.TemporaryDirectory(prefix="earmark-bench-") as scratch,
        Library.open(Path(scratch) / "bench.earmark", query=query) as library,
    ):
        with progress_bar() as on_progress:
            report = library.add(wish.paths, workers=wish.jobs, on_progress=on_progress)
        share = HELD_OUT if wish.share is None else wish.share
        known, strangers = held_out(library, 0.0 if wish.strangers_from else share, wish.seed)
        origin = Origin.HELD_OUT
        if not strangers:
            strangers, origin = strangers_of(wish.strangers_from, wish.seed)
        yield library, Material(", ".join(wish.paths), known, strangers, origin, report.skipped)


def _measured(library: Library, material: Material, plan: Plan, query: QueryParams) -> Report:
    """Measure until it is done or Ctrl-C is pressed."""
    from earmark.evaluation.measurement import measure
    from earmark.evaluation.summary import summarised

    trials: list[Trial] = []
    is_complete = False
    try:
        with _bar(len(plan.conditions) * plan.clips) as advance:
            for step in measure(library, material, plan):
                if step.trial is not None:
                    trials.append(step.trial)
                advance(step.condition.label)
        is_complete = True
    except KeyboardInterrupt:
        if not trials:
            raise
    setup = _setup(library, material, plan, query)
    return summarised(trials, plan.conditions, setup, material.skipped, is_complete=is_complete)


def _setup(library: Library, material: Material, plan: Plan, query: QueryParams) -> Setup:
    import earmark
    from earmark.evaluation.summary import Setup
    from earmark.units import iso_utc

    return Setup(
        earmark=earmark.__version__,
        created_at=iso_utc(datetime.now(UTC)),
        catalogue=material.name,
        tracks=len(material.known),
        duration_s=library.stats().duration_s,
        strangers=len(material.strangers),
        origin=material.origin,
        seed=plan.seed,
        clips=plan.clips,
        jobs=plan.jobs,
        peaks_id=library.params.peaks_id,
        index_id=library.params.index_id,
        query=asdict(query),
    )


@contextmanager
def _bar(total: int) -> Iterator[Callable[[str], None]]:
    """Show on stderr, if a person is there to see it, how far it is and how long it will take."""
    if not is_watched():
        yield lambda _: None
        return
    from rich import progress

    from earmark.cli import screen

    columns = (
        progress.SpinnerColumn(),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(compact=True),
        progress.TextColumn("{task.description}", style="dim", markup=False),
    )
    with progress.Progress(*columns, console=screen.stderr(), transient=True) as bar:
        task = bar.add_task("loading", total=total)
        yield lambda label: bar.update(task, advance=1, description=label)


def _lengths(given: str | None) -> list[float]:
    """Split lengths at their commas.

    Raises:
        typer.BadParameter: one of them is no number.
    """
    try:
        return [float(part) for part in given.split(",")] if given else []
    except ValueError:
        message = f"{given!r} is no list of seconds such as 2,5,10"
        raise typer.BadParameter(message, param_hint="--lengths") from None


def _check_writable(*files: Path | None) -> None:
    """Refuse files that could not be written after minutes of work.

    Raises:
        UsageError: there is no such folder.
    """
    for file in files:
        if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
            message = f"{file} cannot be written: its folder has to exist, and it must be no folder"
            raise UsageError(message)


def _save(report: Report, json_file: Path | None, html_file: Path | None) -> None:
    if json_file is not None:
        from earmark import jsonable

        json_file.write_text(jsonable.dumps(jsonable.bench_report(report)) + "\n", "ascii")
    if html_file is not None:
        from earmark.evaluation.page import html_page

        html_file.write_text(html_page(report), "utf-8")
