"""`earmark duplicates`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.add import progress_bar, sensible
from earmark.cli.edge import FAILED, FOUND, NONE_FOUND, in_words, opened
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import DebugOption, JsonOption, LibraryOption
from earmark.cli.progress import counting
from earmark.duplicates.records import LEAST_S, Likeness
from earmark.parallel import cpu_count

if TYPE_CHECKING:
    from earmark.duplicates.find import OnCompared
    from earmark.duplicates.records import (
        Copy,
        DuplicateGroup,
        DuplicatePair,
        DuplicateReport,
        SharedSpan,
    )
    from earmark.ingest import OnProgress
    from earmark.library import Library

IN_PLACE_S = 1.0
"""Codings begin a recording some hundredths of a second sooner or later."""

SHOWN_SPANS = 2
"""Of a copy that shares many stretches; JSON has them all."""

MARKS = {True: ("✓", "green"), False: ("✗", "yellow")}
"""Whether a copy is to be kept."""
PLAIN = ("·", "dim")
LEGEND = {"✓": "keep", "✗": "not needed", "·": "not a copy, keep"}
DETAIL_INDENT = 6 * " "

HEADINGS = {
    Likeness.SAME: "The same recording",
    Likeness.CONTAINS: "The first contains the others",
    Likeness.OVERLAPS: "Two that share something",
}


def duplicates(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Files and folders; the library unless given."),
    ] = None,
    library: LibraryOption = None,
    *,
    with_library: Annotated[
        bool, typer.Option("--with-library", help="Compare the files with the library, too.")
    ] = False,
    least_s: Annotated[
        float,
        typer.Option(
            "--least", min=0.0, metavar="SECONDS", help="Tell nothing of what shares less."
        ),
    ] = LEAST_S,
    report_file: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write a table there, as CSV: a row a copy."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Processes that decode; one per CPU unless given."),
    ] = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Find recordings that are there twice, whole or in part, and say which copy to keep.

    Encoding, loudness, cuts and small changes of speed do not matter. Without paths, the tracks of
    the library are compared by what is stored of them; with paths, the files. Nothing is ever
    deleted or changed. The exit code is 0 if anything was found, 1 if not, and 2 if not and a file
    could not be read.

    For example:

        earmark duplicates
        earmark duplicates ~/Music ~/Downloads --report duplicates.csv
        earmark duplicates ~/Downloads --with-library --json
    """
    _check(paths, report_file, with_library=with_library)
    with in_words(debug=debug, library=library):
        announce_compiling()
        if not paths:
            report = _of_library(library, least_s, debug=debug)
        else:
            wanted = opened(library, debug=debug) if with_library else nullcontext()
            with wanted as open_library:
                count = sensible(workers or cpu_count(), paths)
                report = _of_paths(paths, open_library, least_s, count)
        if report_file is not None:
            _save(report, report_file)
        print_report(report, as_json=as_json)
    raise typer.Exit(exit_code(report))


def exit_code(report: DuplicateReport) -> int:
    """Return 0 if anything was found, else 2 if a file could not be read, else 1."""
    if report.groups:
        return FOUND
    return FAILED if report.skipped else NONE_FOUND


def _check(paths: list[str] | None, report_file: Path | None, *, with_library: bool) -> None:
    """Refuse what makes no sense, before minutes of work.

    Raises:
        typer.BadParameter: there is nothing to compare with the library, or no place for a report.
    """
    if with_library and not paths:
        message = "name the files to compare with the library; without any, it is compared itself"
        raise typer.BadParameter(message, param_hint="--with-library")
    if report_file is not None and (
        report_file.is_dir() or not report_file.absolute().parent.is_dir()
    ):
        message = f"{report_file} cannot be written: its folder has to exist"
        raise typer.BadParameter(message, param_hint="--report")


def _of_library(library: str | None, least_s: float, *, debug: bool) -> DuplicateReport:
    from earmark.duplicates.find import find_duplicates

    with opened(library, debug=debug) as open_library, counting("comparing") as on_compared:
        return find_duplicates(open_library, least_s=least_s, on_compared=on_compared)


def _of_paths(
    paths: list[str], library: Library | None, least_s: float, workers: int
) -> DuplicateReport:
    from earmark.duplicates.find import find_duplicates_in

    with _bars() as (on_progress, on_compared):
        return find_duplicates_in(
            paths,
            library=library,
            least_s=least_s,
            workers=workers,
            on_progress=on_progress,
            on_compared=on_compared,
        )


