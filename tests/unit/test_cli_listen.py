from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.cli import listen
from tests.music import pieces, title
from tests.unit.conftest import Earmark


class Fake:
    """A microphone that hears a piece at once."""

    def __init__(self, samples: NDArray[np.float32], rate_hz: int) -> None:
        self.sample_rate_hz = rate_hz
        self._samples = samples

    def start(self, on_chunk: Callable[[NDArray[np.float32]], None]) -> None:
        """Give all of it, in pieces of a fifth of a second."""
        step = self.sample_rate_hz // 5
        for first in range(0, len(self._samples), step):
            on_chunk(self._samples[first : first + step])

    def stop(self) -> None:
        """Be stopped."""


@pytest.fixture
def hears(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the microphone hear the piece of a number."""

    def choose(number: int) -> None:
        piece = pieces()[number]
        device = Fake(piece.samples.astype(np.float32), piece.sample_rate_hz)
        monkeypatch.setattr(listen, "open_device", lambda _: device)

    return choose


def test_what_is_heard_is_named_at_once(earmark: Earmark, hears: Callable[[int], None]) -> None:
    """Within three seconds of sound, and the exit code is 0."""
    hears(1)
    result = earmark("listen")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(title(1))
    assert float(result.stdout.split("after ")[1].split(" s")[0]) <= 3


def test_a_stranger_is_no_match(earmark: Earmark, hears: Callable[[int], None]) -> None:
    """After the time that is given, and the exit code is 1."""
    hears(3)
    result = earmark("listen", "--seconds", "4")
    assert (result.exit_code, result.stdout) == (1, "no match\n")


def test_everything_is_told_as_json(earmark: Earmark, hears: Callable[[int], None]) -> None:
    """Until the decision."""
    hears(1)
    kinds = [json.loads(line)["kind"] for line in earmark("listen", "--json").stdout.splitlines()]
    assert kinds[-1] == "started"


def test_the_level_is_drawn() -> None:
    """From -60 dB to full scale; a quiet microphone is told of."""
    assert listen.bar(0.0).startswith("█" * 30)
    assert listen.bar(-30.0).startswith("█" * 15 + "·" * 15)
    assert "hardly anything" in listen.bar(-80.0)
    assert "hardly anything" not in listen.bar(-20.0)
