"""Tests of earmark.types."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest

from earmark import types
from earmark.types import Identification, Landmarks, Peaks, Status

RECORDS = [record for _, record in inspect.getmembers(types, dataclasses.is_dataclass)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_is_frozen(record: type) -> None:
    """What travels between the stages is never changed on the way."""
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_the_length_of_a_constellation_is_its_number_of_peaks() -> None:
    """`len` counts peaks."""
    times = np.arange(3, dtype=np.int32)
    assert len(Peaks(times, times.astype(np.uint16), times.astype(np.uint8))) == 3


def test_the_length_of_landmarks_is_the_number_of_pairs() -> None:
    """`len` counts pairs."""
    assert len(Landmarks(np.zeros(4, np.uint32), np.zeros(4, np.uint32))) == 4


def test_an_answer_without_matches_has_no_best() -> None:
    """Where nothing was found, `best` is None."""
    assert Identification("clip", Status.NO_MATCH, 5.0, 1.0).best is None
