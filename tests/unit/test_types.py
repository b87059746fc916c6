from __future__ import annotations

import json

import numpy as np
import pytest

from earmark.types import Identification, Landmarks, Metadata, Peaks, Relation, Status, TrackOrder


def test_a_constellation_is_as_long_as_its_arrays() -> None:
    """`len` counts peaks, and pairs."""
    column = np.zeros(3, np.uint32)
    peaks = Peaks(column.astype(np.int32), column.astype(np.uint16), column.astype(np.uint8))
    assert (len(peaks), len(Landmarks(column, column))) == (3, 3)


def test_an_answer_without_matches_has_no_best() -> None:
    """`best` is None where nothing was found."""
    assert Identification("clip.wav", Status.NO_MATCH, 5.0, 1.0).best is None


@pytest.mark.parametrize("kind", [Status, Relation, TrackOrder])
def test_words_are_their_own_json(kind: type[Status | Relation | TrackOrder]) -> None:
    """A status, relation or order is written as its lower-case name."""
    assert [json.loads(json.dumps(word)) for word in kind] == [word.name.lower() for word in kind]


def test_metadata_can_be_stored() -> None:
    """Half characters, as in names that are not UTF-8, become U+FFFD; whole ones stay."""
    metadata = Metadata("a\udcff\ud800", artist="🎵", fields={"\udc80": "\udfff"})
    assert (metadata.title, metadata.artist) == ("a\ufffd\ufffd", "🎵")
    assert metadata.fields == {"\ufffd": "\ufffd"}
