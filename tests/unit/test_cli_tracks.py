"""Tests of earmark.cli.tracks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.music import song, title
from tests.unit.conftest import Earmark


def titles(earmark: Earmark, *arguments: str) -> list[str]:
    """The titles that `list --json` gives."""
    lines = earmark("list", "--json", *arguments).stdout.splitlines()
    return [json.loads(line)["title"] for line in lines]


def shown(earmark: Earmark, track: str) -> dict[str, object]:
    """What `show --json` gives."""
    track_shape: dict[str, object] = json.loads(earmark("show", "--json", track).stdout)
    return track_shape


def test_a_listing_has_every_track(earmark: Earmark) -> None:
    """Oldest first, one line each, with a count below."""
    result = earmark("list")
    assert result.exit_code == 0
    assert all(title(number) in result.stdout for number in range(3))
    assert result.stdout.endswith("3 tracks\n")


def test_a_listing_is_sorted(earmark: Earmark) -> None:
    """`--order title` sorts by title."""
    assert titles(earmark, "--order", "title") == sorted(title(number) for number in range(3))


def test_a_listing_is_searched(earmark: Earmark) -> None:
    """Only tracks with the text are listed, whatever its case."""
    assert titles(earmark, title(2).upper()) == [title(2)]


def test_a_listing_is_cut(earmark: Earmark) -> None:
    """`--limit` gives the first few."""
    assert titles(earmark, "--limit", "2") == [title(0), title(1)]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--limit", "2"), "2 of 3 tracks"),
        (("--limit", "3"), "3 tracks"),
        (("--limit", "1", "flac"), "no tracks"),
        (("--limit", "1", title(0)), "1 track"),
    ],
)
def test_a_cut_listing_says_of_how_many(
    earmark: Earmark, arguments: tuple[str, ...], count: str
) -> None:
    """Below the table stands how many tracks it would have without `--limit`."""
    assert earmark("list", *arguments).stdout.splitlines()[-1] == count


def test_a_search_that_is_cut_counts_what_it_found(earmark: Earmark) -> None:
    """Only tracks with the text count, also where they are read in pages."""
    for number in range(2):
        earmark("edit", f"songs/{number}.flac", "--album", "Same")
    assert earmark("list", "same", "--limit", "1").stdout.endswith("1 of 2 tracks\n")


def test_a_long_listing_is_read_in_pages(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the pages meet, no track is lost or told twice."""
    monkeypatch.setattr("earmark.cli.tracks.PAGE", 2)
    assert titles(earmark) == [title(0), title(1), title(2)]


def test_an_empty_listing_is_none_found(earmark: Earmark) -> None:
    """As with grep, nothing found is exit code 1."""
    assert earmark("list", "no such text").exit_code == 1
    assert earmark("list", "no such text", "--json").stdout == ""


@pytest.mark.parametrize("name", ["songs/1.flac", "by title", "by id"])
def test_a_track_is_shown_by_path_title_or_id(earmark: Earmark, name: str) -> None:
    """Whichever way it is named, it is the same track."""
    known = shown(earmark, "songs/1.flac")
    name = {"by title": title(1), "by id": str(known["id"])}.get(name, name)
    assert shown(earmark, name) == known


def test_everything_is_shown(earmark: Earmark) -> None:
    """A person sees title, place, length and size."""
    result = earmark("show", title(1))
    for text in (title(1), "songs/1.flac", "0:1", "kB", "reference"):
        assert text in result.stdout


def test_an_unknown_track_is_not_found(earmark: Earmark) -> None:
    """The message names it, and what would help."""
    result = earmark("show", "nothing")
    assert result.exit_code == 1
    assert result.stderr == (
        "earmark: no track 'nothing' in the library; `earmark list` shows what is there\n"
    )


def test_a_remedy_repeats_the_library(earmark: Earmark) -> None:
    """Where the library was named, the command that would help names it, too."""
    Path("music.earmark").rename("other.earmark")
    result = earmark("show", "nothing", "--library", "other.earmark")
    assert "`earmark list --library other.earmark` shows what is there" in result.stderr


def test_metadata_is_edited(earmark: Earmark) -> None:
    """What is given changes, the rest stays."""
    before = shown(earmark, "songs/1.flac")
    earmark("edit", "songs/1.flac", "--title", "New", "--year", "1971", "--field", "mood=calm")
    after = shown(earmark, "songs/1.flac")
    assert (after["title"], after["year"]) == ("New", 1971)
    assert (after["artist"], after["id"]) == (before["artist"], before["id"])
    assert after["fields"] == {"mood": "calm"}


def test_what_is_known_can_be_forgotten(earmark: Earmark) -> None:
    """An empty text clears a field, `--no-field` drops one of your own."""
    earmark("edit", "songs/1.flac", "--field", "mood=calm", "--field", "key=C")
    earmark("edit", "songs/1.flac", "--artist", "", "--no-field", "mood")
    after = shown(earmark, "songs/1.flac")
    assert after["artist"] is None
    assert after["fields"] == {"key": "C"}


def test_an_edit_must_change_something(earmark: Earmark) -> None:
    """Without an option there is nothing to do, and it is said."""
    result = earmark("edit", "songs/1.flac")
    assert result.exit_code == 2
    assert "say what to change" in result.stderr


def test_tracks_are_removed(earmark: Earmark) -> None:
    """They leave the library and later answers; their files stay."""
    result = earmark("remove", "--yes", "songs/1.flac", title(0))
    assert result.exit_code == 0
    assert titles(earmark) == [title(2)]
    assert Path("songs/1.flac").exists()
    assert earmark("identify", "clip.flac").exit_code == 1


def test_removal_is_all_or_none(earmark: Earmark) -> None:
    """If one of the tracks is not there, all others stay."""
    assert earmark("remove", "--yes", "songs/1.flac", "nothing").exit_code == 1
    assert len(titles(earmark)) == 3


def test_nobody_is_asked_where_nobody_is(earmark: Earmark) -> None:
    """Without a terminal, removing wants --yes."""
    result = earmark("remove", "songs/1.flac")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert len(titles(earmark)) == 3


@pytest.mark.parametrize(("answer", "left"), [("y\n", 2), ("n\n", 3)])
def test_a_person_is_asked_first(
    earmark: Earmark, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    """On a terminal the tracks are named, and only a yes removes them."""
    monkeypatch.setattr("earmark.cli.tracks._can_ask", lambda: True)
    result = earmark("remove", "songs/1.flac", input=answer)
    assert title(1) in result.stderr
    assert len(titles(earmark)) == left


def test_a_title_of_two_tracks_names_neither(earmark: Earmark, home: Path) -> None:
    """The message gives the ids to choose from."""
    (home / "other.flac").write_bytes(song(3, title=title(1)))
    earmark("add", "other.flac")
    result = earmark("show", title(1))
    assert result.exit_code == 2
    assert "name one by id" in result.stderr
