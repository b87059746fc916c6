"""The use case: the same query once more, and what it went by."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.answers import Intact, match_of
from earmark.errors import AudioError
from earmark.explaining.exhibit import Place, exhibit
from earmark.explaining.words import other_words, place_words, reasons_of, sound_words
from earmark.fingerprint import hear
from earmark.landmarks import reference_landmarks
from earmark.matching import decision
from earmark.matching.matcher import Search
from earmark.matching.verdict import Found, judged
from earmark.packing import unpack, unpack_all
from earmark.recording import beginning
from earmark.tape import Tapes, build_tape
from earmark.types import BestPlace, Explanation, Failure, Status
from earmark.units import samples_to_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio import AudioSource
    from earmark.library import Library
    from earmark.matching.matcher import References
    from earmark.matching.verdict import Verdict
    from earmark.params import Params, QueryParams
    from earmark.stores.base import Reader
    from earmark.types import Heard, Match, Track


def explain(
    library: Library,
    clip: AudioSource | NDArray[Any],
    *,
    track: str | None = None,
    sample_rate: int | None = None,
    name: str | None = None,
    query: QueryParams | None = None,
) -> Explanation:
    """Say why a clip is named as it is, or why it is not.

    Args:
        library: where it is looked for.
        clip: a path, a file object, or samples of shape (n,) or (n, channels).
        track: the id, path or title of the only track to compare it with; it is judged as one of
            the whole library.
        sample_rate: rate of an array's samples, in Hz.
        name: what to call the clip.
        query: how hard to look; as the library was opened with, unless given.

    Raises:
        TrackNotFoundError: there is no such track.
        UsageError: an array without a sample rate, or several tracks have this title.
        LibraryError: the library cannot be read.
    """
    only = None if track is None else library.track(track)
    query = query or library.query
    params = library.params
    try:
        with library.stream(clip, sample_rate) as stream:
            label = name or stream.name
            parts = beginning(stream, params.peaks, query)
    except AudioError as error:
        failure = Failure(type(error).__name__, str(error))
        label = name or error.source
        return Explanation(label, Status.ERROR, (), (f"{error}.",), None, None, 0, error=failure)
    samples = np.concatenate([np.empty(0, np.float32), *parts])
    heard = hear(parts, params.peaks, query)
    case = _Case(label, samples, heard, params, query, alone=only is not None)
    return case.explained(library, only)


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """A clip, and how it is looked at."""

    name: str
    samples: NDArray[np.float32]
    heard: Heard
    params: Params
    query: QueryParams
    alone: bool
    """Whether it is compared with one track only."""

    @property
    def duration_s(self) -> float:
        return samples_to_seconds(len(self.samples), self.params.peaks)

    @property
    def level_db(self) -> float | None:
        power = float(np.mean(self.samples**2)) if len(self.samples) else 0.0
        return 10 * math.log10(power) if power > 0 else None

    def explained(self, library: Library, only: Track | None) -> Explanation:
        if self.duration_s < self.query.min_clip_s:
            return self._told(Status.TOO_SHORT)
        if not len(self.heard.peaks):
            return self._told(Status.SILENT)
        with library.reading() as reader:
            references = self._references(reader, only)
            verdict = self._verdict(references)
            leaders = verdict.matches or verdict.candidates[:1]
            weaker = verdict.candidates if verdict.matches else verdict.candidates[1:]
            tracks = reader.tracks([found.key for found in (*leaders, *weaker)])
            packed = references.constellations([found.key for found in leaders])
        there = [found for found in leaders if found.key in packed and found.key in tracks]
        if not there:
            return self._told(verdict.status)
        best, *others = there
        place = Place(self.heard, best, unpack_all([packed[best.key]]), self.params.peaks)
        beside, behind = _matches(others, tracks), _matches(weaker, tracks)
        return self._told(verdict.status, place, self._best(place, best, tracks), beside, behind)

    def _references(self, reader: Reader, only: Track | None) -> References:
        if only is None:
            return Intact(reader)
        packed = reader.constellation(only.key)
        marks = reference_landmarks(unpack(packed), self.params)
        return _OneTrack([build_tape([(only.key, marks)])], only.key, packed, reader.frames())

    def _verdict(self, references: References) -> Verdict:
        search = Search(self.heard, references, self.params, self.query)
        evidence = search.evidence()
        return judged(search.case(), evidence, self.params)

    def _best(self, place: Place, found: Found, tracks: Mapping[int, Track]) -> BestPlace:
        match = match_of(found, tracks[found.key])
        return place.best(match, decision.threshold(self.query.far))

    def _told(
        self,
        status: Status,
        place: Place | None = None,
        best: BestPlace | None = None,
        others: Sequence[Match] = (),
        candidates: Sequence[Match] = (),
    ) -> Explanation:
        peaks, duration_s = len(self.heard.peaks), self.duration_s
        reasons = reasons_of(status, self.level_db, peaks / max(duration_s, 1e-9), best)
        words = (
            *sound_words(duration_s, self.level_db, peaks, reasons),
            *place_words(best, reasons, alone=self.alone),
            *other_words(others),
        )
        return Explanation(
            self.name,
            status,
            reasons,
            words,
            duration_s,
            self.level_db,
            peaks,
            best,
            tuple(others),
            tuple(candidates),
            exhibit=exhibit(self.samples, self.heard, place, self.params.peaks),
        )


def _matches(found: Iterable[Found], tracks: Mapping[int, Track]) -> list[Match]:
    """Return those whose tracks are still there."""
    return [match_of(one, tracks[one.key]) for one in found if one.key in tracks]


@dataclass(frozen=True, slots=True)
class _OneTrack(Tapes):
    """A library as if only one of its tracks were in it, but as large as it is."""

    key: int
    packed: bytes
    size: int

    def frames(self) -> int:
        """Return the duration of all tracks of the library together."""
        return self.size

    def constellations(self, keys: Iterable[int]) -> Mapping[int, bytes]:
        """Return that of the track, if it is asked for."""
        return {self.key: self.packed} if self.key in set(keys) else {}
