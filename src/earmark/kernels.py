"""How kernels are compiled: Numba, without the GIL, cached in the user's cache folder.

A kernel must not call a kernel of another module: Numba's cache would not notice a change there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs


def cache_dir() -> Path:
    """The folder that holds compiled kernels."""
    return Path(platformdirs.user_cache_dir("earmark")) / "kernels"


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` at its first call, or load it from the cache of an earlier process."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_dir())
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no cache folder can be written: compile in every process
        return numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before
