"""Segments: what is written comes back, and what is damaged is found where it is touched."""

from __future__ import annotations

import errno
import struct
import threading
import zlib
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.errors import CorruptSegmentError, SegmentFormatError
from earmark.stores.blocks import BLOCK_BYTES, MappedFile, NoSource, Steps, fulfilled
from earmark.stores.files import Files, publish
from earmark.stores.layout import segment_chunks
from earmark.stores.segment import Segment
from earmark.tape import HASH_BITS, Draft, Tape, assembled, gather, laid, lookup
from earmark.types import Landmarks
from tests.faults import CountingFiles
from tests.recordings import EVERY_HASH, make_recording

INDEX_ID = "i-0123456789ab"
LIVE = np.zeros(2, np.bool_)
T = TypeVar("T")


def small_draft() -> Draft:
    """Return a tape of two tracks that fits one block."""
    return laid([(seed, make_recording(seed, landmarks=30).landmarks) for seed in (1, 2)])


def large_draft() -> Draft:
    """Return a tape of two tracks over many blocks, with all hashes."""
    rng = np.random.default_rng(5)
    hashes = np.sort(rng.integers(0, 1 << HASH_BITS, 60_000).astype(np.uint32))
    marks = Landmarks(hashes, rng.integers(0, 50_000, len(hashes)).astype(np.uint32))
    return laid([(1, marks), (2, make_recording(2).landmarks)])


def write(folder: Path, draft: Draft) -> Path:
    """Write a segment file."""
    path = folder / "00000001.segment"
    publish(Files(), path, segment_chunks(draft, INDEX_ID))
    return path


def segment(path: Path, files: Files | None = None) -> Segment:
    """Open a segment file."""
    blocks = MappedFile.open(files or Files(), path)
    return Segment(blocks, path.name, "library", 1, INDEX_ID)


def done(task: Steps[T]) -> T:
    """Finish what is read of one segment."""
    return fulfilled([task], NoSource())[0]


def rows(tape: Tape, hashes: NDArray[np.uint32]) -> list[list[int]]:
    """Return what a tape holds of some hashes."""
    return [column.tolist() for column in lookup([tape], hashes)]


def test_a_tape_comes_back(tmp_path: Path) -> None:
    """All arrays of a tape are those that were written."""
    tape = assembled(large_draft())
    found = done(segment(write(tmp_path, large_draft())).whole_tape(LIVE))
    for name in ("words", "directory", "groups", "starts", "keys"):
        assert np.array_equal(getattr(found, name), getattr(tape, name))
    assert (found.bucket_bits, found.position_bits) == (tape.bucket_bits, tape.position_bits)


def test_an_empty_tape_comes_back(tmp_path: Path) -> None:
    """A segment may hold a track without landmarks."""
    draft = laid([(7, make_recording(1, landmarks=0).landmarks)])
    found = done(segment(write(tmp_path, draft)).tape(EVERY_HASH, np.zeros(1, np.bool_)))
    assert (found.postings, found.keys.tolist()) == (0, [7])


def test_the_dead_are_the_readers(tmp_path: Path) -> None:
    """A reader's list of dead tracks is on the tape that it gets."""
    opened = segment(write(tmp_path, small_draft()))
    found = done(opened.tape(EVERY_HASH, np.array([True, False])))
    assert set(lookup([found], EVERY_HASH)[1].tolist()) == {2}


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    """Wherever one byte of a segment changes, checking all of it raises the error that names it."""
    path = write(tmp_path, small_draft())
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0x20]) + sound[at + 1 :])
        with pytest.raises(CorruptSegmentError, match=r"00000001\.segment"):
            done(segment(path).whole_tape(LIVE))


def test_a_search_in_a_damaged_segment_is_right_or_an_error(tmp_path: Path) -> None:
    """Wherever a byte of a segment changes, a lookup never gives a wrong answer."""
    tape = assembled(large_draft())
    wanted = np.unique(unpacked_hashes(tape))[[5]]
    right = rows(tape, wanted)
    path = write(tmp_path, large_draft())
    sound = path.read_bytes()
    errors = 0
    for at in range(0, len(sound), 1009):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        try:
            found = done(segment(path).tape(wanted, LIVE))
        except CorruptSegmentError:
            errors += 1
        else:
            assert scan(found, int(wanted[0])) == right[2]
    assert 0 < errors < len(sound) // 1009


def test_a_truncated_segment_is_an_error(tmp_path: Path) -> None:
    """At whatever length a segment ends too early, that is a typed error."""
    path = write(tmp_path, small_draft())
    sound = path.read_bytes()
    for size in range(0, len(sound), 7):
        path.write_bytes(sound[:size])
        with pytest.raises(CorruptSegmentError):
            done(segment(path).tape(EVERY_HASH, LIVE))


