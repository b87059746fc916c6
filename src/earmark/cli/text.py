"""Numbers and names as people read them."""

from __future__ import annotations

import os
from datetime import datetime

from earmark.texts import printable as printable  # noqa: PLC0414 - the commands know it from here

SIZES = ("bytes", "kB", "MB", "GB", "TB")
THOUSAND = 1000
CERTAINTY = ((0.999, "certain"), (0.99, "very likely"), (0.9, "likely"), (0.0, "perhaps"))
"""Least confidence that deserves each word."""


def colour() -> bool | None:
    """What Typer is told: no colours if the user wants none, else what the terminal can show."""
    return False if "NO_COLOR" in os.environ else None


def clock(seconds: float) -> str:
    """Write a time or duration as minutes and seconds, or hours, minutes and seconds.

    Example:
        `clock(83.2)` is `1:23`, `clock(-2)` is `-0:02`.
    """
    sign = "-" if round(seconds) < 0 else ""
    minutes, rest = divmod(abs(round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"


def moment(when: datetime) -> str:
    """Write a date and a time to the second, in the zone it is told in."""
    return when.strftime("%Y-%m-%d %H:%M:%S")


def size(count: float) -> str:
    """Write a number of bytes with a unit that fits."""
    for unit in SIZES[:-1]:
        if count < THOUSAND:
            return f"{count:.0f} {unit}" if unit == SIZES[0] else f"{count:.1f} {unit}"
        count /= THOUSAND
    return f"{count:.1f} {SIZES[-1]}"


def counted(count: int, noun: str) -> str:
    """Write a number of things.

    Example:
        `counted(1, "track")` is `1 track`, `counted(2000, "track")` is `2,000 tracks`.
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def in_a_word(confidence: float) -> str:
    """Say how sure a confidence is."""
    return next(word for least, word in CERTAINTY if confidence >= least)


def by_whom(title: str, artist: str | None) -> str:
    """Write who plays what."""
    return printable(f"{title} — {artist}" if artist else title)
