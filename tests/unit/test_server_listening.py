from __future__ import annotations

import pytest
from pydantic import ValidationError

from earmark.server.listening import MOST_S, Picture
from tests.serving import Running


def test_a_picture_has_usual_measures() -> None:
    """Half a minute, a thousand columns, as PNG."""
    usual = Picture()
    assert (usual.start_s, usual.duration_s, usual.width, usual.format) == (0, 30, 1000, "png")


@pytest.mark.parametrize(
    "odd",
    [{"width": 0}, {"height": 10**6}, {"duration_s": MOST_S + 1}, {"start_s": -1}, {"size": 1}],
)
def test_a_picture_beyond_measure_is_refused(odd: dict[str, int]) -> None:
    """And so is what nobody knows."""
    with pytest.raises(ValidationError):
        Picture.model_validate(odd)


def test_an_excerpt_can_be_leapt_in(server: Running) -> None:
    """A player asks for parts of it, too, and is given the same sound each time."""
    track = next(one for one in server.context.library.page() if one.source.file)
    address = f"/tracks/{track.id}/audio?start_s=1&duration_s=1"
    whole = server.ask("GET", address)
    part = server.ask("GET", address, headers={"Range": "bytes=44-99"})
    assert (part.status_code, part.content) == (206, whole.content[44:100])
    assert part.headers["etag"] == whole.headers["etag"]
