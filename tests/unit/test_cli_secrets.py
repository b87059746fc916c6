"""No command tells the password of an address: not in what it prints, and not in its errors."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from earmark.cli.app import app
from earmark.library import Library
from earmark.server.options import ServerOptions
from tests.archives import exported, insert
from tests.postgres import new_schema, server

SECRET = "geheim"  # noqa: S105 - what is looked for
NOWHERE = [
    f"postgresql://bob:{SECRET}@%2Fnowhere/db",
    f"postgresql://%2Fnowhere/db?user=bob&password={SECRET}",
    f"postgresql://bob:{SECRET}@host:port/db",
    f"postgresql://bob:{SECRET}@host/db?schema=a.b",
    f"postgresq://bob:{SECRET}@host/db",
]
"""A server that is not there, and addresses that make no sense."""

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
PLACED = sorted(
    name
    for name, command in COMMANDS.items()
    if {"library", "operations", "source"} & {param.name for param in command.params}
)
"""Every command that is told a place."""


def words(name: str, place: str, file: Path) -> list[str]:
    """Return the command line of a command that is told a place wherever it takes one."""
    told = [name]
    for param in COMMANDS[name].params:
        if param.param_type_name == "argument":
            told.append(place if param.name in {"source", "target"} else str(file))
        elif param.name in {"library", "operations"}:
            told += [param.opts[0], place]
        elif param.name in {"json", "debug"}:
            told.append(param.opts[0])
    return told


def test_nearly_every_command_is_told_a_place() -> None:
    """But for the keys of a server, the demonstration and a measurement."""
    assert set(COMMANDS) - set(PLACED) == {"bench", "demo", "keys"}


@pytest.mark.parametrize("place", NOWHERE)
@pytest.mark.parametrize("name", PLACED)
def test_an_error_tells_no_password(
    name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even with its traceback."""
    monkeypatch.setenv("EARMARK_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words(name, place, exported(tmp_path, 1)))
    assert done.exit_code in {1, 2}  # a doctor finds something wrong
    assert "earmark" in done.output
    assert SECRET not in f"{done.output}{done.exception!r}"
    assert not [path for path in tmp_path.rglob("*") if SECRET in path.name]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_success_tells_no_password(tmp_path: Path, *, as_json: bool) -> None:
    """What a library is called in answers is its address without it."""
    secret = [
        server().address(new_schema()).replace("postgres@", f"postgres:{SECRET}@") for _ in "ab"
    ]
    with Library.open(secret[0]) as library:
        insert(library, 1)
    archive = str(exported(tmp_path, 1, 2))
    for told in (
        ["restore", archive, secret[0]],
        ["import", archive, "--library", secret[0]],
        ["copy", *secret],
        ["list", "--library", secret[1]],
        ["stats", "--library", secret[1]],
        ["doctor", "--library", secret[1]],
        ["backup", str(tmp_path / "again"), "--library", secret[1]],
    ):
        done = CliRunner().invoke(app, [*told, *["--json"][: int(as_json)]])
        assert done.exit_code == 0, done.output
        assert SECRET not in done.output


def test_options_of_a_server_tell_no_password(tmp_path: Path) -> None:
    """Neither for debugging nor where a process is given them."""
    options = ServerOptions(library=NOWHERE[0], state=tmp_path, operations=NOWHERE[0])
    assert SECRET not in repr(options)
