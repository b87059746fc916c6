from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from earmark.params import IndexParams, Params, PeakParams, QueryParams

PEAK_FIELDS = [field.name for field in fields(PeakParams)]
INDEX_FIELDS = [field.name for field in fields(IndexParams)]


def test_the_ids_are_those_of_libraries_that_exist() -> None:
    """Whoever changes a fingerprint must change this test, and knows what it costs."""
    params = Params()
    assert params.peaks_id == "p-67608ddadaa5"
    assert params.index_id == "i-ad3e0b1b3a00"


@pytest.mark.parametrize("name", PEAK_FIELDS)
def test_another_number_of_the_peaks_gives_other_ids(name: str) -> None:
    """Every number of the peak stage is in both ids: other peaks need another index, too."""
    usual, peaks = Params(), PeakParams()
    changed = Params(peaks=replace(peaks, **{name: getattr(peaks, name) + 1}))
    assert changed.peaks_id != usual.peaks_id
    assert changed.index_id != usual.index_id


@pytest.mark.parametrize("name", INDEX_FIELDS)
def test_another_number_of_the_index_leaves_the_constellations_good(name: str) -> None:
    """A number of the landmark stage is in the index's id alone."""
    usual, index = Params(), IndexParams()
    changed = Params(index=replace(index, **{name: getattr(index, name) + 1}))
    assert changed.peaks_id == usual.peaks_id
    assert changed.index_id != usual.index_id


def test_the_query_is_in_no_id() -> None:
    """A library knows nothing of how hard it will be asked."""
    assert "query" not in {field.name for field in fields(Params)}


@pytest.mark.parametrize("params", [PeakParams(), IndexParams(), QueryParams(), Params()])
def test_parameters_are_frozen(params: object) -> None:
    """Nobody changes a number behind another's back."""
    with pytest.raises(FrozenInstanceError):
        setattr(params, fields(params)[0].name, 0)  # type: ignore[arg-type]


def test_a_clip_looks_for_denser_peaks_than_a_reference_keeps() -> None:
    """The neighbourhood of a query lies within that of a reference: no peak is lost."""
    peaks, query = PeakParams(), QueryParams()
    assert query.radius_frames < peaks.reference_radius_frames
    assert query.radius_ratio < peaks.reference_radius_ratio
