from __future__ import annotations

from earmark.errors import OperationsError
from earmark.live.events import Event
from earmark.sinks.together import Together
from tests.live import event


def test_a_sink_that_fails_stops_no_other() -> None:
    """What is wrong is told; a full disk, or a store that is locked."""
    events: list[Event] = []
    problems: list[str] = []

    def fail(_: Event) -> None:
        location = "plays.sqlite"
        raise OperationsError(location, "locked")

    def fill(_: Event) -> None:
        message = "no space left"
        raise OSError(message)

    Together([fail, fill, events.append], problems.append)(event())
    assert events == [event()]
    assert problems == ["operations store plays.sqlite: locked", "no space left"]
