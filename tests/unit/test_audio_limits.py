"""A ceiling on what FFmpeg may allocate at once."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

from earmark.audio.limits import limit_allocations
from tests.media import WAV, encode, tone
from tests.memory import PEAK_MEMORY

OPENED = (
    PEAK_MEMORY
    + """
from earmark.audio import open_audio
from earmark.errors import AudioError
try:
    open_audio(sys.argv[1], sample_rate_hz=8000).close()
except AudioError:
    pass
print(peak_bytes())
"""
)


def test_the_installed_ffmpeg_has_the_ceiling() -> None:
    """The library in PyAV's wheel is found."""
    assert limit_allocations()


def test_a_hostile_tag_costs_little(tmp_path: Path) -> None:
    """A tag that claims 1.9 GB in a file of 100 KB is not believed."""
    claim = struct.pack("<4sI4s4sI", b"LIST", 2_000_000_000, b"INFO", b"ISFT", 1_900_000_000)
    data = encode(tone(1, 44_100), WAV)
    path = tmp_path / "hostile.wav"
    path.write_bytes(data[:36] + claim + data[36:])
    command = [sys.executable, "-c", OPENED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < 500e6
