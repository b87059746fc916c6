"""Files and folders into a library: which are new, which changed, moved or are there already.

Work goes on in batches. What a batch has committed is safe whatever happens next, and the next run
passes it by with a look at each file's size and time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.audio import MEDIA_SUFFIXES
from earmark.errors import AudioError, UnreadableFileError, UsageError
from earmark.landmarks import reference_landmarks
from earmark.packing import unpack
from earmark.types import MediaKind, Metadata, Source, Track
from earmark.units import iso_utc
from earmark.workers import Job, run_jobs

if TYPE_CHECKING:
    from earmark.params import Params
    from earmark.recording import Recording
    from earmark.stores.base import Reader, Store, Writer

BATCH_TRACKS = 64
BATCH_S = 5.0
"""A batch is committed when it has so many tracks or is so old: what a crash can cost."""

CATALOGUE_FILE = b"catalogue.sqlite"
"""A folder with this file is a library, and is not walked."""

CHUNK_BYTES = 1 << 20

MOST_YEAR = 9999
OPTIONAL_TEXTS = ("artist", "album", "isrc", "external_id")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not added, and why."""

    path: str
    type: str
    """Name of the error's class."""
    cause: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A file whose sound the library has already."""

    path: str
    track: Track
    """The track that has it."""


@dataclass(slots=True)
class AddReport:
    """What became of everything that was given to `add`."""

    added: list[Track] = field(default_factory=list)
    updated: list[Track] = field(default_factory=list)
    """Changed files: new sound, or new tags on the same sound."""
    moved: list[Track] = field(default_factory=list)
    unchanged: int = 0
    duplicates: list[Duplicate] = field(default_factory=list)
    pruned: list[Track] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ignored: int = 0
    """Files of folders whose names are not those of media."""
    audio_s: float = 0.0
    """Seconds of sound that were decoded."""
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far `add` is."""

    done: int
    total: int
    audio_s: float
    path: str
    """The file that was finished last."""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How `add` works."""

    workers: int = 1
    """Processes that decode; 1 decodes in this one."""
    media: MediaKind | None = None
    """What to keep of the sound; None: what is kept already, nothing of new files."""
    metadata: Metadata | None = None
    """Fields that go before the tags of the files."""
    prune: bool = False
    on_progress: OnProgress | None = None


@dataclass(frozen=True, slots=True)
class _File:
    shown: bytes
    """As the user named it."""
    file: bytes
    """Absolute."""


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A file that has to be decoded."""

    file: _File
    source: Source
    media: MediaKind
    preview: Path | None = None


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random."""
    value = int.from_bytes(os.urandom(16)) & ((1 << 80) - 1)
    value |= (time.time_ns() // 1_000_000) << 80
    value = value & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


def add_paths(
    store: Store, params: Params, paths: Sequence[str | bytes | os.PathLike[str]], options: Options
) -> AddReport:
    """Add files and everything in folders; see `Library.add`."""
    sensible(options.metadata or Metadata())
    began = time.monotonic()
    report = AddReport()
    with tempfile.TemporaryDirectory(prefix="earmark-") as scratch:
        importer = _Importer(store, params, options, report, Path(scratch))
        importer.run([os.fsencode(path) for path in paths])
    report.elapsed_s = time.monotonic() - began
    return report


class _Importer:
    def __init__(
        self, store: Store, params: Params, options: Options, report: AddReport, scratch: Path
    ) -> None:
        self._store = store
        self._params = params
        self._options = options
        self._report = report
        self._scratch = scratch
        self._total = 0
        self._done = 0
        self._fresh: dict[int, _Fresh] = {}
        self._unseen: list[bytes] = []
        """Folders whose files cannot be known."""
        self._bare: set[bytes] = set()
        """Folders that were given and have no media files in them."""
        self._batch: list[tuple[_Fresh, Recording]] = []
        self._batch_began = time.monotonic()

    def run(self, roots: list[bytes]) -> None:
        files = list(self._walk(roots))
        self._total = len(files)
        try:
            for job, outcome in run_jobs(self._jobs(files), self._options.workers):
                fresh = self._fresh.pop(job.number)
                if isinstance(outcome, AudioError):
                    self._skip(fresh.file.shown, outcome)
                else:
                    self._report.audio_s += outcome.duration_s
                    self._batch.append((fresh, outcome))
                    self._commit_if_due()
                self._step(fresh.file.shown)
        finally:
            self._commit()
        if self._options.prune:
            self._prune(roots)

    def _walk(self, roots: list[bytes]) -> Iterator[_File]:
        seen: set[bytes] = set()
        for root in roots:
            files = list(self._files_under(root))
            if not files:
                self._bare.add(root)
            for shown in files:
                file = os.path.abspath(shown)
                if file not in seen:
                    seen.add(file)
                    yield _File(shown, file)

    def _files_under(self, root: bytes) -> Iterator[bytes]:
        if not os.path.isdir(root):
            yield root
            return
        for folder, folders, names in os.walk(root, onerror=self._unlistable):
            folders.sort()
            if CATALOGUE_FILE in names:  # a library: its media are copies of what was added
                folders.clear()
                continue
            for name in sorted(names):
                path = os.path.join(folder, name)
                if _is_media(name) and not _is_fifo(path):
                    yield path
                else:
                    self._report.ignored += 1

    def _unlistable(self, error: OSError) -> None:
        self._unseen.append(os.path.abspath(os.fsencode(error.filename)))
        self._skip_unreadable(os.fsencode(error.filename), error)

    def _jobs(self, files: Iterable[_File]) -> Iterator[Job]:
        """Yield what has to be decoded, and deal with the rest on the way."""
        for number, file in enumerate(files):
            try:
                fresh = self._unknown(file)
            except OSError as error:
                self._skip_unreadable(file.shown, error)
                fresh = None
            if fresh is None:
                self._step(file.shown)
                continue
            if fresh.media is MediaKind.PREVIEW:
                fresh = replace(fresh, preview=self._scratch / f"{number}.opus")
            self._fresh[number] = fresh
            yield Job(number, file.shown, self._params.peaks, fresh.preview)

    def _unknown(self, file: _File) -> _Fresh | None:
        """Return a file that has to be decoded; None if a look at it suffices."""
        status = os.stat(file.shown)
        with self._store.read() as reader:
            known = reader.by_file(file.file)
        if known and _same_stamp(known.source, status):
            self._settle(known, known.source, os.fsdecode(file.shown))
            return None
        digest = sha256_of(file.shown) if os.path.isfile(file.shown) else b""
        source = Source(file.shown, file.file, digest, status.st_size, status.st_mtime_ns)
        kept = known.media if known else MediaKind.REFERENCE
        fresh = _Fresh(file, source, self._options.media or kept)
        if not digest:
            return fresh
        with self._store.read() as reader:
            twin = _twin(reader, known, digest)
        if twin is None:
            return fresh
        self._settle(twin, source, os.fsdecode(file.shown))
        return None

    def _settle(self, twin: Track, source: Source, shown: str) -> None:
        """Deal with a file whose bytes the library has: the same, touched, moved, or a copy."""
        settled = replace(twin, source=source, metadata=self._said(twin.metadata))
        if settled == twin:
            self._report.unchanged += 1
            return
        if twin.source.file != source.file:
            if not _gone(twin.source.file):
                self._report.duplicates.append(Duplicate(shown, twin))
                return
            self._report.moved.append(settled)
        elif settled.metadata != twin.metadata:
            self._report.updated.append(settled)
        else:
            self._report.unchanged += 1
        with self._store.write() as writer:
            current = writer.track(twin.id)
            if current is not None:
                said = self._said(current.metadata)
                writer.update(replace(current, source=source, metadata=said))

    def _said(self, metadata: Metadata) -> Metadata:
        """Return metadata under what the caller said."""
        return merged(metadata, self._options.metadata or Metadata())

    def _commit_if_due(self) -> None:
        age = time.monotonic() - self._batch_began
        if len(self._batch) >= BATCH_TRACKS or age >= BATCH_S:
            self._commit()

    def _commit(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            pending = AddReport()
            with self._store.write() as writer:
                for fresh, recording in batch:
                    try:
                        self._place(writer, fresh, recording, pending)
                    except OSError as error:  # the file; a store has errors of its own
                        self._skip_unreadable(fresh.file.shown, error)
            self._report.added += pending.added
            self._report.updated += pending.updated
            self._report.moved += pending.moved
            self._report.duplicates += pending.duplicates
        for fresh, _ in batch:
            if fresh.preview is not None:
                fresh.preview.unlink(missing_ok=True)
        self._batch_began = time.monotonic()

    def _place(
        self, writer: Writer, fresh: _Fresh, recording: Recording, report: AddReport
    ) -> None:
        """Decide, with the writer's view, what a decoded file means to the library."""
        shown = os.fsdecode(fresh.file.shown)
        known = writer.by_file(fresh.source.file)
        same = writer.by_constellation(recording.constellation_hash)
        if known and any(track.key == known.key for track in same):
            track = self._retagged(known, fresh.source, recording)
            writer.update(track)
            report.updated.append(track)
        elif same and (known is None):
            gone = next((track for track in same if _gone(track.source.file)), None)
            if gone is None:
                report.duplicates.append(Duplicate(shown, same[0]))
                return
            track = self._retagged(gone, fresh.source, recording)
            writer.update(track)
            report.moved.append(track)
        else:
            track = self._track(writer, fresh, recording, known)
            landmarks = reference_landmarks(unpack(recording.constellation), self._params)
            key = writer.insert(track, recording.constellation, landmarks)
            (report.updated if known else report.added).append(replace(track, key=key))

    def _retagged(self, track: Track, source: Source, recording: Recording) -> Track:
        tags = _titled(recording.metadata, source.path, default=track.metadata.title)
        return replace(track, source=source, metadata=self._said(merged(track.metadata, tags)))

    def _track(
        self, writer: Writer, fresh: _Fresh, recording: Recording, known: Track | None
    ) -> Track:
        before = known.metadata if known else Metadata()
        tags = _titled(recording.metadata, fresh.file.shown, default=before.title)
        return make_track(
            recording,
            fresh.source,
            self._said(merged(before, tags)),
            track_id=known.id if known else None,
            added_at=known.added_at if known else None,
            media=fresh.media,
            media_file=self._keep_media(writer, fresh),
        )

    def _keep_media(self, writer: Writer, fresh: _Fresh) -> str | None:
        if fresh.media is MediaKind.REFERENCE:
            return None
        path = fresh.preview or Path(os.fsdecode(fresh.file.shown))
        with path.open("rb") as file:
            suffix = path.suffix if path.suffix.isascii() else ""
            return writer.attach_media(iter(lambda: file.read(CHUNK_BYTES), b""), suffix)

    def _prune(self, roots: list[bytes]) -> None:
        """Drop tracks whose files were in one of these folders and are gone.

        A folder without one media file keeps its tracks: more likely its disk is not mounted.
        """
        for root in roots:
            if not os.path.isdir(root):
                continue
            vanished = self._vanished(os.path.abspath(root))
            if vanished and root in self._bare:
                cause = "no media files in it (is its disk mounted?); its tracks were not pruned"
                self._skip(root, UnreadableFileError(os.fsdecode(root), cause))
                continue
            if vanished:
                with self._store.write() as writer:
                    writer.remove([track.key for track in vanished])
            self._report.pruned += vanished

    def _vanished(self, folder: bytes) -> list[Track]:
        """Return the tracks whose files were in a folder's visible part and are gone."""
        with self._store.read() as reader:
            return [
                track
                for track in reader.all_tracks()
                if _is_below(track.source.file, folder)
                and not any(_is_below(track.source.file, unseen) for unseen in self._unseen)
                and _gone(track.source.file)
            ]

    def _skip_unreadable(self, shown: bytes, error: OSError) -> None:
        cause = (error.strerror or str(error)).lower()
        self._skip(shown, UnreadableFileError(os.fsdecode(shown), cause))

    def _skip(self, shown: bytes, error: AudioError) -> None:
        self._report.skipped.append(Skipped(os.fsdecode(shown), type(error).__name__, error.cause))

    def _step(self, shown: bytes) -> None:
        self._done += 1
        if self._options.on_progress is not None:
            self._options.on_progress(
                Progress(self._done, self._total, self._report.audio_s, os.fsdecode(shown))
            )


