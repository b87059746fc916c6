"""What a user names is one of four kinds of places, and is never shown with a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.errors import UsageError
from earmark.stores.location import Kind, located, presentable

SECRET = "geheim"  # noqa: S105 - what is looked for


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("music.earmark", Kind.FOLDER),
        ("postgresql", Kind.FOLDER),
        ("sqlite:///music.db", Kind.FILE),
        ("postgresql://host/db", Kind.DATABASE),
        ("memory:", Kind.MEMORY),
    ],
)
def test_each_place_has_its_kind(place: str, kind: Kind) -> None:
    """A path is a folder, an address tells by its scheme, and a word stands for memory."""
    assert located(place).kind is kind
    assert located(located(place)) == located(place)


@pytest.mark.parametrize("place", ["http://localhost/", "sqlitee:///music.db", "postgresql:db"])
def test_an_address_of_something_else_is_refused(place: str) -> None:
    """An unknown address is no folder's name."""
    with pytest.raises(UsageError, match="is none of them"):
        located(place)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("sqlite:///music.db", "music.db"),
        ("sqlite:////srv/music.db", "/srv/music.db"),
        ("sqlite:///a%20b/c d.db", "a%20b/c d.db"),
    ],
)
def test_three_slashes_are_relative_and_four_absolute(location: str, path: str) -> None:
    """An address is read as SQLAlchemy reads it."""
    assert str(located(location).on_disk()) == path


@pytest.mark.parametrize(
    "location",
    ["sqlite:", "sqlite://", "sqlite:///", "sqlite:////", "sqlite:///:memory:", "sqlite:x.db"],
)
def test_an_address_without_a_file_is_refused(location: str) -> None:
    """What names no file is no library's address."""
    with pytest.raises(UsageError, match=r"sqlite:////srv/music\.db is absolute"):
        located(location)


def test_an_address_has_no_options() -> None:
    """A question mark is refused: what follows would be taken for part of the name."""
    with pytest.raises(UsageError, match="options"):
        located("sqlite:///music.db?timeout=3")


@pytest.mark.parametrize(
    "place",
    [
        f"postgresql://bob:{SECRET}@host/db",
        f"postgresql://host/db?user=bob&password={SECRET}",
        f"postgresq://bob:{SECRET}@host/db",
        f"postgresql:/bob:{SECRET}@host/db",
        f"postgresql://bob:{SECRET}@host/db?schema=a.b",
    ],
)
def test_no_password_is_shown(place: str) -> None:
    """Neither of a place nor of one that is misspelt, in whatever way it is told."""
    said = presentable(place)
    try:
        said += f"{located(place)}{located(place)!r}{located(place).shown}"
    except UsageError as error:
        said += str(error)
    assert SECRET not in said
    assert "host" in said


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("{}/a", "{}/b/../a", True),
        ("{}/a", "{}/b", False),
        ("{}/none", "{}/none", True),
        ("sqlite:///{}/c", "sqlite:///{}/b/../c", True),
        ("sqlite:///{}/c", "{}/c", False),
        ("postgresql://me:x@host/db", "postgresql://you@host:5432/db?sslmode=require", True),
        ("postgresql:///db?host=a", "postgresql:///db?host=b", False),
        ("postgresql://host/db", "postgresql://host/db?schema=other", False),
        ("memory:", "memory:", False),
    ],
)
def test_one_place_has_many_names(tmp_path: Path, one: str, other: str, *, same: bool) -> None:
    """The disk and the parts of an address tell, not the text."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "c").touch()
    first, second = (located(place.format(tmp_path)) for place in (one, other))
    assert first.is_same(second) is second.is_same(first) is same


def test_what_lies_on_no_disk_has_no_path() -> None:
    """Asking for it is a mistake of the program."""
    with pytest.raises(ValueError, match="no place on a disk"):
        located("memory:").on_disk()
