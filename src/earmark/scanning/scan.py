"""What is in a long recording, and where: the use case."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from earmark.answers import manner
from earmark.errors import AudioError
from earmark.matching import decision
from earmark.scanning.scanner import MANY_LOOKS, Scanner
from earmark.types import Failure, Timeline, TimelineSpan, Track

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio import AudioSource
    from earmark.library import Library
    from earmark.params import QueryParams
    from earmark.scanning.sorting import Heard

LEAST_UNKNOWN_S = 3.0
"""A shorter stretch in which nothing is known is a fade or a break, and not told."""

OnHeard: TypeAlias = Callable[[float, float | None], None]
"""Told how many seconds were heard, and how many the recording says it has."""


def scan(
    library: Library,
    recording: AudioSource | NDArray[Any],
    *,
    sample_rate: int | None = None,
    name: str | None = None,
    query: QueryParams | None = None,
    on_heard: OnHeard | None = None,
) -> Timeline:
    """Find everything from the catalogue in a recording of any length: a mix, a broadcast, a film.

    It is heard once, as a stream, in bounded memory. A recording that cannot be read, or not to its
    end, has an error in its timeline, with what was found until then.

    Args:
        library: what is looked for.
        recording: a path, a file object, or samples of shape (n,) or (n, channels).
        sample_rate: rate of an array's samples, in Hz.
        name: what to call the recording in the timeline.
        query: how hard to look; as the library was opened with, unless given. An hour of unknown
            music has a wrong span about as often as a clip may be named wrongly, `query.far`.
        on_heard: called every few seconds of the recording.

    Raises:
        UsageError: an array without a sample rate.
        LibraryError: the library cannot be read.
    """
    began = time.perf_counter()
    scanner = Scanner(library, query or library.query)
    error, label, duration_s = None, name, None
    try:
        with library.stream(recording, sample_rate) as stream:
            label = name or stream.name
            for block in stream:
                duration_s = stream.duration_s
                scanner.feed(block)
                if on_heard is not None:
                    on_heard(duration_s, stream.stated_s)
    except AudioError as failure:
        label = label or failure.source
        error = Failure(type(failure).__name__, str(failure))
    spans: tuple[TimelineSpan, ...] = ()
    if duration_s is not None:
        heard = scanner.finish()
        with library.reading() as reader:
            tracks = reader.tracks({one.key for one in heard})
        spans = tuple(_told(heard, tracks, duration_s))
    return Timeline(label or "", duration_s, time.perf_counter() - began, spans, error)


def _told(
    heard: Iterable[Heard], tracks: Mapping[int, Track], duration_s: float
) -> Iterator[TimelineSpan]:
    """Yield what was heard, and what was not, in time order; tracks that are gone are left out."""
    known_s = 0.0
    for one in heard:
        if one.key not in tracks:
            continue
        yield from _unknown(known_s, one.begin_s)
        yield _span(one, tracks[one.key])
        known_s = max(known_s, one.end_s)
    yield from _unknown(known_s, duration_s)


def _unknown(begin_s: float, end_s: float) -> Iterator[TimelineSpan]:
    if end_s - begin_s >= LEAST_UNKNOWN_S:
        yield TimelineSpan(begin_s, end_s)


def _span(one: Heard, track: Track) -> TimelineSpan:
    speed, tempo, pitch_semitones = manner(one.tempo, one.pitch, one.end_s - one.begin_s)
    return TimelineSpan(
        one.begin_s,
        one.end_s,
        track,
        one.track_begin_s,
        one.track_end_s,
        one.coverage,
        speed,
        tempo,
        pitch_semitones,
        decision.confidence(one.score - MANY_LOOKS),
    )
