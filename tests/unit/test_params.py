from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from earmark.errors import UsageError
from earmark.params import POSITIONS, Axis, IndexParams, Ladder, Params, PeakParams, QueryParams

PEAK_FIELDS = [field.name for field in fields(PeakParams)]
INDEX_FIELDS = [field.name for field in fields(IndexParams)]


def test_the_ids_are_those_of_libraries_that_exist() -> None:
    """Whoever changes a fingerprint must change this test, and knows what it costs."""
    params = Params()
    assert params.peaks_id == "p-2da71bec1e5f"
    assert params.index_id == "i-e52c6e0b3fa4"


@pytest.mark.parametrize("name", PEAK_FIELDS)
def test_another_number_of_the_peaks_gives_other_ids(name: str) -> None:
    """Every number of the peak stage is in both ids: other peaks need another index, too."""
    peaks = PeakParams(axis=Axis.MEL)
    chosen: dict[str, Any] = {"axis": Axis.LOG, "window_samples": 2048}
    other = chosen[name] if name in chosen else getattr(peaks, name) + 1
    usual, changed = Params(peaks), Params(replace(peaks, **{name: other}))
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
    assert query.radius_frames < query.few_radius_frames <= peaks.reference_radius_frames
    assert query.radius_ratio < query.few_radius_ratio < peaks.reference_radius_ratio


def test_a_linear_axis_has_the_ids_from_before_there_was_a_choice() -> None:
    """Libraries that were made then stay good; how many bands other axes have is nothing to it."""
    assert Params(PeakParams(bands=99)).peaks_id == Params().peaks_id


@pytest.mark.parametrize("axis", Axis)
def test_parameters_are_written_and_read_again(axis: Axis) -> None:
    """What a library keeps of its parameters is all of them."""
    params = Params(PeakParams(axis=axis, silence_db=-81.5), IndexParams(fanout=3))
    back = Params.from_json(params.to_json())
    assert back == params
    assert back.peaks_id == params.peaks_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        Params().to_json().replace("linear", "spiral"),
        Params().to_json().replace("fanout", "fan"),
        Params().to_json().replace('"bands": 448', '"bands": 0'),
    ],
)
def test_what_are_no_parameters_is_refused(text: str) -> None:
    """Damaged or unknown parameters are a ValueError, and no guess."""
    with pytest.raises(ValueError, match=r"."):
        Params.from_json(text)


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ({"low_bin": 0}, "no part of the spectrum"),
        ({"low_bin": 448}, "no part of the spectrum"),
        ({"high_bin": 513}, "no part of the spectrum"),
        ({"window_samples": 512}, "no part of the spectrum"),
        ({"window_samples": 1025}, "a power of two"),
        ({"window_samples": 0}, "a power of two"),
        ({"bands": 1, "axis": Axis.LOG}, "at least 2"),
        ({"bands": 512, "axis": Axis.MEL}, "more than a hash has room for"),
        ({"steps": 0}, "at least 1"),
        ({"reference_frame_parts": 0}, "at least 1"),
        ({"reference_band_parts": 0}, "at least 1"),
        ({"steps": 10}, "more than 4095"),
        ({"steps": 10, "axis": Axis.LOG}, "more than 4095"),
    ],
)
def test_a_window_or_an_axis_without_room_is_refused(numbers: dict[str, Any], why: str) -> None:
    """What no transform, hash or packed constellation takes is a typed error from the start."""
    with pytest.raises(UsageError, match=why):
        PeakParams(**numbers)


@pytest.mark.parametrize("axis", Axis)
def test_the_largest_axis_just_fits(axis: Axis) -> None:
    """Up to 511 bands and 4095 steps there is room."""
    params = PeakParams(axis=axis, high_bin=512, bands=511, steps=8)
    assert params.steps * 511 + params.steps // 2 < POSITIONS


def test_an_axis_may_be_given_by_its_name() -> None:
    """A plain text is as good as the name, and one that is none is a typed error."""
    assert PeakParams(axis="mel").axis is Axis.MEL  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="one of linear, mel, log"):
        PeakParams(axis="spiral")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ({"far": 0}, "above 0 and below 1"),
        ({"far": 1.0}, "above 0 and below 1"),
        ({"far": float("nan")}, "above 0 and below 1"),
        ({"ladder": "stairs"}, "one of off, fast, full"),
        ({"time_limit_s": -1.0}, "a number of seconds"),
        ({"time_limit_s": float("nan")}, "a number of seconds"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(numbers: dict[str, Any], why: str) -> None:
    """What is no rate, no ladder and no time is a typed error from the start."""
    with pytest.raises(UsageError, match=why):
        QueryParams(**numbers)


def test_a_ladder_may_be_given_by_its_name() -> None:
    """A plain text is as good as the name."""
    assert QueryParams(ladder="full").ladder is Ladder.FULL  # type: ignore[arg-type]
