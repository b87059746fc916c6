"""What all decoders agree on."""

from __future__ import annotations

import pytest

from earmark.audio.base import is_rate


@pytest.mark.parametrize("rate_hz", [8000, 44_100, 192_000, 352_800])
def test_rates_in_use_are_rates(rate_hz: int) -> None:
    """Telephones and studios are within the limits."""
    assert is_rate(rate_hz)


@pytest.mark.parametrize("rate_hz", [-1, 0, 1, 2**31 - 1])
def test_damage_is_no_rate(rate_hz: int) -> None:
    """What only a damaged header can say is outside them."""
    assert not is_rate(rate_hz)
