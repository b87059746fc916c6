from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from earmark.errors import (
    CorruptConstellationError,
    CorruptSegmentError,
    IncompatiblePeaksError,
    LibraryBusyError,
    LibraryError,
    LibraryNotFoundError,
    LibraryUnavailableError,
    ReadOnlyLibraryError,
    StorageFullError,
    UsageError,
)
from earmark.params import Axis, Params, PeakParams
from earmark.stores.base import Store, TrackOrder
from earmark.stores.merging import MergePolicy
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome, PostgresOptions
from earmark.stores.postgres.pool import PoolOptions
from earmark.stores.segmented import Options, SegmentedStore
from earmark.tape import lookup
from earmark.types import MediaKind, Metadata
from tests.homes import InPostgres
from tests.postgres import new_schema, server
from tests.proxies import proxied
from tests.recordings import EVERY_HASH, landmarks_of, make_recording


@pytest.fixture
def schema() -> str:
    """A schema that is not there yet."""
    return new_schema()


@pytest.fixture
def store(schema: str) -> Iterator[InPostgres]:
    """An empty library."""
    made = opened(schema)
    yield made
    made.close()


def opened(
    schema: str,
    user: str = "postgres",
    options: Options | None = None,
    **of_home: object,
) -> InPostgres:
    """Open, or make, the library of a schema."""
    address = parse(server().address(schema, user=user))
    home = PostgresHome(address, PostgresOptions(**of_home))  # type: ignore[arg-type]
    return SegmentedStore.create(home, Params(), landmarks_of, options)


def add(store: Store, *seeds: int) -> list[int]:
    """Insert the recordings of these numbers in one block."""
    ones = [make_recording(seed) for seed in seeds]
    with store.write() as writer:
        return [writer.insert(one.track, one.constellation, one.landmarks) for one in ones]


