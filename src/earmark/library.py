"""The library: every use case of Earmark, and the one door for command line, server and scripts."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count, islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from earmark.answers import Intact, match_of
from earmark.audio import open_audio, open_samples
from earmark.clip_peaks import ClipPeaks, clip_of_peaks, peaks_in
from earmark.errors import (
    AudioError,
    ClipPeaksError,
    LibraryError,
    TrackNotFoundError,
    UsageError,
)
from earmark.ingest import (
    AddReport,
    OnProgress,
    Options,
    add_paths,
    check_same,
    edited,
    make_track,
    merged,
    place,
    sensible,
    sha256_of,
)
from earmark.landmarks import reference_landmarks
from earmark.matching.matcher import match
from earmark.matching.verdict import Verdict
from earmark.packing import unpack
from earmark.parallel import cpu_count, in_order
from earmark.params import Params, QueryParams
from earmark.recording import Clip, Recording, read_clip, read_recording
from earmark.stores.base import Problem, Reader, Repair, Store, StoreStats, TrackOrder, Writer
from earmark.stores.location import Location, located
from earmark.stores.opening import open_store
from earmark.types import (
    Constellation,
    Failure,
    Identification,
    Landmarks,
    MediaKind,
    Metadata,
    Source,
    Status,
    Track,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio import AudioSource, AudioStream

WARMING_POSTINGS = 1 << 8
PAGE_TRACKS = 1000
"""How many tracks a search by title reads at once."""
MOST_NAMED = 5
"""How many tracks of one title a message tells."""


class Library:
    """A catalogue of recordings that names clips of them.

    Example:
        with Library.open("music.earmark") as library:
            library.add(["songs/"])
            print(library.identify("clip.m4a").best)

    Any number of threads may use one library at once.
    """

    def __init__(self, store: Store, params: Params, query: QueryParams | None = None) -> None:
        """Use a store; `open` is the usual way in."""
        self._store = store
        self._params = params
        self._query = query or QueryParams()

    @classmethod
    def open(
        cls,
        location: str | os.PathLike[str] | Location,
        *,
        create: bool = True,
        for_rebuild: bool = False,
        params: Params | None = None,
        query: QueryParams | None = None,
    ) -> Self:
        """Open a library, or make one.

        Args:
            location: a folder; `sqlite:///music.db` for a single file, of the working folder, or
                with one more slash of the root; `postgresql://user@host/database?schema=earmark`
                for one in PostgreSQL; or `memory:` for one that is gone with the process.
            create: make it if there is none.
            for_rebuild: open it even if its index was made with other parameters; unless some are
                given, `rebuild` makes it with today's.
            params: what fingerprints are made with; unless given, those that the library was made
                with, or the usual ones for a new library.
            query: how hard queries look, unless they say otherwise themselves.

        Raises:
            LibraryNotFoundError: there is none, and `create` is false.
            NotALibraryError: something else lies there.
            UsageError: it is the address of something that Earmark does not keep libraries in.
            IncompatiblePeaksError: its constellations were made with other parameters.
            IncompatibleIndexError: its index was; `rebuild` mends it.
            MissingExtraError: it lies in PostgreSQL, and the extra for that is not installed.
            LibraryError: it cannot be opened for another reason.
        """
        place = located(location)
        store, own = open_store(place, params, _landmarks, create=create, for_rebuild=for_rebuild)
        return cls(store, own, query)

    def __enter__(self) -> Self:
        """Use the library in a `with` block, which closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the library."""
        self.close()

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""
        self._store.close()

    @property
    def location(self) -> str:
        """Where the library lives, without passwords."""
        return self._store.location

    @property
    def store(self) -> Store:
        """What keeps the library: its place, whether it may be written, what could be better."""
        return self._store

    @property
    def params(self) -> Params:
        """The parameters of the library's fingerprints."""
        return self._params

    @property
    def query(self) -> QueryParams:
        """How hard queries look, unless they say otherwise themselves."""
        return self._query

    def add(
        self,
        paths: Sequence[str | bytes | os.PathLike[str]],
        *,
        workers: int = 1,
        media: MediaKind | str | None = None,
        metadata: Metadata | None = None,
        prune: bool = False,
        on_progress: OnProgress | None = None,
    ) -> AddReport:
        """Add files, and all media files in folders and the folders below.

        Files that are there already are passed by; moved and changed ones are updated. A file that
        cannot be used is reported in the result and stops nothing. Work is committed every few
        seconds, and an interrupted `add` goes on where it was when it is called again.

        Args:
            paths: files and folders.
            workers: processes that decode.
            media: what to keep of the sound itself: nothing but the path (`reference`), the file
                (`copy`), or a small Opus version (`preview`); unless given, what is kept of a
                changed file already, and nothing of a new one.
            metadata: fields that go before the tags of the files, also of those that are known.
            prune: drop tracks whose files were in one of the folders and are gone.
            on_progress: called after every file.

        Raises:
            UsageError: no path, an unknown `media`, or metadata that no track can have.
            LibraryError: the library cannot be written.
        """
        if isinstance(paths, str | bytes | os.PathLike):
            message = "add takes a list of paths; put the one in brackets"
            raise UsageError(message)
        if not paths:
            message = "add needs at least one path"
            raise UsageError(message)
        kind = None if media is None else _media_kind(media)
        options = Options(workers, kind, metadata, prune, on_progress)
        return add_paths(self._store, self._params, paths, options)

    def add_recording(
        self,
        source: AudioSource | NDArray[Any],
        *,
        sample_rate: int | None = None,
        metadata: Metadata | None = None,
        longest_s: float = math.inf,
    ) -> Track:
        """Add one recording from an array, a byte stream or a file, and return its track.

        A file that is known keeps its id and what is known about it. A sound that the library has
        from elsewhere is not added again: the track that has it is returned as it is.

        Args:
            source: samples of shape (n,) or (n, channels), a file object, or a path.
            sample_rate: rate of an array's samples, in Hz.
            metadata: fields that go before the tags of the recording.
            longest_s: a longer recording cannot be used.

        Raises:
            AudioError: the recording cannot be used.
            UsageError: an array without a sample rate, or metadata that no track can have.
            LibraryError: the library cannot be written.
        """
        with self.stream(source, sample_rate) as stream:
            recording = read_recording(stream, self._params.peaks, longest_s)
            name = stream.name
        path, file = _paths(source)
        on_disk = bool(file) and os.path.isfile(file)
        digest = sha256_of(file) if on_disk else recording.constellation_hash
        newcomer = make_track(
            recording,
            Source(path, file, digest),
            merged(recording.metadata, sensible(metadata or Metadata())),
        )
        with self._store.write() as writer:
            return place(writer, self._params, newcomer, recording.constellation, name)

    def identify(
        self,
        clip: AudioSource | NDArray[Any] | ClipPeaks,
        *,
        sample_rate: int | None = None,
        name: str | None = None,
        query: QueryParams | None = None,
    ) -> Identification:
        """Name a clip.

        Of a clip longer than `QueryParams.max_clip_s` only the beginning is listened to. A clip
        that cannot be read has the status `error`, so that one bad file stops no batch.

        Args:
            clip: a path or a file object, of a recording or of peaks as JSON (docs/peaks.md);
                samples of shape (n,) or (n, channels); or peaks.
            sample_rate: rate of an array's samples, in Hz.
            name: what to call the clip in the answer.
            query: how hard to look for this one; as the library was opened with, unless given.

        Raises:
            UsageError: an array without a sample rate.
            LibraryError: the library cannot be read.
        """
        began = time.perf_counter()
        label = name if name is not None else _label(clip)
        query = query or self._query
        try:
            read = self._read(clip, sample_rate, query)
        except (AudioError, ClipPeaksError) as error:
            failure = Failure(type(error).__name__, str(error))
            return Identification(label, Status.ERROR, None, _since(began), error=failure)
        if read.duration_s < query.min_clip_s:
            return Identification(label, Status.TOO_SHORT, read.duration_s, _since(began))
        verdict, tracks = self._look_up(read, query)
        return Identification(
            label,
            verdict.status,
            read.duration_s,
            _since(began),
            tuple(match_of(found, tracks[found.key]) for found in verdict.matches),
            tuple(match_of(found, tracks[found.key]) for found in verdict.candidates),
        )

    def identify_many(
        self,
        clips: Iterable[AudioSource | NDArray[Any] | ClipPeaks],
        *,
        sample_rate: int | None = None,
        query: QueryParams | None = None,
        threads: int | None = None,
    ) -> Generator[Identification, None, None]:
        """Name clips, several at a time, and yield the answers in the order of the clips.

        Whatever is wrong with a clip is its own answer, with the status `error`, and stops no
        other. Clips are taken from the iterable a few ahead of their answers, so that there may be
        any number of them. Who does not want all answers may `close` the generator: it waits for
        what has begun, and begins nothing else.

        Args:
            clips: as `identify` takes them.
            sample_rate: rate of the arrays' samples, in Hz.
            query: how hard to look; as the library was opened with, unless given.
            threads: how many clips are worked on at a time; one for each processor unless given.

        Raises:
            LibraryError: the library cannot be read.
        """

        def name(clip: AudioSource | NDArray[Any] | ClipPeaks) -> Identification:
            try:
                return self.identify(clip, sample_rate=sample_rate, query=query)
            except LibraryError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is odd about one stops no other
                failure = Failure(type(error).__name__, str(error))
                return Identification(_label(clip), Status.ERROR, None, None, error=failure)

        return in_order(name, clips, cpu_count() if threads is None else threads)

    def warm_up(self) -> None:
        """Load what a query needs, kernels above all, so that the first is hardly slower."""
        rate = self._params.peaks.sample_rate_hz
        noise = np.random.default_rng(0).normal(0, 0.1, rate)
        # hardly anything is read on each rung: what climbs the ladder is loaded all the same
        query = replace(self._query, rung_postings=WARMING_POSTINGS)
        self.identify(noise, sample_rate=rate, query=query)

    def tracks(self) -> Iterator[Track]:
        """Yield every track, oldest first."""
        with self._store.read() as reader:
            yield from reader.all_tracks()

    def page(
        self,
        order: TrackOrder | str = TrackOrder.ADDED,
        *,
        limit: int = 100,
        offset: int = 0,
        containing: str = "",
    ) -> list[Track]:
        """Return part of a listing; see `Reader.page`.

        Raises:
            UsageError: an unknown order.
        """
        if not _is_text(containing):
            return []
        with self._store.read() as reader:
            return reader.page(_order(order), limit=limit, offset=offset, containing=containing)

    def track(self, wanted: str) -> Track:
        """Return the track with this id, path, or title that no other has.

        Raises:
            TrackNotFoundError: there is none.
            UsageError: several have this title.
        """
        with self._store.read() as reader:
            return _resolve(reader, wanted)

    def edit(self, wanted: str, **changes: Any) -> Track:  # noqa: ANN401 - fields of Metadata
        """Change metadata of a track and return it.

        Args:
            wanted: its id, path or title.
            changes: fields of `Metadata`. In `fields`, a value of None drops the name.

        Raises:
            TrackNotFoundError: there is no such track.
            UsageError: no such field, or a value that it cannot have.
        """
        with self._store.write() as writer:
            track = _resolve(writer, wanted)
            track = replace(track, metadata=edited(track.metadata, changes))
            writer.update(track)
        return track

    def remove(self, wanted: Iterable[str]) -> list[Track]:
        """Remove tracks by id, path or title and return them; all or none.

        Raises:
            TrackNotFoundError: one of them is not there.
            UsageError: several have one of the titles, or `wanted` is no list.
        """
        if isinstance(wanted, str):
            message = "remove takes a list of tracks; put the one in brackets"
            raise UsageError(message)
        with self._store.write() as writer:
            tracks = list({t.key: t for t in (_resolve(writer, one) for one in wanted)}.values())
            writer.remove([track.key for track in tracks])
        return tracks

    def constellation(self, track: Track) -> Constellation | None:
        """Return the peaks of a track's sound; None if it is gone, changed or damaged."""
        with self._store.read() as reader:
            packed = Intact(reader).constellations([track.key]).get(track.key)
        return None if packed is None else unpack(packed)

    def stats(self) -> StoreStats:
        """Count and measure the library."""
        with self._store.read() as reader:
            return reader.stats()

    def check(self, *, deep: bool = False) -> list[Problem]:
        """Look for damage; `deep` reads every byte."""
        return self._store.check(deep=deep)

    def repair(self) -> list[Repair]:
        """Mend what is damaged: the index from the constellations, these from their files.

        What neither can mend is reported with `mended` false.
        """
        return [self._reread(repair) for repair in self._store.repair()]

    def rebuild(self) -> None:
        """Make the index anew from the stored constellations; no audio is needed."""
        self._store.rebuild()

    def merge(self) -> None:
        """Merge the index as far as the merge policy asks for it."""
        self._store.merge()

    def reading(self) -> AbstractContextManager[Reader]:
        """Begin a consistent view of what is stored, for what stands on the library."""
        return self._store.read()

    def writing(self) -> AbstractContextManager[Writer]:
        """Begin an exclusive change, committed when the block ends."""
        return self._store.write()

    def stream(self, source: AudioSource | NDArray[Any], rate: int | None) -> AudioStream:
        """Open a recording as it is heard here; `rate` is that of an array's samples, in Hz.

        Raises:
            AudioError: it cannot be opened.
            UsageError: an array without a sample rate.
        """
        wanted = self._params.peaks.sample_rate_hz
        if hasattr(source, "dtype"):
            if rate is None:
                message = "an array needs its sample_rate"
                raise UsageError(message)
            samples = cast("NDArray[Any]", source)
            return open_samples(samples, input_rate_hz=rate, sample_rate_hz=wanted)
        return open_audio(source, sample_rate_hz=wanted)

    def _read(
        self, clip: AudioSource | NDArray[Any] | ClipPeaks, rate: int | None, query: QueryParams
    ) -> Clip:
        """Listen to a clip, or take its peaks."""
        sent = clip if isinstance(clip, ClipPeaks) else peaks_in(clip)
        if sent is not None:
            return clip_of_peaks(sent, self._params, query)
        with self.stream(cast("AudioSource | NDArray[Any]", clip), rate) as stream:
            return read_clip(stream, self._params.peaks, query)

    def _look_up(self, read: Clip, query: QueryParams) -> tuple[Verdict, Mapping[int, Track]]:
        with self._store.read() as reader:
            verdict = match(read.heard, Intact(reader), self._params, query)
            found = (*verdict.matches, *verdict.candidates)
            return verdict, reader.tracks({one.key for one in found})

    def _reread(self, repair: Repair) -> Repair:
        """Give a track whose constellation is lost a new one from its own sound."""
        if repair.mended or repair.problem.what != "constellation":
            return repair
        try:
            with self._store.read() as reader:
                track = reader.track(repair.problem.name)
                if track is None or not (track.source.file or track.media_file):
                    return repair
                recording = self._own_sound(reader, track)
            self._replace_sound(track, recording)
        except (AudioError, LibraryError) as error:
            cause = f"{repair.problem.cause}; {error.cause}"
            return replace(repair, problem=replace(repair.problem, cause=cause))
        return replace(repair, mended=True)

    def _own_sound(self, reader: Reader, track: Track) -> Recording:
        """Read a track's sound anew: from its file if that is still the same, or from its copy.

        Raises:
            AudioError: neither is there.
        """
        try:
            check_same(track.source)
            with self.stream(track.source.file, None) as stream:
                return read_recording(stream, self._params.peaks)
        except AudioError as error:
            if track.media is not MediaKind.COPY or track.media_file is None:
                raise
            try:
                kept = reader.open_media(track.media_file)
            except KeyError:
                raise error from None
        with kept, self.stream(kept, None) as stream:
            return read_recording(stream, self._params.peaks)

    def _replace_sound(self, track: Track, recording: Recording) -> None:
        anew = make_track(
            recording,
            track.source,
            track.metadata,
            track_id=track.id,
            added_at=track.added_at,
            media=track.media,
            media_file=track.media_file,
        )
        landmarks = _landmarks(self._params, recording.constellation)
        with self._store.write() as writer:
            writer.insert(anew, recording.constellation, landmarks)


