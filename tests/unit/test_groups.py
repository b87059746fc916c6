from __future__ import annotations

import pytest

from earmark.duplicates.groups import grouped
from earmark.duplicates.records import DuplicateGroup, Likeness
from tests.duplicates import SONG_S, link, member


def keys(group: DuplicateGroup) -> list[int]:
    """The keys of a group's copies."""
    return [copy.track.key for copy in group.copies]


@pytest.mark.parametrize(
    ("coverage", "other_coverage", "agreement", "wanted"),
    [
        (0.99, 0.95, 0.9, Likeness.SAME),
        (0.2, 0.99, 0.9, Likeness.CONTAINS),
        (0.99, 0.2, 0.9, Likeness.CONTAINS),
        (0.5, 0.5, 0.9, Likeness.OVERLAPS),
        (0.99, 0.99, 0.3, Likeness.OVERLAPS),
    ],
)
def test_coverage_and_agreement_say_how_two_recordings_stand(
    coverage: float, other_coverage: float, agreement: float, wanted: Likeness
) -> None:
    """Nearly all of both, of one, or a stretch; a layer that lasts throughout is an overlap."""
    assert link(0, 1, coverage, other_coverage, agreement=agreement).likeness is wanted


def test_copies_of_copies_are_one_group() -> None:
    """What is one recording with one of a group is one with all; one copy is kept."""
    (group,) = grouped([member(key) for key in range(3)], [link(0, 1), link(1, 2)])
    assert group.likeness is Likeness.SAME
    assert sorted(keys(group)) == [0, 1, 2]
    assert [copy.keep for copy in group.copies] == [True, False, False]


def test_the_longest_copy_is_whole_at_its_own_speed() -> None:
    """A copy that is 4 % faster is 4 % shorter, and still the whole recording."""
    members = [member(0), member(1, SONG_S / 1.04), member(2, 0.9 * SONG_S)]
    (group,) = grouped(members, [link(1, 0, speed=1.04), link(0, 2)])
    words = {copy.track.key: copy.reason for copy in group.copies}
    assert keys(group) == [0, 2, 1]
    assert words[2] == "20 s shorter"
    assert [copy.keep for copy in group.copies] == [True, False, True]
    assert words[1].startswith("4.0 % faster")


def test_a_whole_comes_before_its_parts() -> None:
    """Whichever of the two was asked for; nothing that is only a part is called needless."""
    members = [member(key) for key in range(3)]
    (group,) = grouped(members, [link(0, 1, 0.99, 0.2), link(1, 2, 0.3, 0.99)])
    assert group.likeness is Likeness.CONTAINS
    assert keys(group) == [1, 0, 2]
    assert all(copy.keep for copy in group.copies)
    assert [(pair.first, pair.second) for pair in group.pairs] == [(0, 1), (0, 2)]
    assert (group.pairs[0].coverage, group.pairs[0].other_coverage) == (0.2, 0.99)


def test_what_copies_share_with_others_is_told_once() -> None:
    """An excerpt of a recording that is there twice is told of the better copy."""
    members = [member(key) for key in range(3)]
    links = [link(0, 1), link(1, 2, 0.2, 0.99), link(0, 2, 0.2, 0.99)]
    same, contains = grouped(members, links)
    assert (same.likeness, contains.likeness) == (Likeness.SAME, Likeness.CONTAINS)
    assert keys(contains) == [keys(same)[0], 2]


def test_a_chain_of_overlaps_is_no_group() -> None:
    """Who shares something with two others does not make these one."""
    members = [member(key) for key in range(3)]
    links = [link(0, 1, 0.4, 0.4), link(1, 2, 0.4, 0.4)]
    assert [keys(group) for group in grouped(members, links)] == [[0, 1], [1, 2]]


def test_what_is_seen_from_the_other_side_is_turned() -> None:
    """Spans, speeds and coverage change places."""
    back = link(3, 5, 0.5, 0.9, speed=1.25).turned()
    assert (back.one, back.other, back.coverage, back.other_coverage) == (5, 3, 0.9, 0.5)
    assert back.speed == pytest.approx(0.8)
    assert (back.spans[0].end_s, back.spans[0].other_end_s) == (125.0, 100.0)


def test_nothing_shared_makes_no_groups() -> None:
    """No links, no groups."""
    assert grouped([], []) == []
