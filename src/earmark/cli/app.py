"""The application: its commands, each from the module with its name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from earmark.cli.add import add
from earmark.cli.airplay import airplay
from earmark.cli.archives import backup, copy, export_tracks, import_tracks, restore
from earmark.cli.bench import bench
from earmark.cli.demo import demo
from earmark.cli.doctor import doctor
from earmark.cli.duplicates import duplicates
from earmark.cli.explain import explain
from earmark.cli.fingerprint import fingerprint
from earmark.cli.identify import identify
from earmark.cli.keys import keys
from earmark.cli.listen import listen
from earmark.cli.monitor import monitor
from earmark.cli.scan import scan
from earmark.cli.search import search
from earmark.cli.serve import serve
from earmark.cli.tracks import edit, list_tracks, remove, show
from earmark.cli.upkeep import rebuild, repair, stats

USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
"""Typer shows its copy of click's errors under private names only."""

WORDS = (
    (r"Input should be greater than or equal to (\S+)$", r"it has to be at least \1"),
    (r"Input should be greater than (\S+)$", r"it has to be more than \1"),
    (r"Input should be less than or equal to (\S+)$", r"it has to be at most \1"),
    (r"Input should be less than (\S+)$", r"it has to be less than \1"),
    (r"Input should be a valid integer.*", "it is no whole number"),
    (r"Input should be a valid number.*", "it is no number"),
    (r"^Value error, ", ""),
)
"""What Typer says of values, and how people say it."""

NAMES = "; if it is a name that begins with -, put -- before it"


class Command(TyperCommand):
    """A command that says in plain words what is wrong with its arguments."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - private type
        """Parse as usual; of an unknown option, say what to do if it was a name."""
        try:
            return super().parse_args(ctx, args)
        except USAGE_ERROR as error:
            error.message = in_plain_words(error.message)
            takes_names = any(param.param_type_name == "argument" for param in self.params)
            if takes_names and hasattr(error, "possibilities"):  # an unknown option
                error.message += NAMES
            raise


def in_plain_words(message: str) -> str:
    """Return what Typer says of a value as people say it."""
    for pattern, words in WORDS:
        message = re.sub(pattern, words, message)
    return message


def help_of(command: Callable[..., None]) -> str:
    """The docstring of a command, with each paragraph on one line but for indented ones."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(
        text if text.startswith("    ") else text.replace("\n", " ") for text in paragraphs
    )


app = typer.Typer(
    name="earmark",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - what Typer calls
    if wanted:
        import earmark

        typer.echo(f"earmark {earmark.__version__}")
        raise typer.Exit


def root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Recognise music: name a clip of any recording in your own catalogue.

    Start with:

        earmark add ~/Music
        earmark identify clip.m4a

    Exit codes are those of grep: 0 if something was found or done, 1 if not, 2 for an error.
    """


app.callback(help=help_of(root))(root)
for command in (
    add,
    identify,
    fingerprint,
    scan,
    explain,
    listen,
    monitor,
    airplay,
    serve,
    list_tracks,
    search,
    show,
    edit,
    remove,
    duplicates,
    export_tracks,
    import_tracks,
    copy,
    backup,
    restore,
    stats,
    doctor,
    repair,
    rebuild,
    bench,
    demo,
):
    name = command.__name__.removesuffix("_tracks")
    app.command(name, cls=Command, help=help_of(command))(command)
app.add_typer(keys, name="keys")