def _landmarks(params: Params, constellation: bytes) -> Landmarks:
    return reference_landmarks(unpack(constellation), params)


def _media_kind(media: MediaKind | str) -> MediaKind:
    try:
        return MediaKind(media)
    except ValueError:
        message = f"media is one of {', '.join(MediaKind)}, not {media!r}"
        raise UsageError(message) from None


def _order(order: TrackOrder | str) -> TrackOrder:
    try:
        return TrackOrder(order)
    except ValueError:
        message = f"order is one of {', '.join(TrackOrder)}, not {order!r}"
        raise UsageError(message) from None


def _label(clip: object) -> str:
    if isinstance(clip, ClipPeaks):
        return clip.name
    if isinstance(clip, str | bytes | os.PathLike):
        return os.fsdecode(clip)
    return "<samples>" if hasattr(clip, "dtype") else "<stream>"


def _paths(source: object) -> tuple[bytes, bytes]:
    """Return a path as given and absolute; both empty for what is not a path."""
    if not isinstance(source, str | bytes | os.PathLike):
        return b"", b""
    path = os.fsencode(source)
    return path, os.path.abspath(path)


def _since(began: float) -> float:
    return round(1000 * (time.perf_counter() - began), 3)


def _resolve(reader: Reader, wanted: str) -> Track:
    with contextlib.suppress(UnicodeEncodeError):  # half a character: no file's name
        track = reader.by_file(os.path.abspath(os.fsencode(wanted)))
        if track:
            return track
    if not _is_text(wanted):
        raise TrackNotFoundError(wanted)
    track = reader.track(wanted)
    if track:
        return track
    named = list(islice(_with_title(reader, wanted), MOST_NAMED + 1))
    if len(named) > 1:
        ids = ", ".join(track.id for track in named[:MOST_NAMED])
        many = len(named) if len(named) <= MOST_NAMED else f"more than {MOST_NAMED}"
        message = f"{many} tracks have the title {wanted!r}; name one by id: {ids}"
        raise UsageError(message)
    if not named:
        raise TrackNotFoundError(wanted)
    return named[0]


def _with_title(reader: Reader, title: str) -> Iterator[Track]:
    """Yield the tracks with exactly this title, however many others contain it."""
    for offset in count(0, PAGE_TRACKS):
        page = reader.page(limit=PAGE_TRACKS, offset=offset, containing=title)
        yield from (track for track in page if track.metadata.title == title)
        if len(page) < PAGE_TRACKS:
            return


def _is_text(text: str) -> bool:
    """Whether it has no half characters (of a file name that is not UTF-8): no store has such."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)
