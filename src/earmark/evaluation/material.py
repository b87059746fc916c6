"""What a measurement cuts its clips from: a catalogue's own recordings, and strangers."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio import MEDIA_SUFFIXES, open_audio
from earmark.errors import AudioError, UnreadableFileError, UsageError
from earmark.evaluation.clips import RATE_HZ, Tune
from earmark.evaluation.signals import Signal, resampled
from earmark.evaluation.synthesis import STYLES, synthesise
from earmark.ingest import Skipped, check_same

if TYPE_CHECKING:
    from earmark.audio import AudioSource
    from earmark.library import Library
    from earmark.types import Track

MOST_S = 1800.0
"""Clips of a longer recording are cut from its beginning: decoded sound takes 5 MB a minute."""

KEPT = 3
"""Decoded recordings that are kept at hand."""

SYNTHETIC_S = 40.0
SYNTHETIC_STRANGERS = 4 * len(STYLES)


class Origin(StrEnum):
    """Where strangers come from."""

    HELD_OUT = "held out"
    """Recordings of the folder itself that were left out of the catalogue."""
    FOLDER = "folder"
    SYNTHETIC = "synthetic"
    """Made by Earmark's own synthesiser; easier to reject than real music."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """A recording that can be decoded when it is needed."""

    id: str
    name: str
    duration_s: float
    """As far as clips are cut from it; infinite where nobody knows yet."""
    read: Callable[[], Signal]
    """Decode it, mono at RATE_HZ; may raise `AudioError`."""


@dataclass(slots=True)
class Material:
    """What is measured with."""

    name: str
    """The catalogue's: a library or the folders that it was made of."""
    known: list[Sounding]
    strangers: list[Sounding]
    origin: Origin
    skipped: list[Skipped] = field(default_factory=list)
    """Files that could not be used, and why."""


class Deck:
    """Recordings in an order decided by a seed, decoded one after the other; safe for threads."""

    def __init__(self, soundings: Sequence[Sounding], seed: int, skipped: list[Skipped]) -> None:
        """Shuffle; what turns out to be unusable is dropped and written into `skipped`."""
        order = np.random.default_rng(seed).permutation(len(soundings))
        self._order = [soundings[which] for which in order]
        self._skipped = skipped
        self._decoded: OrderedDict[str, Tune] = OrderedDict()
        self._bad: set[str] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Count the recordings, usable or not."""
        return len(self._order)

    def tune(self, number: int, least_s: float) -> Tune | None:
        """Decode the recording of this number, or another that is usable and long enough.

        Returns:
            None if there is none at all.
        """
        with self._lock:
            for one in self._tried(number, least_s):
                tune = None if one.id in self._bad else self._decode(one)
                if tune is not None and tune.duration_s >= least_s:
                    return tune
        return None

    def find(self, wanted: str) -> Tune | None:
        """Decode the recording with this id; None if there is none, or it is unusable."""
        with self._lock:
            one = next((one for one in self._order if one.id == wanted), None)
            return None if one is None or one.id in self._bad else self._decode(one)

    def _tried(self, number: int, least_s: float) -> list[Sounding]:
        """The recording of this number if long enough, then all that are, from its turn on."""
        if not self._order:
            return []
        enough = [one for one in self._order if one.duration_s >= least_s]
        turn = number % len(enough) if enough else 0
        first = self._order[number % len(self._order)]
        return [*([first] if first in enough else []), *enough[turn:], *enough[:turn]]

    def _decode(self, one: Sounding) -> Tune | None:
        if one.id in self._decoded:
            self._decoded.move_to_end(one.id)
            return self._decoded[one.id]
        try:
            tune = Tune(one.id, one.name, one.read())
        except AudioError as error:
            self._bad.add(one.id)
            self._skipped.append(Skipped(one.name, type(error).__name__, error.cause))
            return None
        self._decoded[one.id] = tune
        if len(self._decoded) > KEPT:
            self._decoded.popitem(last=False)
        return tune


def tracks_of(library: Library) -> list[Sounding]:
    """Return the tracks of a library; each is decoded from its file, else from what was kept."""
    return [
        Sounding(
            track.id,
            os.fsdecode(track.source.path) or track.metadata.title,
            min(track.duration_s, MOST_S),
            partial(_sound_of, track, library),
        )
        for track in library.tracks()
    ]


def files_below(paths: Sequence[str | os.PathLike[str]]) -> list[Sounding]:
    """Return the media files that are given or lie below given folders.

    Raises:
        UsageError: there are none.
    """
    files = [
        file
        for path in map(Path, paths)
        for file in ([path] if path.is_file() else sorted(path.rglob("*")))
        if file.is_file() and file.suffix.lower() in MEDIA_SUFFIXES
    ]
    if not files:
        message = f"there is no media file in {', '.join(map(str, paths))}"
        raise UsageError(message)
    return [Sounding(f"file:{file}", str(file), np.inf, partial(decoded, file)) for file in files]


def synthetic(seed: int, count: int = SYNTHETIC_STRANGERS) -> list[Sounding]:
    """Return pieces that nobody has: in the synthesiser's styles, made when they are needed."""
    seeds = np.random.SeedSequence([seed, count]).generate_state(count, np.uint64)
    return [
        Sounding(
            f"synthetic:{number}",
            f"synthetic piece {number + 1}",
            SYNTHETIC_S,
            partial(_piece, int(piece_seed), number),
        )
        for number, piece_seed in enumerate(seeds)
    ]