def test_a_segment_truncated_while_open_is_an_error(tmp_path: Path) -> None:
    """What is cut off after the segment was opened, and checked, is an error at the next use."""
    path = write(tmp_path, large_draft())
    opened = segment(path)
    done(opened.whole_tape(LIVE))
    with path.open("r+b") as stream:
        stream.truncate(BLOCK_BYTES)
    with pytest.raises(CorruptSegmentError, match="bytes instead of"):
        done(opened.tape(EVERY_HASH, LIVE))


def test_a_segment_with_more_behind_it_is_an_error(tmp_path: Path) -> None:
    """A byte too many is damage, too."""
    path = write(tmp_path, small_draft())
    with path.open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(CorruptSegmentError):
        done(segment(path).tape(EVERY_HASH, LIVE))


def test_an_input_error_is_damage(tmp_path: Path) -> None:
    """What the disk cannot read is named like a wrong checksum."""

    class Failing(Files):
        def read(self, handle: int, size: int, offset: int) -> bytes:  # noqa: ARG002
            raise OSError(errno.EIO, "Input/output error")

    path = write(tmp_path, small_draft())
    with pytest.raises(CorruptSegmentError, match="Input/output error"):
        done(segment(path, Failing()).tape(EVERY_HASH, LIVE))


def test_another_index_id_is_no_segment_of_this_library(tmp_path: Path) -> None:
    """A segment that was made with other parameters is never used."""
    path = write(tmp_path, small_draft())
    with pytest.raises(CorruptSegmentError, match="another index"):
        done(Segment(MappedFile.open(Files(), path), path.name, "library", 1, "i-other").keys())


def test_another_format_asks_for_a_rebuild(tmp_path: Path) -> None:
    """A segment of a format to come, or gone, is refused with its number and what to do."""
    path = write(tmp_path, small_draft())
    raw = bytearray(path.read_bytes())
    end = raw[-128:]
    end[8:16] = struct.pack("<II", 3, 0)
    end[12:16] = struct.pack("<I", zlib.crc32(end))
    path.write_bytes(bytes(raw[:-128] + end))
    with pytest.raises(SegmentFormatError, match=r"has format 3.*earmark rebuild"):
        done(segment(path).keys())


def test_only_what_is_touched_is_read(tmp_path: Path) -> None:
    """A search for one hash reads few blocks of a large segment."""
    files = CountingFiles()
    tape = assembled(large_draft())
    path = write(tmp_path, large_draft())
    done(segment(path, files).tape(tape_hash(tape), LIVE))
    read = sum(size for size, _ in files.reads)
    assert read < path.stat().st_size / 3


def test_no_block_is_read_twice(tmp_path: Path) -> None:
    """What was checked once is not read again."""
    files = CountingFiles()
    opened = segment(write(tmp_path, large_draft()), files)
    done(opened.tape(EVERY_HASH, LIVE))
    before = len(files.reads)
    done(opened.tape(EVERY_HASH, LIVE))
    assert len(files.reads) == before
    assert len(set(files.reads)) == before


def test_a_bucket_over_many_blocks_is_checked_whole(tmp_path: Path) -> None:
    """One hash with very many postings touches all of their blocks."""
    frames = np.arange(60_000, dtype=np.uint32)
    common = Landmarks(np.full(len(frames), 99, np.uint32), frames)
    path = write(tmp_path, laid([(1, common), (2, make_recording(2).landmarks)]))
    middle = 3 * BLOCK_BYTES
    with path.open("r+b") as stream:
        stream.seek(middle)
        byte = stream.read(1)
        stream.seek(middle)
        stream.write(bytes([byte[0] ^ 1]))
    with pytest.raises(CorruptSegmentError):
        done(segment(path).tape(np.array([99], np.uint32), LIVE))


def test_threads_share_a_segment(tmp_path: Path) -> None:
    """Threads that touch a segment for the first time together all get the right tape."""
    tape = assembled(large_draft())
    opened = segment(write(tmp_path, large_draft()))
    together = threading.Barrier(6, timeout=10)
    found: list[bool] = []

    def search() -> None:
        together.wait()
        found.append(np.array_equal(done(opened.tape(EVERY_HASH, LIVE)).keys, tape.keys))

    threads = [threading.Thread(target=search) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 6


def test_a_tape_outlives_its_segment(tmp_path: Path) -> None:
    """Arrays stay readable when the segment is closed and its file deleted."""
    path = write(tmp_path, small_draft())
    opened = segment(path)
    tape = done(opened.whole_tape(LIVE))
    del opened
    path.unlink()
    assert rows(tape, EVERY_HASH) == rows(assembled(small_draft()), EVERY_HASH)


def unpacked_hashes(tape: Tape) -> NDArray[np.uint32]:
    """Return all hashes of a tape."""
    return lookup([tape], np.arange(1 << HASH_BITS, dtype=np.uint32))[0]


def tape_hash(tape: Tape) -> NDArray[np.uint32]:
    """Return one hash that a tape holds."""
    return unpacked_hashes(tape)[[1000]]


def scan(tape: Tape, wanted: int) -> list[int]:
    """Return the positions of one hash, reading only its bucket."""
    found: list[int] = gather(tape, np.array([wanted], np.uint32))[0].tolist()
    return found
