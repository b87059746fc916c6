"""Tests of earmark.cli.app."""

from __future__ import annotations

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import earmark
from earmark.cli.app import app, help_of

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def test_the_version_is_told() -> None:
    """`earmark --version` names the program and its version."""
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"earmark {earmark.__version__}\n")


def test_every_command_is_there() -> None:
    """The commands are those of the manual."""
    wanted = (
        "add airplay backup bench copy demo doctor duplicates edit explain export fingerprint "
        "identify import keys list listen monitor rebuild remove repair restore scan search serve "
        "show stats"
    )
    assert wanted.split() == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example(name: str) -> None:
    """`--help` has a line that can be copied, and tells of --json and --debug.

    `keys` is several commands, which tell of them; `serve` prints nothing but its log, and
    `fingerprint` nothing but JSON.
    """
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert any(line.strip().startswith(f"earmark {name}") for line in result.stdout.splitlines())
    assert name in {"fingerprint", "keys", "serve"} or "--json" in result.stdout
    assert name == "keys" or "--debug" in result.stdout


def test_an_unknown_option_is_a_usage_error() -> None:
    """What cannot be parsed is exit code 2, as for every error."""
    assert CliRunner().invoke(app, ["list", "--nonsense"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "--limit", "0"], "'--limit': it has to be at least 1"),
        (["edit", "x", "--year", "y"], "'--year': it is no whole number"),
        (["scan", "x", "--far", "y"], "it is no number"),
        (["list", "--order", "y"], "'--order': 'y' is not one of 'added'"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_in_plain_words(
    arguments: list[str], words: str
) -> None:
    """Not in those of the library that checks it."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(("command", "hinted"), [("identify", True), ("stats", False)])
def test_a_name_like_an_option_is_explained(command: str, *, hinted: bool) -> None:
    """Where names are wanted, an unknown option may have been one: the error says how to put it."""
    result = CliRunner().invoke(app, [command, "-odd.wav"])
    assert result.exit_code == 2
    assert "No such option: -o" in result.stderr
    assert ("put -- before it" in result.stderr) is hinted


def test_paragraphs_of_a_help_flow() -> None:
    """Lines of prose are joined, so that a terminal may wrap them; examples keep theirs."""

    def command() -> None:
        """Do it.

        In two
        lines.

            an example
            and another
        """

    assert help_of(command) == "Do it.\n\nIn two lines.\n\n    an example\n    and another"
