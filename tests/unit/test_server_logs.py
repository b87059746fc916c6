from __future__ import annotations

import io
import json
import logging

import pytest

from earmark.server import logs


@pytest.fixture
def lines() -> io.StringIO:
    """Where the log is written to."""
    stream = io.StringIO()
    logs.begin_logging(stream)
    return stream


def test_a_line_is_an_object(lines: io.StringIO) -> None:
    """With the time, the level, what happened, and what belongs to it."""
    logs.note("refused", level=logging.WARNING, reason="TooLargeError")
    told = json.loads(lines.getvalue())
    assert told.pop("at").endswith("Z")
    assert told == {"level": "warning", "what": "refused", "reason": "TooLargeError"}


def test_an_error_has_its_trace_on_the_same_line(lines: io.StringIO) -> None:
    """So a line stays a line."""
    try:
        raise ValueError("odd\nindeed")  # noqa: TRY301, TRY003, EM101 - it is raised to be caught
    except ValueError:
        logs.note("error", trace=True)
    (line,) = lines.getvalue().splitlines()
    assert "odd\nindeed" in json.loads(line)["trace"]
