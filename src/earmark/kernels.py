"""How kernels are compiled: Numba, without the GIL, cached in the user's cache folder.

A kernel must not call a kernel of another module: Numba's cache would not notice a change there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import numba
import platformdirs

P = ParamSpec("P")
R = TypeVar("R")


def cache_dir() -> Path:
    """The folder that holds compiled kernels."""
    return Path(platformdirs.user_cache_dir("earmark")) / "kernels"


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` at its first call, or load it from the cache of an earlier process.

    Arrays and scalars go in and come out; an index out of range is *not* noticed, so a kernel
    checks what it did not make itself. Division by zero gives infinity or NaN, as in NumPy.
    """
    settings = vars(numba.config)
    before = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = str(cache_dir())
    compiled: Callable[P, R]
    try:
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no cache folder can be written: compile in every process
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings["CACHE_DIR"] = before
    return compiled
