"""What a user's surroundings decide: read by the entry points, and handed down from there."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

LIBRARY_VARIABLE = "EARMARK_LIBRARY"
"""The environment variable that names the library."""


def default_library() -> Path:
    """The library of a user who names none."""
    return Path(platformdirs.user_data_dir("earmark")) / "library.earmark"


def library_location(chosen: str | None) -> str:
    """The library to use: the chosen one, else the environment's, else the user's own."""
    return chosen or os.environ.get(LIBRARY_VARIABLE) or str(default_library())


def cpu_count() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
