"""Tests of earmark.clip_peaks."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.clip_peaks import (
    FORMAT,
    MOST_BYTES,
    ClipPeaks,
    check_peaks,
    clip_of_peaks,
    peaks_in,
    rule_of,
    take_peaks,
)
from earmark.errors import ClipPeaksError, ForeignPeaksError
from earmark.fingerprint import hear
from earmark.params import Axis, Params, PeakParams, QueryParams
from tests.music import clip

PARAMS, QUERY = Params(), QueryParams()
RATE_HZ = PARAMS.peaks.sample_rate_hz

NOISE = np.random.default_rng(1).normal(0, 0.1, 3 * RATE_HZ).astype(np.float32)
TAKEN = take_peaks(NOISE, sample_rate=RATE_HZ, name="noise")


def columns(sent: ClipPeaks) -> tuple[list[int], list[int], list[int]]:
    """The numbers of all peaks."""
    peaks = sent.peaks
    return peaks.time.tolist(), peaks.frequency.tolist(), peaks.level.tolist()


def spoiled(**changes: object) -> str:
    """Peaks as JSON, with other values of some names."""
    found = {
        "format": FORMAT,
        "peaks_id": PARAMS.peaks_id,
        "frames": 100,
        "time": [8, 16],
        "frequency": [800, 900],
        "level": [100, 90],
    }
    return json.dumps(found | changes)


def test_peaks_are_those_that_a_query_hears() -> None:
    """Sent or heard, they are the same."""
    heard = hear([NOISE], PARAMS.peaks, QUERY)
    assert (TAKEN.frames, TAKEN.peaks_id) == (heard.frames, PARAMS.peaks_id)
    assert (TAKEN.peaks.time == heard.peaks.time).all()
    assert (TAKEN.peaks.level == heard.peaks.level).all()


def test_json_keeps_everything() -> None:
    """What was written is read again."""
    again = ClipPeaks.from_json(TAKEN.to_json())
    assert columns(again) == columns(TAKEN)
    assert (again.frames, again.peaks_id, again.name) == (188, PARAMS.peaks_id, "noise")


def test_peaks_may_come_in_any_order() -> None:
    """They are sorted by time, then frequency."""
    found = ClipPeaks.from_json(spoiled(time=[16, 8], frequency=[900, 800], level=[90, 100]))
    assert columns(found) == ([8, 16], [800, 900], [100, 90])


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "earmark-peaks-2"},
        {"format": None},
        {"peaks_id": 7},
        {"frames": 0},
        {"frames": 1 << 40},
        {"frames": True},
        {"frames": 100.0},
        {"name": ["a"]},
        {"time": "8, 16"},
        {"time": None},
        {"time": [8, 16.5]},
        {"time": [8, True]},
        {"time": [8, -1]},
        {"time": [8, 1 << 31]},
        {"time": [8, 10**400]},
        {"time": [[8], 16]},
        {"time": [8]},
        {"frequency": [800, 4096]},
        {"level": [0, 90]},
        {"level": [256, 90]},
    ],
    ids=str,
)
def test_what_no_clip_has_is_refused(changes: dict[str, Any]) -> None:
    """Other types, numbers out of range, columns of different lengths: each is a typed error."""
    assert ClipPeaks.from_json(spoiled()).frames == 100
    with pytest.raises(ClipPeaksError):
        ClipPeaks.from_json(spoiled(**changes))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", '{"format"', "[" * 100_000, "\0", b"\xff\xfe{", "1" * 5000],
    ids=lambda text: repr(text[:9]),
)
def test_what_is_no_object_is_refused(text: str | bytes) -> None:
    """Whatever the bytes are, the error is a typed one."""
    with pytest.raises(ClipPeaksError, match=FORMAT):
        ClipPeaks.from_json(text)


def test_a_giant_text_is_not_even_parsed() -> None:
    """There is a limit, and the error tells it."""
    with pytest.raises(ClipPeaksError, match=str(MOST_BYTES)):
        ClipPeaks.from_json(" " * (MOST_BYTES + 1))


numbers = st.lists(st.integers(-1, 5000) | st.none() | st.floats() | st.text(), max_size=4)


@given(st.integers(-1, 200), numbers, numbers, numbers)
def test_whatever_is_taken_can_be_looked_up(
    frames: int, time: list[Any], frequency: list[Any], level: list[Any]
) -> None:
    """Random numbers are refused, or become a clip."""
    text = spoiled(frames=frames, time=time, frequency=frequency, level=level)
    try:
        clip_found = clip_of_peaks(ClipPeaks.from_json(text), PARAMS, QUERY)
    except ClipPeaksError:
        return
    assert clip_found.heard.frames == frames
    assert len(clip_found.heard.peaks) == len(time)


def test_peaks_of_other_parameters_are_refused() -> None:
    """The error tells both ids."""
    mel = Params(PeakParams(axis=Axis.MEL))
    with pytest.raises(ForeignPeaksError, match=f"{PARAMS.peaks_id}.*{mel.peaks_id}"):
        check_peaks(TAKEN, mel)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"time": [8, 800]}, "beyond its end"),
        ({"frequency": [10, 900]}, "frequencies"),
        ({"frequency": [800, 3590]}, "frequencies"),
        ({name: [50] * 1000 for name in ("time", "level")} | {"frequency": [500] * 1000}, "second"),
    ],
    ids=["time", "low", "high", "many"],
)
def test_peaks_lie_where_the_library_has_some(changes: dict[str, Any], why: str) -> None:
    """In the clip, on the frequency axis, and not more than any sound has."""
    with pytest.raises(ClipPeaksError, match=why):
        check_peaks(ClipPeaks.from_json(spoiled(**changes)), PARAMS)


def test_white_noise_has_fewer_peaks_than_are_allowed() -> None:
    """The densest of sounds is no attack."""
    check_peaks(TAKEN, PARAMS)


def test_equally_loud_peaks_are_no_attack() -> None:
    """None outdoes another, so all would be paired: what no sound has is refused."""
    rng = np.random.default_rng(1)
    time, frequency = rng.integers(0, 800, 600).tolist(), rng.integers(200, 3500, 600).tolist()
    sent = {"time": time, "frequency": frequency}
    loud = ClipPeaks.from_json(spoiled(**sent, level=[100] * 600))
    with pytest.raises(ClipPeaksError, match="equally loud"):
        clip_of_peaks(loud, PARAMS, QUERY)
    uneven = spoiled(**sent, level=rng.integers(1, 255, 600).tolist())
    assert len(clip_of_peaks(ClipPeaks.from_json(uneven), PARAMS, QUERY).heard.few) < 300


def test_of_a_long_clip_the_beginning_is_taken() -> None:
    """As of sound."""
    found = clip_of_peaks(TAKEN, PARAMS, QueryParams(max_clip_s=1.0))
    assert found.heard.frames == 62
    assert found.duration_s == pytest.approx(0.992)
    assert found.heard.peaks.time.max() < 62 * PARAMS.peaks.steps


def test_a_file_tells_what_it_is(tmp_path: Path) -> None:
    """Peaks are known by their first byte, in files and in file objects, which are not read."""
    sent, sound = tmp_path / "peaks.json", tmp_path / "clip.flac"
    sent.write_text(TAKEN.to_json())
    sound.write_bytes(clip(0))
    assert peaks_in(sound) is peaks_in(tmp_path) is peaks_in(tmp_path / "missing") is None
    found = peaks_in(sent)
    assert found is not None
    assert columns(found) == columns(TAKEN)
    stream = io.BytesIO(clip(0))
    assert (peaks_in(stream), stream.tell()) == (None, 0)
    with sent.open("rb") as file:
        assert peaks_in(file) is not None


def test_a_nameless_clip_is_called_by_its_file(tmp_path: Path) -> None:
    """Answers and errors have to call it something."""
    file = tmp_path / "peaks.json"
    file.write_text(spoiled())
    found = peaks_in(file)
    assert found is not None
    assert found.name == str(file)


def test_the_rule_is_that_of_the_parameters() -> None:
    """What a client has to know, with the clip's own neighbourhood."""
    rule = rule_of(PARAMS, QUERY)
    assert rule["peaks_id"] == PARAMS.peaks_id
    assert (rule["window_samples"], rule["radius_frames"]) == (1024, QUERY.radius_frames)
