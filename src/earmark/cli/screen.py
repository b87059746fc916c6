"""Where commands print: Rich consoles and tables that look the same everywhere."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from earmark.cli.text import printable

ENDLESS = 10_000
"""Columns of an output that is no terminal, unless COLUMNS says otherwise: nothing is folded."""

NARROWEST = 10
"""A column that folds keeps so many letters of what it has, a date for example: narrower ones are
hard to read."""

READABLE = 88
"""Columns that a sentence takes at most, however wide the terminal."""

INDENT = "  "

GAP = 3
"""Spaces between columns, at most."""


class _Console(Console):
    """A console that leaves it to the edge what to do when nobody reads on."""

    def on_broken_pipe(self) -> None:
        """Raise what Rich would end the program for, with an exit code of its own."""
        raise BrokenPipeError


def stdout() -> Console:
    """The console for answers."""
    return _Console(highlight=False, markup=False, emoji=False, width=_width())


def _width() -> int | None:
    """How many columns there are; None leaves it to Rich, which asks the terminal."""
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdigit() and int(wanted):
        return int(wanted)
    return None if sys.stdout.isatty() else ENDLESS


def stderr() -> Console:
    """The console for what goes on meanwhile."""
    return Console(highlight=False, markup=False, emoji=False, stderr=True)


def show(content: RenderableType) -> None:
    """Print on stdout; where that is no terminal, without the spaces that fill up lines.

    A table that does not fit folds where it may. What is wider even then goes over the edge, where
    the terminal breaks it: nothing is ever cut off.
    """
    console = stdout()
    if isinstance(content, Table):
        _keep_whole(content, console.width)
    if console.is_terminal:
        console.print(content, crop=False)
        return
    with console.capture() as captured:
        console.print(content, crop=False)
    for line in captured.get().splitlines():
        print(line.rstrip())


def width() -> int:
    """Columns of stdout."""
    return stdout().width


def tell(sentence: str, indent: str = INDENT, style: str | None = None) -> None:
    """Print a sentence on stdout, in lines that can be read; words stay whole."""
    lines = textwrap.wrap(
        sentence,
        min(READABLE, width()),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    stdout().print("\n".join(lines), style=style, soft_wrap=True)


def listing(*columns: str, right: Iterable[str] = (), folding: Iterable[str] = ()) -> Table:
    """Begin a table of many rows.

    Columns named in `right` hold numbers. Those in `folding` give way where the screen is narrow:
    their texts go on in the next line. All others are shown whole.
    """
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column not in folding,
            overflow="fold",
        )
    return table


def _keep_whole(table: Table, room: int) -> None:
    """Give each column the least width with which it can be read: Rich goes below any other."""
    for column in table.columns:
        cells = (column.header, *column.cells)
        widest = max(cell_len(text) for cell in cells for text in str(cell).split("\n"))
        column.min_width = widest if column.no_wrap else min(widest, NARROWEST)
    least = sum((column.min_width or 0) + GAP for column in table.columns) - GAP
    if least > room:
        table.width = least


def details(rows: Iterable[tuple[str, object]]) -> Table:
    """Lay out names and values; values of None are left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value is not None:
            table.add_row(name, value if isinstance(value, Text) else printable(str(value)))
    return table
