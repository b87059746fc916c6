"""Tests of earmark.__main__."""

from __future__ import annotations

import subprocess
import sys

import earmark


def test_python_runs_it_as_a_module() -> None:
    """`python -m earmark` is `earmark`."""
    run = [sys.executable, "-m", "earmark", "--version"]
    said = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said == f"earmark {earmark.__version__}\n"
