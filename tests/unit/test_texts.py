from __future__ import annotations

import pytest

from earmark.texts import is_url, printable


def test_a_text_becomes_one_harmless_line() -> None:
    """Ends of lines, escapes of terminals and half characters are spelt out; letters stay."""
    assert printable("Tïm\n\x1b[2J\ud800") == r"Tïm\n\x1b[2J\ud800"


@pytest.mark.parametrize(
    ("place", "expected"),
    [("https://radio.example/", True), ("udp://@:5004", True), ("a/b.mp3", False), ("C:/a", False)],
)
def test_an_address_is_no_path(place: str, expected: bool) -> None:  # noqa: FBT001
    """A scheme with two slashes tells it."""
    assert is_url(place) is expected
