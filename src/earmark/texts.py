"""Texts as they may be shown: whatever a name holds."""

from __future__ import annotations


def printable(text: str) -> str:
    """Put any text on one line that does no harm to a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