def indexed(store: Store) -> set[int]:
    """Return the keys that the index leads to."""
    with store.read() as reader:
        return set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def role_for(schema: str, *rights: str) -> str:
    """Make an ordinary user with these rights on a library's tables."""
    name = new_schema()
    server().run(f"CREATE ROLE {name} LOGIN")
    server().run(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    for right in rights:
        server().run(f"GRANT {right} ON ALL TABLES IN SCHEMA {schema} TO {name}")
    return name


def test_a_query_takes_three_trips(store: InPostgres, schema: str) -> None:
    """One begins, one fetches what is new of the index, one brings what was found."""
    add(store, *range(20))
    with proxied(server().socket) as proxy:
        other = opened_at(server().address(schema, socket=proxy.folder))
        with other.read() as reader:  # of each segment all but its postings
            reader.list_lengths(EVERY_HASH)
            reader.frames()
        with other.read() as reader:
            proxy.trips = 1  # that this took, and by now the end of the block before has passed
            reader.list_lengths(EVERY_HASH)
            reader.tapes(EVERY_HASH)
            keys = sorted(reader.constellations([1, 2, 3]))
            assert sorted(reader.tracks(keys)) == keys == [1, 2, 3]
            assert proxy.trips <= 3
        other.close()


def opened_at(address: str) -> InPostgres:
    """Open the library of an address."""
    return SegmentedStore.open(PostgresHome(parse(address)), None, landmarks_of)


def test_what_was_fetched_is_not_fetched_again(store: InPostgres, schema: str) -> None:
    """The second query of the same hashes takes no trip for the index."""
    add(store, *range(20))
    with proxied(server().socket) as proxy:
        other = opened_at(server().address(schema, socket=proxy.folder))
        for trips in (100, 1):
            with other.read() as reader:
                before = proxy.trips
                reader.tapes(EVERY_HASH)
                reader.frames()
                assert proxy.trips - before < trips
        other.close()


def test_a_segment_that_takes_anothers_place_is_not_taken_for_it(schema: str) -> None:
    """A library that was dropped and made anew has the same numbers, and other contents."""
    store = opened(schema)
    add(store, 1)
    assert indexed(store) == {1}
    server().run(f"DROP SCHEMA {schema} CASCADE")
    other = opened(schema)
    add(other, 5, 6)
    assert indexed(store) == {1, 2}
    with store.read() as reader:
        _, _, frames = lookup(reader.tapes(EVERY_HASH), EVERY_HASH)
    assert len(frames) == sum(len(make_recording(seed).landmarks) for seed in (5, 6))
    store.close()
    other.close()


def test_every_change_has_a_number(store: InPostgres, schema: str) -> None:
    """The last one of each key, in the order in which they happened; a failed block has none."""
    first, second, third = add(store, 1, 2, 3)
    with store.write() as writer:
        writer.update(replace(make_recording(1).track, key=first, metadata=Metadata("New")))
        writer.remove([second])
    with contextlib.suppress(ZeroDivisionError), store.write() as writer:
        writer.remove([third])
        raise ZeroDivisionError
    again = make_recording(7, track_id=make_recording(3).track.id)
    with store.write() as writer:
        new = writer.insert(again.track, again.constellation, again.landmarks)
    found = server().run(f"SELECT key, removed FROM {schema}.changes ORDER BY number")
    assert found == [(first, False), (second, True), (third, True), (new, False)]


def test_a_long_path_and_a_long_title_are_held(store: InPostgres) -> None:
    """Longer than any entry of an index may be, and still found and sorted."""
    one, two = make_recording(1), make_recording(2)
    path = b"/" + b"\xff" * 4000
    for each, ending in ((one, "b"), (two, "a")):
        track = replace(
            each.track,
            source=replace(each.track.source, file=path + ending.encode()),
            metadata=Metadata("long " * 2000 + ending, isrc="i" * 9000),
        )
        with store.write() as writer:
            writer.insert(track, each.constellation, each.landmarks)
    with store.read() as reader:
        found = reader.by_file(path + b"b")
        assert found is not None
        assert [track.key for track in reader.page(TrackOrder.TITLE)] == [2, found.key]
        assert len(reader.by_isrc("i" * 9000)) == 2


def test_a_user_who_may_only_read_reads(store: InPostgres, schema: str) -> None:
    """And what it may not do is a typed error."""
    add(store, 1)
    reading = opened(schema, role_for(schema, "SELECT"))
    assert indexed(reading) == {1}
    for change in (lambda: add(reading, 2), reading.merge, reading.rebuild, reading.repair):
        with pytest.raises(ReadOnlyLibraryError):
            change()
    assert reading.check(deep=True) == []
    reading.close()


def test_four_rights_are_enough_to_write(store: InPostgres, schema: str) -> None:
    """Who may select, insert, update and delete may do everything."""
    add(store, 1, 2)
    writing = opened(schema, role_for(schema, "SELECT, INSERT, UPDATE, DELETE"))
    assert add(writing, 3) == [3]
    with writing.write() as writer:
        writer.remove([1])
    writing.rebuild()
    assert indexed(writing) == indexed(store) == {2, 3}
    assert writing.repair() == []
    writing.close()


def test_a_user_without_any_right_is_refused(store: InPostgres, schema: str) -> None:
    """By a typed error."""
    add(store, 1)
    with pytest.raises(LibraryError, match="permission denied"):
        opened(schema, role_for(schema))


def test_a_read_only_server_is_read(store: InPostgres, schema: str) -> None:
    """A standby, or a server that refuses to write, serves readers."""
    add(store, 1)
    role = role_for(schema, "ALL")
    server().run(f"ALTER ROLE {role} SET default_transaction_read_only = on")
    reading = opened(schema, role)
    assert indexed(reading) == {1}
    with pytest.raises(ReadOnlyLibraryError, match="read-only"):
        add(reading, 2)
    reading.close()


def test_a_busy_library_names_its_writer(store: InPostgres, schema: str) -> None:
    """Who cannot write is told which process of the server does, and reads meanwhile."""
    hasty = opened(schema, patience_s=0.05)
    with store.write():
        with pytest.raises(LibraryBusyError, match=r"process \d+ of its server"), hasty.write():
            pass
        assert indexed(hasty) == set()
    hasty.close()


def test_a_server_without_connections_is_told(store: InPostgres, schema: str) -> None:
    """It is a typed error, and no wait without end."""
    role = role_for(schema, "SELECT")
    server().run(f"ALTER ROLE {role} CONNECTION LIMIT 1")
    other = opened(schema, role, pool=PoolOptions(reconnect_s=0.1))
    with other.read(), pytest.raises(LibraryUnavailableError, match="too many"), other.read():
        pass
    other.close()
    assert indexed(store) == set()


def test_connections_of_a_process_are_limited(schema: str) -> None:
    """Whoever finds all of them lent waits, and only so long."""
    store = opened(schema, pool=PoolOptions(most=1, patience_s=0.05))
    with store.read(), pytest.raises(LibraryUnavailableError, match="in use"), store.read():
        pass
    assert indexed(store) == set()
    store.close()


@pytest.mark.parametrize("table", ["tracks", "constellations", "changes", "blocks", "commits"])
def test_a_full_disk_changes_nothing(store: InPostgres, schema: str, table: str) -> None:
    """Wherever there is no room, the block is undone, and the library goes on."""
    add(store, 1)
    server().run(
        f"CREATE FUNCTION {schema}.full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'No space left'; END$$"
    )
    server().run(
        f"CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.{table} "
        f"EXECUTE FUNCTION {schema}.full()"
    )
    with pytest.raises(StorageFullError):
        add(store, 2)
    assert indexed(store) == {1}
    server().run(f"DROP TRIGGER full_disk ON {schema}.{table}")
    assert add(store, 2) == [2]
    assert store.check(deep=True) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {}.blocks SET data = overlay(data PLACING '\\x00ff00ff' FROM 9)",
        "UPDATE {}.blocks SET data = substr(data, 1, 100)",
        "DELETE FROM {}.blocks",
    ],
)
def test_a_damaged_segment_is_named_and_mended(store: InPostgres, schema: str, damage: str) -> None:
    """Nothing is answered from it; `repair` makes it from the constellations."""
    add(store, 1, 2)
    server().run(damage.format(schema))
    other = opened(schema)
    with pytest.raises(CorruptSegmentError, match=r"00000001\.segment"):
        indexed(other)
    assert {problem.what for problem in other.check(deep=True)} == {"segment"}
    assert all(repair.mended for repair in other.repair())
    assert indexed(other) == {1, 2}
    assert other.check(deep=True) == []
    other.close()


