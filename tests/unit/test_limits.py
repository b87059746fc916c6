"""What no backend holds is refused with a name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from earmark.errors import UsageError
from earmark.stores.limits import media_name, require_storable
from earmark.types import Metadata
from tests.recordings import make_recording


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": "\ud800"}, r"the id '\\ud800'"),
        ({"media_file": "\udcff"}, "the media file"),
        ({"metadata": Metadata(year=1 << 63)}, "the year 9223372036854775808 is beyond 64 bits"),
    ],
)
def test_the_error_names_what_cannot_be_held(change: dict[str, Any], named: str) -> None:
    """A person is told which text or number it was."""
    with pytest.raises(UsageError, match=named):
        require_storable(replace(make_recording(1).track, **change))


def test_any_whole_text_can_be_held() -> None:
    """Astral characters, zeros and line ends are text like any other."""
    metadata = Metadata("\N{MUSICAL SYMBOL G CLEF}\0\n", fields={"": "\uffff"})
    require_storable(replace(make_recording(1).track, metadata=metadata))


def test_media_names_are_never_the_same() -> None:
    """Two files with one suffix have two names."""
    first, second = media_name(".tar.gz"), media_name(".tar.gz")
    assert first != second
    assert first.endswith(".tar.gz")
