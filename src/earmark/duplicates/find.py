"""Finding duplicates: in a catalogue, in folders, and between them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.duplicates.groups import Link, Member, grouped
from earmark.duplicates.pairs import Shelf, pairs_between, pairs_within, told_span
from earmark.duplicates.records import LEAST_S, DuplicateReport, SharedSpan
from earmark.library import Library
from earmark.units import steps_to_seconds

if TYPE_CHECKING:
    from earmark.duplicates.pairs import Found
    from earmark.ingest import Duplicate, OnProgress, Skipped
    from earmark.params import PeakParams

OnCompared = Callable[[int, int], None]
"""Called after every recording with how many are compared, and how many there are."""


def find_duplicates(
    library: Library, *, least_s: float = LEAST_S, on_compared: OnCompared | None = None
) -> DuplicateReport:
    """Find recordings of a catalogue that are the same, contain one another, or overlap.

    Only what is stored is compared; no audio is read but the headers of files that are found.
    Nothing is changed.

    Args:
        library: the catalogue.
        least_s: what shares less than this in all is not told.
        on_compared: called after every recording.

    Raises:
        LibraryError: the library cannot be read.
    """
    began = time.monotonic()
    search = _Search(library.params.peaks, least_s)
    with library.reading() as reader:
        shelf = Shelf(reader)
        counts = reader.stats()
        step = _counting(on_compared, counts.tracks)
        search.take(
            pairs_within(shelf, library.params, step), shelf, shelf, in_library=(True, True)
        )
    return search.report((), counts.tracks, counts.duration_s, began)


def find_duplicates_in(
    paths: Sequence[str | bytes | os.PathLike[str]],
    *,
    library: Library | None = None,
    least_s: float = LEAST_S,
    workers: int = 1,
    on_progress: OnProgress | None = None,
    on_compared: OnCompared | None = None,
) -> DuplicateReport:
    """Find duplicates among files and folders, and what of them a catalogue has already.

    The files are fingerprinted into a library of their own, which is gone afterwards.

    Args:
        paths: files and folders.
        library: a catalogue that the files are compared with as well; it is only read.
        least_s: what shares less than this in all is not told.
        workers: processes that decode.
        on_progress: called after every file that is decoded.
        on_compared: called after every recording that is compared.

    Raises:
        UsageError: no path.
        LibraryError: the library cannot be read, or there is no room for the fingerprints.
    """
    began = time.monotonic()
    params = None if library is None else library.params
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="earmark-duplicates-"))
        place = Path(scratch) / "duplicates.earmark"
        own = stack.enter_context(Library.open(place, params=params))
        added = own.add(paths, workers=workers, on_progress=on_progress)
        reader = stack.enter_context(own.reading())
        counts, shelf = reader.stats(), Shelf(reader)
        total = counts.tracks * (1 if library is None else 2)
        search = _Search(own.params.peaks, least_s)
        step = _counting(on_compared, total)
        within = pairs_within(shelf, own.params, step)
        search.take(within, shelf, shelf, in_library=(False, False))
        if library is not None:
            theirs = Shelf(stack.enter_context(library.reading()))
            step = _counting(on_compared, total, counts.tracks)
            between = pairs_between(shelf, theirs, own.params, step)
            search.take(between, shelf, theirs, in_library=(False, True))
        search.take_twins(added.duplicates)
        return search.report(added.skipped, counts.tracks, counts.duration_s, began)


@dataclass(slots=True)
class _Search:
    """What is found on the way: recordings, numbered as they turn up, and what they share."""

    params: PeakParams
    least_s: float
    members: list[Member] = field(default_factory=list)
    links: dict[tuple[int, int], Link] = field(default_factory=dict)
    """By the numbers of the two, the lower first."""
    numbers: dict[bytes | tuple[bool, int], int] = field(default_factory=dict)
    """Of members, by their files, or without one by whether they are in the library, and keys."""

    def take(
        self,
        pairs: Iterable[Found],
        one: Shelf,
        other: Shelf,
        *,
        in_library: tuple[bool, bool],
    ) -> None:
        """Take pairs of recordings of two shelves, and leave out what shares too little."""
        for found in pairs:
            spans = tuple(told_span(span, self.params) for span in found.spans)
            if sum(span.end_s - span.start_s for span in spans) >= self.least_s:
                first = self._number(one, found.one, found.sounding, in_library=in_library[0])
                second = self._number(
                    other, found.other, found.other_sounding, in_library=in_library[1]
                )
                self._link(Link(first, second, found.coverage, found.other_coverage, spans))

    def take_twins(self, twins: Iterable[Duplicate]) -> None:
        """Take files that have the sound of a track exactly."""
        for twin in twins:
            track, path = twin.track, os.fsencode(twin.path)
            like = Member(track, track.source.path, in_library=False, sounding_s=track.duration_s)
            number = self._registered(track.source.file, like)
            sounding_s = self.members[number].sounding_s
            again = Member(track, path, in_library=False, sounding_s=sounding_s)
            whole = SharedSpan(0.0, track.duration_s, 0.0, track.duration_s, 1.0, 1.0)
            file = os.path.abspath(path)  # noqa: PTH100 - bytes: a name need not be text
            other = self._registered(file, again)
            self._link(Link(number, other, 1.0, 1.0, (whole,)))

    def report(
        self, skipped: Sequence[Skipped], recordings: int, duration_s: float, began: float
    ) -> DuplicateReport:
        """Put what was found into groups."""
        groups = tuple(grouped(self.members, list(self.links.values())))
        elapsed_s = time.monotonic() - began
        return DuplicateReport(groups, recordings, duration_s, tuple(skipped), elapsed_s)

    def _link(self, link: Link) -> None:
        """Keep what two recordings share, once; a file that the library has is itself no copy."""
        if link.one != link.other:
            low, high = sorted((link.one, link.other))
            self.links.setdefault((low, high), link)

    def _number(self, shelf: Shelf, key: int, sounding: int, *, in_library: bool) -> int:
        """Return the number of a recording, a new one if it is new."""
        track = shelf.reader.tracks([key])[key]
        sounding_s = steps_to_seconds(sounding, self.params)
        member = Member(track, track.source.path, in_library, sounding_s)
        return self._registered(track.source.file or (in_library, key), member)

    def _registered(self, name: bytes | tuple[bool, int], member: Member) -> int:
        """Return the number of a member; one that is known may turn out to be in the library."""
        number = self.numbers.setdefault(name, len(self.members))
        if number == len(self.members):
            self.members.append(member)
        elif member.in_library:
            self.members[number] = member
        return number


def _counting(on_compared: OnCompared | None, total: int, before: int = 0) -> Callable[[int], None]:
    """Return what tells how many of all recordings were compared."""
    if on_compared is None:
        return lambda _: None
    return lambda count: on_compared(before + count, total)
