"""Tags as FFmpeg reads them -> Metadata, bounded, whatever a file may claim."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from earmark.types import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_FIELDS = 64
LONGEST_NAME = 64
LONGEST_VALUE = 1024

_YEAR = re.compile(r"(?<![0-9])[0-9]{4}")
_YEAR_TAGS = ("date", "year", "tdrc", "tyer", "originaldate", "originalyear")
_ISRC_TAGS = ("isrc", "tsrc")
_NOISE = frozenset(
    {
        *("compatible_brands", "duration", "encoder", "handler_name", "major_brand"),
        *("minor_version", "software", "vendor_id"),
    }
)
"""What programs write about themselves."""


def read_tags(*sources: Mapping[str, str]) -> Metadata:
    """Make the metadata of a recording; where two sources differ, the first one counts."""
    tags: dict[str, str] = {}
    for source in sources:
        for name, value in source.items():
            key, text = _clean(name, LONGEST_NAME).lower(), _clean(value, LONGEST_VALUE)
            if key and text:
                tags.setdefault(key, text)
    return Metadata(
        title=tags.pop("title", ""),
        artist=tags.pop("artist", None),
        album=tags.pop("album", None),
        year=_year(_first(tags, _YEAR_TAGS)),
        isrc=_first(tags, _ISRC_TAGS),
        fields=dict(islice(_worth_keeping(tags), MOST_FIELDS)),
    )


def _worth_keeping(tags: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in tags.items():
        if name not in _NOISE and (name, value) != ("language", "und"):
            yield name, value


def _first(tags: dict[str, str], names: tuple[str, ...]) -> str | None:
    """Take these tags away and return the first of them that is there."""
    found = [tags.pop(name) for name in names if name in tags]
    return found[0] if found else None


def _year(date: str | None) -> int | None:
    match = _YEAR.search(date or "")
    return int(match[0]) if match else None


def _clean(text: str, longest: int) -> str:
    """Cut a text, and drop what no database or terminal likes: control and half characters."""
    kept = (c for c in text[:longest] if c.isprintable() or c in "\n\t")
    return "".join(kept).strip()
