"""`earmark export`, `import`, `copy`, `backup` and `restore`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from earmark.archives.base import Form
from earmark.cli import text
from earmark.cli.edge import FAILED, FOUND, NONE_FOUND, in_words, opened
from earmark.cli.options import DebugOption, JsonOption, LibraryOption
from earmark.cli.progress import counting
from earmark.settings import OPERATIONS_VARIABLE, library_location

if TYPE_CHECKING:
    from earmark.archives.report import (
        ExportReport,
        Failures,
        ImportReport,
        OnTransfer,
        TransferProgress,
    )
    from earmark.operations.base import Operations

SHOWN_FAILURES = 10

INTERRUPTED = "interrupted; what was committed is kept, and the same command goes on from there"


class Media(StrEnum):
    """Whether sound travels."""

    KEEP = "keep"
    NONE = "none"


MediaOption: TypeAlias = Annotated[
    Media,
    typer.Option(
        help="keep: with the sound that the library keeps (copies, previews). none: without."
    ),
]
OperationsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--operations",
        metavar="FILE",
        envvar=OPERATIONS_VARIABLE,
        help="The store of plays, which travel with the library then: a file, or an address in "
        "PostgreSQL.",
    ),
]
ArchiveArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="FILE", help="The archive; - is the standard input or output.")
]


def export_tracks(
    file: ArchiveArgument,
    library: LibraryOption = None,
    *,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format", help="By the ending of FILE unless given: .jsonl, or else binary."
        ),
    ] = None,
    media: MediaOption = Media.KEEP,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Write the library to one file: an archive from which any other library can be filled.

    It has all tracks with their metadata and constellations, the parameters and, unless you say
    otherwise, the sound that the library keeps; files that are only referred to are told by their
    paths. The index is not in it: it is made anew. The file gets its name when it is whole. The
    exit code is 2 if something in the library is damaged; the rest is exported.

    For example:

        earmark export music.earmarks
        earmark export --media none - | ssh elsewhere earmark import -
        earmark export music.jsonl
    """
    _export(file, library, form, media, None, as_json=as_json, debug=debug)


def backup(
    file: ArchiveArgument,
    library: LibraryOption = None,
    *,
    operations: OperationsOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Write one consistent state of the library to an archive, while it may be in use.

    It has everything that cannot be made anew: tracks, metadata, constellations, parameters, the
    sound that the library keeps and, with --operations, the plays of its monitors. `earmark
    restore` puts it back.

    For example:

        earmark backup /backups/music.earmarks
        earmark backup /backups/music.earmarks --operations plays.sqlite
    """
    _export(file, library, None, Media.KEEP, operations, as_json=as_json, debug=debug)


def import_tracks(
    file: ArchiveArgument,
    library: LibraryOption = None,
    *,
    media: MediaOption = Media.KEEP,
    operations: OperationsOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Add the tracks of an archive to the library; a new or empty one takes over its parameters.

    Tracks keep their ids: what is there already is passed by, what differs is replaced. Stop it
    whenever you like, the same command goes on where it was. What is damaged is named and passed
    over, of a file that ends too early all that is whole is added, and the exit code is 2 then.

    For example:

        earmark import music.earmarks
        earmark import music.jsonl --library other.earmark
    """
    with (
        in_words(debug=debug, library=library, on_interrupt=INTERRUPTED),
        _store_of_plays(operations, must_exist=False) as plays,
    ):
        from earmark.archives.files import opened as opened_archive
        from earmark.archives.importing import import_opened, require_current
        from earmark.archives.target import open_target

        with opened_archive(file) as archive, _bar("importing") as on_progress:
            require_current(file, archive.manifest)
            with open_target(library_location(library), archive.manifest.params) as target:
                report = import_opened(
                    target,
                    archive,
                    media=media is Media.KEEP,
                    operations=plays,
                    on_progress=on_progress,
                )
    _end(report, as_json=as_json)


def copy(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The library to copy.")],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The library to fill; made if there is none.")
    ],
    *,
    media: MediaOption = Media.KEEP,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Copy the tracks of one library into another, wherever the two live.

    As an export and an import, without a file between them: tracks keep their ids, what is there
    already is passed by, and the same command goes on where it was.

    For example:

        earmark copy music.earmark /mnt/big/music.earmark
    """
    with in_words(debug=debug, on_interrupt=INTERRUPTED):
        from earmark.archives.importing import copy_library
        from earmark.archives.target import open_target
        from earmark.library import Library

        with (
            Library.open(source, create=False) as from_library,
            open_target(target, from_library.params) as to_library,
            _bar("copying") as on_progress,
        ):
            wanted = media is Media.KEEP
            report = copy_library(from_library, to_library, media=wanted, on_progress=on_progress)
    _end(report, as_json=as_json)


def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup, or another archive.")],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The library to replace, or to make.")
    ],
    *,
    operations: OperationsOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Put a backup in the place of a library.

    The whole backup is verified before anything is changed. In a folder, the new library is built
    beside the old one, which is replaced in one step and deleted when the new one is complete. In
    a single file or in PostgreSQL, one commit removes all old tracks and adds the new ones. At
    every moment there is a whole library. It takes the room of both. With --operations, the plays
    of the backup are written there.

    For example:

        earmark restore /backups/music.earmarks music.earmark
        earmark restore /backups/music.earmarks sqlite:///music.db
    """
    with in_words(debug=debug), _store_of_plays(operations, must_exist=False) as plays:
        from earmark.archives.restoring import restore_backup

        with _bar("restoring") as on_progress:
            report = restore_backup(file, target, operations=plays, on_progress=on_progress)
    _end(report, as_json=as_json)


