"""Constellations of songs that nobody wrote: by seeded chance, in the manner of real recordings.

A song has a key, a tuning, a tempo, voices with their partials and drums with their spectra. Its
bars are played from a few *patterns*, which it repeats, varies and exchanges. A pattern is a list
of *atoms*: moments at which something is locally loud. Where one bar after the other has left its
atoms, the rule of `peaks.py` decides: an atom is a peak when none in its neighbourhood is louder.
So density, spacing and repulsion of the peaks come about as they do in sound.

How a song is made in all this is its `Style`. The numbers of styles are learned from real
recordings (`benchmarks/distractors.py`); notes and beats are always new, so that no clip of a
recording truly lies in a song.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from earmark.axis import axis_of
from earmark.kernels import kernel
from earmark.params import POSITIONS
from earmark.peaks import on_grid
from earmark.types import Peaks
from earmark.units import frame_rate_hz, hz_to_bins

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from earmark.params import PeakParams

LOWEST_HZ, HIGHEST_HZ = 100.0, 3600.0
"""Between which atoms lie: a little beyond the peaks, so that no edge shows."""

BANDS = 8
"""Points of a style's spectral profile, equally far apart in octaves."""

MOST_ATOMS = 6000
"""Of one pattern; more are not made."""

MOST_ATOMS_PER_S = 1000
"""Of a song: room for them is made before it is played."""

MOST_PATTERNS, VOICES, DRUMS, DRUM_ATOMS, PARTIALS = 16, 8, 4, 14, 12

SCALES = np.array([[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 2, 3, 5, 7, 9, 10]])
"""Major, minor and Dorian, in semitones."""

DEGREES = (0, 4, 2, 1, 5, 3, 6)
"""The degrees of a scale, the most frequent first."""

FILL = 0.2
"""Strokes that a pattern adds or leaves out, as a part of those that it has."""


class Style(NamedTuple):
    """How a song is made; levels in dB, `profile` has BANDS points between the band's edges."""

    tatum_s: float
    """The shortest time between notes."""
    bar_tatums: float
    voices: float
    onset: float
    """The chance of a voice to begin a note at a tatum; `length_tatums` is the mean duration."""
    length_tatums: float
    slope_db: float
    """By which partials grow softer, for each octave above the first."""
    sustain_hz: float
    """How often a sounding partial swells again; `sustain_db` is how unevenly."""
    sustain_db: float
    decay_db_s: float
    drum_onset: float
    drum_db: float
    drum_exact: float
    """The part of a drum's spectrum that is the same in every stroke."""
    noise_hz: float
    """Atoms of noise in a second."""
    noise_db: float
    timing_s: float
    """Standard deviation of a player's timing."""
    variation_db: float
    """How much the atoms of a pattern differ from bar to bar in level."""
    dropout: float
    repeat: float
    """The chance that a bar's pattern is played again in the next round, not exchanged."""
    patterns: float
    register: float
    """Middle of the voices' range, as a MIDI number."""
    cents: float
    """Standard deviation of a sounding partial's frequency."""
    tonality: float
    """How much some pitch classes prevail: the logarithm between one rank and the next."""
    chromatic: float
    """The chance of a note to lie outside the scale."""
    tuning_cents: float
    level: float
    """Mean of the peaks' levels, in their own unit (`types.Peaks`), and their spread."""
    level_spread: float
    profile: tuple[float, ...]


