"""The edge between the library and the shell: errors become one line and an exit code."""

from __future__ import annotations

import os
import re
import shlex
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from earmark.cli.text import printable
from earmark.errors import EarmarkError, IncompatiblePeaksError, UsageError
from earmark.params import Params, PeakParams
from earmark.settings import is_usual, library_location
from earmark.stores.location import presentable

if TYPE_CHECKING:
    from earmark.library import Library

FOUND, NONE_FOUND, FAILED = 0, 1, 2
"""Exit codes, as grep has them."""

INTERRUPTED, BROKEN_PIPE = 130, 141
"""Exit codes of a shell's children that SIGINT and SIGPIPE ended."""


NO_FOLDER = "the working folder is not there any more; change to another one, and try again"

COMMAND = re.compile(r"`(earmark \w+)")
"""Where a message tells of a command that would help."""


@contextmanager
def in_words(
    *, debug: bool, library: str | None = None, on_interrupt: str = "interrupted"
) -> Iterator[None]:
    """Tell what goes wrong in the block in one line on stderr, and exit with its code.

    Args:
        debug: show the traceback as well.
        library: the library that was named; the commands that a message tells are to name it, too.
        on_interrupt: what to say after Ctrl-C.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except KeyboardInterrupt:
        _leave(on_interrupt, INTERRUPTED)
    except BrokenPipeError:
        print_no_more()
        raise typer.Exit(BROKEN_PIPE) from None
    except EarmarkError as error:
        _show_traceback(debug=debug)
        _leave(remedied(str(error), library), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the last line of defence before the user
        if _was_interrupted(error):
            _leave(on_interrupt, INTERRUPTED)
        _show_traceback(debug=debug)
        if isinstance(error, FileNotFoundError) and not _has_working_folder():
            _leave(NO_FOLDER, FAILED)
        hint = "" if debug else "; this should not happen, --debug shows where it did"
        _leave(f"{type(error).__name__}: {error}{hint}", FAILED)


def print_no_more() -> None:
    """Let stdout lead nowhere, as nobody reads on: Python would try to flush what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _has_working_folder() -> bool:
    """Tell whether the folder is still there that relative paths begin at."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _was_interrupted(error: Exception) -> bool:
    """Tell whether Ctrl-C came while a kernel ran: Python then reports a result beside an error."""
    return isinstance(error, SystemError) and isinstance(error.__cause__, KeyboardInterrupt)


@contextmanager
def opened(
    chosen: str | None,
    *,
    debug: bool,
    create: bool = False,
    for_rebuild: bool = False,
    peaks: PeakParams | None = None,
    on_interrupt: str = "interrupted",
) -> Iterator[Library]:
    """Open the chosen library, with errors in words until the block ends.

    With `peaks`, a new library has these parameters, and one with others is refused.
    """
    with in_words(debug=debug, library=chosen, on_interrupt=on_interrupt):
        from earmark.library import Library

        location = library_location(chosen)
        params = Params(peaks) if peaks else None
        try:
            library = Library.open(location, create=create, for_rebuild=for_rebuild, params=params)
        except IncompatiblePeaksError as error:
            if peaks is None:
                raise
            raise UsageError(_difference(location, peaks)) from error
        with library:
            yield library


def _difference(location: str, wanted: PeakParams) -> str:
    """Say how a library differs from the one that was asked for."""
    from earmark.library import Library

    with Library.open(location, create=False) as library:
        own = library.params.peaks
    if own.axis is not wanted.axis:
        differs = f"this library's axis is {own.axis}"
    else:
        is_compact = own == PeakParams.compact(own.axis)
        differs = f"this library is {'compact' if is_compact else 'not compact'}"
    return f"{differs}; use another --library"


def naming(command: str, library: str | None) -> str:
    """Return a command that names the library, unless it would use it anyway; no password."""
    if is_usual(library):
        return command
    return f"{command} --library {shlex.quote(presentable(library_location(library)))}"


def remedied(message: str, library: str | None) -> str:
    """Return a message whose `earmark ...` commands name the library where they have to."""
    return COMMAND.sub(lambda found: f"`{naming(found[1], library)}", message)


def _show_traceback(*, debug: bool) -> None:
    if debug:
        traceback.print_exc()


def _leave(message: str, code: int) -> None:
    typer.echo(f"earmark: {printable(message)}", err=True)
    raise typer.Exit(code) from None
