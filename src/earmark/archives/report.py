"""What is told of a library on its way, while it goes and when it has arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_TOLD = 1000
"""Failures that a report holds; it counts all."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something that did not arrive, and why."""

    place: str
    """Where in the archive; empty for a track of a library."""
    name: str
    """The id of the track, as far as it is known."""
    cause: str


@dataclass(slots=True)
class Failures:
    """What did not arrive: all of it counted, the first thousand told."""

    count: int = 0
    told: list[Failed] = field(default_factory=list)

    def add(self, failed: Failed) -> None:
        """Count one."""
        self.count += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(failed)


@dataclass(slots=True)
class ExportReport:
    """What became of an export, or of a backup."""

    location: str
    """The archive; `-` is the standard output."""
    tracks: int = 0
    duration_s: float = 0.0
    media_files: int = 0
    media_bytes: int = 0
    plays: int = 0
    size_bytes: int = 0
    failures: Failures = field(default_factory=Failures)
    """Tracks, or their sound, that the library itself has lost."""
    elapsed_s: float = 0.0


@dataclass(slots=True)
class ImportReport:
    """What became of an import, of a copy, or of a restored backup."""

    location: str
    """The library."""
    added: int = 0
    replaced: int = 0
    """Tracks that were there under the same id and differed."""
    unchanged: int = 0
    """Tracks that were there already."""
    media_files: int = 0
    media_bytes: int = 0
    plays: int = 0
    plays_left: int = 0
    """Plays that the archive has, too, and that were passed by."""
    failures: Failures = field(default_factory=Failures)
    complete: bool = False
    """Whether nothing was lost on the way: every record was whole, up to the archive's end."""
    elapsed_s: float = 0.0

    @property
    def tracks(self) -> int:
        """How many tracks arrived, or were there."""
        return self.added + self.replaced + self.unchanged


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """How far it is."""

    done: int
    """Tracks."""
    total: int


OnTransfer = Callable[[TransferProgress], None]
