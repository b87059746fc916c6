from __future__ import annotations

import pytest
from pydantic import BaseModel

from earmark.server import schemas
from earmark.server.examples import EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_the_shape_that_it_is_of(name: str) -> None:
    """No field more, none less, and each of its type."""
    shape: type[BaseModel] = getattr(schemas, name)
    found = shape.model_validate(EXAMPLES[name], strict=False)
    assert found.model_dump(mode="json", exclude_unset=True) == EXAMPLES[name]
    needed = {field for field, info in shape.model_fields.items() if info.is_required()}
    assert needed <= EXAMPLES[name].keys()
