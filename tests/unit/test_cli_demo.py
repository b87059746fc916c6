"""Tests of earmark.cli.demo."""

from __future__ import annotations

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from earmark.cli.app import app


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_tells_how_it_went(
    monkeypatch: pytest.MonkeyPatch, code: int, *, passed: bool
) -> None:
    """A demonstration in which a clip is named wrongly is not called a success."""

    def run_demo(console: Console) -> bool:
        console.print("a table")
        return passed

    monkeypatch.setattr("earmark.demo.run_demo", run_demo)
    result = CliRunner().invoke(app, ["demo", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (code, {"passed": passed})
    assert result.stderr == "a table\n"
