"""Tests of earmark.jsonable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from earmark import jsonable
from earmark.evaluation.conditions import chosen
from earmark.types import (
    Failure,
    Identification,
    Match,
    Metadata,
    Relation,
    Source,
    Status,
    Track,
)
from tests.measurements import report
from tests.schemas import misfits

DOCS = Path(__file__).parents[2] / "docs"

TRACK = Track(
    key=7,
    id="0199",
    metadata=Metadata("Song", "Band", fields={"mood": "calm"}),
    source=Source(b"songs/\xff.flac", b"/songs/\xff.flac", b"\x01", 10, 20),
    duration_s=215.30004,
    added_at="2026-01-01T00:00:00.000+00:00",
    peaks=5,
    constellation_hash=b"\x02",
)
MATCH = Match(
    relation=Relation.BEST,
    track=TRACK,
    confidence=0.99994,
    score=31.23,
    offset_s=83.2141,
    other_offsets_s=(100.0004,),
    clip_start_s=-0.00001,
    clip_end_s=9.98,
    track_start_s=83.21,
    track_end_s=93.19,
    coverage=0.99012,
    speed=None,
    tempo=1.02004,
    pitch_semitones=-0.001,
)


def test_a_match_has_the_shape_that_scripts_rely_on() -> None:
    """Every key of the manual, in its order, with sensible decimals."""
    assert list(jsonable.match(MATCH).items()) == [
        ("relation", "best"),
        ("track", jsonable.track_summary(TRACK)),
        ("confidence", 0.9999),
        ("score", 31.2),
        ("offset_s", 83.214),
        ("other_offsets_s", [100.0]),
        ("clip_start_s", 0.0),
        ("clip_end_s", 9.98),
        ("track_start_s", 83.21),
        ("track_end_s", 93.19),
        ("coverage", 0.99),
        ("speed", None),
        ("tempo", 1.02),
        ("pitch_semitones", 0.0),
    ]


def test_no_number_is_minus_zero() -> None:
    """What rounds to zero is zero."""
    assert "-0.0" not in jsonable.dumps(jsonable.match(MATCH))


def test_an_answer_has_the_shape_that_scripts_rely_on() -> None:
    """Keys are there also when there is nothing to say."""
    answer = Identification("a.wav", Status.ERROR, None, 7.06, error=Failure("AudioError", "bad"))
    assert jsonable.identification(answer) == {
        "clip": "a.wav",
        "status": "error",
        "duration_s": None,
        "elapsed_ms": 7.1,
        "matches": [],
        "candidates": [],
        "error": {"type": "AudioError", "message": "bad"},
    }


def test_candidates_have_the_shape_of_matches() -> None:
    """Whoever reads the one can read the other."""
    answer = Identification("a.wav", Status.NO_MATCH, 10.0, 7.0, candidates=(MATCH,))
    assert jsonable.identification(answer)["candidates"] == [jsonable.match(MATCH)]


def test_a_path_comes_back_byte_for_byte() -> None:
    """Bytes that are not UTF-8 survive JSON."""
    text = jsonable.dumps(jsonable.track_summary(TRACK))
    assert text.isascii()
    assert json.loads(text)["path"].encode(errors="surrogateescape") == b"songs/\xff.flac"


def test_a_track_from_memory_has_no_path() -> None:
    """Where there is no file, path and file are null."""
    shape = jsonable.track(replace(TRACK, source=Source(b"", b"", b"\x01")))
    assert (shape["path"], shape["file"]) == (None, None)


def test_a_track_is_told_in_full() -> None:
    """All that is known of it but the store's own number."""
    shape = jsonable.track(TRACK)
    assert shape["fields"] == {"mood": "calm"}
    assert shape["sha256"] == "01"
    assert "key" not in shape


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_know_is_never_written(value: float) -> None:
    """A number that is none is a fault of ours, not a surprise for the reader."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        jsonable.dumps({"value": value})


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_measurement_fits_its_schema(*, is_complete: bool) -> None:
    """docs/bench.schema.json has every key of a report, with mistakes and pairs, and no other."""
    schema = json.loads((DOCS / "bench.schema.json").read_text(encoding="utf-8"))
    shape = jsonable.bench_report(report(is_complete=is_complete, conditions=tuple(chosen())))
    assert misfits(json.loads(jsonable.dumps(shape)), schema, schema["$defs"]) == []


def test_a_measurement_rounds_what_is_not_known_better() -> None:
    """Shares have four decimals, seconds three, and a total has no name."""
    shape = jsonable.bench_report(report())
    assert shape["setup"]["duration_s"] == 3600.0
    assert shape["known"]["condition"] is None
    assert shape["known"]["found"] == {
        "count": 2,
        "n": 3,
        "rate": 0.6667,
        "low": 0.2077,
        "high": 0.9385,
    }
