"""Real-sounding short pieces of music, made by seeded synthesis: a catalogue without a download.

The same seed gives the same piece on every machine, as far as its floating-point sums agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from earmark.evaluation.composition import (
    DORIAN,
    MAJOR,
    MINOR,
    MIXOLYDIAN,
    Composition,
    Manner,
    Part,
    compose,
)
from earmark.evaluation.instruments import Drum, Timbre, drum, reverberated, tone
from earmark.evaluation.signals import Signal, fitted, normalised

SAMPLE_RATE_HZ = 22050

TAIL_S = 1.5
"""How long the last notes may ring."""


@dataclass(frozen=True, slots=True)
class Style:
    """A manner of writing and the band that plays it."""

    name: str
    artist: str
    manner: Manner
    timbres: dict[Part, Timbre]
    levels: dict[Part, float]
    drum_level: float
    reverb_s: float
    wet: float


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A finished recording, mono, full scale at 1.0."""

    title: str
    artist: str
    style: str
    samples: Signal
    sample_rate_hz: int

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate_hz


_TITLES_FIRST = (
    "Amber Blue Cold Distant Electric First Golden Hidden Iron Late Little Midnight Northern Paper "
    "Quiet Silver Slow Velvet Winter Yellow"
).split()
_TITLES_LAST = (
    "Avenue Bridge Carousel Clock Desert Engine Garden Harbour Island Kite Lantern Machine Orchard "
    "Parade River Season Signal Staircase Tram Window"
).split()

_PIANO = Timbre(tilt=1.7, decay_s=0.9, brightness_s=0.25, detune_cents=3.0, release_s=0.2)
_GUITAR = Timbre(tilt=1.4, decay_s=0.8, brightness_s=0.12, detune_cents=2.0, release_s=0.15)
_POWER = Timbre(tilt=1.1, decay_s=3.0, sustain=0.5, brightness_s=2.0, detune_cents=8.0, drive=6.0)
_FINGER_BASS = Timbre(tilt=1.8, decay_s=0.6, sustain=0.3, brightness_s=0.15, release_s=0.06)
_SYNTH_BASS = Timbre(tilt=1.0, decay_s=0.3, sustain=0.4, brightness_s=0.08, release_s=0.03)
_SUB_BASS = Timbre(tilt=2.6, decay_s=1.5, sustain=0.7, attack_s=0.02, release_s=0.1)
_PAD = Timbre(
    tilt=1.6, attack_s=0.5, sustain=0.9, release_s=1.0, detune_cents=11.0, brightness_s=2.0
)
_BELL = Timbre(tilt=0.9, even=0.2, decay_s=1.2, brightness_s=0.4, release_s=0.8)
_FLUTE = Timbre(tilt=2.4, attack_s=0.06, sustain=0.9, release_s=0.08, vibrato_cents=18.0)
_FIDDLE = Timbre(tilt=1.2, attack_s=0.05, sustain=0.9, vibrato_cents=22.0, brightness_s=3.0)
_SQUARE = Timbre(tilt=1.0, even=0.3, decay_s=0.4, sustain=0.5, release_s=0.01, brightness_s=2.0)
_LEAD_SYNTH = Timbre(tilt=1.0, sustain=0.8, detune_cents=9.0, vibrato_cents=10.0, brightness_s=0.6)
_ELECTRIC_PIANO = Timbre(tilt=2.2, even=0.5, decay_s=1.1, brightness_s=0.3, release_s=0.12)
_ORGAN = Timbre(tilt=1.3, even=0.3, decay_s=0.2, sustain=0.3, release_s=0.04, brightness_s=0.5)

