"""Tests of earmark.cli.identify."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earmark.cli.identify import _print_words, exit_code
from earmark.evaluation.codecs import FLAC, encode
from earmark.params import Ladder, QueryParams
from earmark.types import Identification, Match, Metadata, Relation, Source, Status, Track
from tests.music import clip, pieces, title
from tests.schemas import misfits
from tests.unit.conftest import Earmark

SCHEMA = Path(__file__).parents[2] / "docs" / "identify.schema.json"


def test_a_clip_is_named(earmark: Earmark) -> None:
    """The title of the recording, the clip's place in it, and exit code 0."""
    result = earmark("identify", "clip.flac")
    assert (result.exit_code, result.stderr) == (0, "")
    assert title(1) in result.stdout
    assert "at 0:03 of 0:" in result.stdout


def answer(status: Status, *matches: Match) -> Identification:
    """An answer with these matches."""
    return Identification("clip.wav", status, 10.0, 7.0, matches)


def match(relation: Relation, **manner: Any) -> Match:  # noqa: ANN401 - numbers or None
    """A match of a track of that relation."""
    track = Track(
        1, "id", Metadata(f"A {relation}", "Band"), Source(b"", b"", b""), 200, "", 1, b""
    )
    return Match(relation, track, 0.95, 9.0, 83.0, (), 0.0, 10.0, 83.0, 93.0, 1.0, **manner)


def shown(answer: Identification, capsys: pytest.CaptureFixture[str]) -> str:
    """What a person sees of an answer."""
    _print_words(answer)
    return capsys.readouterr().out


def test_relations_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Other versions, and what plays at the same time, stand below the best match."""
    relations = (Relation.BEST, Relation.VERSION, Relation.SIMULTANEOUS)
    lines = shown(answer(Status.IDENTIFIED, *map(match, relations)), capsys).splitlines()
    assert lines == [
        "clip.wav  10.0 s, 7 ms",
        "  ✓ A best — Band  at 1:23 of 3:20  likely (0.9500)",
        "    another version: A version — Band  at 1:23 of 3:20  likely (0.9500)",
        "    also playing: A simultaneous — Band  at 1:23 of 3:20  likely (0.9500)",
    ]


def test_doubt_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Of what cannot be told apart, nothing is ticked off."""
    best = match(Relation.BEST)
    said = shown(answer(Status.AMBIGUOUS, best, best), capsys)
    assert (said.count("?"), said.count("undecided (0.9500)"), said.count("✓")) == (2, 2, 0)


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ({"speed": 1.02, "tempo": 1.02, "pitch_semitones": 0.34}, "speed +2.0 %"),
        ({"speed": None, "tempo": 0.95}, "tempo -5.0 %"),
        ({"speed": None, "pitch_semitones": -2.0}, "pitch -2.00 semitones"),
        (
            {"speed": None, "tempo": 1.1, "pitch_semitones": 1.0},
            "tempo +10.0 %  pitch +1.00 semitones",
        ),
    ],
)
def test_changes_of_speed_tempo_and_pitch_are_told(
    capsys: pytest.CaptureFixture[str], manner: dict[str, Any], expected: str
) -> None:
    """A change of speed is told as one, tempo and pitch each for itself."""
    said = shown(answer(Status.IDENTIFIED, match(Relation.BEST, **manner)), capsys)
    assert said.endswith(f"(0.9500)  {expected}\n")


@pytest.mark.parametrize(
    ("offsets_s", "expected"),
    [
        ((83.0, 165.4), "also at 1:23, 2:45"),
        (tuple(range(7)), "also at 0:00, 0:01, 0:02, 0:03, 0:04 and 2 more places"),
    ],
)
def test_other_places_are_told(
    capsys: pytest.CaptureFixture[str], offsets_s: tuple[float, ...], expected: str
) -> None:
    """Where else in the track the clip fits as well; of many places the first."""
    best = replace(match(Relation.BEST), other_offsets_s=offsets_s)
    assert shown(answer(Status.IDENTIFIED, best), capsys).endswith(f"(0.9500)  {expected}\n")


def asked(monkeypatch: pytest.MonkeyPatch) -> list[QueryParams]:
    """Let a library answer nothing, and collect how hard it is told to look."""
    queries: list[QueryParams] = []

    def identify(*_: object, query: QueryParams, **__: object) -> Identification:
        queries.append(query)
        return answer(Status.NO_MATCH)

    monkeypatch.setattr("earmark.library.Library.identify", identify)
    monkeypatch.setattr("earmark.library.Library.warm_up", lambda _: None)
    return queries


