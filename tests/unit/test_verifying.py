"""Tests of earmark.archives.verifying."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.archives.verifying import verify_archive
from earmark.errors import DamagedArchiveError
from tests.archives import SOUND, exported
from tests.unit.test_importing import rewritten


@pytest.mark.parametrize("name", ["a.earmarks", "a.jsonl"])
def test_a_whole_archive_passes(tmp_path: Path, name: str) -> None:
    """Its manifest is returned."""
    file = exported(tmp_path, 1, 2, name=name, media=SOUND)
    assert verify_archive(file).tracks == 2


@pytest.mark.parametrize("name", ["a.earmarks", "a.jsonl"])
@pytest.mark.parametrize("part", range(1, 10))
def test_damage_anywhere_is_found(tmp_path: Path, name: str, part: int) -> None:
    """A byte in any tenth of the file, or its absence."""
    file = exported(tmp_path, 1, 2, name=name)
    data = bytearray(file.read_bytes())
    data[len(data) * part // 10] ^= 4
    file.write_bytes(data)
    with pytest.raises(DamagedArchiveError):
        verify_archive(file)
    file.write_bytes(data[: len(data) * part // 10])
    with pytest.raises(DamagedArchiveError):
        verify_archive(file)


def test_sound_that_is_another_track_s_is_found(tmp_path: Path) -> None:
    """All checksums of the archive may agree, and a track be wrong all the same."""
    file = rewritten(exported(tmp_path, 1, name="a.jsonl"), constellation_hash="00" * 32)
    with pytest.raises(DamagedArchiveError, match="does not have its hash"):
        verify_archive(file)
