"""On random histories, every backend gives the answers of the reference."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from earmark.stores.base import Reader, Store, Writer
from earmark.stores.memory import MemoryStore
from earmark.tape import lookup
from tests.contract.backends import BACKENDS, Backend
from tests.recordings import EVERY_HASH, make_recording

Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["insert"] * 5 + ["update"] * 2 + ["remove"] * 2 + ["clear"]),
        st.integers(0, 6),
    ),
    max_size=4,
)


def apply(writer: Writer, steps: list[Step], version: int) -> None:
    """Change a store; the number of a step says which track."""
    for what, number in steps:
        track_id = f"track {number}"
        old = writer.track(track_id)
        if what == "insert":
            one = make_recording(100 * number + version % 100, track_id=track_id)
            writer.insert(one.track, one.constellation, one.landmarks)
        elif what == "clear":
            writer.clear()
        elif old and what == "update":
            title = f"Title {version}"
            writer.update(replace(old, metadata=replace(old.metadata, title=title)))
        elif old:
            writer.remove([old.key])


def answers(reader: Reader) -> list[object]:
    """Everything that a reader has to say."""
    tracks = list(reader.all_tracks())
    found = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
    keys = [track.key for track in tracks]
    return [
        tracks,
        [column.tolist() for column in found],
        reader.frames(),
        reader.constellations(keys),
        [reader.track(f"track {number}") for number in range(7)],
        [reader.by_file(track.source.file) for track in tracks],
        reader.page(limit=3, offset=1),
        reader.resembling([" ti", "pie", " 10"], 100),
    ]


class Congruence(RuleBasedStateMachine):
    """One history, told to a backend and to the reference."""

    backend: Backend

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store: Store = self.backend.make(self.folder)
        self.reference = MemoryStore()
        self.version = 0

    @rule(steps=STEPS)
    def write(self, steps: list[Step]) -> None:
        """Change both in one block; within it they agree, too."""
        self.version += 1
        with self.store.write() as writer, self.reference.write() as reference:
            apply(writer, steps, self.version)
            apply(reference, steps, self.version)
            assert answers(writer) == answers(reference)

    @rule(steps=STEPS)
    def fail(self, steps: list[Step]) -> None:
        """Begin a change that comes to nothing."""
        with contextlib.suppress(ZeroDivisionError), self.store.write() as writer:
            apply(writer, steps, 99)
            raise ZeroDivisionError

    @rule()
    def merge(self) -> None:
        """Merge what there is to merge."""
        self.store.merge()

    @rule()
    def rebuild(self) -> None:
        """Make the index anew."""
        self.store.rebuild()

    @rule()
    def reopen(self) -> None:
        """Close the store and come back."""
        self.store = self.backend.reopen(self.store, self.folder)

    @invariant()
    def agree(self) -> None:
        """Both give the same answers."""
        with self.store.read() as reader, self.reference.read() as reference:
            assert answers(reader) == answers(reference)

    def teardown(self) -> None:
        """Look for damage, and clean up."""
        problems = self.store.check(deep=True)
        self.store.close()
        shutil.rmtree(self.folder)
        assert problems == []


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)
def test_backends_agree_with_the_reference(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inserted, replaced, updated, removed, merged, rebuilt, reopened: the answers are the same.

    A block of more than two tracks writes some of its landmarks before it ends.
    """
    monkeypatch.setattr("earmark.stores.session.MOST_PENDING_BYTES", 700)
    machine = type("Machine", (Congruence,), {"backend": backend})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=20, stateful_step_count=24, deadline=None),
    )
