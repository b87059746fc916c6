"""Where commands print: Rich consoles and tables that look the same everywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from earmark.cli.text import printable

ENDLESS = 10_000
"""Columns of an output that is no terminal: nothing is cut off."""


def stdout() -> Console:
    """The console for answers."""
    width = None if sys.stdout.isatty() else ENDLESS
    return Console(highlight=False, markup=False, emoji=False, width=width)


def stderr() -> Console:
    """The console for what goes on meanwhile."""
    return Console(highlight=False, markup=False, emoji=False, stderr=True)


def show(content: RenderableType) -> None:
    """Print on stdout; where that is no terminal, without the spaces that fill up lines."""
    console = stdout()
    if console.is_terminal:
        console.print(content)
        return
    with console.capture() as captured:
        console.print(content)
    for line in captured.get().splitlines():
        print(line.rstrip())


def listing(*columns: str, right: Iterable[str] = ()) -> Table:
    """Begin a table of many rows, a line each; columns named in `right` hold numbers."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    return table


def details(rows: Iterable[tuple[str, object]]) -> Table:
    """Lay out names and values; values of None are left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value is not None:
            table.add_row(name, value if isinstance(value, Text) else printable(str(value)))
    return table
