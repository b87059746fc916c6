"""Writes small pieces of music by seeded chance: form, chords, bass, melody and drums.

A piece has its own key, tuning, tempo and groove, and is a row of sections; each letter of its form
has its own chords, melody and drums, and returns varied: notes change, fills come in, players are
never quite on the beat. So a piece sounds like one, but no two of its bars are the same signal.

Times are in seconds, pitches in MIDI numbers (69 is 440 Hz), velocities 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from earmark.evaluation.instruments import Drum

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)

NEXT_CHORDS = (
    (3, 4, 5, 1, 2),
    (4, 6, 3),
    (5, 3, 1),
    (4, 0, 1, 5),
    (0, 5, 3, 2),
    (3, 1, 4, 2),
    (0, 2, 4),
)
"""Which degrees of the scale may follow each degree, as roots of chords."""

FORMS = ("ABACB", "AABCA", "ABCBA", "ABBCA")

BARS_IN_SECTION = 4

STEPS_IN_BEAT = 4
"""A pattern's signs in one beat: `x` sounds, `o` sounds sometimes, `.` does not."""


HIGHEST_BASS = 47

OFF_BEAT = 0.5
"""The half of a beat that swing makes late."""


class Part(StrEnum):
    """Who plays a note."""

    BASS = "bass"
    CHORDS = "chords"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a style is written: what may be chosen, and what is always so."""

    tempo_bpm: tuple[float, float]
    scales: tuple[tuple[int, ...], ...]
    chord_degrees: tuple[int, ...]
    """Degrees of a chord above its root: (0, 2, 4) is a triad."""
    chord_pattern: str
    bass_pattern: str
    drums: Mapping[Drum, str]
    lead_lengths: tuple[float, ...]
    """Note lengths of the melody in beats, to choose from."""
    lead_rests: float = 0.15
    arpeggiated: bool = False
    walking_bass: bool = False
    beats: int = 4
    swing: float = 0.0
    """How far the second half of each beat is late, in beats."""
    looseness_s: float = 0.006
    """Standard deviation of a player's timing."""


@dataclass(frozen=True, slots=True)
class Note:
    """A pitched note."""

    part: Part
    start_s: float
    duration_s: float
    pitch: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drum stroke."""

    drum: Drum
    start_s: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Composition:
    """All that is played in a piece, in no order."""

    notes: tuple[Note, ...]
    strokes: tuple[Stroke, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class _MelodyNote:
    beat: float
    beats: float
    degree: int


@dataclass(frozen=True, slots=True)
class _Section:
    """What the returns of one letter of the form have in common."""

    chords: tuple[int, ...]
    melody: tuple[tuple[_MelodyNote, ...], ...]
    """One tuple of notes for each bar."""
    silent: frozenset[Part | Drum]
    octave: int


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar about to be played."""

    number: int
    start_s: float
    beat_s: float
    chord: int
    melody: tuple[_MelodyNote, ...]
    section: _Section
    last_of_section: bool


def compose(manner: Manner, duration_s: float, rng: np.random.Generator) -> Composition:
    """Write a piece of about `duration_s`, to the next full bar."""
    return _Composer(manner, rng).write(duration_s)