def strangers_of(folder: str | None, seed: int) -> tuple[list[Sounding], Origin]:
    """Return strangers from a folder, or synthetic ones.

    Raises:
        UsageError: the folder has no media file.
    """
    if folder is None:
        return synthetic(seed), Origin.SYNTHETIC
    return files_below([folder]), Origin.FOLDER


def held_out(library: Library, share: float, seed: int) -> tuple[list[Sounding], list[Sounding]]:
    """Remove a share of a library's tracks and return (known, strangers).

    Exact copies are no danger: a library holds the same sound only once.

    Raises:
        UsageError: the share leaves no track on one of the sides.
    """
    soundings = tracks_of(library)
    count = round(share * len(soundings)) if share else 0
    if share and not 0 < count < len(soundings):
        message = f"{share:g} of {len(soundings)} recordings cannot be held out as strangers"
        raise UsageError(message)
    order = np.random.default_rng([seed, 1]).permutation(len(soundings))
    strangers = [soundings[which] for which in sorted(order[:count])]
    library.remove([one.id for one in strangers])
    gone = {one.id for one in strangers}
    return [one for one in soundings if one.id not in gone], strangers


def decoded(source: AudioSource) -> Signal:
    """Decode the first MOST_S seconds of a file, mono at RATE_HZ.

    Raises:
        AudioError: it cannot be used.
    """
    blocks, samples = [np.empty(0, np.float32)], 0
    with open_audio(source, sample_rate_hz=RATE_HZ) as stream:
        for block in stream:
            blocks.append(block)
            samples += len(block)
            if samples >= MOST_S * RATE_HZ:
                break
    return np.concatenate(blocks)[: round(MOST_S * RATE_HZ)]


def _sound_of(track: Track, library: Library) -> Signal:
    """Decode a track from its file if that is still the same, else from its copy or preview."""
    try:
        if not track.source.file:
            raise UnreadableFileError(track.metadata.title, "it was added from memory")
        check_same(track.source)
        return decoded(track.source.file)
    except AudioError as error:
        if track.media_file is None:
            raise
        with library.reading() as reader:
            try:
                kept = reader.open_media(track.media_file)
            except KeyError:
                raise error from None
        with kept:
            return decoded(kept)


def _piece(seed: int, number: int) -> Signal:
    piece = synthesise(seed, STYLES[number % len(STYLES)], SYNTHETIC_S)
    return resampled(piece.samples, piece.sample_rate_hz / RATE_HZ)
