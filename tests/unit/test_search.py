"""Tests of earmark.searching.search."""

from __future__ import annotations

from pathlib import Path

from earmark import Library, search
from tests.archives import insert


def test_tracks_are_found_by_what_was_typed(tmp_path: Path) -> None:
    """The best first, with its score."""
    with Library.open(tmp_path / "music.earmark") as library:
        insert(library, 1, 2, 13)
        first, *rest = search(library, "peice 13")
        assert first.track.metadata.title == "Piece 13"
        assert first.score > max(hit.score for hit in rest)


def test_every_store_finds_the_same(tmp_path: Path) -> None:
    """Scores and order do not depend on where a library lives."""
    with Library.open(tmp_path / "music.earmark") as folder, Library.open("memory:") as memory:
        for library in (folder, memory):
            insert(library, *range(1, 30))
        for text in ("piece 7", "pice", "tim 12", "xyz", "", "!"):
            scores = [
                [(hit.score, hit.track.id) for hit in search(library, text, limit=50)]
                for library in (folder, memory)
            ]
            assert scores[0] == scores[1]


def test_a_search_has_a_limit(tmp_path: Path) -> None:
    """However many there are, and however much was typed."""
    with Library.open(tmp_path / "music.earmark") as library:
        insert(library, *range(1, 30))
        assert len(search(library, "piece", limit=5)) == 5
        assert search(library, "piece", limit=0) == []
        assert search(library, "piece " * 10_000, limit=3)
