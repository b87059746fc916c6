"""A word before a library of an older version is brought up to date, where that takes long."""

from __future__ import annotations

import logging

LOGGER = logging.getLogger("earmark.stores")
"""Without a handler of the program's, Python writes its warnings to stderr."""

MANY_TRACKS = 50_000
"""That take a second or more to be made searchable; docs/search.md has the measurement."""


def announce(location: str, tracks: int) -> None:
    """Tell that tracks are about to be made searchable, if they are many.

    Args:
        location: of the library, for people.
        tracks: how many there are.
    """
    if tracks >= MANY_TRACKS:
        LOGGER.warning(
            "earmark: library %s is of an older version; making its %s tracks searchable, once",
            location,
            f"{tracks:,}",
        )
