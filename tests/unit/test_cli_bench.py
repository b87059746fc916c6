"""Tests of earmark.cli.bench."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earmark.evaluation import page
from earmark.evaluation.measurement import Step
from earmark.evaluation.trials import Outcome
from tests.measurements import STRANGER, trial
from tests.schemas import misfits
from tests.unit.conftest import Earmark

SCHEMA = Path(__file__).parents[2] / "docs" / "bench.schema.json"
QUICK = ("--clips", "1", "--conditions", "clean,strangers", "--lengths", "2")


def test_a_library_is_measured(earmark: Earmark) -> None:
    """Clips of its tracks are named, synthetic strangers are not, and nothing is on stderr."""
    result = earmark("bench", *QUICK)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "known: 100.0 %" in result.stdout
    assert "synthetic" in result.stdout


def test_a_folder_is_measured_with_strangers_of_its_own(earmark: Earmark) -> None:
    """A third of three songs is held out; the folder is left as it was."""
    before = sorted(Path("songs").rglob("*"))
    result = earmark("bench", "songs", "--strangers", "0.34", "--json", "out.json", *QUICK)
    setup = json.loads(Path("out.json").read_text())["setup"]
    assert result.exit_code == 0
    assert (setup["tracks"], setup["strangers"], setup["origin"]) == (2, 1, "held out")
    assert sorted(Path("songs").rglob("*")) == before


def test_strangers_may_come_from_a_folder(earmark: Earmark, home: Path) -> None:
    """Music that is not in the library is given by hand."""
    (home / "others").mkdir()
    (home / "stranger.flac").rename(home / "others" / "stranger.flac")
    result = earmark("bench", "music.earmark", "--strangers-from", "others", *QUICK)
    assert result.exit_code == 0
    assert "(1 recording, folder)" in result.stdout


def test_a_stranger_that_the_library_has_is_none(earmark: Earmark, home: Path) -> None:
    """A clip of a track among the strangers is told, and is no false accept."""
    (home / "others").mkdir()
    (home / "clip.flac").rename(home / "others" / "clip.flac")
    result = earmark("bench", "music.earmark", "--strangers-from", "others", *QUICK)
    assert "not counted" in result.stdout
    assert result.exit_code == 0


def test_an_accepted_stranger_is_a_failure(
    earmark: Earmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 1: whoever measures in a script learns of it."""
    one = trial(Outcome.ACCEPTED, STRANGER)
    steps = [Step(one.condition, one)]
    monkeypatch.setattr("earmark.evaluation.measurement.measure", lambda *_: steps)
    result = earmark("bench", "--conditions", "strangers", "--lengths", "5")
    assert "strangers: 1 of 1 clips taken for a track" in result.stdout
    assert result.exit_code == 1


def test_json_fits_its_schema_and_html_is_a_page(earmark: Earmark) -> None:
    """Both are written in the places that were named."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    earmark("bench", *QUICK, "--json", "out.json", "--html", "out.html")
    written = json.loads(Path("out.json").read_text())
    assert misfits(written, schema, schema["$defs"]) == []
    assert Path("out.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_ladder_is_the_one_asked_for(earmark: Earmark) -> None:
    """How hard queries look is handed on, and written into the report."""
    earmark("bench", *QUICK, "--ladder", "off", "--json", "out.json")
    assert json.loads(Path("out.json").read_text())["setup"]["query"]["ladder"] == "off"


def test_the_same_seed_measures_the_same(earmark: Earmark) -> None:
    """All but times and dates agree."""
    shapes = []
    for name in ("a.json", "b.json"):
        earmark("bench", *QUICK, "--json", name)
        shapes.append(timeless(json.loads(Path(name).read_text())))
    assert shapes[0] == shapes[1]


def timeless(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value without what is told about times."""
    if isinstance(value, dict):
        times = {"median_ms", "created_at"}
        return {key: timeless(one) for key, one in value.items() if key not in times}
    return [timeless(one) for one in value] if isinstance(value, list) else value


def test_files_that_cannot_be_used_are_told(earmark: Earmark, home: Path) -> None:
    """They stop nothing."""
    (home / "songs" / "bad.mp3").write_text("not at all music\n")
    result = earmark("bench", "songs", "--strangers", "0", *QUICK)
    assert result.exit_code == 0
    assert "left out: songs/bad.mp3: " in result.stdout


def test_ctrl_c_gives_what_was_measured(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the clips so far, a word about it, and the exit code of an interrupt."""

    def stopped(*_: object) -> Iterator[Step]:
        one = trial()
        yield Step(one.condition, one)
        raise KeyboardInterrupt

    monkeypatch.setattr("earmark.evaluation.measurement.measure", stopped)
    options = ("--clips", "1", "--conditions", "clean", "--lengths", "5", "--json", "out.json")
    result = earmark("bench", *options)
    assert result.exit_code == 130
    assert "stopped: this is what was measured by then" in result.stdout
    assert json.loads(Path("out.json").read_text())["complete"] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--conditions", "nosie"), "no condition nosie"),
        (("--strangers", "0.5"), "use --strangers-from"),
        (("songs", "--strangers", "0.5", "--strangers-from", "songs"), "exclude each other"),
        (("songs", "music.earmark"), "music.earmark is a library: measure it alone"),
        (("nowhere.earmark",), "there is none yet"),
        (("--strangers-from", "nowhere"), "no media file in nowhere"),
        (("--json", "nowhere/out.json"), "its folder has to exist"),
        (("--lengths", "two"), "no list of seconds"),
    ],
)
def test_what_makes_no_sense_is_refused(
    earmark: Earmark, arguments: tuple[str, ...], message: str
) -> None:
    """One line says what is wrong, and nothing is measured."""
    result = earmark("bench", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", "").split())


def test_a_page_needs_its_extra(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """That it is missing is told before the work, with the remedy."""
    monkeypatch.setattr(page, "find_spec", lambda _: None)
    result = earmark("bench", "--html", "out.html")
    assert result.exit_code == 2
    assert "pip install 'earmark[bench]'" in result.stderr


def test_progress_is_shown_to_people(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody watches stderr, a bar tells what is being asked."""
    monkeypatch.setattr("earmark.cli.add.is_watched", lambda: True)
    monkeypatch.setattr("earmark.cli.bench.is_watched", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    result = earmark("bench", "songs", "--strangers", "0", *QUICK)
    assert result.exit_code == 0
    assert "stranger" in result.stderr or "clean" in result.stderr