def make_track(
    recording: Recording,
    source: Source,
    metadata: Metadata,
    *,
    track_id: str | None = None,
    added_at: str | None = None,
    media: MediaKind = MediaKind.REFERENCE,
    media_file: str | None = None,
) -> Track:
    """Return the track of a recording, new unless it is given an id."""
    return Track(
        key=0,
        id=track_id or new_id(),
        metadata=metadata,
        source=source,
        duration_s=recording.duration_s,
        added_at=added_at or iso_utc(datetime.now(UTC)),
        peaks=recording.peaks,
        constellation_hash=recording.constellation_hash,
        media=media,
        media_file=media_file,
        corrupt_packets=recording.corrupt_packets,
    )


def place(
    writer: Writer, params: Params, newcomer: Track, constellation: bytes, name: str
) -> Track:
    """Add one track unless its file or its sound is known, and return the track that has it.

    Args:
        writer: of the library.
        params: of the library.
        newcomer: a new track; its title may be missing.
        constellation: packed.
        name: the title where there is no other.
    """
    file = newcomer.source.file
    same = writer.by_constellation(newcomer.constellation_hash)
    known = writer.by_file(file) if file else None
    if known is None and same:
        known = next((track for track in same if file and _gone(track.source.file)), None)
        if known is None:
            return same[0]
    metadata = merged(known.metadata if known else Metadata(title=name), newcomer.metadata)
    if known and any(track.key == known.key for track in same):
        track = replace(known, source=newcomer.source, metadata=metadata)
        writer.update(track)
        return track
    track = replace(newcomer, metadata=metadata)
    if known:
        track = replace(track, id=known.id, added_at=known.added_at)
    landmarks = reference_landmarks(unpack(constellation), params)
    return replace(track, key=writer.insert(track, constellation, landmarks))


