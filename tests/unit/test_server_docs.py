"""The API as somebody uses it who has read `docs/server.md` and nothing else."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.music import clip, song
from tests.serving import Running, make_options, running

TEXT = (Path(__file__).parents[2] / "docs" / "server.md").read_text()
PYTHON = re.findall(r"^```py\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
CURL = re.findall(r"^    (curl .*)$", TEXT, re.MULTILINE)
USUAL = "127.0.0.1:8765"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reader's working folder."""
    (tmp_path / "clip.flac").write_bytes(clip(1))
    (tmp_path / "song.flac").write_bytes(song(2))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_examples_run(
    place: Path, server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    """They name the clip, at once and live."""
    assert place.is_dir()
    address = server.url.removeprefix("http://")
    for block in PYTHON:
        exec(compile(block.replace(USUAL, address), "server.md", "exec"), {})  # noqa: S102
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "identified"
    assert "started" in said


def test_the_commands_run(place: Path) -> None:
    """Each is answered with what was asked for, and no problem."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    with running(make_options(place)) as server:
        address = server.url.removeprefix("http://")
        for command in CURL:
            line = command.replace("curl", "curl --fail --silent --show-error", 1)
            arguments = shlex.split(line.replace(USUAL, address))
            done = subprocess.run(arguments, capture_output=True, check=False)
            assert done.returncode == 0, (command, done.stderr)
    assert len(CURL) == 6
