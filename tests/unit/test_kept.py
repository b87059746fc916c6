from __future__ import annotations

from earmark.stores.postgres.kept import KeptConstellations


def test_what_was_kept_is_found_by_its_hash() -> None:
    """And its key tells that it is probably there."""
    kept = KeptConstellations(100)
    kept.keep(1, b"a", b"sound")
    assert kept.find(b"a") == b"sound"
    assert kept.probable([1, 2]) == [1]
    assert kept.find(b"b") is None


def test_the_longest_unused_go() -> None:
    """Within a bound of bytes."""
    kept = KeptConstellations(10)
    kept.keep(1, b"a", b"12345")
    kept.keep(2, b"b", b"12345")
    kept.find(b"a")
    kept.keep(3, b"c", b"12345")
    assert kept.probable([1, 2, 3]) == [1, 3]


def test_one_sound_of_several_keys_is_kept_once() -> None:
    """It takes its room once."""
    kept = KeptConstellations(10)
    for key in range(5):
        kept.keep(key, b"a", b"12345")
    kept.keep(9, b"b", b"12345")
    assert kept.probable([0, 4, 9]) == [0, 4, 9]


def test_keys_of_what_is_gone_are_forgotten() -> None:
    """However many there were."""
    kept = KeptConstellations(10)
    for key in range(1000):
        kept.keep(key, b"%d" % key, b"12345")
    assert len(kept._hashes) < 10
