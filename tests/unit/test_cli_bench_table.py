"""Tests of earmark.cli.bench_table."""

from __future__ import annotations

from earmark.cli.bench_table import in_words, share, table
from earmark.evaluation.codecs import AMR_12K
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.summary import Share, row, summarised
from earmark.evaluation.trials import Outcome
from tests.measurements import CLEAN, SETUP, STRANGER, report, trial


def test_a_line_for_each_condition() -> None:
    """Conditions that nothing could be asked in have none."""
    assert table(report()).row_count == 2
    assert table(summarised([], [CLEAN], SETUP, [], is_complete=True)).row_count == 0


def test_the_words_tell_the_sum() -> None:
    """Known music, strangers with what they leave open, places and confidence."""
    lines = list(in_words(report()))
    assert lines[0].startswith("known: 66.7 % (21 to 94) of 3 clips named, 1 taken for another")
    assert lines[1].startswith("strangers: 1 of 2 clips taken for a track, at most 98.74 % (3 rec")
    assert lines[2] == (
        "places: 2 of 2 within 50 ms, 1 at another place that sounds the same among them"
    )
    assert lines[-1] == "left out: bad <i>.mp3: no audio stream in it"


def test_encoders_are_named() -> None:
    """Whoever reads a rate for a codec learns what made the sound."""
    coded = Condition("telephone", "AMR", 5, codec=AMR_12K)
    found = summarised([], [coded], SETUP, [], is_complete=True)
    assert "encoders: AMR 12.2 kbit/s (libopencore_amrnb)" in list(in_words(found))


def test_what_could_not_be_asked_is_told() -> None:
    """A catalogue of jingles has no clips of ten seconds, and nobody thinks they were missed."""
    found = summarised([], [CLEAN], SETUP, [], is_complete=True)
    assert "no recording is long enough for clean 5 s" in list(in_words(found))


def test_relatives_are_told() -> None:
    """Strangers that were none are counted where everybody sees it."""
    related = trial(Outcome.RELATED, STRANGER, is_same_sound=True)
    known = trial(Outcome.REJECTED, STRANGER)
    found = summarised([related, known], [STRANGER], SETUP, [], is_complete=True)
    assert any(line.startswith("not counted: 1 clip of strangers") for line in in_words(found))


def test_a_stopped_measurement_says_so() -> None:
    """Before all numbers."""
    assert next(iter(in_words(report(is_complete=False)))).startswith("stopped")


def test_both_tracks_of_a_pair_are_told() -> None:
    """The share of pairs of which both were named."""
    pair = Condition("overlap", "+0 dB", 5, Sound.PAIR)
    found = summarised([trial(condition=pair, has_both=True)], [pair], SETUP, [], is_complete=True)
    assert "overlap: both tracks named in 100.0 % (21 to 100)" in list(in_words(found))


def test_a_share_of_nothing_is_a_dash() -> None:
    """There is no rate without clips."""
    assert share(row([], CLEAN).found) == "-"
    assert share(Share(1, 2, 0.1, 0.9)) == "50.0 % (10 to 90)"
