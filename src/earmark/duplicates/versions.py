"""Other recordings of what a track has: its copies, what it is part of, and what shares some of it.

What `find_duplicates` does for all tracks is done for one. The cost depends on how long the track
is, and not on the size of the catalogue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.duplicates.groups import Link
from earmark.duplicates.pairs import Shelf, pairs_of, told_span
from earmark.duplicates.records import LEAST_S, Likeness, SharedSpan
from earmark.matching.copies import speeds_around
from earmark.types import Constellation
from earmark.units import frame_rate_hz

if TYPE_CHECKING:
    from earmark.duplicates.pairs import Found
    from earmark.library import Library
    from earmark.params import PeakParams
    from earmark.types import Track


@dataclass(frozen=True, slots=True)
class Version:
    """Another recording that shares something with a track."""

    track: Track
    """The other one."""
    likeness: Likeness
    """`contains`: one is nearly all of the other; that of which less is shared is the whole."""
    coverage: float
    """The part of the track that the spans cover, 0 to 1; silence does not count."""
    other_coverage: float
    """The part of the other."""
    spans: tuple[SharedSpan, ...]
    """The track comes first in them."""


def find_versions(
    library: Library, track: Track, *, least_s: float = LEAST_S, most_s: float = math.inf
) -> list[Version]:
    """Find other recordings of a catalogue that share something with one of its tracks.

    Only what is stored is compared; no audio is read.

    Args:
        library: the catalogue.
        track: one of its tracks.
        least_s: what shares less than this in all is not told.
        most_s: only so much of the beginning of the track is compared.

    Returns:
        The most alike first: what is the same, then what contains or is contained, then overlaps;
        none for a track that is gone, or whose constellation is damaged.

    Raises:
        LibraryError: the library cannot be read.
    """
    params = library.params
    with library.reading() as reader:
        shelf = Shelf(reader)
        recording = shelf.constellation(track.key)
        if recording is None:
            return []
        pairs = pairs_of(
            track.key,
            _beginning(recording, most_s, params.peaks),
            shelf,
            params,
            speeds_around(),
            is_its_own=True,
        )
        versions = [_version(shelf, found, params.peaks) for found in pairs]
    alike = [version for version in versions if _shared_s(version) >= least_s]
    order = list(Likeness)
    return sorted(alike, key=lambda one: (order.index(one.likeness), -_shared_s(one)))


def _beginning(recording: Constellation, most_s: float, params: PeakParams) -> Constellation:
    """Return the peaks of the first seconds."""
    if math.isinf(most_s):
        return recording
    steps = most_s * frame_rate_hz(params) * params.steps
    count = int(np.searchsorted(recording.time, steps))
    return Constellation(recording.time[:count], recording.frequency[:count])


def _version(shelf: Shelf, found: Found, params: PeakParams) -> Version:
    spans = tuple(told_span(span, params) for span in found.spans)
    link = Link(0, 1, found.coverage, found.other_coverage, spans)
    other = shelf.reader.tracks([found.other])[found.other]
    return Version(other, link.likeness, found.coverage, found.other_coverage, spans)


def _shared_s(version: Version) -> float:
    return sum(span.end_s - span.start_s for span in version.spans)
