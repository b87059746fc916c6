from __future__ import annotations

import inspect

import pytest

from earmark.stores.postgres import catalogue as postgres
from earmark.stores.register import Register
from earmark.stores.sqlite import catalogue

ASKED = sorted(name for name in vars(Register) if not name.startswith("_"))


@pytest.mark.parametrize("name", [name for name in ASKED if name != "location"])
@pytest.mark.parametrize("kind", [catalogue.Catalogue, postgres.Catalogue])
def test_every_catalogue_answers(kind: type, name: str) -> None:
    """What is asked of one is there, under the same names of arguments."""
    wanted = inspect.signature(getattr(Register, name)).parameters
    assert list(inspect.signature(getattr(kind, name)).parameters) == list(wanted)
