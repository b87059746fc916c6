"""What tests of the command line share, and those of the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from earmark import Library
from earmark.cli.app import app
from tests.music import clip, write_songs
from tests.serving import Running, make_options, running

Earmark = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: songs/, three clips, and music.earmark, which EARMARK_LIBRARY names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_LIBRARY", "music.earmark")
    write_songs(tmp_path / "songs")
    (tmp_path / "clip.flac").write_bytes(clip(1))
    (tmp_path / "stranger.flac").write_bytes(clip(3))
    (tmp_path / "broken.mp3").write_text("not at all music\n")
    with Library.open("music.earmark") as library:
        library.add(["songs"])
    return tmp_path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server without keys that all tests share; what they add or edit is theirs alone."""
    with running(make_options(tmp_path_factory.mktemp("server"))) as started:
        yield started


@pytest.fixture
def earmark(home: Path) -> Earmark:  # noqa: ARG001 - where commands run
    """Run the command line in the working folder `home`."""

    def run(*arguments: str, **options: object) -> Result:
        return CliRunner().invoke(app, list(arguments), **options)  # type: ignore[arg-type]

    return run
