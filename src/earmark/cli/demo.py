"""`earmark demo`."""

from __future__ import annotations

import typer

from earmark.cli.edge import FOUND, NONE_FOUND, in_words
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import DebugOption, JsonOption


def demo(*, as_json: JsonOption = False, debug: DebugOption = False) -> None:
    """See it work: name spoiled clips of a small synthesised catalogue.

    With --json, the table goes to stderr. The exit code is 1 if a clip was not named rightly.

    For example:

        earmark demo
    """
    with in_words(debug=debug):
        from earmark.cli import screen
        from earmark.demo import run_demo

        announce_compiling()
        passed = run_demo(screen.stderr() if as_json else screen.stdout())
        if as_json:
            from earmark import jsonable

            print(jsonable.dumps({"passed": passed}))
        raise typer.Exit(FOUND if passed else NONE_FOUND)
