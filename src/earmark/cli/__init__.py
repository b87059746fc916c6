"""The command line: parse, ask the library, print."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the entry point of `earmark`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # names of files may hold any byte
    try:
        from earmark.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
