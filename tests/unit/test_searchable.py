"""Tests of earmark.searchable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.searchable import normalised, search_text, trigrams
from earmark.types import Metadata


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bohemian Rhapsody", "bohemian rhapsody"),
        ("  Sigur Rós — ( ) ", "sigur ros"),
        ("BJÖRK", "bjork"),
        ("Straße", "strasse"),
        ("Don't Stop 'til You Get Enough", "dont stop til you get enough"),
        ("AC/DC", "ac dc"),
        ("Mø & Łona", "mo lona"),
        ("\uff37\uff49\uff44\uff45 \u21161", "wide no1"),
        ("Кино", "кино"),
        ("東京事変", "東京事変"),
        ("a_b", "a b"),
        ("!!!", ""),
    ],
)
def test_names_are_normalised(text: str, expected: str) -> None:
    """Case, accents, signs and spaces do not matter."""
    assert normalised(text) == expected


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """What is normalised is as it will be searched."""
    assert normalised(normalised(text)) == normalised(text)


def test_a_search_text_has_three_lines() -> None:
    """Title, artist and album, each word with spaces around it."""
    assert search_text(Metadata("A Night", "Queen")) == " a night \n queen \n  "


def test_trigrams_are_those_of_the_words() -> None:
    """Each once, with the spaces around a word, and none across two words."""
    assert trigrams("to bebe") == [" to", "to ", " be", "beb", "ebe", "be "]
    assert trigrams("u") == [" u "]
    assert trigrams("") == []
