"""Distractors: any number of songs that nobody asks for, to fill a large catalogue.

Each has a number: the same number, seed and parameters give the same song, whichever others are
made. Some hundred pieces are played from notes by `imitation.py`, in styles drawn from
`styles.tsv`; a song is made of the bars of two of them by `resynthesis.py`. A collection is laid on
several tapes, as a library would be, and read by the matcher beside real references:

    distractors = Distractors.cached(Path("10k.npz"), 10_000, seed=1, params=params)
    match(peaks, frames, Beside(reader, distractors), params, query)
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from earmark.evaluation.imitation import Style, bar_duration_s, imitate, read_styles
from earmark.evaluation.resynthesis import Piece, piece_of, resynthesise
from earmark.landmarks import reference_landmarks
from earmark.packing import pack
from earmark.tape import Tape, build_tape, list_lengths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.matching.matcher import References
    from earmark.params import Params, PeakParams
    from earmark.types import Landmarks, Peaks

STYLES = Path(__file__).with_name("styles.tsv")
"""What was learned from real recordings by `benchmarks/distractor_styles.py`."""

ALGORITHM = 2
"""Raised when the same number and seed give another song: older caches are made anew."""

FIRST_KEY = 1 << 40
"""Key of distractor 0: beyond those of any store."""

PIECES, PIECE_S = 2048, 240.0
"""How many pieces songs are made of, each when it is first needed, and how long they are."""

MEAN_S, SPREAD_S, LEAST_S, MOST_S = 240.0, 50.0, 90.0, 480.0
"""How long songs are: mean, standard deviation and limits."""

TEMPO_SPREAD, REGISTER_SPREAD, TUNING_SPREAD_CENTS = 0.08, 2.0, 0.5
"""How much songs of one style differ: standard deviations, that of the tempo as a part."""

PURER, QUIETER_DB = 0.5, 3.0
"""Songs in the styles as learned are a little less in tune than the recordings, and so a little
easier to tell from a clip: off-key notes and wavering are less by this factor, and noise is softer.
Chosen by the best wrong answers in docs/accuracy.md, which should rather be too hard."""

TAPE_POSTINGS = 1 << 23
"""A tape is full: as much as a library merges into one segment."""


class Distractor(NamedTuple):
    """One song, as a store would hold it."""

    key: int
    landmarks: Landmarks
    constellation: bytes
    """Packed."""


def distractor_peaks(number: int, seed: int, params: Params) -> Peaks:
    """Make the constellation of one distractor."""
    rng = np.random.default_rng((seed, number))
    duration_s = float(np.clip(rng.normal(MEAN_S, SPREAD_S), LEAST_S, MOST_S))
    return new_song(duration_s, seed, params.peaks, rng)


def new_song(duration_s: float, seed: int, params: PeakParams, rng: np.random.Generator) -> Peaks:
    """Make the constellation of a song from two of a seed's pieces."""
    which = rng.integers(PIECES, size=2).tolist()
    piece, filler = (piece_of_seed(one, seed, params) for one in which)
    return resynthesise(piece, filler, duration_s, params, rng)


def distractors(count: int, seed: int, params: Params) -> Iterator[Distractor]:
    """Yield the first `count` distractors of a seed."""
    for number in range(count):
        peaks = distractor_peaks(number, seed, params)
        marks = reference_landmarks(peaks, params)
        yield Distractor(FIRST_KEY + number, marks, pack(peaks))


