"""Tests of the package's public names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import earmark


@pytest.mark.parametrize("name", earmark.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """What `__all__` promises can be had, under its own name."""
    assert getattr(earmark, name).__name__ == name


def test_type_checkers_see_the_same_names() -> None:
    """The names imported for type checkers are those that are imported on demand."""
    tree = ast.parse(Path(earmark.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in guarded.body if isinstance(node, ast.ImportFrom)]
    seen = {alias.name: node.module for node in imports for alias in node.names}
    assert seen == earmark._HOME_OF
    assert sorted(seen) == earmark.__all__


def test_names_are_listed_before_they_are_imported() -> None:
    """`dir(earmark)` helps whoever types."""
    assert set(earmark.__all__) <= set(dir(earmark))


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name is told as for any module."""
    with pytest.raises(AttributeError, match="'earmark' has no attribute 'Libary'"):
        earmark.Libary  # noqa: B018 - asking is the test