def merged(base: Metadata, over: Metadata) -> Metadata:
    """Return `base` with every field that `over` has."""
    return Metadata(
        title=over.title or base.title,
        artist=over.artist or base.artist,
        album=over.album or base.album,
        year=over.year if over.year is not None else base.year,
        isrc=over.isrc or base.isrc,
        external_id=over.external_id or base.external_id,
        fields={**base.fields, **over.fields},
    )


def _titled(tags: Metadata, path: bytes, default: str = "") -> Metadata:
    """Name a recording without a title after its file."""
    if tags.title:
        return tags
    name = os.fsdecode(os.path.splitext(os.path.basename(path))[0])
    return replace(tags, title=default or name)


def _twin(reader: Reader, known: Track | None, digest: bytes) -> Track | None:
    """Return the track made from these bytes; of several one whose file is gone."""
    twins = reader.by_sha256(digest)
    if known is not None:
        return next((track for track in twins if track.key == known.key), None)
    return next((track for track in twins if _gone(track.source.file)), twins[0] if twins else None)


def _same_stamp(source: Source, status: os.stat_result) -> bool:
    return (source.size_bytes, source.modified_ns) == (status.st_size, status.st_mtime_ns)


def sensible(metadata: Metadata) -> Metadata:
    """Return the metadata if every value is one that a track can have.

    Raises:
        UsageError: one is not.
    """
    texts = {name: getattr(metadata, name) for name in OPTIONAL_TEXTS}
    texts = {name: text for name, text in texts.items() if text is not None}
    for name, text in {"title": metadata.title, **texts, **metadata.fields}.items():
        if not isinstance(name, str) or not isinstance(text, str):
            message = f"{name} is a text, not {text!r}"
            raise UsageError(message)
    year = metadata.year
    if year is not None and not (type(year) is int and abs(year) <= MOST_YEAR):
        message = f"year is a whole number of at most {len(str(MOST_YEAR))} digits, not {year!r}"
        raise UsageError(message)
    return metadata


