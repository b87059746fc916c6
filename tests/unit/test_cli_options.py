"""Tests of earmark.cli.options."""

from __future__ import annotations

import pytest
import typer

from earmark.cli.options import parse_fields


def test_fields_are_split_at_the_first_sign() -> None:
    """A value may hold `=`, and may be empty."""
    assert parse_fields(["a=b=c", "d="]) == {"a": "b=c", "d": ""}


def test_no_fields_are_none() -> None:
    """An option that was not given is an empty mapping."""
    assert parse_fields(None) == {}


@pytest.mark.parametrize("pair", ["mood", "=calm"])
def test_a_field_without_name_or_value_is_refused(pair: str) -> None:
    """The message shows what was given."""
    with pytest.raises(typer.BadParameter, match=pair):
        parse_fields([pair])
