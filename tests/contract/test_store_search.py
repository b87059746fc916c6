"""What every backend finds for a search."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.searchable import search_text, trigrams
from earmark.stores.base import Store
from earmark.types import Metadata
from tests.contract.backends import Backend
from tests.recordings import make_recording

WORDS = st.sampled_from("the queen quen night ñight 東京 u2 o'hara".split())
NAMES = st.lists(st.lists(WORDS, max_size=3).map(" ".join), max_size=8)


def name(store: Store, *titles: str) -> list[int]:
    """Insert tracks of these titles in one block and return their keys."""
    keys = []
    with store.write() as writer:
        for seed, title in enumerate(titles):
            one = make_recording(seed)
            track = replace(one.track, metadata=Metadata(title, "Somebody"))
            keys.append(writer.insert(track, one.constellation, one.landmarks))
    return keys


def found(store: Store, text: str, most: int = 100) -> list[int]:
    """Return the keys that a search begins with."""
    with store.read() as reader:
        return list(reader.resembling(trigrams(text), most))


def test_a_shared_trigram_leads_to_a_track(store: Store) -> None:
    """Part of a word is enough, whatever its case and accents; what shares none is left out."""
    first, second, _ = name(store, "Killer Quéen", "A queer day", "Help")
    assert found(store, "quen") == [first, second]
    assert found(store, "xyz") == found(store, "") == []


def test_search_texts_are_those_of_the_tracks(store: Store) -> None:
    """Normalised, in their three lines."""
    (key,) = name(store, "Quéen!")
    with store.read() as reader:
        (found,) = reader.resembling([" qu"], 5).items()
        assert found == (key, search_text(reader.tracks([key])[key].metadata))
    assert found[1] == " queen \n somebody \n  "


def test_trigrams_are_no_patterns(store: Store) -> None:
    """What has a meaning in a query language has none here."""
    name(store, "Queen")
    with store.read() as reader:
        assert reader.resembling(['"qu', "%%%", "___", "a*b", "-qu", "NOT", 'q"e'], 5) == {}


def test_a_changed_name_is_found_anew(store: Store) -> None:
    """And no more by what it was."""
    key, other = name(store, "Queen", "Other")
    with store.write() as writer:
        track = writer.tracks([key])[key]
        writer.update(replace(track, metadata=Metadata("Zebra")))
        writer.remove([other])
    assert (found(store, "queen"), found(store, "zebra"), found(store, "other")) == ([], [key], [])


def test_a_block_finds_its_own_changes(store: Store) -> None:
    """Within a block what was added is found; after one that failed it is not."""
    one = make_recording(1)
    with contextlib.suppress(ZeroDivisionError), store.write() as writer:
        key = writer.insert(one.track, one.constellation, one.landmarks)
        assert list(writer.resembling(["pie"], 5)) == [key]
        raise ZeroDivisionError
    assert found(store, "piece") == []


def test_of_many_those_with_most_in_common_are_returned(store: Store) -> None:
    """Up to as many as are asked for."""
    keys = name(store, *["The Thing"] * 30, "The Thing Rhapsody", *["The Thing"] * 30)
    few = found(store, "the rhapsody", most=10)
    assert len(few) == 10
    assert keys[30] in few


def test_a_search_outlives_its_store(store: Store, backend: Backend, tmp_path: Path) -> None:
    """After reopening and rebuilding the same is found."""
    keys = name(store, "Queen", "Night")
    store.rebuild()
    store = backend.reopen(store, tmp_path)
    assert found(store, "queen") == keys[:1]
    store.close()


@given(NAMES, st.lists(WORDS, max_size=3).map(" ".join))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_all_that_share_a_trigram_are_found(store: Store, titles: list[str], text: str) -> None:
    """None is missed and none too many, if there are not more than are asked for."""
    with store.write() as writer:
        writer.remove([track.key for track in list(writer.all_tracks())])
    keys = name(store, *titles)
    texts = {key: search_text(Metadata(title, "Somebody")) for key, title in zip(keys, titles)}
    wanted = trigrams(text and search_text(Metadata(text)))
    expected = [key for key in keys if any(one in texts[key] for one in wanted)]
    assert found(store, text and search_text(Metadata(text))) == expected