STYLES = (
    Style(
        "rock",
        "The Loud Radiators",
        Manner(
            tempo_bpm=(112, 150),
            scales=(MINOR, MIXOLYDIAN),
            chord_degrees=(0, 4, 7),
            chord_pattern="x.o.x.xoo.x.x.o.",
            bass_pattern="x.x.x.x.x.x.x.o.",
            drums={
                Drum.KICK: "x.....o.x.x...o.",
                Drum.SNARE: "....x.......x..o",
                Drum.HAT: "x.x.x.x.x.x.x.x.",
            },
            lead_lengths=(0.5, 0.5, 1.0, 1.0, 1.5, 2.0),
        ),
        {Part.BASS: _FINGER_BASS, Part.CHORDS: _POWER, Part.LEAD: _LEAD_SYNTH},
        {Part.BASS: 0.55, Part.CHORDS: 0.22, Part.LEAD: 0.35},
        drum_level=0.6,
        reverb_s=0.5,
        wet=0.25,
    ),
    Style(
        "house",
        "Polar Elevator",
        Manner(
            tempo_bpm=(112, 136),
            scales=(MINOR, DORIAN),
            chord_degrees=(0, 2, 4, 6),
            chord_pattern="..x..o.x..x..ox.",
            bass_pattern="..xo..x...xo.ox.",
            drums={
                Drum.KICK: "x...x...x...x...",
                Drum.SNARE: "....x.......x...",
                Drum.OPEN_HAT: "..x...x...x...x.",
                Drum.SHAKER: "xoxoxoxoxoxoxoxo",
            },
            lead_lengths=(0.25, 0.5, 0.5, 0.75, 1.0),
            lead_rests=0.45,
            looseness_s=0.003,
        ),
        {Part.BASS: _SYNTH_BASS, Part.CHORDS: _ORGAN, Part.LEAD: _SQUARE},
        {Part.BASS: 0.5, Part.CHORDS: 0.25, Part.LEAD: 0.25},
        drum_level=0.75,
        reverb_s=0.9,
        wet=0.25,
    ),
    Style(
        "ambient",
        "Half a Lighthouse",
        Manner(
            tempo_bpm=(56, 72),
            scales=(MAJOR, DORIAN),
            chord_degrees=(0, 2, 4, 8),
            chord_pattern="x.......o.......",
            bass_pattern="x...............",
            drums={},
            lead_lengths=(0.5, 1.0, 1.0, 1.5, 2.0),
            lead_rests=0.3,
            looseness_s=0.03,
        ),
        {Part.BASS: _SUB_BASS, Part.CHORDS: _PAD, Part.LEAD: _BELL},
        {Part.BASS: 0.35, Part.CHORDS: 0.3, Part.LEAD: 0.45},
        drum_level=0.0,
        reverb_s=2.8,
        wet=0.9,
    ),
    Style(
        "waltz",
        "Clara Ostrowe",
        Manner(
            tempo_bpm=(96, 168),
            scales=(MAJOR, MINOR),
            chord_degrees=(0, 2, 4),
            chord_pattern="....x...x.o.",
            bass_pattern="x...........",
            drums={},
            lead_lengths=(0.5, 0.5, 1.0, 1.0, 1.5),
            lead_rests=0.08,
            beats=3,
            looseness_s=0.012,
        ),
        {Part.BASS: _PIANO, Part.CHORDS: _PIANO, Part.LEAD: _PIANO},
        {Part.BASS: 0.5, Part.CHORDS: 0.3, Part.LEAD: 0.6},
        drum_level=0.0,
        reverb_s=1.1,
        wet=0.35,
    ),
    Style(
        "folk",
        "Bramble & Co.",
        Manner(
            tempo_bpm=(88, 120),
            scales=(MAJOR, MIXOLYDIAN, DORIAN),
            chord_degrees=(0, 2, 4, 7),
            chord_pattern="x.x.x.xox.xoxox.",
            bass_pattern="x.......x.....o.",
            drums={Drum.SHAKER: "..x...x...x...x."},
            lead_lengths=(0.25, 0.5, 0.5, 1.0, 1.0),
            arpeggiated=True,
            looseness_s=0.01,
        ),
        {Part.BASS: _GUITAR, Part.CHORDS: _GUITAR, Part.LEAD: _FIDDLE},
        {Part.BASS: 0.5, Part.CHORDS: 0.5, Part.LEAD: 0.3},
        drum_level=0.35,
        reverb_s=0.6,
        wet=0.3,
    ),
    Style(
        "chiptune",
        "Eight Bit Orchard",
        Manner(
            tempo_bpm=(132, 176),
            scales=(MAJOR, MINOR),
            chord_degrees=(0, 2, 4),
            chord_pattern="xoxxooxxxoxxooxo",
            bass_pattern="x.x.x.xox.x.x.xo",
            drums={
                Drum.KICK: "x.....o.x.......",
                Drum.SNARE: "....x.......x...",
                Drum.HAT: "x.xox.xox.xox.xo",
            },
            lead_lengths=(0.25, 0.25, 0.5, 0.5, 1.0),
            arpeggiated=True,
            looseness_s=0.002,
        ),
        {Part.BASS: _SQUARE, Part.CHORDS: _SQUARE, Part.LEAD: _SQUARE},
        {Part.BASS: 0.4, Part.CHORDS: 0.2, Part.LEAD: 0.35},
        drum_level=0.4,
        reverb_s=0.2,
        wet=0.05,
    ),
    Style(
        "jazz",
        "The Corner Table Quartet",
        Manner(
            tempo_bpm=(112, 190),
            scales=(DORIAN, MAJOR),
            chord_degrees=(0, 2, 6, 8),
            chord_pattern="o.....x...o..o..",
            bass_pattern="x...x...x...x.o.",
            drums={
                Drum.RIDE: "x...x.x.x...x.x.",
                Drum.HAT: "....x.......x...",
                Drum.SNARE: "..o...o...o...o.",
                Drum.KICK: "o.........o.....",
            },
            lead_lengths=(0.5, 0.5, 0.5, 1.0, 1.5),
            lead_rests=0.2,
            walking_bass=True,
            swing=0.16,
            looseness_s=0.012,
        ),
        {Part.BASS: _FINGER_BASS, Part.CHORDS: _ELECTRIC_PIANO, Part.LEAD: _FLUTE},
        {Part.BASS: 0.6, Part.CHORDS: 0.3, Part.LEAD: 0.45},
        drum_level=0.4,
        reverb_s=0.7,
        wet=0.3,
    ),
    Style(
        "dub",
        "Harbour Selector",
        Manner(
            tempo_bpm=(68, 84),
            scales=(MINOR, DORIAN),
            chord_degrees=(0, 2, 4),
            chord_pattern="....x.......x.o.",
            bass_pattern="x..x..o.x..o..x.",
            drums={
                Drum.KICK: "........x.......",
                Drum.SNARE: "........x.....o.",
                Drum.HAT: "x.xox.xox.xox.xo",
                Drum.TOM: "o..........o....",
            },
            lead_lengths=(0.5, 0.75, 1.0, 2.0),
            lead_rests=0.5,
            looseness_s=0.008,
        ),
        {Part.BASS: _SUB_BASS, Part.CHORDS: _ORGAN, Part.LEAD: _FLUTE},
        {Part.BASS: 0.75, Part.CHORDS: 0.4, Part.LEAD: 0.3},
        drum_level=0.55,
        reverb_s=1.8,
        wet=0.5,
    ),
)