@contextmanager
def _bars() -> Iterator[tuple[OnProgress | None, OnCompared]]:
    """Show how far decoding is, and when that is done, how far comparing is."""
    with ExitStack() as decoding, ExitStack() as comparing:
        on_progress = decoding.enter_context(progress_bar())
        shown: list[OnCompared | None] = []

        def on_compared(done: int, total: int) -> None:
            if not shown:
                decoding.close()
                shown.append(comparing.enter_context(counting("comparing")))
            if shown[0] is not None:
                shown[0](done, total)

        yield on_progress, on_compared


def _save(report: DuplicateReport, file: Path) -> None:
    from earmark.duplicates.report import write_csv

    with file.open("w", encoding="utf-8", errors="surrogateescape", newline="") as target:
        write_csv(report, target)


def print_report(report: DuplicateReport, *, as_json: bool) -> None:
    """Print what was found on stdout, and on stderr what could not be read."""
    for skipped in report.skipped:
        line = text.printable(f"{skipped.path}: {skipped.cause}")
        typer.echo(f"earmark: skipped {line}", err=True)
    if as_json:
        from earmark import jsonable

        for group in report.groups:
            print(jsonable.dumps(jsonable.duplicate_group(group)))
        return
    from earmark.cli import screen

    _print_groups(report.groups)
    if report.groups:
        legend = "   ".join(f"{mark} {meaning}" for mark, meaning in LEGEND.items())
        screen.stdout().print(legend, style="dim", soft_wrap=True)
    screen.stdout().print(_summary(report), style="dim", soft_wrap=True)


def _print_groups(groups: Iterable[DuplicateGroup]) -> None:
    """Print two lines for each copy, group by group: a file's name is no use without its end."""
    from rich.text import Text

    from earmark.cli import screen

    console, before = screen.stdout(), None
    for group in groups:
        if group.likeness != before:
            console.print(HEADINGS[group.likeness], style="bold")
            before = group.likeness
        for place, copy in enumerate(group.copies):
            mark, style = MARKS[copy.keep] if group.likeness is Likeness.SAME else PLAIN
            console.print(Text.assemble("  ", (mark, style), f" {_name(copy)}"), soft_wrap=True)
            screen.tell(_details(group, place), indent=DETAIL_INDENT, style="dim")
        console.print()


def _details(group: DuplicateGroup, place: int) -> str:
    """Say how long a copy is, how it is coded, why it is kept or not, and what it shares."""
    copy = group.copies[place]
    is_told = copy.header is not None and copy.header.codec in copy.reason
    coding = "" if is_told else _coding(copy)
    parts = (text.clock(copy.track.duration_s), coding, copy.reason, _where(group, place))
    return " · ".join(part for part in parts if part)


def _name(copy: Copy) -> str:
    """Name a copy by its file; what has none, by its title."""
    metadata = copy.track.metadata
    name = os.fsdecode(copy.path) or text.by_whom(metadata.title, metadata.artist)
    return text.printable(name)


def _coding(copy: Copy) -> str:
    header = copy.header
    if header is None:
        return "?"
    rate = "" if header.is_lossless or not header.bit_rate else f" {header.bit_rate // 1000} kbit/s"
    return f"{header.codec}{rate}"


def _where(group: DuplicateGroup, place: int) -> str:
    """Say which stretches of the first copy this one has, and at what speed."""
    from earmark.duplicates.report import with_first

    pair = with_first(group, place)
    if pair is None or (group.likeness is Likeness.SAME and _is_in_place(pair)):
        return ""
    longest = sorted(pair.spans, key=lambda span: span.start_s - span.end_s)
    told = ", ".join(_span(span) for span in longest[:SHOWN_SPANS])
    more = len(longest) - SHOWN_SPANS
    return f"{told} and {text.counted(more, 'more stretch')}" if more > 0 else told


def _is_in_place(pair: DuplicatePair) -> bool:
    """Whether what two share is one stretch, at the same time in both."""
    return len(pair.spans) == 1 and all(
        abs(span.start_s - span.other_start_s) < IN_PLACE_S
        and abs(span.end_s - span.other_end_s) < IN_PLACE_S
        for span in pair.spans
    )


def _span(span: SharedSpan) -> str:
    change = 100 * (1 / span.speed - 1)
    speed = f" at {change:+.1f} %" if round(change, 1) else ""
    own = f"{text.clock(span.other_start_s)}-{text.clock(span.other_end_s)}"
    return f"{own} is {text.clock(span.start_s)}-{text.clock(span.end_s)} of the first{speed}"


def _summary(report: DuplicateReport) -> str:
    compared = text.counted(report.recordings, "recording")
    sizes = f"{compared}, {text.clock(report.duration_s)} of sound, in {report.elapsed_s:.1f} s"
    needless = sum(not copy.keep for group in report.groups for copy in group.copies)
    found = text.counted(len(report.groups), "group")
    return f"{found}, {needless:,} of their copies needless; {sizes}"