class _Composer:
    """Holds what stays the same through one piece: its manner, scale, key and tempo."""

    def __init__(self, manner: Manner, rng: np.random.Generator) -> None:
        self._rng = rng
        self._manner = self._own(manner)
        self._scale = manner.scales[rng.integers(len(manner.scales))]
        self._key = int(rng.integers(48, 60))
        self._tempo_bpm = rng.uniform(*manner.tempo_bpm)
        self._tuning = rng.normal(0.0, 0.15)

    def write(self, duration_s: float) -> Composition:
        notes: list[Note] = []
        strokes: list[Stroke] = []
        end_s = 0.0
        for bar in self._bars(duration_s):
            notes += [*self._bass(bar), *self._chords(bar), *self._lead(bar)]
            strokes += self._drums(bar)
            end_s = bar.start_s + bar.beat_s * self._manner.beats
        return Composition(tuple(notes), tuple(strokes), end_s)

    def _own(self, manner: Manner) -> Manner:
        """Make a piece's own groove out of its style's: some of the patterns' steps change."""
        return replace(
            manner,
            chord_pattern=self._changed(manner.chord_pattern),
            bass_pattern=self._changed(manner.bass_pattern),
            drums={drum: self._changed(manner.drums[drum]) for drum in sorted(manner.drums)},
        )

    def _changed(self, pattern: str) -> str:
        """Change a step in four, but never the first one that sounds."""
        first = pattern.index("x") if "x" in pattern else len(pattern)
        return "".join(
            "xo."[self._rng.integers(3)] if place > first and self._happens(0.25) else sign
            for place, sign in enumerate(pattern)
        )

    def _bars(self, duration_s: float) -> Iterator[_Bar]:
        """Follow the form, over and over, at a tempo that drifts a little."""
        form = FORMS[self._rng.integers(len(FORMS))]
        sections = {letter: self._section() for letter in sorted(set(form))}
        start_s, number = 0.0, 0
        while start_s < duration_s:
            section = sections[form[number // BARS_IN_SECTION % len(form)]]
            place = number % BARS_IN_SECTION
            beat_s = 60.0 / (self._tempo_bpm * self._rng.uniform(0.992, 1.008))
            yield _Bar(
                number=number,
                start_s=start_s,
                beat_s=beat_s,
                chord=section.chords[place % len(section.chords)],
                melody=self._varied(section.melody[place]),
                section=section,
                last_of_section=place == BARS_IN_SECTION - 1,
            )
            start_s += beat_s * self._manner.beats
            number += 1

    def _section(self) -> _Section:
        silent: set[Part | Drum] = set()
        if self._happens(0.35):
            silent.add((Part.LEAD, Part.BASS)[self._rng.integers(2)])
        drums = sorted(self._manner.drums)
        if drums and self._happens(0.5):
            silent.add(drums[self._rng.integers(len(drums))])
        return _Section(
            chords=self._progression(),
            melody=tuple(self._melody() for _ in range(BARS_IN_SECTION)),
            silent=frozenset(silent),
            octave=int(self._rng.integers(0, 2)),
        )

    def _progression(self) -> tuple[int, ...]:
        """One chord a bar, each leading to the next."""
        chords = [int(self._rng.choice([0, 0, 3, 5]))]
        while len(chords) < BARS_IN_SECTION:
            chords.append(int(self._rng.choice(NEXT_CHORDS[chords[-1]])))
        return tuple(chords)

    def _melody(self) -> tuple[_MelodyNote, ...]:
        """One bar of a random walk over the scale; degrees are relative to the chord's root."""
        notes: list[_MelodyNote] = []
        beat = 0.0
        degree = int(self._rng.choice([0, 2, 4]))
        while beat < self._manner.beats:
            beats = float(self._rng.choice(self._manner.lead_lengths))
            if not self._happens(self._manner.lead_rests):
                notes.append(_MelodyNote(beat, beats, degree))
            degree += int(self._rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 3]))
            degree = int(np.clip(degree, -4, 9))
            beat += beats
        return tuple(notes)

    def _varied(self, melody: Sequence[_MelodyNote]) -> tuple[_MelodyNote, ...]:
        """Change some notes of a bar, leave some out and divide some."""
        notes: list[_MelodyNote] = []
        for note in melody:
            if self._happens(0.12):
                continue
            step = int(self._rng.choice([-2, -1, 1, 2])) if self._happens(0.25) else 0
            beats = note.beats / 2 if self._happens(0.12) else note.beats
            notes.append(replace(note, beats=beats, degree=note.degree + step))
            if beats < note.beats:
                notes.append(_MelodyNote(note.beat + beats, beats, note.degree + step + 1))
        return tuple(notes)

    def _bass(self, bar: _Bar) -> Iterator[Note]:
        if Part.BASS in bar.section.silent:
            return
        for index, beat in enumerate(self._sounding(self._manner.bass_pattern)):
            degree = bar.chord
            if index and (self._manner.walking_bass or self._happens(0.2)):
                degree += int(self._rng.choice([-1, 1, 2, 4]))
            pitch = self._pitch(degree) - 12
            pitch -= 12 if pitch > HIGHEST_BASS else 0
            yield self._note(bar, Part.BASS, beat, 0.8, pitch)

    def _chords(self, bar: _Bar) -> Iterator[Note]:
        degrees = self._manner.chord_degrees
        beats = list(self._sounding(self._manner.chord_pattern))
        ends = [*beats[1:], float(self._manner.beats)]
        inversion = int(self._rng.integers(len(degrees)))
        for index, (beat, end) in enumerate(zip(beats, ends, strict=True)):
            chosen = [degrees[(index + inversion) % len(degrees)]]
            for degree in chosen if self._manner.arpeggiated else degrees:
                raised = 7 if degrees.index(degree) < inversion else 0
                pitch = self._pitch(bar.chord + degree + raised)
                yield self._note(bar, Part.CHORDS, beat, end - beat, pitch)

    def _lead(self, bar: _Bar) -> Iterator[Note]:
        if Part.LEAD in bar.section.silent:
            return
        for melody in bar.melody:
            pitch = self._pitch(bar.chord + melody.degree) + 12 + 12 * bar.section.octave
            yield self._note(bar, Part.LEAD, melody.beat, 0.95 * melody.beats, pitch)

    def _drums(self, bar: _Bar) -> Iterator[Stroke]:
        for drum in sorted(self._manner.drums):
            if drum not in bar.section.silent:
                for beat in self._sounding(self._manner.drums[drum]):
                    yield self._stroke(bar, drum, beat)
        if self._manner.drums and bar.last_of_section:
            yield from self._fill(bar)

    def _fill(self, bar: _Bar) -> Iterator[Stroke]:
        """Roll over toms and snare through the last beat of a section."""
        for step in range(STEPS_IN_BEAT):
            if self._happens(0.75):
                drum = (Drum.TOM, Drum.SNARE)[self._rng.integers(2)]
                yield self._stroke(bar, drum, self._manner.beats - 1 + step / STEPS_IN_BEAT)

    def _sounding(self, pattern: str) -> Iterator[float]:
        """The beats at which a pattern sounds this time."""
        for step, sign in enumerate(pattern):
            if sign == "x" or (sign == "o" and self._happens(0.5)):
                yield step / STEPS_IN_BEAT

    def _happens(self, chance: float) -> bool:
        return self._rng.random() < chance

    def _pitch(self, degree: int) -> int:
        octave, place = divmod(degree, len(self._scale))
        return self._key + 12 * octave + self._scale[place]

    def _note(self, bar: _Bar, part: Part, beat: float, beats: float, pitch: float) -> Note:
        start_s = self._when(bar, beat)
        pitch += self._tuning
        return Note(part, start_s, beats * bar.beat_s, pitch, self._rng.uniform(0.7, 1.0))

    def _stroke(self, bar: _Bar, drum: Drum, beat: float) -> Stroke:
        loud = 1.0 if beat == int(beat) else 0.7
        return Stroke(drum, self._when(bar, beat), loud * self._rng.uniform(0.75, 1.0))

    def _when(self, bar: _Bar, beat: float) -> float:
        late = self._manner.swing if beat % 1.0 == OFF_BEAT else 0.0
        loose_s = self._rng.normal(0.0, self._manner.looseness_s)
        return max(0.0, bar.start_s + (beat + late) * bar.beat_s + loose_s)
