from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from earmark import Library, MediaKind
from earmark.errors import TooLargeError
from earmark.server.tasks.base import TaskKind
from earmark.server.tasks.kinds import KINDS, Work, longest_s
from tests.music import clip, song, title

HARDNESS = {"ladder": "fast", "far": 1e-4, "time_limit_s": None}


def work(folder: Path, request: dict[str, Any], *files: bytes, longest: float = 9e9) -> Work:
    """Return work on files with an empty library."""
    for number, data in enumerate(files):
        (folder / str(number)).write_bytes(data)
    library = Library.open("memory:")
    return Work(library, folder, request, longest, MediaKind.REFERENCE, lambda _done, _total: None)


def test_what_is_added_has_its_own_tags_or_its_name(tmp_path: Path) -> None:
    """What was said of it goes before both."""
    request = {"files": ["My Song.flac", "tagged.flac"], "metadata": {"artist": "Somebody"}}
    told = KINDS[TaskKind.ADD](work(tmp_path, request, clip(0), song(1)))
    tracks = [one["track"] for one in told["tracks"]]
    assert [one["title"] for one in tracks] == ["My Song", title(1)]
    assert [one["artist"] for one in tracks] == ["Somebody", "Somebody"]
    assert [one["path"] for one in tracks] == [None, None]


def test_what_is_too_long_is_left_out(tmp_path: Path) -> None:
    """The limit is on what is decoded, not on what a file says."""
    request = {"files": ["long.flac"], "metadata": {}}
    told = KINDS[TaskKind.ADD](work(tmp_path, request, song(0), longest=2.0))
    assert told["tracks"] == []
    assert "longer than" in told["skipped"][0]["cause"]


def test_a_scan_of_what_is_too_long_fails(tmp_path: Path) -> None:
    """As a request that is too large."""
    asked = work(tmp_path, {"files": ["x"], "hardness": HARDNESS}, song(0), longest=2.0)
    with pytest.raises(TooLargeError):
        KINDS[TaskKind.SCAN](asked)


def test_there_may_be_no_limit() -> None:
    """Zero hours stand for none."""
    assert (longest_s(0), longest_s(2)) == (float("inf"), 7200)