def write_styles(styles: Iterable[Style], path: Path) -> None:
    """Write a table of styles: a line each, numbers in the order of the fields."""
    lines = ["# " + "\t".join(Style._fields)]
    for style in styles:
        *single, profile = style
        lines.append("\t".join(f"{value:.4g}" for value in (*single, *profile)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_styles(path: Path) -> list[Style]:
    """Undo `write_styles`."""
    rows = np.loadtxt(path, ndmin=2)
    single = len(Style._fields) - 1
    return [Style._make((*row[:single].tolist(), tuple(row[single:].tolist()))) for row in rows]


def imitate(style: Style, duration_s: float, params: PeakParams, rng: np.random.Generator) -> Peaks:
    """Make the constellation of a new song, as sparse as that of a reference."""
    time_s, hz, level = _sound(style, duration_s, SCALES[rng.integers(len(SCALES))], rng)
    frames = time_s * frame_rate_hz(params)
    bins = hz * np.float32(hz_to_bins(1.0, params))
    kept = _loudest(
        frames,
        bins,
        level,
        params.reference_radius_frames,
        params.reference_radius_ratio,
        params.min_radius_bins,
        params.max_radius_bins,
    )
    time, frequency, which = placed(frames[kept], hz[kept], params)
    return Peaks(time, frequency, _levels(style, level[kept[which]]))


def placed(
    frames: NDArray[np.float32], hz: NDArray[np.float32], params: PeakParams
) -> tuple[NDArray[np.int32], NDArray[np.uint16], NDArray[np.intp]]:
    """Return time and frequency, in steps, and the numbers of the peaks within the band, in order.

    Args:
        frames: when peaks are, shape (n,), in any order, 0 or more.
        hz: their frequencies, shape (n,).
        params: which axis the constellation has, and in which steps.
    """
    axis = axis_of(params)
    position = axis.position(hz)
    low, high = axis.low_band * params.steps, (axis.high_band - 0.5) * params.steps
    inside = np.flatnonzero((position >= low) & (position < high))
    places = np.column_stack([frames[inside] * params.steps, position[inside]])
    time, frequency = on_grid(places, params.steps, params.reference_parts).T
    order = np.argsort(time.astype(np.int64) * POSITIONS + frequency, kind="stable")
    return time[order].astype(np.int32), frequency[order].astype(np.uint16), inside[order]


def _levels(style: Style, level: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Give the levels the mean and the spread that the style wants."""
    if not len(level):
        return np.empty(0, np.uint8)
    spread = max(float(level.std()), 1e-3)
    wanted = style.level + (level - level.mean()) / spread * style.level_spread
    return np.asarray(np.clip(np.round(wanted), 1, 255), np.uint8)


def bar_duration_s(style: Style) -> float:
    """Return how long the bars of a style's songs are."""
    return _tatums(style) * style.tatum_s


@kernel
def _tatums(style: Style) -> int:
    """Return how many tatums a bar has."""
    return max(1, int(style.bar_tatums))


@kernel
def _sound(
    style: Style, duration_s: float, scale: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the time in seconds, the frequency in Hz and the level in dB of a song's atoms."""
    band = _band(style, scale, rng)
    tatums = _tatums(style)
    bar_s = tatums * style.tatum_s
    slots = min(MOST_PATTERNS, max(1, int(style.patterns)))
    atoms = np.empty((slots, MOST_ATOMS, 4), np.float32)
    counts = np.zeros(slots, np.int64)
    out = np.empty((int(duration_s * MOST_ATOMS_PER_S), 3), np.float32)
    size = _noise(style, duration_s, rng, out)
    late_s = np.empty(tatums, np.float32)
    for bar in range(int(duration_s / bar_s) + 1):
        slot = bar % slots
        if bar < slots or rng.random() > style.repeat:
            counts[slot] = _pattern(style, band, tatums, rng, atoms[slot])
        for k in range(tatums):
            late_s[k] = bar * bar_s + style.timing_s * rng.standard_normal()
        size = _bar(style, atoms[slot, : counts[slot]], late_s, duration_s, rng, out, size)
    for i in range(size):
        out[i, 2] += _gain(style.profile, out[i, 1])
    return out[:size, 0].copy(), out[:size, 1].copy(), out[:size, 2].copy()


class _Band(NamedTuple):
    """Who plays: what stays the same through a song."""

    classes: NDArray[np.float64]
    """Shape (12,): running sum of the chances of the pitch classes."""
    partials: NDArray[np.float64]
    """Shape (VOICES, PARTIALS, 2): level in dB and delay in seconds."""
    voices: NDArray[np.float64]
    """Shape (VOICES, 2): MIDI number in the middle of the range, level in dB."""
    drums: NDArray[np.float64]
    """Shape (DRUMS, DRUM_ATOMS, 3): frequency in Hz, level in dB, delay in seconds."""
    beats: NDArray[np.bool_]
    """Shape (DRUMS, 64): at which tatums of a bar a drum is struck."""


@kernel
def _band(style: Style, scale: NDArray[np.int64], rng: np.random.Generator) -> _Band:
    partials = np.empty((VOICES, PARTIALS, 2))
    voices = np.empty((VOICES, 2))
    for v in range(VOICES):
        voices[v, 0] = style.register + 9 * rng.standard_normal()
        voices[v, 1] = 4 * rng.standard_normal()
        for h in range(PARTIALS):
            partials[v, h, 0] = 5 * rng.standard_normal() - style.slope_db * np.log2(h + 1.0)
            partials[v, h, 1] = 0.05 * rng.random()
    drums = np.empty((DRUMS, DRUM_ATOMS, 3))
    beats = np.empty((DRUMS, 64), np.bool_)
    for d in range(DRUMS):
        for a in range(DRUM_ATOMS):
            drums[d, a, 0] = _any_hz(rng)
            drums[d, a, 1] = style.drum_db + 4 * rng.standard_normal()
            drums[d, a, 2] = 0.03 * rng.random()
        for k in range(64):
            beats[d, k] = rng.random() < style.drum_onset
    return _Band(_classes(style, scale, rng), partials, voices, drums, beats)


@kernel
def _classes(
    style: Style, scale: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    weights = np.full(12, style.chromatic / 5)
    key = int(rng.integers(0, 12))
    total = 0.0
    for rank in range(len(DEGREES)):
        total += np.exp(-style.tonality * rank)
    for rank in range(len(DEGREES)):
        weights[(key + scale[DEGREES[rank]]) % 12] = np.exp(-style.tonality * rank) / total
    return np.cumsum(weights / weights.sum())


@kernel
def _any_hz(rng: np.random.Generator) -> float:
    """Return a frequency, equally likely in all octaves."""
    return float(LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** rng.random())


@kernel
def _noise(
    style: Style, duration_s: float, rng: np.random.Generator, out: NDArray[np.float32]
) -> int:
    count = min(int(style.noise_hz * duration_s), len(out))
    for i in range(count):
        out[i, 0] = duration_s * rng.random()
        out[i, 1] = LOWEST_HZ + (HIGHEST_HZ - LOWEST_HZ) * rng.random()
        out[i, 2] = style.noise_db + 4 * rng.standard_normal()
    return count


@kernel
def _pattern(
    style: Style, band: _Band, tatums: int, rng: np.random.Generator, out: NDArray[np.float32]
) -> int:
    """Write rows (seconds from the tatum, tatum, Hz, level in dB) of one bar; return how many."""
    size = 0
    for v in range(min(VOICES, int(style.voices + rng.random()))):
        pitch = band.voices[v, 0]
        for tatum in range(tatums):
            if rng.random() < style.onset:
                pitch = _next_pitch(band, v, pitch, rng)
                size = _note(style, band, v, pitch, tatum, rng, out, size)
    for d in range(DRUMS):
        for tatum in range(tatums):
            if band.beats[d, tatum % 64] != (rng.random() < FILL * style.drum_onset):
                size = _stroke(style, band, d, tatum, rng, out, size)
    return size


@kernel
def _next_pitch(band: _Band, voice: int, pitch: float, rng: np.random.Generator) -> float:
    """Return a MIDI number near the last one, and not too far from the middle of the voice."""
    around = 0.7 * pitch + 0.3 * band.voices[voice, 0] + 4 * rng.standard_normal()
    chosen = np.searchsorted(band.classes, rng.random())
    return float(chosen + 12 * np.round((around - chosen) / 12))


@kernel
def _note(
    style: Style,
    band: _Band,
    voice: int,
    pitch: float,
    tatum: int,
    rng: np.random.Generator,
    out: NDArray[np.float32],
    size: int,
) -> int:
    tone_hz = 440.0 * 2 ** ((pitch - 69 + style.tuning_cents / 100) / 12)
    loud = band.voices[voice, 1] + 3 * rng.standard_normal()
    length_s = style.tatum_s * style.length_tatums * (0.3 + rng.standard_exponential())
    for h in range(PARTIALS):
        hz = tone_hz * (h + 1)
        if hz > HIGHEST_HZ:
            break
        level = loud + band.partials[voice, h, 0]
        when = band.partials[voice, h, 1]
        swing = 0.0
        while size < len(out):
            out[size, 0], out[size, 1], out[size, 2] = when, tatum, hz
            out[size, 3] = level - style.decay_db_s * when + swing
            size += 1
            when += (0.3 + rng.standard_exponential()) / style.sustain_hz
            swing = style.sustain_db * rng.standard_normal()
            if when > length_s:
                break
    return size


@kernel
def _stroke(
    style: Style,
    band: _Band,
    drum: int,
    tatum: int,
    rng: np.random.Generator,
    out: NDArray[np.float32],
    size: int,
) -> int:
    loud = 3 * rng.standard_normal()
    for a in range(DRUM_ATOMS):
        if size == len(out):
            break
        same = rng.random() < style.drum_exact
        out[size, 0] = band.drums[drum, a, 2]
        out[size, 1] = tatum
        out[size, 2] = band.drums[drum, a, 0] if same else _any_hz(rng)
        out[size, 3] = band.drums[drum, a, 1] + loud
        size += 1
    return size


@kernel
def _bar(
    style: Style,
    atoms: NDArray[np.float32],
    late_s: NDArray[np.float32],
    duration_s: float,
    rng: np.random.Generator,
    out: NDArray[np.float32],
    size: int,
) -> int:
    """Play a pattern: rows (seconds, Hz, level in dB) from number `size` on."""
    for i in range(len(atoms)):
        tatum = int(atoms[i, 1])
        when = late_s[tatum] + tatum * style.tatum_s + atoms[i, 0]
        if size == len(out) or rng.random() < style.dropout or not 0 <= when < duration_s:
            continue
        cents = style.cents * rng.standard_normal()
        out[size, 0] = when
        out[size, 1] = atoms[i, 2] * (1 + 0.000578 * cents) + rng.standard_normal()
        out[size, 2] = atoms[i, 3] + style.variation_db * rng.standard_normal()
        size += 1
    return size


@kernel
def _gain(profile: tuple[float, ...], hz: float) -> float:
    """Return the profile at a frequency: straight lines between its points."""
    place = np.log2(hz / LOWEST_HZ) / np.log2(HIGHEST_HZ / LOWEST_HZ) * (BANDS - 1)
    low = min(max(int(place), 0), BANDS - 2)
    part = place - low
    return float(profile[low] * (1 - part) + profile[low + 1] * part)


@kernel
def _loudest(
    frames: NDArray[np.float32],
    bins: NDArray[np.float32],
    level: NDArray[np.float32],
    radius_frames: int,
    radius_ratio: float,
    min_radius: int,
    max_radius: int,
) -> NDArray[np.int64]:
    """Return which atoms have no louder one in their neighbourhood; of equal ones the first.

    Atoms are sorted into cells of one frame by a band about as wide as a neighbourhood, those of a
    band end to end: so the neighbours of one are the atoms of three short runs.
    """
    width = height = 1
    for value in frames:
        width = max(width, int(value + 0.5) + 1)
    for value in bins:
        height = max(height, int(value) + 1)
    bands = _bands(height, radius_ratio, min_radius, max_radius)
    order, begins = _sorted(frames, bins, bands, width)
    place, loud = bins[order], level[order]  # in order, so that neighbours lie side by side
    kept = np.empty(len(frames), np.int64)
    count = 0
    for at in range(len(order)):
        i = order[at]
        first = max(0, int(frames[i] + 0.5) - radius_frames)
        last = min(width, int(frames[i] + 0.5) + radius_frames + 1)
        reach = np.float32(_radius(bins[i], radius_ratio, min_radius, max_radius) + 0.5)
        loudest = True
        band = bands[int(bins[i])]
        for near in range(max(0, band - 1), min(band + 2, bands[-1] + 1)):
            low, high = begins[near * width + first], begins[near * width + last]
            if loudest and not _is_loudest(place, loud, at, low, high, reach):
                loudest = False
        if loudest:
            kept[count] = i
            count += 1
    return kept[:count].copy()


@kernel
def _is_loudest(
    place: NDArray[np.float32],
    loud: NDArray[np.float32],
    which: int,
    first: int,
    last: int,
    reach: np.float32,
) -> bool:
    for j in range(first, last):
        if abs(place[j] - place[which]) > reach:
            continue
        if loud[j] > loud[which] or (loud[j] == loud[which] and j < which):
            return False
    return True


@kernel
def _radius(place: float, ratio: float, least: int, most: int) -> float:
    return float(min(max(np.round(place * ratio), least), most))


@kernel
def _bands(height: int, ratio: float, least: int, most: int) -> NDArray[np.int64]:
    """Return the band of each bin.

    A band begins where a neighbourhood reaches just down to the beginning of the one before (and
    two bins less, for what is rounded): so none reaches further than into the next band.
    """
    bands = np.empty(height, np.int64)
    band = edge = 0
    for place in range(height):
        if place - _radius(place, ratio, least, most) - 2 >= edge:
            band += 1
            edge = place
        bands[place] = band
    return bands


@kernel
def _sorted(
    frames: NDArray[np.float32], bins: NDArray[np.float32], bands: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the atoms' numbers in the order of band and frame, and where each cell begins."""
    begins = np.zeros((bands[-1] + 1) * width + 2, np.int32)
    cells = np.empty(len(frames), np.int64)
    for i in range(len(frames)):
        cells[i] = bands[int(bins[i])] * width + int(frames[i] + 0.5)
        begins[cells[i] + 2] += 1
    total = np.int32(0)
    for cell in range(len(begins)):
        total += begins[cell]
        begins[cell] = total
    order = np.empty(len(frames), np.int64)
    for i in range(len(frames)):
        order[begins[cells[i] + 1]] = i
        begins[cells[i] + 1] += 1
    return order, begins
