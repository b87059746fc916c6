"""Tests of earmark.kernels."""

from __future__ import annotations

from pathlib import Path

import numba
import pytest

from earmark import kernels


def doubled(value: int) -> int:
    """Something to compile."""
    return 2 * value


def test_a_kernel_computes_what_its_function_does() -> None:
    """Compiling changes the speed, not the result."""
    assert kernels.kernel(doubled)(21) == 42


def test_kernels_are_cached_in_the_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A compiled kernel is found in the cache folder afterwards."""
    monkeypatch.setattr(kernels, "cache_dir", lambda: tmp_path)
    kernels.kernel(doubled)(21)
    assert list(tmp_path.rglob("*.nbi"))


def test_numbas_own_setting_is_left_as_it_was() -> None:
    """Other users of Numba in the process keep their cache folder."""
    before = vars(numba.config)["CACHE_DIR"]
    kernels.kernel(doubled)
    assert vars(numba.config)["CACHE_DIR"] == before


def test_without_a_cache_folder_kernels_are_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that cannot be written costs time, not the answer."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(kernels, "cache_dir", lambda: tmp_path / "file" / "kernels")
    assert kernels.kernel(doubled)(21) == 42
