"""Tests of earmark.searching.ranking."""

from __future__ import annotations

import pytest

from earmark.searchable import normalised, search_text
from earmark.searching.ranking import ranked
from earmark.types import Metadata

NAMES = (
    Metadata("Bohemian Rhapsody", "Queen", "A Night at the Opera"),
    Metadata("Killer Queen", "Queen", "Sheer Heart Attack"),
    Metadata("Help!", "The Beatles", "Help!"),
    Metadata("Help Me, Rhonda", "The Beach Boys"),
    Metadata("Hyperballad", "Björk", "Post"),
    Metadata("One", "U2"),
)
TEXTS = {key: search_text(names) for key, names in enumerate(NAMES)}


def found(query: str) -> list[str]:
    """Return titles, best first."""
    return [NAMES[key].title for _, key in ranked(normalised(query), TEXTS)]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("quen bohemia", "Bohemian Rhapsody"),
        ("rapsody bohemian", "Bohemian Rhapsody"),
        ("bohem", "Bohemian Rhapsody"),
        ("bhoemian", "Bohemian Rhapsody"),
        ("killer quene", "Killer Queen"),
        ("help", "Help!"),
        ("help beetles", "Help!"),
        ("help rhonda", "Help Me, Rhonda"),
        ("bjork hyperbalad", "Hyperballad"),
        ("u2", "One"),
    ],
)
def test_what_was_meant_comes_first(query: str, title: str) -> None:
    """A letter too many or missing, a wrong one, two swapped; any order; beginnings of words."""
    assert found(query)[0] == title


def test_what_is_typed_exactly_is_worth_one() -> None:
    """Title and artist, and nothing else."""
    assert ranked("bohemian rhapsody queen", TEXTS)[0] == (1.0, 0)


@pytest.mark.parametrize("query", ["zebra", "u3", "", "qqqq bohemian xxxxxxxxxx"])
def test_what_is_too_different_is_not_told(query: str) -> None:
    """A short word has to be the very word; half of what was typed has to fit."""
    assert found(query) == []


def test_an_album_counts_less_than_a_title() -> None:
    """Names of the track itself come before that of what it is on."""
    texts = {
        1: search_text(Metadata("Other", "Somebody", "Post")),
        2: search_text(Metadata("Post", "Somebody", "Other")),
    }
    assert [key for _, key in ranked("post", texts)] == [2, 1]


def test_what_fits_alike_comes_by_key() -> None:
    """Whatever the order of the texts."""
    text = search_text(Metadata("Same", "One"))
    assert [key for _, key in ranked("same", {9: text, 2: text, 5: text})] == [2, 5, 9]
