"""Kernels are compiled on first use, which takes a while: say so in time, and only then."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

import earmark

MESSAGE = "Compiling the kernels, on first use only; this takes some seconds."


def announce_compiling() -> None:
    """Tell a person at a terminal, on stderr, if kernels have to be compiled.

    Where none is there yet, at once: processes that decode may be first to need one. Else when this
    process comes to one that is missing or older than its module.
    """
    if not sys.stderr.isatty():
        return
    if is_compiled(Path(earmark.__file__).parent):
        from earmark.kernels import before_compiling

        before_compiling(_say)
    else:
        _say()


def is_compiled(package: Path) -> bool:
    """Whether the cache holds a kernel of this package, at this place, for this Python.

    Numba names an index of the cache `<module>.<function>-<line>.<python>.nbi`.
    """
    from earmark.kernels import cached_for

    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    folders = {cached_for(module) for module in package.rglob("*.py")}
    return any(True for folder in folders for _ in folder.glob(f"*.{python}*.nbi"))


def _say() -> None:
    typer.secho(MESSAGE, err=True, dim=True)
