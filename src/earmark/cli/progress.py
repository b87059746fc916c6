"""A bar on stderr that counts, if a person is there to see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias

OnCounted: TypeAlias = Callable[[int, int], None]
"""Takes how many are done, of how many."""


def is_watched() -> bool:
    """Whether a person sees what is written to stderr."""
    return sys.stderr.isatty()


def counting(what: str) -> AbstractContextManager[OnCounted | None]:
    """Show how many are done, and how long the rest will take."""
    return _bar_on_stderr(what) if is_watched() else nullcontext()


@contextmanager
def _bar_on_stderr(what: str) -> Iterator[OnCounted]:
    from rich import progress

    from earmark.cli import screen

    columns = (
        progress.SpinnerColumn(),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(compact=True),
    )
    with progress.Progress(*columns, console=screen.stderr(), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
