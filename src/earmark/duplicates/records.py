"""What is told of duplicates: frozen records of the public API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earmark.audio import Header
    from earmark.ingest import Skipped
    from earmark.types import Track

LEAST_S = 10.0
"""What shares less than this in all is not told, unless another length is asked for: the same
sample, count-in or jingle is in many recordings."""


class Likeness(StrEnum):
    """How two recordings stand to each other."""

    SAME = "same"
    """Nearly all of both is one recording."""
    CONTAINS = "contains"
    """Nearly all of the second is in the first, which has more."""
    OVERLAPS = "overlaps"
    """They share a stretch, or a layer: a loop, a sample, the voice of a remix."""


@dataclass(frozen=True, slots=True)
class SharedSpan:
    """A stretch that two recordings share; times in seconds."""

    start_s: float
    end_s: float
    """Of the first recording."""
    other_start_s: float
    other_end_s: float
    """Of the second."""
    speed: float
    """Seconds of the second per second of the first."""
    agreement: float
    """The part of the first's peaks that the second has there, beyond chance; 0 to 1."""


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two copies of a group, by their numbers in `DuplicateGroup.copies`."""

    first: int
    second: int
    likeness: Likeness
    coverage: float
    """The part of the first that the spans cover, 0 to 1; silence does not count."""
    other_coverage: float
    """The part of the second."""
    spans: tuple[SharedSpan, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One recording of a group."""

    track: Track
    """Of two files with one and the same sound, only the first is a track: this one, for both."""
    path: bytes
    """The file as it was named."""
    in_library: bool
    """Whether it is in the catalogue, and not in the folders that were given."""
    header: Header | None
    """How the file is coded; None if it cannot be read (any more)."""
    keep: bool
    """False only for what another copy of the same recording, at the same speed, makes needless."""
    reason: str
    """Why, in words."""


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Recordings that belong together."""

    likeness: Likeness
    """`same`: all are one recording. `contains`: the first contains the others. `overlaps`: two
    recordings share something."""
    copies: tuple[Copy, ...]
    """The best first; in `contains`, the whole first."""
    pairs: tuple[DuplicatePair, ...]
    """What was found: not every copy of one recording need be compared with every other."""


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """What was found, and among how much."""

    groups: tuple[DuplicateGroup, ...]
    """`same` first, then `contains`, then `overlaps`; those with most copies first."""
    recordings: int
    """That were compared with all."""
    duration_s: float
    """Of these."""
    skipped: tuple[Skipped, ...]
    """Files that could not be read."""
    elapsed_s: float