def exit_code(report: ExportReport | ImportReport) -> int:
    """Return 2 if something failed, 1 if there was nothing, else 0."""
    if report.failures.count or not getattr(report, "complete", True):
        return FAILED
    return FOUND if report.tracks else NONE_FOUND


def _export(
    file: str,
    library: str | None,
    form: Form | None,
    media: Media,
    operations: str | None,
    *,
    as_json: bool,
    debug: bool,
) -> None:
    with (
        opened(library, debug=debug) as open_library,
        _store_of_plays(operations, must_exist=True) as plays,
    ):
        from earmark.archives.exporting import export_library

        with _bar("exporting") as on_progress:
            report = export_library(
                open_library,
                file,
                form=form,
                media=media is Media.KEEP,
                operations=plays,
                on_progress=on_progress,
            )
    _end(report, as_json=as_json)


@contextmanager
def _store_of_plays(location: str | None, *, must_exist: bool) -> Iterator[Operations | None]:
    if location is None:
        yield None
        return
    from earmark.operations.opening import open_operations

    with open_operations(location, create=not must_exist) as plays:
        yield plays


@contextmanager
def _bar(what: str) -> Iterator[OnTransfer | None]:
    with counting(what) as on_counted:
        yield None if on_counted is None else _told_to(on_counted)


def _told_to(on_counted: Callable[[int, int], None]) -> OnTransfer:
    def on_progress(now: TransferProgress) -> None:
        on_counted(now.done, max(now.done, now.total))

    return on_progress


def _end(report: ExportReport | ImportReport, *, as_json: bool) -> None:
    """Print what became of it, on stderr if an archive is on stdout, and exit."""
    _print_failures(report.failures)
    if as_json:
        from earmark import jsonable

        said = jsonable.dumps(jsonable.transfer(report))
    else:
        said = summary(report)
    typer.echo(said, err=report.location == "-")
    raise typer.Exit(exit_code(report))


def _print_failures(failures: Failures) -> None:
    for failed in failures.told[:SHOWN_FAILURES]:
        what = " ".join(part for part in (failed.place, failed.name and f"({failed.name})") if part)
        typer.echo(f"earmark: {text.printable(f'{what}: {failed.cause}')}", err=True)
    more = failures.count - SHOWN_FAILURES
    if more > 0:
        typer.echo(f"earmark: and {text.counted(more, 'more failure')}", err=True)


def summary(report: ExportReport | ImportReport) -> str:
    """Count what happened, and say what it includes."""
    from earmark.archives.report import ExportReport

    if isinstance(report, ExportReport):
        tracks, size = text.counted(report.tracks, "track"), text.size(report.size_bytes)
        happened = f"{tracks}, {text.clock(report.duration_s)} of music, in {size}"
    else:
        counts = ("added", "replaced", "unchanged")
        told = [f"{getattr(report, name):,} {name}" for name in counts if getattr(report, name)]
        happened = ", ".join(told) or "no tracks"
    if report.failures.count:
        happened += f", {report.failures.count:,} failed"
    if not getattr(report, "complete", True):
        happened += "; not complete"
    return f"{happened}\nwith metadata and constellations, {_sound(report)}, {_plays(report)}"


def _sound(report: ExportReport | ImportReport) -> str:
    if not report.media_files:
        return "without sound (paths only)"
    files = text.counted(report.media_files, "media file")
    return f"with {files} ({text.size(report.media_bytes)})"


def _plays(report: ExportReport | ImportReport) -> str:
    left: int = getattr(report, "plays_left", 0)
    if left:
        return f"without its {text.counted(left, 'play')} (--operations takes them)"
    return f"with {text.counted(report.plays, 'play')}" if report.plays else "without plays"
