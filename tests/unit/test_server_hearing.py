from __future__ import annotations

from tests.music import clip
from tests.serving import Running


def test_the_stages_of_an_answer_are_timed(server: Running) -> None:
    """And what was decided is counted, as are clips that could not be decoded."""
    server.ask("POST", "/identify", content=clip(1))
    server.ask("POST", "/identify", content=b"no music" * 99)
    text = server.context.metrics.text().decode()
    assert 'earmark_stage_seconds_count{stage="decode"}' in text
    assert 'earmark_stage_seconds_count{stage="identify"}' in text
    assert 'earmark_decisions_total{status="identified"}' in text
    assert 'earmark_decode_errors_total{error="UnsupportedAudioError"}' in text


def test_a_clip_that_cannot_be_decoded_keeps_its_name(server: Running) -> None:
    """The message calls it what the client does."""
    files = {"file": ("mine.mp3", b"no music" * 99)}
    assert "mine.mp3" in server.ask("POST", "/identify", files=files).json()["detail"]
