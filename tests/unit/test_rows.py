from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.stores.rows import row_of, track_of
from earmark.types import MediaKind, Metadata
from tests.recordings import make_recording


def test_a_track_comes_back_from_its_row() -> None:
    """Every field of it."""
    metadata = Metadata("T", "A", "B", 1999, "I", "E", {"mood": "blue", "\0": "é"})
    track = replace(
        make_recording(1).track,
        key=7,
        metadata=metadata,
        media=MediaKind.COPY,
        media_file="x.opus",
        corrupt_packets=3,
    )
    assert track_of(row_of(track)) == track


def test_a_row_that_makes_no_sense_is_an_error() -> None:
    """Of a kind that a catalogue can tell."""
    row = row_of(make_recording(1).track)
    with pytest.raises(ValueError, match="nothing"):
        track_of({**row, "media": "nothing"})
