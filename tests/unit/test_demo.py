"""Tests of earmark.demo."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from earmark.audio import open_audio
from earmark.demo import CONDITIONS, Trial, report, run_demo, save, verdict
from earmark.evaluation.synthesis import catalogue
from earmark.types import Identification, Match, Metadata, Relation, Source, Status, Track


def answer(title: str, offset_s: float, *others_s: float) -> Identification:
    """What Earmark says when it names a piece."""
    track = Track(1, "id", Metadata(title), Source(b"", b"", b""), 40.0, "", 1, b"")
    match = Match(
        Relation.BEST, track, 0.99, 30.0, offset_s, others_s, 0.0, 8.0, offset_s, offset_s + 8, 1.0
    )
    return Identification("<samples>", Status.IDENTIFIED, 8.0, 5.0, (match,))


def unknown(status: Status = Status.NO_MATCH) -> Identification:
    """What Earmark says when it names nothing."""
    return Identification("<samples>", status, 8.0, 5.0)


def test_the_right_piece_at_the_right_place_is_right() -> None:
    """Title and position agree, give or take a codec's delay."""
    assert Trial("telephone", "Blue Kite", 12.0, answer("Blue Kite", 12.05)).is_right


@pytest.mark.parametrize(
    "said",
    [answer("Cold Clock", 12.0), answer("Blue Kite", 14.0), unknown(), unknown(Status.AMBIGUOUS)],
)
def test_anything_else_is_wrong(said: Identification) -> None:
    """Another piece, another place or no answer are all counted as wrong."""
    assert not Trial("telephone", "Blue Kite", 12.0, said).is_right


def test_another_equal_place_is_right() -> None:
    """Where a piece repeats itself, the true place may be among the others."""
    assert Trial("as it is", "Blue Kite", 12.0, answer("Blue Kite", 4.0, 12.0)).is_right


def test_only_no_match_is_right_for_a_stranger() -> None:
    """A stranger that is named, or that fails, is not rejected."""
    assert Trial("stranger", None, 1.0, unknown()).is_right
    assert not Trial("stranger", None, 1.0, answer("Blue Kite", 1.0)).is_right
    assert not Trial("stranger", None, 1.0, unknown(Status.ERROR)).is_right


def test_the_verdict_counts_what_was_right() -> None:
    """Clips and strangers are counted apart, and nothing is rounded up."""
    trials = [
        Trial("as it is", "Blue Kite", 12.0, answer("Blue Kite", 12.0)),
        Trial("telephone", "Blue Kite", 12.0, unknown()),
        Trial("stranger", None, 1.0, unknown()),
    ]
    assert verdict(trials).plain.startswith("1 of 2 clips")
    assert "1 of 1 strangers" in verdict(trials).plain


def test_the_report_marks_what_was_wrong() -> None:
    """A wrong answer has its own mark, and shows what was said."""
    console = Console(file=StringIO(), record=True, width=120)
    console.print(report([], [Trial("telephone", "Blue Kite", 12.0, answer("Cold Clock", 3.0))]))
    assert "✗ Cold Clock" in console.export_text()


def test_pieces_are_saved_with_their_titles(tmp_path: Path) -> None:
    """A saved piece is a file with the piece's title in its tags."""
    piece = next(catalogue(1, duration_s=1.0))
    save([piece], tmp_path / "music")
    (file,) = (tmp_path / "music").iterdir()
    with open_audio(file, sample_rate_hz=8000) as recording:
        assert recording.metadata.title == piece.title


def test_a_short_demonstration_succeeds() -> None:
    """Two pieces, two clips and two strangers: everything is named rightly, and printed."""
    console = Console(file=StringIO(), record=True, width=120)
    assert run_demo(console, count=2, conditions=CONDITIONS[:2])
    assert "2 of 2 clips named, each with its position; 2 of 2" in console.export_text()
