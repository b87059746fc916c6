"""Tests of earmark.cli.first_use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from earmark.cli.first_use import is_compiled


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with one kernel module, written at second 1000."""
    source = tmp_path / "package" / "peaks.py"
    source.parent.mkdir()
    source.touch()
    os.utime(source, (1000, 1000))
    return source.parent


def compiled(cache: Path, at_s: int) -> Path:
    """A cache with the index of a kernel of that module, compiled at this second."""
    index = cache / "package_1234" / "peaks._pick-84.py311.nbi"
    index.parent.mkdir(parents=True)
    index.touch()
    os.utime(index, (at_s, at_s))
    return cache


def test_an_empty_cache_is_not_compiled(tmp_path: Path, package: Path) -> None:
    """Neither is a folder that does not exist."""
    assert not is_compiled(tmp_path / "cache", package)


def test_a_newer_kernel_is_compiled(tmp_path: Path, package: Path) -> None:
    """A kernel compiled after its module was written is used as it is."""
    assert is_compiled(compiled(tmp_path / "cache", 2000), package)


def test_an_older_kernel_is_not_compiled(tmp_path: Path, package: Path) -> None:
    """After an update of the module, its kernels are compiled anew."""
    assert not is_compiled(compiled(tmp_path / "cache", 500), package)


def test_a_kernel_of_a_module_that_is_gone_does_not_matter(tmp_path: Path, package: Path) -> None:
    """The cache may hold more than this Earmark knows."""
    cache = compiled(tmp_path / "cache", 2000)
    (cache / "package_1234" / "gone._pick-1.py311.nbi").touch()
    assert is_compiled(cache, package)
