"""`earmark keys`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import NONE_FOUND, in_words
from earmark.cli.options import DebugOption, JsonOption, StateOption
from earmark.settings import server_state

if TYPE_CHECKING:
    from earmark.server.keys import Key, Keys, Scope

HELP = """Manage the keys of the server.

For example:

    earmark keys add telephone --scope write
"""

keys = typer.Typer(no_args_is_help=True, help=HELP)


@keys.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who will have it, or what for.")],
    *,
    scope: Annotated[
        str,
        typer.Option(
            metavar="SCOPE",
            help="read: identify, listen, look things up. write: add, edit and remove tracks, too. "
            "admin: see all tasks and the metrics, too.",
        ),
    ] = "read",
    state: StateOption = None,
    debug: DebugOption = False,
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    with _opened(state, debug=debug) as store:
        key, secret = store.add(name, _scope(scope))
        typer.echo(f"key {key.id} for {text.printable(name)}, scope {key.scope}:", err=True)
        typer.echo(secret)


@keys.command("list")
def list_keys(
    *, state: StateOption = None, as_json: JsonOption = False, debug: DebugOption = False
) -> None:
    """List the keys, without their secrets."""
    with _opened(state, debug=debug) as store:
        every = store.every()
        for key in every:
            typer.echo(_json(key) if as_json else _words(key))
        if not every:
            typer.echo("no keys yet; `earmark keys add NAME` makes one", err=True)


@keys.command("remove")
def remove(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `earmark keys list` shows it.")],
    *,
    state: StateOption = None,
    debug: DebugOption = False,
) -> None:
    """Remove a key; a server that runs refuses it at once. The exit code is 1 if none has it."""
    with _opened(state, debug=debug) as store:
        if not store.remove(key_id):
            typer.echo(f"earmark: no key {text.printable(key_id)}", err=True)
            raise typer.Exit(NONE_FOUND)


@contextmanager
def _opened(state: str | None, *, debug: bool) -> Iterator[Keys]:
    with in_words(debug=debug):
        from earmark.server.keys import Keys
        from earmark.server.state import open_state

        file = open_state(server_state(state))
        try:
            yield Keys(file)
        finally:
            file.close()


def _scope(name: str) -> Scope:
    from earmark.errors import UsageError
    from earmark.server.keys import Scope

    try:
        return Scope(name)
    except ValueError:
        message = f"a scope is one of {', '.join(Scope)}, not {name!r}"
        raise UsageError(message) from None


def _words(key: Key) -> str:
    return f"{key.id}  {key.scope:<5}  {key.created_at}  {text.printable(key.name)}"


def _json(key: Key) -> str:
    from dataclasses import asdict

    from earmark import jsonable

    return jsonable.dumps(asdict(key))
