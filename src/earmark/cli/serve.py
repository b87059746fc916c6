"""`earmark serve`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from earmark.cli.edge import in_words
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import DebugOption, LibraryOption, StateOption
from earmark.server.options import Limits, ServerOptions, Setting, settings
from earmark.settings import library_location, read_env_file, server_state

ENV_FILE = ".env"


def _read_env(chosen: Path | None) -> Path | None:
    """Read a file of settings before the options that they are for."""
    path = chosen or Path(ENV_FILE)
    if chosen is None and not path.is_file():
        return None
    try:
        read_env_file(path)
    except (OSError, ValueError) as error:
        message = f"{path}: {error}"
        raise typer.BadParameter(message) from error
    return path


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each setting of a server, in place of its `chosen`."""
    own = inspect.signature(command, eval_str=True).parameters.values()
    plain = [one for one in own if one.kind is not inspect.Parameter.VAR_KEYWORD]
    made = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None if one.usual == () else one.usual,
            annotation=_annotation(one),
        )
        for one in settings()
    ]
    *first, last = plain  # --debug stands at the end, as it does everywhere
    parameters = [*first, *made, last]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _annotation(one: Setting) -> Any:  # noqa: ANN401 - a type for Typer
    kind = list[str] | None if one.usual == () else one.kind
    option = typer.Option(
        one.flag, metavar=one.metavar, min=one.least, envvar=one.variable, help=one.meaning
    )
    return Annotated[kind, option]


@_with_settings
def serve(
    library: LibraryOption = None,
    *,
    _env: Annotated[
        Path | None,
        typer.Option(
            "--env-file",
            metavar="FILE",
            is_eager=True,
            callback=_read_env,
            help="Lines of NAME=VALUE to set in the environment; .env unless given.",
        ),
    ] = None,
    state: StateOption = None,
    debug: DebugOption = False,
    **chosen: Any,  # noqa: ANN401 - the settings
) -> None:
    """Serve the library over HTTP and WebSocket: docs/server.md describes the API.

    It listens on this machine only, unless it is told otherwise; then it wants keys, which
    `earmark keys add` makes. It logs lines of JSON on stderr, and ends with Ctrl-C or SIGTERM.
    Options are also read from the environment, and from a file .env in the working folder.
    A library that is named has to be there, or --create makes it; your own is made if need be.

    For example:

        earmark serve
        earmark serve --library music.earmark --create
        earmark keys add telephone && earmark serve --host 0.0.0.0
    """
    options = _options(library_location(library), server_state(state), chosen)
    with in_words(debug=debug, library=library):
        from earmark.server.logs import begin_logging
        from earmark.server.run import made

        announce_compiling()
        with made(replace(options, create=options.create or library is None)) as server:
            if server.new_library is not None:
                message = f"made a new library, which is empty: {server.new_library}"
                typer.echo(message, err=True)
            begin_logging()
            server.on_ready = lambda: typer.echo(server.address, err=True)
            server.run()


def _options(library: str, state: Path, chosen: dict[str, Any]) -> ServerOptions:
    """Put the options of a server together."""
    own: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for one in settings():
        value = tuple(chosen[one.name] or ()) if one.usual == () else chosen[one.name]
        (limits if one.is_limit else own)[one.name] = value
    return ServerOptions(library, state, limits=Limits(**limits), **own)
