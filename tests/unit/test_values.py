"""Tests of earmark.archives.values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.archives.values import (
    MOST_PEAKS_A_WINDOW,
    Manifest,
    manifest_of,
    manifest_values,
    play_of,
    play_values,
    sound_of,
    track_of,
    track_values,
)
from earmark.operations.base import Play
from earmark.packing import pack, unpack
from earmark.params import Axis, Params, PeakParams
from earmark.types import Constellation
from tests.archives import make_track
from tests.constellations import make_peaks

PACKED = pack(make_peaks(1))
TRACK = make_track(1, PACKED, "Piece", "x.opus")
PARAMS = Params(PeakParams(axis=Axis.MEL, bands=300))
MANIFEST = Manifest("earmark 1", "now", "p", "i", PARAMS, 1, 2.0, media=True, plays=False)
BEGAN = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAY = Play("1", "Rock", BEGAN, None, "t", "T", None, None, None, None, 1.5, None, 0.9, None)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


def through_json(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they come back from a file."""
    found: dict[str, Any] = json.loads(json.dumps(values))
    return found


def test_values_come_back() -> None:
    """Tracks, plays and manifests are what they were, floats to the last bit."""
    assert track_of(through_json(track_values(TRACK, 7))) == (TRACK, 7)
    assert play_of(through_json(play_values(PLAY))) == PLAY
    ended = replace(PLAY, ended_at=BEGAN, speed=1.01, artist="A")
    assert play_of(through_json(play_values(ended))) == ended
    assert manifest_of(through_json(manifest_values(MANIFEST))) == MANIFEST


@given(st.dictionaries(st.sampled_from(sorted(track_values(TRACK, 7))), JSON, min_size=1))
@settings(max_examples=200, deadline=None)
def test_no_values_raise_anything_else(changes: dict[str, Any]) -> None:
    """Whatever stands for a value, it is a track or a ValueError."""
    try:
        track, _ = track_of({**track_values(TRACK, 7), **changes})
    except ValueError:
        return
    assert isinstance(track.metadata.title, str)
    assert isinstance(track.source.file, bytes)


@given(st.sampled_from(["peaks", "index"]), st.text(max_size=3), JSON)
@settings(max_examples=100, deadline=None)
def test_no_parameters_raise_anything_else(part: str, name: str, value: object) -> None:
    """Whatever stands for the parameters, they are some or a ValueError."""
    values = through_json(manifest_values(MANIFEST))
    values["params"][part][name] = value
    with pytest.raises(ValueError, match="params"):
        manifest_of(values)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("index", "fanout", 1 << 19),
        ("index", "fanout", True),
        ("peaks", "window_samples", 1 << 30),
        ("peaks", "hop_samples", 0),
        ("peaks", "window_samples", "1024"),
        ("peaks", "axis", "sideways"),
        ("peaks", "silence_db", "loud"),
    ],
)
def test_senseless_parameters_are_refused(part: str, name: str, value: object) -> None:
    """Numbers that no library has would take memory, or never end."""
    values = through_json(manifest_values(MANIFEST))
    values["params"][part][name] = value
    with pytest.raises(ValueError, match=r".+"):
        manifest_of(values)


def test_a_sound_is_what_its_track_tells() -> None:
    """The peaks come back; of another hash or another count there are none."""
    assert len(sound_of(TRACK, PACKED, Params())) == TRACK.peaks
    with pytest.raises(ValueError, match="its hash"):
        sound_of(TRACK, PACKED + bytes(8), Params())
    with pytest.raises(ValueError, match="peaks instead of"):
        sound_of(replace(TRACK, peaks=1), PACKED, Params())


@pytest.mark.parametrize("what", ["late", "high", "crowded"])
def test_sound_that_no_recording_gives_is_refused(what: str) -> None:
    """Peaks behind the end, above the axis, or too many at once would cost time without end."""
    time, frequency = np.zeros(2, np.int32), np.array([200, 300], np.uint16)
    if what == "late":
        time = np.array([0, 1 << 30], np.int32)
    elif what == "high":
        frequency = np.array([200, 4000], np.uint16)
    else:
        time = np.zeros(2 * MOST_PEAKS_A_WINDOW, np.int32)
        frequency = np.arange(len(time), dtype=np.uint16) // 4
    packed = pack(Constellation(time, frequency))
    digest = hashlib.sha256(packed).digest()
    track = replace(TRACK, constellation_hash=digest, peaks=len(unpack(packed)))
    with pytest.raises(ValueError, match="none that these parameters give"):
        sound_of(track, packed, Params())
