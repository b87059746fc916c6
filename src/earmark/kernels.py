"""How kernels are compiled: Numba, without the GIL, cached in the user's cache folder.

A kernel must not call a kernel of another module: Numba's cache would not notice a change there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

import numba
import numpy as np
import platformdirs
from numba import int64, uint64
from numba.core.caching import _CacheLocator
from numba.core.cgutils import false_bit
from numba.extending import intrinsic

Whole = int | np.int64
"""A whole number, as kernels compute it: always 64 bits."""

P = ParamSpec("P")
R = TypeVar("R")


def cache_dir() -> Path:
    """The folder that holds compiled kernels."""
    return Path(platformdirs.user_cache_dir("earmark")) / "kernels"


def cached_for(source: Path) -> Path:
    """The folder that holds the compiled kernels of the modules beside this one."""
    locator: Any = _CacheLocator
    folder: str = locator.get_suitable_cache_subpath(str(source))
    return cache_dir() / folder


def before_compiling(tell: Callable[[], object]) -> None:
    """Have `tell` called once, when this process first has to compile a kernel."""
    _Forgiving.tell = staticmethod(tell)


class _Forgiving:
    """A kernel's cache that may fail: what cannot be loaded is compiled, and keeping is not a must.

    A full disk, a torn file or somebody else's file in the cache folder must not stop a query.
    """

    tell: ClassVar[Callable[[], object] | None] = None

    def __init__(self, cache: Any) -> None:  # noqa: ANN401 - Numba's own, without types
        self._cache = cache

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever Numba's cache has
        return getattr(self._cache, name)

    def load_overload(self, signature: object, context: object) -> object | None:
        loaded: object | None = None
        try:
            loaded = self._cache.load_overload(signature, context)
        except Exception:  # noqa: BLE001 - unpickling torn data may raise anything
            with contextlib.suppress(OSError):
                self._cache.flush()
        if loaded is None and _Forgiving.tell is not None:
            tell, _Forgiving.tell = _Forgiving.tell, None
            tell()
        return loaded

    def save_overload(self, signature: object, data: object) -> None:
        with contextlib.suppress(Exception):
            self._cache.save_overload(signature, data)


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
        dispatcher: Any = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
        dispatcher._cache = _Forgiving(dispatcher._cache)  # noqa: SLF001 - the only way in
        compiled = dispatcher
    except RuntimeError:  # no cache folder can be written: compile in every process
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    finally:
        settings["CACHE_DIR"] = before
    return compiled


@intrinsic
def _trailing_zeros(_context: Any, _value: Any) -> Any:  # noqa: ANN401 - Numba's own
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.cttz(arguments[0], false_bit)

    return int64(uint64), generate


@intrinsic
def _bit_length(_context: Any, _value: Any) -> Any:  # noqa: ANN401 - Numba's own
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        zeros = builder.ctlz(arguments[0], false_bit)
        return builder.sub(zeros.type(64), zeros)

    return int64(uint64), generate


trailing_zeros = cast("Callable[[np.uint64], int]", _trailing_zeros)
"""How many zeros are below the lowest 1; 64 for 0. For kernels only: one machine instruction."""

bit_length = cast("Callable[[np.uint64], int]", _bit_length)
"""How many bits a number needs; 0 for 0. For kernels only: one machine instruction."""
