"""Texts as they come: shown without harm, addresses told from paths."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def printable(text: str) -> str:
    """Put any text on one line that does no harm to a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def is_url(place: str) -> bool:
    """Whether this is an address, and no path."""
    return bool(_SCHEME.match(place))
