from __future__ import annotations

import pytest
from pydantic import ValidationError

from earmark.server.schemas import Answer, LiveFormat, SoundFormat, TaskPage, TrackPage
from tests.music import clip
from tests.serving import Running


def test_answers_have_the_shapes_that_are_documented(server: Running) -> None:
    """No field more, no field less."""
    Answer.model_validate(server.ask("POST", "/identify", content=clip(1)).json())
    Answer.model_validate(server.ask("POST", "/identify", content=clip(3)).json())
    TrackPage.model_validate(server.ask("GET", "/tracks").json())
    TaskPage.model_validate(server.ask("GET", "/tasks").json())


def test_a_shape_takes_nothing_else() -> None:
    """Else the test above would say nothing."""
    with pytest.raises(ValidationError):
        TrackPage.model_validate({"tracks": [], "next_cursor": None, "more": 1})


def test_raw_samples_have_a_type() -> None:
    """What is encoded has to be decoded first."""
    assert LiveFormat().dtype == "<i2"
    assert LiveFormat(format=SoundFormat.PCM_F32LE).dtype == "<f4"
    assert LiveFormat(format=SoundFormat.ENCODED).is_encoded
