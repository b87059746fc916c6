"""The command line: parse, ask the library, print."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

NEEDLESS = ("scipy", "cffi")
"""Numba imports them where it finds them, a third of a second; no kernel of ours needs them."""

COLLECT_AFTER = 200_000
"""Imports make many objects and little garbage: collecting it at every 700th costs a tenth."""


def main() -> None:
    """Run the command line; the entry point of `earmark`."""
    start_fast()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names of files may hold any byte
    try:
        from earmark.cli.app import app

        _flushed(app)
    except KeyboardInterrupt:  # during the imports
        sys.exit(130)


def _flushed(app: Callable[[], object]) -> None:
    """Run the commands, and print all that is left: who reads may have gone meanwhile."""
    from earmark.cli.edge import BROKEN_PIPE, print_no_more

    try:
        try:
            app()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        print_no_more()
        sys.exit(BROKEN_PIPE)


def start_fast() -> None:
    """Spare this process what a command line does not need."""
    gc.set_threshold(COLLECT_AFTER)
    modules: dict[str, Any] = sys.modules
    for name in NEEDLESS:
        modules.setdefault(name, None)  # an import of it fails as if it were not installed
