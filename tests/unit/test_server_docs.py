"""The API as somebody uses it who has read `docs/server.md` and nothing else."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from earmark.clip_peaks import take_peaks
from earmark.operations.sqlite import SqliteOperations
from tests.music import clip, song, title
from tests.serving import PATIENCE_S, Running, make_options, running

TEXT = (Path(__file__).parents[2] / "docs" / "server.md").read_text()
PYTHON = re.findall(r"^```py\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
CURL = re.findall(r"^    (curl (?!.*em_).*)$", TEXT, re.MULTILINE)
"""But for those with a key: the reader's server has none."""
USUAL = "127.0.0.1:8765"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reader's working folder."""
    (tmp_path / "clip.flac").write_bytes(clip(1))
    (tmp_path / "song.flac").write_bytes(song(2))
    peaks = take_peaks(tmp_path / "clip.flac", name="clip.flac")
    (tmp_path / "peaks.json").write_text(peaks.to_json())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def own(place: Path) -> Iterator[Running]:
    """The reader's server, with a store of plays."""
    plays = place / "plays.sqlite"
    SqliteOperations(plays).close()
    with running(make_options(place, operations=str(plays))) as server:
        yield server


def test_the_python_examples_run(
    own: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They name the clip, at once and live, and do all that they speak of."""
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, timeout=PATIENCE_S))
    address = own.url.removeprefix("http://")
    for block in PYTHON:
        exec(compile(block.replace(USUAL, address), "server.md", "exec"), {})  # noqa: S102
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "identified"
    assert "started" in said
    assert "0 other versions" in said
    assert Path("heard.wav").read_bytes().startswith(b"RIFF")
    assert title(2) in Path("mix.csv").read_text()


def test_the_commands_run(own: Running) -> None:
    """Each is answered with what was asked for, and no problem."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    track = own.context.library.page()[0]
    task = own.ended(own.ask("POST", "/scans", content=song(2)))
    known = {"TRACK_ID": track.id, "TASK_ID": task["id"], "SCAN_ID": task["id"]}
    known[USUAL] = own.url.removeprefix("http://")
    for command in CURL:
        if "MONITOR_ID" in command and "MONITOR_ID" not in known:
            known["MONITOR_ID"] = own.ask("GET", "/monitors").json()["monitors"][0]["id"]
        line = command.replace("curl", "curl --fail --silent --show-error", 1)
        for name, value in known.items():
            line = line.replace(name, value)
        done = subprocess.run(shlex.split(line), capture_output=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
    assert Path("part.png").read_bytes().startswith(b"\x89PNG")
    assert Path("mix.cue").read_text().startswith("TITLE")


def test_every_route_is_used() -> None:
    """From the command line or from Python, but for the stream, the session and what has a key."""
    told = "\n".join([*CURL, *PYTHON])
    wanted = (
        "identify peaks explain scans export audio spectrogram constellation versions restore trash"
    )
    wanted += " tasks duplicates airplay totals monitors events stats health ready metrics live"
    assert [word for word in wanted.split() if f"/{word}" not in told] == []