def test_a_query_is_told_how_hard_to_look(
    earmark: Earmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ladder, false-accept rate and time limit reach the query; others are as usual."""
    queries = asked(monkeypatch)
    options = ("--ladder", "full", "--false-accepts", "0.01", "--time-limit", "2.5")
    earmark("identify", "clip.flac", *options)
    earmark("identify", "clip.flac", "--far", "0.01")
    earmark("identify", "clip.flac")
    assert queries == [
        QueryParams(ladder=Ladder.FULL, far=0.01, time_limit_s=2.5),
        QueryParams(far=0.01),
        QueryParams(),
    ]


def test_the_environment_says_how_hard_to_look(
    earmark: Earmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables stand for options that are not given."""
    queries = asked(monkeypatch)
    variables = {"EARMARK_FAR": "0.001", "EARMARK_LADDER": "off", "EARMARK_TIME_LIMIT": "1"}
    earmark("identify", "clip.flac", "--ladder", "full", env=variables)
    assert queries == [QueryParams(far=0.001, ladder=Ladder.FULL, time_limit_s=1.0)]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        (
            "--false-accepts",
            "1",
            "earmark: a false-accept rate lies above 0 and below 1, not at 1.0\n",
        ),
        ("--time-limit", "-1", "earmark: a time limit is a number of seconds, not -1.0\n"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    earmark: Earmark, option: str, value: str, said: str
) -> None:
    """The message says what could be given; the exit code is 2."""
    result = earmark("identify", "clip.flac", option, value)
    assert (result.exit_code, result.stderr) == (2, said)


def test_an_unknown_ladder_is_a_usage_error(earmark: Earmark) -> None:
    """The message lists those that there are."""
    result = earmark("identify", "clip.flac", "--ladder", "high")
    assert result.exit_code == 2
    assert "'off', 'fast', 'full'" in result.stderr


def test_a_name_may_begin_with_a_dash(earmark: Earmark, home: Path) -> None:
    """After `--` a clip may have any name."""
    (home / "-odd.flac").write_bytes(clip(1))
    result = earmark("identify", "--json", "--", "-odd.flac")
    answer = json.loads(result.stdout)
    assert (answer["clip"], answer["status"]) == ("-odd.flac", "identified")


def test_a_stranger_is_none_found(earmark: Earmark) -> None:
    """What is not in the library is answered with `no match` and exit code 1."""
    result = earmark("identify", "stranger.flac")
    assert result.exit_code == 1
    assert "no match" in result.stdout


def test_an_unusable_clip_is_an_error(earmark: Earmark) -> None:
    """The cause is told, and the exit code is 2."""
    result = earmark("identify", "broken.mp3")
    assert result.exit_code == 2
    assert "it is text, not audio" in result.stdout


@pytest.mark.parametrize("first", ["clip.flac", "-"])
def test_several_clips_are_answered_in_their_order(earmark: Earmark, first: str) -> None:
    """Each under its own name, whatever is wrong with others; also with one on standard input."""
    clips = (first, "broken.mp3", "stranger.flac", "missing.wav", "clip.flac")
    result = earmark("identify", "--json", *clips, input=clip(1))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["clip"] for answer in answers] == list(clips)
    found = [answer["status"] for answer in answers]
    assert found == ["identified", "error", "no_match", "error", "identified"]
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({Status.IDENTIFIED, Status.ERROR}, 0),
        ({Status.AMBIGUOUS, Status.NO_MATCH}, 0),
        ({Status.NO_MATCH, Status.ERROR}, 2),
        ({Status.NO_MATCH, Status.SILENT, Status.TOO_SHORT}, 1),
    ],
)
def test_any_found_counts_more_than_errors(statuses: set[Status], expected: int) -> None:
    """0 if any clip was found, else 2 if one was unusable, else 1."""
    assert exit_code(statuses) == expected


def test_one_object_per_clip_in_the_order_given(earmark: Earmark) -> None:
    """Each line of JSON is the answer to one clip, also to one that is given twice."""
    clips = ["stranger.flac", "clip.flac", "broken.mp3", "clip.flac"]
    answers = [
        json.loads(line) for line in earmark("identify", "--json", *clips).stdout.splitlines()
    ]
    assert [answer["clip"] for answer in answers] == clips
    assert [answer["status"] for answer in answers] == [
        *("no_match", "identified", "error", "identified")
    ]


