"""Tests of earmark.explaining.exhibit."""

from __future__ import annotations

import base64
import struct

import numpy as np
import pytest

from earmark import jsonable
from earmark.explaining.exhibit import exhibit
from earmark.fingerprint import hear
from earmark.params import Ladder, PeakParams, QueryParams
from earmark.types import Exhibit
from tests.unit.test_explain import CLIP, RATE, explained, library

PARAMS = PeakParams()

__all__ = ["library"]


@pytest.fixture(scope="module")
def shown(library: object) -> Exhibit:
    """What is shown of a clip that was found."""
    found = explained(library, CLIP).exhibit  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_spectrogram_is_as_long_as_the_clip(shown: Exhibit) -> None:
    """A row for every frame, a column for every band."""
    assert len(shown.level_db) * shown.frame_s == pytest.approx(len(CLIP) / RATE, abs=0.02)
    assert shown.level_db.shape[1] == len(shown.band_hz)


def test_a_tone_is_loudest_at_its_frequency() -> None:
    """The bands are told in Hz."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    heard = hear([tone], PARAMS, QueryParams(ladder=Ladder.OFF))
    shown = exhibit(tone, heard, None, PARAMS)
    assert shown.band_hz[shown.level_db[30].argmax()] == pytest.approx(1000, abs=5)
    assert shown.level_db.max() == pytest.approx(0, abs=0.1)


def test_peaks_lie_in_the_clip(shown: Exhibit) -> None:
    """Those of the clip and those of the track, most of which are heard."""
    for times in (shown.clip_s, shown.track_s):
        assert -0.05 < times.min() < times.max() < len(CLIP) / RATE + 0.05
    assert shown.heard.mean() > 0.9


def test_most_peaks_agree_at_the_best_place(shown: Exhibit) -> None:
    """And nowhere else nearly as many."""
    best = shown.agreeing.argmax()
    assert shown.place_s[best] == pytest.approx(10, abs=0.05)
    away = abs(shown.place_s - shown.place_s[best]) > 0.2
    assert shown.agreeing[away].max() < shown.agreeing[best] / 3


def test_it_is_told_as_json(shown: Exhibit) -> None:
    """Every peak and every place, and a picture of the sound as long as the clip."""
    told = jsonable.exhibit(shown)
    assert len(told["clip_peaks"]["time_s"]) == len(shown.clip_s)
    assert told["track_peaks"]["heard"] == shown.heard.tolist()
    places = told["places"]
    best = int(np.argmax(places["agreeing"]))
    assert places["start_s"] + best * places["apart_s"] == pytest.approx(10, abs=0.05)
    picture = told["spectrogram"]
    columns, rows = struct.unpack(">II", base64.b64decode(picture["png"])[16:24])
    assert columns * picture["column_s"] == pytest.approx(len(CLIP) / RATE, abs=0.02)
    assert rows == len(picture["row_hz"])


def test_nothing_heard_is_told_as_nothing() -> None:
    """Of a clip without a frame there is no picture, and no place."""
    heard = hear([], PARAMS, QueryParams(ladder=Ladder.OFF))
    told = jsonable.exhibit(exhibit(np.empty(0, np.float32), heard, None, PARAMS))
    assert told["spectrogram"] is None
    assert told["places"] == {"start_s": 0.0, "apart_s": 0.0, "agreeing": []}
