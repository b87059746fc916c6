"""Tests of tools/reference.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.main import get_command

from tools.reference import command_section, name_section, show_changes

app = typer.Typer()


class Coat(StrEnum):
    """How much paint."""

    THIN = "thin"
    THICK = "thick"


@app.callback()
def root() -> None:
    """Do things to files."""


@app.command()
def paint(
    files: Annotated[list[str], typer.Argument(help="What to paint.")],
    coat: Annotated[Coat, typer.Option(help="How much.")] = Coat.THIN,
    colour: Annotated[str, typer.Option(envvar="COLOUR", help="Red | blue.")] = "red",
    *,
    dry: Annotated[bool, typer.Option("--dry", "-n", help="Only say so.")] = False,
) -> None:
    """Paint files."""


@dataclass(frozen=True)
class Pot:
    """Holds paint."""

    litres: float
    """How much."""
    colour: str = "red"

    def pour(self, litres: float) -> None:
        """Pour some out.

        Args:
            litres: how much.

        Raises:
            ValueError: there is
                not so much.
        """


def cli_text() -> str:
    """Describe the application above."""
    return "\n".join(command_section(get_command(app), "demo"))


def test_every_command_has_its_section() -> None:
    """The group and its command are headed by what a person types."""
    assert "# `demo`\n\nDo things to files.\n" in cli_text()
    assert "## `demo paint`\n\nPaint files.\n" in cli_text()


def test_the_usage_line_shows_what_is_required() -> None:
    """A required argument that may be repeated is written so."""
    assert "    demo paint [OPTIONS] FILES...\n" in cli_text()


def test_an_option_is_told_with_its_default_and_variable() -> None:
    """Names, help, environment variable and default stand in one unbroken row."""
    assert (
        "| `--colour COLOUR` | Red \\| blue. (variable: `COLOUR`; default: `red`) |" in cli_text()
    )


def test_a_choice_lists_what_may_be_chosen() -> None:
    """An enumeration is written with all its values."""
    assert "| `--coat [thin\\|thick]` | How much. (default: `thin`) |" in cli_text()


def test_a_flag_has_no_value() -> None:
    """A flag is listed by its names alone."""
    assert "| `--dry, -n` | Only say so. |" in cli_text()


@pytest.mark.parametrize(
    "line",
    [
        "## `Pot`",
        "- `litres: float`: How much.",
        "- `colour: str = 'red'`",
        "### `Pot.pour(litres: float) -> None`",
        "**Raises**",
        "- ValueError: there is",
    ],
)
def test_a_class_is_told_with_fields_and_methods(line: str) -> None:
    """Fields with their docstrings, methods with signature, arguments and errors."""
    assert line in "\n".join(name_section("Pot", Pot)).splitlines()


def test_a_changed_document_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The comparison prints the lines that differ."""
    document = tmp_path / "cli.md"
    document.write_text("old\n")
    assert show_changes(document, "new\n")
    assert "-old\n+new\n" in capsys.readouterr().out


def test_a_current_document_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing differs, nothing is printed."""
    document = tmp_path / "cli.md"
    document.write_text("same\n")
    assert not show_changes(document, "same\n")
    assert capsys.readouterr().out == ""
