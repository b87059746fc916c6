"""Tests of earmark.cli.first_use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from earmark import kernels
from earmark.cli import first_use
from earmark.cli.first_use import MESSAGE, announce_compiling, is_compiled
from earmark.kernels import cached_for, kernel

PYTHON = f"py{sys.version_info.major}{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and nothing that was announced."""
    monkeypatch.setattr(kernels, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(kernels._Forgiving, "tell", None)
    return tmp_path / "cache"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with one kernel module."""
    source = tmp_path / "package" / "peaks.py"
    source.parent.mkdir()
    source.touch()
    return source.parent


def keep(folder: Path, python: str = PYTHON) -> None:
    """Put the index of a kernel of that module into a folder of the cache."""
    folder.mkdir(parents=True)
    (folder / f"peaks._pick-84.{python}.nbi").touch()


def test_an_empty_cache_is_not_compiled(package: Path) -> None:
    """Neither is a folder that does not exist."""
    assert not is_compiled(package)


def test_a_kernel_of_this_package_is_compiled(package: Path) -> None:
    """It lies in the folder that Numba takes for its module."""
    keep(cached_for(package / "peaks.py"))
    assert is_compiled(package)


def test_kernels_of_another_checkout_or_python_are_not_ours(cache: Path, package: Path) -> None:
    """The cache holds those of every Earmark that this user ever ran."""
    keep(cache / "package_1234")
    keep(cached_for(package / "peaks.py"), "py27")
    assert not is_compiled(package)


@pytest.mark.usefixtures("cache")
def test_what_is_compiled_is_announced_when_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, and not before: where all is in the cache, nothing is said."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(first_use, "is_compiled", lambda _: True)
    announce_compiling()
    before = capsys.readouterr().err
    double = kernel(_doubled)
    assert (double(2), double(2.5)) == (4, 5.0)
    assert (before, capsys.readouterr().err.count(MESSAGE)) == ("", 1)
    announce_compiling()
    assert kernel(_doubled)(2) == 4
    assert capsys.readouterr().err == ""


def _doubled(number: float) -> float:
    return number * 2
