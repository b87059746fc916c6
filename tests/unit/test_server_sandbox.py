from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from earmark.server.sandbox import ANSWER, REQUEST, decode_clips, decoded
from tests.music import clip

OPENS = """
import sys
from earmark.server import sandbox
sandbox.confine(512)
try:
    {what}
except (OSError, MemoryError) as error:
    print(type(error).__name__)
"""


def test_clips_are_answered_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until there are no more; a bad one stops none."""
    monkeypatch.setattr("earmark.server.sandbox._allow", lambda _: None)
    clips = (clip(0), b"not at all music" * 9, clip(1))
    asked = b"".join(REQUEST.pack(len(one), 8000, 1.0, 9.0) + one for one in clips)
    target = io.BytesIO()
    decode_clips(io.BytesIO(asked + b"half a head"), target)
    target.seek(0)
    told = []
    while head := target.read(ANSWER.size):
        text, sound = ANSWER.unpack(head)
        told.append((json.loads(target.read(text))["error"], len(target.read(sound))))
    assert told == [(None, 32_000), ("UnsupportedAudioError", 0), (None, 32_000)]


def test_nothing_comes_of_what_is_no_sound() -> None:
    """But the reason."""
    told, samples = decoded(b"\0" * 999, 8000, 1.0)
    assert told["cause"]
    assert len(samples) == 0


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("open(sys.argv[1], 'wb', 0).write(b'x')", "OSError"),
        ("bytearray(1 << 30)", "MemoryError"),
        ("[open('/dev/null') for _ in range(99)]", "OSError"),
    ],
)
def test_a_confined_process_can_do_little(what: str, error: str, tmp_path: Path) -> None:
    """It writes no file, takes no more memory than it may, and opens few files."""
    command = [sys.executable, "-c", OPENS.format(what=what), str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == error
