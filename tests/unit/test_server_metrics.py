from __future__ import annotations

from earmark.server.metrics import Metrics


def test_servers_count_for_themselves() -> None:
    """Two in one process share nothing."""
    one, other = Metrics(), Metrics()
    one.decisions.labels("identified").inc()
    line = b'earmark_decisions_total{status="identified"} 1.0'
    assert line in one.text()
    assert line not in other.text()