def edited(metadata: Metadata, changes: Mapping[str, Any]) -> Metadata:
    """Return metadata with some of its fields changed.

    Raises:
        UsageError: no such field, or a value that it cannot have.
    """
    unknown = set(changes) - set(Metadata.__dataclass_fields__)
    if unknown:
        message = f"a track has no field {', '.join(sorted(unknown))}"
        raise UsageError(message)
    changes = dict(changes)
    if "fields" in changes:
        if not isinstance(changes["fields"], Mapping):
            message = "fields is a mapping of names to texts"
            raise UsageError(message)
        fields = {**metadata.fields, **changes["fields"]}
        changes["fields"] = {name: value for name, value in fields.items() if value is not None}
    return sensible(replace(metadata, **changes))


def check_same(source: Source) -> None:
    """Make sure that a file is still the one that was read.

    Raises:
        UnreadableFileError: it is another one, or cannot be read.
    """
    shown = os.fsdecode(source.path)
    try:
        changed = source.sha256 and sha256_of(source.file) != source.sha256
    except OSError as error:
        raise UnreadableFileError(shown, (error.strerror or str(error)).lower()) from error
    if changed:
        raise UnreadableFileError(shown, "another file is at its path now")


def sha256_of(path: bytes) -> bytes:
    """Return the SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _is_media(name: bytes) -> bool:
    return os.fsdecode(os.path.splitext(name)[1]).lower() in MEDIA_SUFFIXES


def _is_fifo(path: bytes) -> bool:
    """Whether reading would wait for somebody who writes; what is not there is no such thing."""
    with contextlib.suppress(OSError):
        return stat.S_ISFIFO(os.stat(path).st_mode)
    return False


def _gone(file: bytes) -> bool:
    """Whether there is surely no such file; one that cannot be looked at may be there."""
    if not file:
        return False
    try:
        os.stat(file)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_below(file: bytes, folder: bytes) -> bool:
    with contextlib.suppress(ValueError):  # relative and absolute, or nothing at all
        return bool(file) and os.path.commonpath([file, folder]) == folder
    return False
