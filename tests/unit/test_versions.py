from __future__ import annotations

from collections.abc import Iterator

import pytest

from earmark import jsonable
from earmark.duplicates.records import Likeness
from earmark.duplicates.versions import find_versions
from earmark.landmarks import reference_landmarks
from earmark.library import Library
from earmark.packing import pack
from earmark.stores.memory import MemoryStore
from earmark.types import Track
from tests.constellations import PARAMS, excerpt, make_peaks, thinned
from tests.duplicates import track

SONG = make_peaks(1, seconds=40, per_second=30)
OTHER = make_peaks(2, seconds=40, per_second=30)
COPY = thinned(SONG, seed=1, kept=0.8)
SLOW = excerpt(SONG, 0, 40, tempo=0.98, pitch=0.98)
PART = excerpt(SONG, 10, 20)


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    """A song, another one, a copy of the first, a slower one, and a part of it."""
    store = MemoryStore()
    with store.write() as writer:
        for number, peaks in enumerate((SONG, OTHER, COPY, SLOW, PART), 1):
            writer.insert(track(number), pack(peaks), reference_landmarks(peaks, PARAMS))
    with Library(store, PARAMS) as opened:
        yield opened


def of(library: Library, number: int) -> Track:
    """A track by its number."""
    return library.track(f"id-{number}")


def test_versions_of_a_track_are_all_that_share_something(library: Library) -> None:
    """Copies first, whatever their speed, then parts; no stranger, and not the track itself."""
    found = find_versions(library, of(library, 1), least_s=5)
    assert {one.track.id for one in found[:2]} == {"id-3", "id-4"}
    assert [one.likeness for one in found] == [Likeness.SAME, Likeness.SAME, Likeness.CONTAINS]
    part = found[2]
    assert part.track.id == "id-5"
    assert part.spans[0].start_s == pytest.approx(10, abs=1)
    assert part.coverage < 0.6 < part.other_coverage


def test_a_slower_version_says_how_fast_it_is(library: Library) -> None:
    """Seen from either: one is as much faster as the other is slower."""
    speeds = {
        number: [one.spans[0].speed for one in find_versions(library, of(library, number))]
        for number in (1, 4)
    }
    assert max(speeds[1]) * min(speeds[4]) == pytest.approx(1, abs=0.002)


def test_a_track_by_itself_has_none(library: Library) -> None:
    """And one that is gone has none either."""
    assert find_versions(library, of(library, 2)) == []
    assert find_versions(library, track(77)) == []


def test_only_the_beginning_may_be_compared(library: Library) -> None:
    """What is shared behind it is not found."""
    found = find_versions(library, of(library, 1), least_s=5, most_s=8.0)
    assert {one.track.id for one in found} == {"id-3", "id-4"}
    assert max(span.end_s for one in found for span in one.spans) < 9


def test_what_shares_less_is_not_told(library: Library) -> None:
    """A length of one's own says what is enough."""
    assert len(find_versions(library, of(library, 1), least_s=25)) == 2


def test_a_version_is_told_as_json(library: Library) -> None:
    """The other track, and what is shared."""
    told = jsonable.version(find_versions(library, of(library, 5), least_s=5)[0])
    assert list(told) == ["track", "likeness", "coverage", "other_coverage", "spans"]