def synthesise(
    seed: int,
    style: Style | None = None,
    duration_s: float = 40.0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Piece:
    """Make one piece.

    Args:
        seed: decides everything; the same seed gives the same piece.
        style: one of STYLES; without it the seed chooses.
        duration_s: about so long, to the next full bar, and TAIL_S more for the last notes.
        sample_rate_hz: of the result; the notes do not depend on it.
    """
    rng = np.random.default_rng(seed)
    chosen = style or STYLES[rng.integers(len(STYLES))]
    title = f"{rng.choice(_TITLES_FIRST)} {rng.choice(_TITLES_LAST)}"
    composition = compose(chosen.manner, duration_s, rng)
    samples = _performed(composition, chosen, sample_rate_hz, rng)
    return Piece(title, chosen.artist, chosen.name, samples, sample_rate_hz)


def catalogue(
    count: int, seed: int = 0, duration_s: float = 40.0, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Iterator[Piece]:
    """Make so many pieces, all styles in turn, no two of the same seed.

    Args:
        count: how many.
        seed: of the whole catalogue; different seeds share no piece.
        duration_s: of each piece, about.
        sample_rate_hz: of the results.
    """
    seeds = np.random.SeedSequence(seed).generate_state(count, np.uint64)
    for number, piece_seed in enumerate(seeds):
        style = STYLES[number % len(STYLES)]
        yield synthesise(int(piece_seed), style, duration_s, sample_rate_hz)


def _performed(
    composition: Composition, style: Style, sample_rate_hz: int, rng: np.random.Generator
) -> Signal:
    """Play every note and stroke into one room."""
    samples = int((composition.duration_s + TAIL_S) * sample_rate_hz)
    mix = np.zeros(samples, np.float32)
    timbres = {part: _own(style.timbres[part], rng) for part in Part}
    kit = {kind: rng.uniform(0.75, 1.3) for kind in Drum}
    for note in composition.notes:
        frequency_hz = 440.0 * 2.0 ** ((note.pitch - 69) / 12)
        sound = tone(frequency_hz, note.duration_s, timbres[note.part], sample_rate_hz, rng)
        level = style.levels[note.part] * note.velocity
        _mix_in(mix, level * sound, int(note.start_s * sample_rate_hz))
    for stroke in composition.strokes:
        level = style.drum_level * stroke.velocity
        sound = drum(stroke.drum, sample_rate_hz, rng, tuning=kit[stroke.drum])
        _mix_in(mix, level * sound, int(stroke.start_s * sample_rate_hz))
    return normalised(reverberated(mix, style.reverb_s, style.wet, sample_rate_hz, rng))


def _own(timbre: Timbre, rng: np.random.Generator) -> Timbre:
    """An instrument of the same kind, as another player has it."""
    return replace(
        timbre,
        tilt=timbre.tilt * rng.uniform(0.85, 1.2),
        even=timbre.even * rng.uniform(0.6, 1.0),
        decay_s=timbre.decay_s * rng.uniform(0.7, 1.4),
        brightness_s=timbre.brightness_s * rng.uniform(0.6, 1.6),
        release_s=timbre.release_s * rng.uniform(0.7, 1.5),
    )


def _mix_in(mix: Signal, sound: Signal, start: int) -> None:
    """Add a sound to the mix in place, cut at the mix's end."""
    room = max(0, len(mix) - start)
    mix[start : start + len(sound)] += fitted(sound, min(room, len(sound)))
