from __future__ import annotations

import pytest

from earmark.server.reading import plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("clip.flac", "clip.flac"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Music\\clip.mp3", "clip.mp3"),
        ("a\nb\x1b[31m.wav", "ab[31m.wav"),
        ("", "<file>"),
        (None, "<file>"),
        ("/", "<file>"),
        ("x" * 999, "x" * 200),
    ],
)
def test_a_name_is_one_that_can_be_shown(name: str | None, plain: str) -> None:
    """No folders, no control characters, no end without end."""
    assert plain_name(name) == plain
