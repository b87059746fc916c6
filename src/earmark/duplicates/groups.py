"""Pairs to groups: what is one recording, which copy of it to keep, and what else shares what."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.audio import read_header
from earmark.duplicates.quality import Candidate, advised
from earmark.duplicates.records import Copy, DuplicateGroup, DuplicatePair, Likeness, SharedSpan
from earmark.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from earmark.audio import Header
    from earmark.types import Track

NEARLY_ALL = 0.85
"""Of a recording's peaks: so much of it in another is all of it but a trimmed end or a fade."""

SAME_AGREEMENT = 0.6
"""Least mean agreement of one recording with itself in another coding; what only shares a loop or
a voice has less. docs/duplicates.md has both."""

ORDER = tuple(Likeness)
"""Of groups in a report, and of pairs by what they say."""


@dataclass(frozen=True, slots=True)
class Member:
    """A recording that shares something with another."""

    track: Track
    path: bytes
    in_library: bool
    sounding_s: float
    """From the first sound to the last."""


@dataclass(frozen=True, slots=True)
class Link:
    """What two members, by their numbers, share; `DuplicatePair` describes the fields."""

    one: int
    other: int
    coverage: float
    other_coverage: float
    spans: tuple[SharedSpan, ...]

    @property
    def likeness(self) -> Likeness:
        """How the two stand to each other."""
        if self.agreement < SAME_AGREEMENT or max(self.coverage, self.other_coverage) < NEARLY_ALL:
            return Likeness.OVERLAPS
        least = min(self.coverage, self.other_coverage)
        return Likeness.SAME if least >= NEARLY_ALL else Likeness.CONTAINS

    @property
    def shared_s(self) -> float:
        """How much is shared, in seconds of the one."""
        return sum(span.end_s - span.start_s for span in self.spans)

    @property
    def agreement(self) -> float:
        """The mean agreement of the spans, by their length."""
        weighed = sum(span.agreement * (span.end_s - span.start_s) for span in self.spans)
        return weighed / self.shared_s

    @property
    def speed(self) -> float:
        """Seconds of the other per second of the one, on the longest span."""
        return max(self.spans, key=lambda span: span.end_s - span.start_s).speed

    def turned(self) -> Link:
        """Return the same, seen from the other."""
        spans = sorted((_turned(span) for span in self.spans), key=lambda span: span.start_s)
        return Link(self.other, self.one, self.other_coverage, self.coverage, tuple(spans))


def grouped(members: Sequence[Member], links: Sequence[Link]) -> list[DuplicateGroup]:
    """Return groups: one recording's copies first, then wholes with their parts, then overlaps.

    What shares something with one copy of a recording is told once, of the best copy if it can be.
    """
    component = _components(len(members), links)
    groups, best = [], {number: number for number in range(len(members))}
    inside: defaultdict[int, list[Link]] = defaultdict(list)
    for link in links:
        if component[link.one] == component[link.other]:
            inside[component[link.one]].append(link)
    for name, its_links in inside.items():
        numbers = [number for number, own in enumerate(component) if own == name]
        group, first = _same(numbers, members, its_links)
        groups.append(group)
        best.update(dict.fromkeys(numbers, first))
    outside = [link for link in links if component[link.one] != component[link.other]]
    told = _told_once(outside, best)
    groups += _containing(told, members)
    groups += [_overlapping(link, members) for link in told if link.likeness is Likeness.OVERLAPS]
    return sorted(groups, key=lambda group: (ORDER.index(group.likeness), -len(group.copies)))


def header_of(track: Track, path: bytes) -> Header | None:
    """Read how a file is coded; None if it is gone, or nothing that FFmpeg opens."""
    try:
        return read_header(path or track.source.file)
    except AudioError:
        return None