def test_a_damaged_constellation_is_named(store: InPostgres, schema: str) -> None:
    """Its track is named by the error, and by the check, which goes by nothing that is kept."""
    key, other = add(store, 1, 2)
    with store.read() as reader:
        reader.constellation(other)
    server().run(f"UPDATE {schema}.constellations SET packed = '\\x00'")
    with store.read() as reader, pytest.raises(CorruptConstellationError):
        reader.constellation(key)
    assert [problem.what for problem in store.check(deep=True)] == ["constellation"] * 2


def test_lost_media_are_found(store: InPostgres, schema: str) -> None:
    """A chunk that is gone is a problem."""
    one = make_recording(1)
    with store.write() as writer:
        name = writer.attach_media([b"sound"] * 200_000, ".opus")
        track = replace(one.track, media=MediaKind.COPY, media_file=name)
        writer.insert(track, one.constellation, one.landmarks)
    assert store.check() == []
    server().run(f"DELETE FROM {schema}.media_chunks WHERE number = 2")
    assert [problem.what for problem in store.check()] == ["media"]


def test_media_whose_chunks_fail_are_not_kept(store: InPostgres, schema: str) -> None:
    """The block may go on without them."""

    def chunks() -> Iterator[bytes]:
        yield bytes(1 << 20)
        raise ZeroDivisionError

    one = make_recording(1)
    with store.write() as writer:
        with pytest.raises(ZeroDivisionError):
            writer.attach_media(chunks(), ".opus")
        writer.insert(one.track, one.constellation, one.landmarks)
    assert server().run(f"SELECT count(*) FROM {schema}.media_chunks") == [(0,)]
    assert indexed(store) == {1}


def test_segments_are_merged_as_tracks_come(schema: str) -> None:
    """As in a folder; the bytes of those that were merged are gone."""
    store = opened(schema, options=Options(policy=MergePolicy(fan_in=3)))
    for seed in range(9):
        add(store, seed)
    with store.read() as reader:
        stats = reader.stats()
    assert stats.tapes < 5
    stored = server().run(f"SELECT count(DISTINCT segment) FROM {schema}.blocks")
    assert stored == [(stats.tapes,)]
    store.close()


def test_what_is_no_library_is_not_found(schema: str) -> None:
    """A database without one, and a schema that is empty."""
    with pytest.raises(LibraryNotFoundError):
        opened_at(server().address(schema))
    server().run(f"CREATE SCHEMA {schema}")
    with pytest.raises(LibraryNotFoundError):
        opened_at(server().address(schema))
    opened(schema).close()


def test_other_parameters_are_refused(store: InPostgres, schema: str) -> None:
    """A library keeps those that it was made with."""
    other = Params(PeakParams(axis=Axis.MEL))
    with pytest.raises(IncompatiblePeaksError):
        SegmentedStore.open(PostgresHome(parse(server().address(schema))), other, landmarks_of)
    again = opened_at(server().address(schema))
    assert again.params == store.params
    again.close()


def test_no_message_tells_the_password(schema: str) -> None:
    """Neither where the server refuses nor where the address makes no sense."""
    address = server().address(schema).replace("postgres@", "nobody:geheim@")
    for wrong in (address, address.replace("/postgres?", ":port/postgres?")):
        with pytest.raises((LibraryError, UsageError)) as caught:
            opened_at(wrong)
        seen = itertools.chain.from_iterable(
            (str(error), repr(error)) for error in _chain(caught.value)
        )
        assert not [text for text in seen if "geheim" in text]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
