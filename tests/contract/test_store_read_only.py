"""A library that its reader may not write, in a folder or in a single file."""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from earmark.errors import EarmarkError
from earmark.params import Params
from earmark.stores.segmented import SegmentedStore
from tests.contract.workers import Place, Shared, add, held, home_of, opened, places
from tests.recordings import landmarks_of

T = TypeVar("T")
NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may read."""
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o755)
    yield parent / "library"
    set_writable(parent / "library", writable=True)
    shutil.rmtree(parent)


@pytest.fixture(params=["directory", "sqlite"])
def place(request: pytest.FixtureRequest, folder: Path) -> Place:
    """A library of two tracks there, of one kind after the other; its owner has closed it."""
    made = places(folder)[request.param]
    store = opened(made)
    add(store, 1, 2)
    with store.read() as reader:  # loads the kernels, which an unprivileged process could not
        held(reader)
    store.close()
    return made


def set_writable(folder: Path, *, writable: bool) -> None:
    """Give its owner the right to write a folder and all in it, or take it."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if writable or path.is_dir() else 0o444)
    if not writable:
        for path in [folder, *folder.rglob("*/")]:
            path.chmod(0o555)


def unprivileged(function: Callable[[], T]) -> T:
    """Call a function in a process that permissions hold for; its errors come back, too."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            result: object = function()
        except BaseException as error:  # noqa: BLE001 - the parent raises it
            result = f"{type(error).__name__}: {error}"
        os.write(sender, pickle.dumps(result))
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as stream:
        result = pickle.loads(stream.read())  # noqa: S301 - our own child wrote it
    os.waitpid(child, 0)
    return result  # type: ignore[return-value]


def opened_to_read(place: Place) -> Shared:
    """Open a library that is there."""
    return SegmentedStore.open(home_of(place), Params(), landmarks_of)


def read_keys(place: Place) -> set[int]:
    """Open a library and return what it holds."""
    store = opened_to_read(place)
    with store.read() as reader:
        found = held(reader)
    store.close()
    return found


def test_a_library_can_be_read_without_permission_to_write(folder: Path, place: Place) -> None:
    """Reading needs no file of its own in the folder."""
    set_writable(folder, writable=False)
    assert unprivileged(lambda: read_keys(place)) == {1, 2}


def test_who_may_write_is_told(folder: Path, place: Place) -> None:
    """Its owner may; who has no permission learns so before the first change."""

    def may_write() -> bool:
        return opened_to_read(place).may_write()

    assert may_write()
    set_writable(folder, writable=False)
    assert unprivileged(may_write) is False


def test_a_library_can_be_checked_without_permission_to_write(folder: Path, place: Place) -> None:
    """A deep check only reads."""
    set_writable(folder, writable=False)

    def check() -> int:
        store = opened_to_read(place)
        return len(store.check(deep=True))

    assert unprivileged(check) == 0


def test_a_library_in_use_can_be_read_without_permission_to_write(place: Place) -> None:
    """While its owner has it open, with changes in the journal, others see them."""
    store = opened(place)
    add(store, 3)
    assert unprivileged(lambda: read_keys(place)) == {1, 2, 3}
    store.close()


def test_a_library_whose_writer_died_can_be_read_without_permission_to_write(
    folder: Path,
    place: Place,
) -> None:
    """What a killed writer left in the journal is seen."""
    child = os.fork()
    if child == 0:
        add(opened(place), 3)
        os._exit(0)  # nothing is closed
    os.waitpid(child, 0)
    assert max(path.stat().st_size for path in folder.glob("*-wal")) > 0
    assert unprivileged(lambda: read_keys(place)) == {1, 2, 3}


def test_changes_are_seen_without_permission_to_write(place: Place) -> None:
    """A reader that began while nobody wrote sees what a writer does later, and after that."""

    def read_thrice() -> list[set[int]]:
        store = opened_to_read(place)
        seen = []
        for _ in range(3):
            with store.read() as reader:
                seen.append(held(reader))
            os.write(asks, b"!")
            os.read(answers, 1)
        return seen

    asked, asks = os.pipe()
    answers, answered = os.pipe()
    writer = os.fork()
    if writer == 0:
        os.close(asks)
        os.read(asked, 1)
        store = opened(place)
        add(store, 3)
        os.write(answered, b"!")
        os.read(asked, 1)
        add(store, 4)
        store.close()
        os.write(answered, b"!!")
        os._exit(0)
    seen = unprivileged(read_thrice)
    for handle in (asked, asks, answers, answered):
        os.close(handle)
    os.waitpid(writer, 0)
    assert seen == [{1, 2}, {1, 2, 3}, {1, 2, 3, 4}]


@pytest.mark.parametrize("change", ["write", "merge", "repair", "rebuild"])
def test_a_read_only_library_refuses_every_change(folder: Path, place: Place, change: str) -> None:
    """Whatever would write is a typed error."""
    set_writable(folder, writable=False)

    def attempt() -> None:
        store = opened_to_read(place)
        if change == "write":
            with store.write():
                pass
        else:
            getattr(store, change)()

    assert str(unprivileged(attempt)).startswith("ReadOnlyLibraryError: ")


def test_no_library_is_made_where_nothing_may_be_written(folder: Path, place: Place) -> None:
    """Making a library in a read-only folder is a typed error."""
    set_writable(folder.parent, writable=False)
    anew = places(folder.parent / "new")["sqlite" if isinstance(place, str) else "directory"]
    outcome = unprivileged(lambda: add(opened(anew), 1))
    assert str(outcome).startswith("ReadOnlyLibraryError: ")
    folder.parent.chmod(0o755)


def test_a_copy_without_lock_files_can_be_read(folder: Path, place: Place) -> None:
    """A library that was copied without the files of its lock needs none to be read."""
    for path in [*folder.glob("*.lock"), *folder.glob("*.queue")]:
        path.unlink()
    set_writable(folder, writable=False)
    assert unprivileged(lambda: read_keys(place)) == {1, 2}


def test_the_errors_of_this_file_are_earmarks_own() -> None:
    """A result that is a text names a class of the error tree."""
    outcome = unprivileged(lambda: read_keys(Path("/nowhere")))
    assert str(outcome).partition(":")[0] in {one.__name__ for one in _tree(EarmarkError)}


def _tree(root: type[EarmarkError]) -> Iterator[type[EarmarkError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)
