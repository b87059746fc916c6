from __future__ import annotations

import json
from pathlib import Path

import pytest

from earmark import jsonable
from earmark.live.events import Event, EventKind
from tests.live import ended, event
from tests.schemas import misfits

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "monitor.schema.json").read_text())


def test_the_latency_of_an_event_is_told() -> None:
    """From what happened to when it was told."""
    assert event().latency_s == 3


@pytest.mark.parametrize(
    "told", [event(), ended(), event(EventKind.TITLE, match=None, text="A - B", play_id=None)]
)
def test_events_have_the_shape_of_their_schema(told: Event) -> None:
    """With a track and without."""
    written = json.loads(jsonable.dumps(jsonable.event(told)))
    assert misfits(written, SCHEMA, SCHEMA["$defs"]) == []


def test_every_kind_is_in_the_schema() -> None:
    """And no other."""
    assert SCHEMA["properties"]["kind"]["enum"] == [kind.value for kind in EventKind]


def test_times_are_written_in_utc() -> None:
    """With milliseconds, so that they sort as texts."""
    written = jsonable.event(ended())
    assert written["started_at"] == "2026-01-31T12:00:05.000Z"
    assert written["at"] == "2026-01-31T12:01:05.000Z"