def test_the_answer_has_the_published_shape(earmark: Earmark) -> None:
    """Keys and types of a match are those that scripts rely on."""
    answer = json.loads(earmark("identify", "--json", "clip.flac").stdout)
    match = answer["matches"][0]
    assert list(answer) == [
        *("clip", "status", "duration_s", "elapsed_ms", "matches", "candidates", "error")
    ]
    assert list(match) == [
        *("relation", "track", "confidence", "score", "offset_s", "other_offsets_s"),
        *("clip_start_s", "clip_end_s", "track_start_s", "track_end_s", "coverage"),
        *("speed", "tempo", "pitch_semitones"),
    ]
    assert list(match["track"]) == ["id", "title", "artist", "album", "path", "duration_s"]


def test_the_place_is_right(earmark: Earmark) -> None:
    """`offset_s` is where the clip begins in the recording, to a few hundredths of a second."""
    match = json.loads(earmark("identify", "--json", "clip.flac").stdout)["matches"][0]
    assert match["offset_s"] == pytest.approx(3.0, abs=0.05)
    assert (match["relation"], match["speed"], match["tempo"]) == ("best", 1.0, 1.0)


def test_an_error_is_told_as_data(earmark: Earmark) -> None:
    """A clip that is not there has the status `error`, with the error's class and message."""
    answer = json.loads(earmark("identify", "--json", "nowhere.wav").stdout)
    assert answer["error"]["type"] == "UnreadableFileError"
    assert answer["error"]["message"] == "cannot use nowhere.wav: no such file or directory"


def test_a_dash_is_standard_input(earmark: Earmark) -> None:
    """A clip may come through a pipe; it is called `-`."""
    result = earmark("identify", "--json", "-", input=clip(1))
    answer = json.loads(result.stdout)
    assert (answer["clip"], answer["status"]) == ("-", "identified")


def test_json_is_ascii_whatever_the_name(earmark: Earmark, home: Path) -> None:
    """Emoji, newlines and bytes that are not UTF-8 are escaped, and come back unharmed."""
    name = os.fsdecode("ö 🎵\n".encode() + b"\xff.flac")
    (home / name).write_bytes(clip(1))
    result = earmark("identify", "--json", name)
    assert result.stdout.isascii()
    assert json.loads(result.stdout)["clip"] == name


def test_names_cannot_command_the_terminal(earmark: Earmark, home: Path) -> None:
    """Control characters of a name are shown as text, on one line."""
    name = "a\x1b[31m\nb.flac"
    (home / name).write_bytes(clip(1))
    assert "a\\x1b[31m\\nb.flac" in earmark("identify", name).stdout


def test_a_missing_library_says_how_to_make_one(earmark: Earmark) -> None:
    """The error names the place and the command; nothing is made there."""
    result = earmark("identify", "clip.flac", "--library", "nowhere.earmark")
    assert result.exit_code == 2
    assert result.stderr == (
        "earmark: library nowhere.earmark: there is none yet; "
        "`earmark add --library nowhere.earmark PATH...` makes one\n"
    )
    assert not Path("nowhere.earmark").exists()


def test_the_answer_fits_its_schema(earmark: Earmark) -> None:
    """docs/identify.schema.json has every key of real answers, found or not, and no other."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    lines = earmark("identify", "--json", "clip.flac", "stranger.flac", "broken.mp3").stdout
    for line in lines.splitlines():
        assert misfits(json.loads(line), schema, schema["$defs"]) == []


def test_a_part_of_a_clip_is_told_with_its_own_place(earmark: Earmark, home: Path) -> None:
    """Of five seconds of a stranger before five of a song, the song's are told."""
    rate = pieces()[1].sample_rate_hz
    stranger, own = (pieces()[number].samples for number in (3, 1))
    mixed = np.concatenate([stranger[: 5 * rate], own[3 * rate : 8 * rate]])
    (home / "part.flac").write_bytes(encode(mixed, rate, FLAC))
    said = earmark("identify", "--ladder", "off", "part.flac").stdout
    assert re.search(r"0:0[45]-0:(09|10) of the clip, at 0:03 of ", said), said
    assert "of the clip" not in earmark("identify", "clip.flac").stdout
