"""Kernels are compiled on first use, which takes a while: say so in time."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

import earmark


def announce_compiling() -> None:
    """Tell a person at a terminal, on stderr, if the kernels have yet to be compiled."""
    from earmark.kernels import cache_dir

    package = Path(earmark.__file__).parent
    if sys.stderr.isatty() and not is_compiled(cache_dir(), package):
        message = "Compiling the kernels, on first use only; this takes some seconds."
        typer.secho(message, err=True, dim=True)


def is_compiled(cache: Path, package: Path) -> bool:
    """Whether the cache holds compiled kernels, and none that is older than its module.

    Numba names an index of the cache `<module>.<function>-<line>.<python>.nbi`.
    """
    newest: dict[str, float] = {}
    for index in cache.glob("*/*.nbi"):
        module = index.name.partition(".")[0]
        newest[module] = max(newest.get(module, 0.0), index.stat().st_mtime)
    sources = {path.stem: path for path in package.rglob("*.py")}
    return bool(newest) and all(
        sources[module].stat().st_mtime <= compiled
        for module, compiled in newest.items()
        if module in sources
    )
