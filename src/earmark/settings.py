"""What a user's surroundings decide: read by the entry points, and handed down from there."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

LIBRARY_VARIABLE = "EARMARK_LIBRARY"
"""The environment variable that names the library."""

FAR_VARIABLE = "EARMARK_FAR"
"""The environment variable with the false-accept rate of queries."""

LADDER_VARIABLE = "EARMARK_LADDER"
"""The environment variable that says which changes of speed, tempo and pitch queries try."""

TIME_LIMIT_VARIABLE = "EARMARK_TIME_LIMIT"
"""The environment variable with the time limit of a query, in seconds."""

OPERATIONS_VARIABLE = "EARMARK_OPERATIONS"
"""The environment variable that names the store of plays."""

WEBHOOK_SECRET_VARIABLE = "EARMARK_WEBHOOK_SECRET"  # noqa: S105 - a name
"""The environment variable with the secret that webhooks are signed with."""

STATE_VARIABLE = "EARMARK_STATE"
"""The environment variable that names the folder of the server's own files."""


def default_library() -> Path:
    """The library of a user who names none."""
    return Path(platformdirs.user_data_dir("earmark")) / "library.earmark"


def library_location(chosen: str | None) -> str:
    """The library to use: the chosen one, else the environment's, else the user's own."""
    return chosen or os.environ.get(LIBRARY_VARIABLE) or str(default_library())


def is_usual(location: str | None) -> bool:
    """Whether a command that names no library would use this one."""
    return library_location(location) == library_location(None)


def webhook_secret() -> str | None:
    """The secret that webhooks are signed with, if there is one."""
    return os.environ.get(WEBHOOK_SECRET_VARIABLE) or None


def server_state(chosen: str | None) -> Path:
    """The folder of the server's own files: the chosen one, else the environment's, else usual."""
    named = chosen or os.environ.get(STATE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("earmark")) / "server"


def read_env_file(path: Path) -> None:
    """Set each `NAME=VALUE` of a file in the environment, unless the name is set there already.

    Raises:
        OSError: the file cannot be read.
        ValueError: a line is none of these, empty, or a comment.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        bare = line.strip().removeprefix("export ")
        if not bare or bare.startswith("#"):
            continue
        name, equals, value = bare.partition("=")
        if not equals or not name.strip():
            message = f"line {number} is no NAME=VALUE"
            raise ValueError(message)
        os.environ.setdefault(name.strip(), value.strip().strip("\"'"))
