"""Where everything must run, a skipped test is a failed one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ONE_TEST = 'import pytest\ndef test_it():\n    pytest.skip("no music here")\n'
WHOLE_MODULE = 'import pytest\npytest.skip("no music here", allow_module_level=True)\n'
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"


def run_pytest(folder: Path, source: str, forbid: str) -> subprocess.CompletedProcess[str]:
    """Run a test file under this project's conftest."""
    shutil.copy(Path(__file__).parent / "conftest.py", folder)
    (folder / "test_it.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(folder)],
        env={**os.environ, "EARMARK_FORBID_SKIPS": forbid},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("source", [ONE_TEST, WHOLE_MODULE], ids=["test", "module"])
def test_a_forbidden_skip_fails_with_its_reason(tmp_path: Path, source: str) -> None:
    """A skipped test or module ends the run with an error that says why it was skipped."""
    result = run_pytest(tmp_path, source, "1")
    assert result.returncode in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
    assert "no music here" in result.stdout


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    """Without the variable, a test may be skipped."""
    assert run_pytest(tmp_path, ONE_TEST, "").returncode == pytest.ExitCode.OK


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    """What is known to fail did run."""
    assert run_pytest(tmp_path, EXPECTED_FAILURE, "1").returncode == pytest.ExitCode.OK
