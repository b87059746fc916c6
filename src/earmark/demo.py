"""The demonstration: a synthesised catalogue, spoiled clips of it, and what Earmark says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from earmark.evaluation.codecs import CATALOGUE_CODECS, OPUS_12K, encode, transcoded
from earmark.evaluation.degradations import (
    add_noise,
    change_speed,
    excerpt,
    in_room,
    telephone,
)
from earmark.evaluation.noises import Noise
from earmark.evaluation.signals import Signal
from earmark.evaluation.synthesis import SAMPLE_RATE_HZ, Piece, catalogue
from earmark.library import Library
from earmark.types import Identification, Match, Status

PIECES = 10
PIECE_S = 40.0
CATALOGUE_SEED = 1
STRANGERS = 2
STRANGER_SEED = 2

POSITION_TOLERANCE_S = 0.5
"""How far a position may be off and still be called right; codecs delay a clip by up to 0.05 s."""

Degradation = Callable[[Signal, np.random.Generator], Signal]


@dataclass(frozen=True, slots=True)
class Condition:
    """A way in which a clip reaches Earmark."""

    name: str
    duration_s: float
    degrade: Degradation


@dataclass(frozen=True, slots=True)
class Trial:
    """A clip, where it came from, and what Earmark said."""

    condition: str
    title: str | None
    """The title of the piece; None for a stranger."""
    start_s: float
    answer: Identification

    @property
    def is_named(self) -> bool:
        """The right piece, wherever in it."""
        best = self.answer.best
        if best is None or self.answer.status is not Status.IDENTIFIED:
            return False
        return best.track.metadata.title == self.title

    @property
    def is_right(self) -> bool:
        """The right piece at the right place; for a stranger, no piece at all."""
        best = self.answer.best
        if self.title is None:
            return self.answer.status is Status.NO_MATCH
        if best is None or not self.is_named:
            return False
        places_s = (best.offset_s, *best.other_offsets_s)
        return any(abs(place_s - self.start_s) <= POSITION_TOLERANCE_S for place_s in places_s)


def _in_a_bar(clip: Signal, rng: np.random.Generator) -> Signal:
    return add_noise(clip, SAMPLE_RATE_HZ, rng, snr_db=5.0, kind=Noise.BABBLE)


def _in_the_street(clip: Signal, rng: np.random.Generator) -> Signal:
    return add_noise(clip, SAMPLE_RATE_HZ, rng, snr_db=0.0, kind=Noise.STREET)


def _by_telephone(clip: Signal, rng: np.random.Generator) -> Signal:
    return add_noise(telephone(clip, SAMPLE_RATE_HZ), SAMPLE_RATE_HZ, rng, snr_db=20.0)


def _across_a_room(clip: Signal, rng: np.random.Generator) -> Signal:
    heard = in_room(clip, SAMPLE_RATE_HZ, rng)
    return add_noise(heard, SAMPLE_RATE_HZ, rng, snr_db=15.0)


CONDITIONS = (
    Condition("as it is", 5.0, lambda clip, _: clip),
    Condition("only three seconds", 3.0, lambda clip, _: clip),
    Condition("talking crowd, +5 dB", 8.0, _in_a_bar),
    Condition("street noise, 0 dB", 8.0, _in_the_street),
    Condition("telephone", 8.0, _by_telephone),
    Condition(OPUS_12K.name, 8.0, lambda clip, _: transcoded(clip, SAMPLE_RATE_HZ, OPUS_12K)),
    Condition("8 % too fast", 10.0, lambda clip, _: change_speed(clip, 1.08)),
    Condition("20 % too slow", 10.0, lambda clip, _: change_speed(clip, 0.8)),
    Condition("across a room", 8.0, _across_a_room),
)


def run_demo(
    console: Console, *, count: int = PIECES, conditions: Sequence[Condition] = CONDITIONS
) -> bool:
    """Synthesise, add, spoil, identify, and print what happened.

    Args:
        console: where to print.
        count: pieces in the catalogue.
        conditions: how clips are spoiled, one clip for each; clips of strangers follow.

    Returns:
        Whether every clip was named rightly and every stranger rejected.
    """
    with tempfile.TemporaryDirectory(prefix="earmark-demo-") as folder:
        with console.status(f"Composing {count} pieces of music ..."):
            pieces = list(catalogue(count, CATALOGUE_SEED, PIECE_S))
            save(pieces, Path(folder) / "music")
        with Library.open(Path(folder) / "demo.earmark") as library:
            with console.status("Listening to them (on first use, kernels are compiled) ..."):
                library.add([Path(folder) / "music"], workers=1)
                warm_up(library, pieces[0])
            with console.status("Spoiling clips, and asking what they are ..."):
                trials = [*known_trials(library, pieces, conditions), *stranger_trials(library)]
    console.print(report(pieces, trials))
    console.print(verdict(trials))
    return all(trial.is_right for trial in trials)


def save(pieces: Sequence[Piece], folder: Path) -> None:
    """Write pieces as files of the formats in which people keep music, with their tags."""
    folder.mkdir(parents=True)
    for number, piece in enumerate(pieces):
        codec = CATALOGUE_CODECS[number % len(CATALOGUE_CODECS)]
        tags = {"title": piece.title, "artist": piece.artist}
        data = encode(piece.samples, piece.sample_rate_hz, codec, tags)
        (folder / f"{number + 1:02} {piece.title}{codec.suffix}").write_bytes(data)


def warm_up(library: Library, piece: Piece) -> None:
    """Have all kernels of a query compiled, so that the times in the table are those of queries."""
    clip = excerpt(piece.samples, SAMPLE_RATE_HZ, 0.0, 5.0)
    for factor in (1.0, 1.03):
        library.identify(change_speed(clip, factor), sample_rate=SAMPLE_RATE_HZ)


def known_trials(
    library: Library, pieces: Sequence[Piece], conditions: Sequence[Condition]
) -> Iterator[Trial]:
    """Ask for a clip of another piece in each condition."""
    for number, condition in enumerate(conditions):
        piece = pieces[number % len(pieces)]
        rng = np.random.default_rng(number)
        start_s = rng.uniform(2.0, PIECE_S - condition.duration_s)
        yield ask(library, condition, piece, start_s, rng)


def stranger_trials(
    library: Library, count: int = STRANGERS, seed: int = STRANGER_SEED
) -> Iterator[Trial]:
    """Ask for clips of pieces that are not in the catalogue, by bands that are."""
    condition = Condition("not in the catalogue", 10.0, lambda clip, _: clip)
    for stranger in catalogue(count, seed, PIECE_S):
        trial = ask(library, condition, stranger, 10.0, np.random.default_rng(0))
        yield replace(trial, title=None)


def ask(
    library: Library, condition: Condition, piece: Piece, start_s: float, rng: np.random.Generator
) -> Trial:
    """Cut a clip, spoil it and have it identified."""
    clip = excerpt(piece.samples, SAMPLE_RATE_HZ, start_s, condition.duration_s)
    answer = library.identify(condition.degrade(clip, rng), sample_rate=SAMPLE_RATE_HZ)
    return Trial(condition.name, piece.title, start_s, answer)


def report(pieces: Sequence[Piece], trials: Sequence[Trial]) -> Table:
    """Lay the trials out as a table."""
    minutes = sum(piece.duration_s for piece in pieces) / 60
    table = Table(
        title=f"{len(trials)} clips, asked of {len(pieces)} pieces ({minutes:.0f} minutes of music)"
    )
    table.add_column("Clip")
    table.add_column("Seconds", justify="right")
    table.add_column("What it was")
    table.add_column("What Earmark said")
    table.add_column("Position (true)", justify="right")
    table.add_column("Confidence", justify="right")
    table.add_column("ms", justify="right")
    for trial in sorted(trials, key=lambda trial: trial.title is None):
        table.add_row(*_cells(trial), style="dim" if trial.title is None else None)
    return table


def verdict(trials: Sequence[Trial]) -> Text:
    """Sum up in one line, without flattery."""
    known = [trial for trial in trials if trial.title is not None]
    named = sum(trial.is_right for trial in known)
    strangers = [trial for trial in trials if trial.title is None]
    rejected = sum(trial.is_right for trial in strangers)
    text = f"{named} of {len(known)} clips named, each with its position; "
    text += f"{rejected} of {len(strangers)} strangers rejected."
    good = named == len(known) and rejected == len(strangers)
    return Text(text, style="bold green" if good else "bold red")


def _cells(trial: Trial) -> tuple[str | Text, ...]:
    best = trial.answer.best
    said = best.track.metadata.title if best else str(trial.answer.status).replace("_", " ")
    mark, style = ("✓", "green") if trial.is_right else ("✗", "bold red")
    return (
        trial.condition,
        f"{trial.answer.duration_s or 0.0:.0f}",
        trial.title or "a stranger",
        Text(f"{mark} {said}", style=style),
        f"{_position(best)} ({trial.start_s:.2f}) s" if trial.title else "",
        f"{best.confidence:.4f}" if best else "",
        f"{trial.answer.elapsed_ms or 0.0:.0f}",
    )


def _position(best: Match | None) -> str:
    return f"{best.offset_s:.2f}" if best else "-"
