"""What holds for every test of the project."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped where that is forbidden."""
    return _skip_forbidden((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no test module be skipped where that is forbidden."""
    return _skip_forbidden((yield))


def _skip_forbidden(report: R) -> R:
    """Turn a skip into a failure if EARMARK_FORBID_SKIPS is set: there, everything must run."""
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if skipped and os.environ.get("EARMARK_FORBID_SKIPS"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped where nothing may be: {reason}"
    return report
