"""Tests of earmark.params."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from earmark.params import IndexParams, Params, PeakParams


@pytest.mark.parametrize("name", [field.name for field in fields(PeakParams)])
def test_every_peak_parameter_changes_both_ids(name: str) -> None:
    """Other constellations need the audio again, and another index as well."""
    usual = Params()
    other = Params(replace(usual.peaks, **{name: getattr(usual.peaks, name) + 1}))
    assert other.peaks_id != usual.peaks_id
    assert other.index_id != usual.index_id


@pytest.mark.parametrize("name", [field.name for field in fields(IndexParams)])
def test_every_index_parameter_changes_only_the_index_id(name: str) -> None:
    """Another index can be made from the same constellations."""
    usual = Params()
    other = Params(index=replace(usual.index, **{name: getattr(usual.index, name) + 1}))
    assert other.peaks_id == usual.peaks_id
    assert other.index_id != usual.index_id


def test_ids_are_the_same_in_every_process() -> None:
    """Ids are made of values, not of hashes that change from run to run."""
    assert Params().peaks_id == Params().peaks_id
    assert Params().peaks_id.startswith("p-")
    assert Params().index_id.startswith("i-")