def _components(count: int, links: Iterable[Link]) -> list[int]:
    """Return for each member the least number of those that are one recording with it."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for link in links:
        if link.likeness is Likeness.SAME:
            low, high = sorted((root(link.one), root(link.other)))
            parent[high] = low
    return [root(number) for number in range(count)]


def _candidates(
    numbers: Sequence[int], members: Sequence[Member], links: Sequence[Link]
) -> list[Candidate]:
    """Return members of one recording as copies of which one may be kept."""
    speeds = _speeds(numbers[0], links)
    longest_s = max(members[number].sounding_s * speeds[number] for number in numbers)
    return [
        Candidate(
            track=members[number].track,
            header=header_of(members[number].track, members[number].path),
            sounding_s=members[number].sounding_s,
            longest_s=longest_s / speeds[number],
            in_library=members[number].in_library,
            speed=speeds[number],
        )
        for number in numbers
    ]


def _speeds(first: int, links: Iterable[Link]) -> dict[int, float]:
    """Return how many seconds of the first member go by per second of each that it is linked to."""
    beside: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for link in links:
        beside[link.other].append((link.one, link.speed))
        beside[link.one].append((link.other, 1 / link.speed))
    speeds, waiting = {first: 1.0}, deque([first])
    while waiting:
        here = waiting.popleft()
        for there, speed in beside[here]:
            if there not in speeds:
                speeds[there] = speed * speeds[here]
                waiting.append(there)
    return speeds


def _same(
    numbers: Sequence[int], members: Sequence[Member], links: Sequence[Link]
) -> tuple[DuplicateGroup, int]:
    """Return the group of one recording, and the number of the member that comes first in it."""
    candidates = _candidates(numbers, members, links)
    order, copies = [], []
    for advice in advised(candidates):
        number, header = numbers[advice.number], candidates[advice.number].header
        order.append(number)
        copies.append(_copy(members[number], header, advice.reason, keep=advice.keep))
    return DuplicateGroup(Likeness.SAME, tuple(copies), _pairs(order, links)), order[0]


def _told_once(links: Iterable[Link], best: dict[int, int]) -> list[Link]:
    """Return one link of each two recordings: of their best copies, or where most is shared."""
    chosen: dict[tuple[int, int], Link] = {}

    def worth(link: Link) -> tuple[int, int, float]:
        of_best = (best[link.one] == link.one) + (best[link.other] == link.other)
        return -ORDER.index(link.likeness), of_best, link.shared_s

    for link in links:
        low, high = sorted((best[link.one], best[link.other]))
        if (low, high) not in chosen or worth(link) > worth(chosen[low, high]):
            chosen[low, high] = link
    return list(chosen.values())


def _containing(links: Iterable[Link], members: Sequence[Member]) -> list[DuplicateGroup]:
    """Return each whole with all that it contains."""
    parts: defaultdict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link.likeness is Likeness.CONTAINS:
            seen = link if link.other_coverage >= link.coverage else link.turned()
            parts[seen.one].append(seen)
    groups = []
    for whole, its_links in parts.items():
        numbers = [whole, *(link.other for link in its_links)]
        words = ["contains the others", *("all of it is in the first" for _ in its_links)]
        groups.append(_group(Likeness.CONTAINS, numbers, words, members, its_links))
    return groups


def _overlapping(link: Link, members: Sequence[Member]) -> DuplicateGroup:
    words = [f"{link.shared_s:.0f} s are shared"] * 2
    return _group(Likeness.OVERLAPS, [link.one, link.other], words, members, [link])


def _group(
    likeness: Likeness,
    numbers: Sequence[int],
    words: Sequence[str],
    members: Sequence[Member],
    links: Sequence[Link],
) -> DuplicateGroup:
    """Return a group of different recordings, all of which are kept."""
    copies = []
    for number, reason in zip(numbers, words, strict=True):
        one = members[number]
        copies.append(_copy(one, header_of(one.track, one.path), reason, keep=True))
    return DuplicateGroup(likeness, tuple(copies), _pairs(numbers, links))


def _copy(member: Member, header: Header | None, reason: str, *, keep: bool) -> Copy:
    return Copy(member.track, member.path, member.in_library, header, keep, reason)


def _pairs(numbers: Sequence[int], links: Iterable[Link]) -> tuple[DuplicatePair, ...]:
    """Return links by their places in a group, the earlier copy first."""
    place = {number: index for index, number in enumerate(numbers)}
    seen = (link if place[link.one] < place[link.other] else link.turned() for link in links)
    pairs = [
        DuplicatePair(
            first=place[link.one],
            second=place[link.other],
            likeness=link.likeness,
            coverage=link.coverage,
            other_coverage=link.other_coverage,
            spans=link.spans,
        )
        for link in seen
    ]
    return tuple(sorted(pairs, key=lambda pair: (pair.first, pair.second)))


def _turned(span: SharedSpan) -> SharedSpan:
    return SharedSpan(
        start_s=span.other_start_s,
        end_s=span.other_end_s,
        other_start_s=span.start_s,
        other_end_s=span.end_s,
        speed=1 / span.speed,
        agreement=span.agreement,
    )
