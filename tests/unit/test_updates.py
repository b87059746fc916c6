from __future__ import annotations

from earmark.live.updates import Update, UpdateKind


def test_the_latency_counts_from_what_happened() -> None:
    """From the start of what goes on, and from the end of what has ended."""
    assert Update(UpdateKind.STARTED, 7.0, 5.0).latency_s == 2
    assert Update(UpdateKind.ENDED, 70.0, 5.0, 66.0).latency_s == 4