class Distractors:
    """A collection as the matcher reads it (`References`): about 35 kB a song, in memory."""

    def __init__(
        self, tapes: Sequence[Tape], packed: NDArray[np.uint8], begins: NDArray[np.int64]
    ) -> None:
        """Take tapes, all packed constellations, and at which byte each begins."""
        self._tapes, self._packed, self._begins = list(tapes), packed, begins

    @classmethod
    def made(cls, count: int, seed: int, params: Params) -> Distractors:
        """Make a collection."""
        tapes: list[Tape] = []
        packed: list[bytes] = []
        waiting: list[tuple[int, Landmarks]] = []
        postings = 0
        for one in distractors(count, seed, params):
            if waiting and postings + len(one.landmarks) > TAPE_POSTINGS:
                tapes.append(build_tape(waiting))
                waiting, postings = [], 0
            waiting.append((one.key, one.landmarks))
            postings += len(one.landmarks)
            packed.append(one.constellation)
        if waiting:
            tapes.append(build_tape(waiting))
        begins = np.cumsum([0, *map(len, packed)])
        return cls(tapes, np.frombuffer(b"".join(packed), np.uint8), begins)

    @classmethod
    def cached(cls, file: Path, count: int, seed: int, params: Params) -> Distractors:
        """Load a collection from a file, or make it and write it there.

        A file that holds another one is replaced.
        """
        label = _label(count, seed, params)
        if file.exists():
            with np.load(file) as held:
                if str(held["label"]) == label:
                    return cls(_loaded_tapes(held), held["packed"], held["begins"])
        collection = cls.made(count, seed, params)
        collection.save(file, label)
        return collection

    def __len__(self) -> int:
        """Count the songs."""
        return len(self._begins) - 1

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has."""
        return list_lengths(self._tapes, hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:  # noqa: ARG002 - all at hand
        """Return all tapes."""
        return self._tapes

    def frames(self) -> int:
        """Return the duration of all songs together."""
        return sum(tape.frames for tape in self._tapes)

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of the songs that are here."""
        return {
            key: self._packed[self._begins[number] : self._begins[number + 1]].tobytes()
            for key in keys
            if 0 <= (number := key - FIRST_KEY) < len(self)
        }

    def save(self, file: Path, label: str) -> None:
        """Write all to a file, with a label that tells what it is; replaced atomically."""
        arrays: dict[str, Any] = {
            f"{name}-{number}": np.asarray(getattr(tape, name))
            for number, tape in enumerate(self._tapes)
            for name in Tape.__dataclass_fields__
        }
        partial = file.with_name(file.name + ".part.npz")
        np.savez(
            partial,
            label=np.array(label),
            packed=self._packed,
            begins=self._begins,
            tapes=np.array(len(self._tapes)),
            **arrays,
        )
        partial.replace(file)


class Beside:
    """Several references read as one; their keys differ."""

    def __init__(self, *references: References) -> None:
        """Take those that lie beside one another."""
        self._references = references

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has."""
        return sum(
            (one.list_lengths(hashes) for one in self._references), np.zeros(len(hashes), np.int64)
        )

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return the tapes of all."""
        return [tape for one in self._references for tape in one.tapes(hashes)]

    def frames(self) -> int:
        """Return the duration of all together."""
        return sum(one.frames() for one in self._references)

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations of the tracks that any has."""
        wanted = set(keys)
        found: dict[int, bytes] = {}
        for one in self._references:
            found |= one.constellations(wanted)
        return found


def varied(style: Style, rng: np.random.Generator) -> Style:
    """Return the style of one song: purer than learned, and no two have one tempo and tuning."""
    return style._replace(
        cents=style.cents * PURER,
        chromatic=style.chromatic * PURER,
        noise_db=style.noise_db - QUIETER_DB,
        tatum_s=style.tatum_s * float(np.exp(rng.normal(0, TEMPO_SPREAD))),
        register=style.register + rng.normal(0, REGISTER_SPREAD),
        tuning_cents=style.tuning_cents + rng.normal(0, TUNING_SPREAD_CENTS),
    )


@lru_cache(maxsize=2 * PIECES)
def piece_of_seed(number: int, seed: int, params: PeakParams) -> Piece:
    """Play one of the pieces that a seed's songs are made of; it is kept."""
    rng = np.random.default_rng((seed, number, PIECES))
    styles = _styles()
    style = varied(styles[number % len(styles)], rng)
    peaks = imitate(style, PIECE_S, params, rng)
    return piece_of(peaks, bar_duration_s(style), params)


@lru_cache(maxsize=1)
def _styles() -> list[Style]:
    return read_styles(STYLES)


def _label(count: int, seed: int, params: Params) -> str:
    """Return all that decides a collection, for comparison."""
    styles = hashlib.sha256(STYLES.read_bytes()).hexdigest()[:12]
    return f"{ALGORITHM} {count} {seed} {params.index_id} {styles}"


def _loaded_tapes(held: np.lib.npyio.NpzFile) -> list[Tape]:
    return [
        Tape(
            words=held[f"words-{number}"],
            directory=held[f"directory-{number}"],
            groups=held[f"groups-{number}"],
            starts=held[f"starts-{number}"],
            keys=held[f"keys-{number}"],
            dead=held[f"dead-{number}"],
            bucket_bits=int(held[f"bucket_bits-{number}"]),
            position_bits=int(held[f"position_bits-{number}"]),
        )
        for number in range(int(held["tapes"]))
    ]
