"""Tests of earmark.errors."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator

import pytest

from earmark import errors
from earmark.errors import AudioError, EarmarkError, TrackNotFoundError, UnreadableFileError


def tree(root: type[EarmarkError]) -> Iterator[type[EarmarkError]]:
    """An error class and all classes below it."""
    yield root
    for child in root.__subclasses__():
        yield from tree(child)


OURS = [error for error in tree(EarmarkError) if error.__module__ == errors.__name__]


def test_the_drawing_shows_every_error() -> None:
    """The tree at the head of the module names all classes, and no others."""
    drawn = re.findall(r"^[ │├└─]*(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(error.__name__ for error in OURS)


@pytest.mark.parametrize("error", OURS, ids=lambda error: error.__name__)
def test_every_error_knows_how_to_end(error: type[EarmarkError]) -> None:
    """A command ends as grep does, a response with a status that means failure."""
    assert error.exit_code == (1 if error is TrackNotFoundError else 2)
    assert 400 <= error.http_status < 600


@pytest.mark.parametrize("error", list(tree(AudioError)), ids=lambda error: error.__name__)
def test_an_audio_error_survives_the_way_from_a_worker(error: type[AudioError]) -> None:
    """Pickled and back, it is the same class with the same source and cause."""
    back = pickle.loads(pickle.dumps(error("a.mp3", "it is empty")))  # noqa: S301 - our own bytes
    assert type(back) is error
    assert (back.source, back.cause) == ("a.mp3", "it is empty")


def test_a_message_names_the_file_and_the_cause() -> None:
    """What a person reads says what is wrong with which file."""
    assert str(UnreadableFileError("a.mp3", "no such file")) == "cannot use a.mp3: no such file"


def test_a_message_says_what_to_do() -> None:
    """Where a command helps, the message names it."""
    assert "earmark list" in str(TrackNotFoundError("Blue Kite"))
