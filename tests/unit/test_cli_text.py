"""Tests of earmark.cli.text."""

from __future__ import annotations

import pytest

from earmark.cli import text


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0:00"), (83.2, "1:23"), (59.6, "1:00"), (3600, "1:00:00"), (-2, "-0:02"), (-0.1, "0:00")],
)
def test_times_are_read_from_a_clock(seconds: float, expected: str) -> None:
    """Minutes and seconds, with hours where there are some."""
    assert text.clock(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2.5e9, "2.5 GB"), (3e15, "3000.0 TB")],
)
def test_sizes_have_a_fitting_unit(count: float, expected: str) -> None:
    """The unit is the largest that leaves a number of at least one."""
    assert text.size(count) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("ö 🎵", "ö 🎵"), ("a\nb", "a\\nb"), ("\x1b[2J", "\\x1b[2J"), ("\udcff", "\\udcff")],
)
def test_any_text_can_be_printed(raw: str, expected: str) -> None:
    """What a terminal would obey, and what no encoding has, is written out."""
    assert text.printable(raw) == expected


def test_one_is_not_many() -> None:
    """Only one thing is without the s."""
    assert [text.counted(n, "track") for n in (0, 1, 2000)] == [
        "0 tracks",
        "1 track",
        "2,000 tracks",
    ]


@pytest.mark.parametrize(
    ("confidence", "word"),
    [(1.0, "certain"), (0.995, "very likely"), (0.9, "likely"), (0, "perhaps")],
)
def test_confidence_has_a_word(confidence: float, word: str) -> None:
    """More confidence never gets a weaker word."""
    assert text.in_a_word(confidence) == word


def test_an_artist_is_named_if_known() -> None:
    """Title and artist, or the title alone."""
    assert text.by_whom("Song", "Band") == "Song — Band"
    assert text.by_whom("Song", None) == "Song"
