"""Every recording asked for in an index, and what is found compared: pairs that share something.

The cost of a recording depends on its own length, not on the size of the index (a budget of
postings for each window), and on how many recordings the votes name. So the cost of a catalogue
grows with its tracks, not with their pairs.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.answers import Intact
from earmark.axis import axis_of
from earmark.duplicates.records import SharedSpan
from earmark.matching.copies import places, speeds_above, speeds_around
from earmark.matching.overlap import covered, shared, sounding
from earmark.packing import unpack
from earmark.units import steps_to_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from earmark.axis import FrequencyAxis
    from earmark.matching.copies import Place
    from earmark.matching.lines import Lead
    from earmark.matching.overlap import Span
    from earmark.params import Params, PeakParams
    from earmark.stores.base import Reader
    from earmark.types import Constellation

MOST_HELD_PEAKS = 1 << 22
"""Of unpacked constellations that are kept for the next comparison: 25 MB."""

OnCompared = Callable[[int], None]
"""Called with the number of recordings that were asked for so far."""


@dataclass(frozen=True, slots=True)
class Found:
    """Two recordings that share something, by their keys."""

    one: int
    other: int
    spans: tuple[Span, ...]
    coverage: float
    """The part of the one's peaks within the spans."""
    other_coverage: float
    sounding: int
    """Steps from the first peak of the one to its last."""
    other_sounding: int


class Shelf:
    """The constellations of one store, unpacked when they are wanted, the latest ones kept."""

    def __init__(self, reader: Reader) -> None:
        """Take a consistent view of the store, which outlives the shelf."""
        self.reader = reader
        self._intact = Intact(reader)
        self._held: OrderedDict[int, Constellation] = OrderedDict()
        self._peaks = 0

    def constellation(self, key: int) -> Constellation | None:
        """Return a track's peaks; None if they are damaged, or it has none."""
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        packed = self._intact.constellations([key]).get(key)
        peaks = None if packed is None else unpack(packed)
        if peaks is None or not len(peaks):
            return None
        self._held[key] = peaks
        self._peaks += len(peaks)
        while self._peaks > MOST_HELD_PEAKS and len(self._held) > 1:
            self._peaks -= len(self._held.popitem(last=False)[1])
        return peaks


def pairs_within(shelf: Shelf, params: Params, on_compared: OnCompared) -> Iterator[Found]:
    """Yield the pairs of one store, each once."""
    yield from _asked(shelf, shelf, params, speeds_above(), on_compared)


def pairs_between(
    asked: Shelf, index: Shelf, params: Params, on_compared: OnCompared
) -> Iterator[Found]:
    """Yield pairs of a recording of one store, which is asked for, and one of another."""
    yield from _asked(asked, index, params, speeds_around(), on_compared)


def _asked(
    asked: Shelf,
    index: Shelf,
    params: Params,
    speeds: Sequence[float],
    on_compared: OnCompared,
) -> Iterator[Found]:
    is_one = asked is index
    done: defaultdict[int, set[int]] = defaultdict(set)
    for count, track in enumerate(asked.reader.all_tracks(), 1):
        recording = asked.constellation(track.key)
        if recording is not None:
            found = pairs_of(
                track.key,
                recording,
                index,
                params,
                speeds,
                is_its_own=is_one,
                passed_by=done.pop(track.key, set()) if is_one else frozenset(),
            )
            for pair in found:
                done[pair.other].add(track.key)
                yield pair
        on_compared(count)


def pairs_of(
    key: int,
    recording: Constellation,
    index: Shelf,
    params: Params,
    speeds: Sequence[float],
    *,
    is_its_own: bool,
    passed_by: Collection[int] = frozenset(),
) -> Iterator[Found]:
    """Yield the pairs of one recording and those of a store.

    Args:
        key: of the recording.
        recording: its peaks, or those of its beginning.
        index: the store.
        params: what both were made with.
        speeds: that are tried beside 1; see `Line.speed`.
        is_its_own: whether the store has the recording itself, which is left out.
        passed_by: keys of recordings that need not be compared.
    """
    axis = axis_of(params.peaks)
    own = key if is_its_own else None
    candidates = places(recording, index.reader, axis, params, leave_out=own, speeds=(1.0, *speeds))
    for other, leads in _by_track(candidates).items():
        if other not in passed_by:
            found = _compared(key, recording, other, index, leads, axis)
            if found is not None:
                yield found


def told_span(span: Span, params: PeakParams) -> SharedSpan:
    """Return a stretch that two recordings share with its times in seconds."""
    times = (span.begin, span.end, span.line.at(span.begin), span.line.at(span.end))
    begin_s, end_s, other_begin_s, other_end_s = (
        max(0.0, steps_to_seconds(at, params)) for at in times
    )
    return SharedSpan(
        start_s=begin_s,
        end_s=end_s,
        other_start_s=other_begin_s,
        other_end_s=other_end_s,
        speed=span.line.speed,
        agreement=span.agreement,
    )


def _compared(
    key: int,
    one: Constellation,
    other: int,
    index: Shelf,
    leads: Sequence[Lead],
    axis: FrequencyAxis,
) -> Found | None:
    """Return what two recordings share, if anything."""
    theirs = index.constellation(other)
    spans = [] if theirs is None else shared(one, theirs, leads, axis)
    if theirs is None or not spans:
        return None
    own_ranges = [(span.begin, span.end) for span in spans]
    their_ranges = [(span.line.at(span.begin), span.line.at(span.end)) for span in spans]
    return Found(
        one=key,
        other=other,
        spans=tuple(spans),
        coverage=covered(one, own_ranges),
        other_coverage=covered(theirs, their_ranges),
        sounding=sounding(one),
        other_sounding=sounding(theirs),
    )


def _by_track(candidates: Iterable[Place]) -> dict[int, list[Lead]]:
    """Put places of one track together, those with most votes first."""
    found: defaultdict[int, list[Lead]] = defaultdict(list)
    for place in sorted(candidates, key=lambda place: -place.votes):
        found[place.key].append(place.lead)
    return found
