"""Made-up songs: their peaks keep the rule of peaks, and the same seed gives the same song."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earmark.axis import axis_of
from earmark.evaluation import imitation
from earmark.evaluation.imitation import BANDS, Style, imitate, read_styles, write_styles
from earmark.params import Axis, PeakParams
from earmark.types import Peaks
from tests.constellations import crowded

PARAMS = PeakParams()
STYLE = Style(
    tatum_s=0.15,
    bar_tatums=16,
    voices=3.5,
    onset=0.25,
    length_tatums=3,
    slope_db=6,
    sustain_hz=3,
    sustain_db=3,
    decay_db_s=10,
    drum_onset=0.15,
    drum_db=3,
    drum_exact=0.7,
    noise_hz=20,
    noise_db=-15,
    timing_s=0.003,
    variation_db=2,
    dropout=0.05,
    repeat=0.9,
    patterns=8,
    register=60,
    cents=5,
    tonality=0.3,
    chromatic=0.05,
    tuning_cents=0,
    level=150,
    level_spread=25,
    profile=(0.0,) * BANDS,
)
SILENT = STYLE._replace(voices=-1.0, drum_onset=-1.0, noise_hz=0.0)


def song(seed: int, style: Style = STYLE, duration_s: float = 20.0) -> Peaks:
    """Make the song of this seed."""
    return imitate(style, duration_s, PARAMS, np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_song() -> None:
    """A song is decided by its style, its duration and its generator."""
    one, other = song(1), song(1)
    assert np.array_equal(one.time, other.time)
    assert np.array_equal(one.frequency, other.frequency)
    assert np.array_equal(one.level, other.level)


def test_another_seed_gives_another_song() -> None:
    """Songs of one style share no passage."""
    one = set(zip(*(axis.tolist() for axis in (song(1).time, song(1).frequency))))
    other = set(zip(*(axis.tolist() for axis in (song(2).time, song(2).frequency))))
    assert len(one & other) < 0.02 * len(one)


def test_peaks_are_sorted_and_within_their_range() -> None:
    """A song's peaks are as orderly as those of a recording."""
    peaks = song(3)
    bins = peaks.frequency / PARAMS.steps
    assert np.array_equal(np.lexsort((peaks.frequency, peaks.time)), np.arange(len(peaks)))
    assert PARAMS.low_bin <= bins.min()
    assert bins.max() < PARAMS.high_bin
    assert peaks.time[0] >= 0
    assert peaks.level.min() > 0


@pytest.mark.parametrize("axis", Axis)
def test_a_song_lies_on_any_axis(axis: Axis) -> None:
    """A song has about as many peaks on each axis, in the same range."""
    params = PeakParams(axis=axis)
    found, linear = imitate(STYLE, 20.0, params, np.random.default_rng(3)), song(3)
    hz = axis_of(params).hz(found.frequency)
    assert abs(len(found) - len(linear)) < 0.05 * len(linear)
    assert 120 < hz.min() < hz.max() < 3550


def test_no_two_peaks_share_a_neighbourhood() -> None:
    """Of two atoms in one neighbourhood the softer is no peak, as in a spectrogram."""
    assert crowded(song(4)) == 0


def test_a_band_without_players_is_silent() -> None:
    """No voices, no drums and no noise make no peaks, not an error."""
    assert len(song(5, SILENT)) == 0


def test_voices_keep_to_the_tuning() -> None:
    """The partials of a well-tuned song without noise lie on semitones more often than not."""
    style = SILENT._replace(voices=3.0, cents=0.5, chromatic=0.0, slope_db=30.0, tuning_cents=20.0)
    frequency = song(6, style, 60.0).frequency / PARAMS.steps
    hz = frequency * PARAMS.sample_rate_hz / PARAMS.window_samples
    semitones = 12 * np.log2(hz[hz > 250] / 440)
    assert np.angle(np.exp(2j * np.pi * semitones).mean()) / (2 * np.pi) == pytest.approx(
        0.2, abs=0.05
    )


def test_levels_have_the_mean_of_the_style() -> None:
    """Levels are scaled to what the style was measured to have."""
    assert song(7).level.mean() == pytest.approx(STYLE.level, abs=1)
    assert song(7).level.std() == pytest.approx(STYLE.level_spread, abs=1)


def test_styles_survive_writing(tmp_path: Path) -> None:
    """A table of styles gives back what was written."""
    write_styles([STYLE, SILENT], tmp_path / "styles.tsv")
    assert read_styles(tmp_path / "styles.tsv") == [STYLE, SILENT]


def test_of_two_equal_atoms_the_first_wins() -> None:
    """Equal levels are broken by order, as among real peaks."""
    frames = np.array([10.0, 12.0], np.float32)
    bins, level = np.full(2, 100.0, np.float32), np.zeros(2, np.float32)
    assert imitation._loudest(frames, bins, level, 16, 0.12, 4, 26).tolist() == [0]


def test_peaks_are_those_that_a_plain_comparison_finds() -> None:
    """Cells and bands only save time: every atom is compared with all that are near."""
    rng = np.random.default_rng(8)
    frames = rng.uniform(0, 200, 3000).astype(np.float32)
    bins = rng.uniform(0, 460, 3000).astype(np.float32)
    level = rng.normal(0, 10, 3000).astype(np.float32)
    rounded = np.floor(frames + 0.5)
    reach = np.clip(np.round(bins * 0.12), 4, 26) + 0.5
    near = np.abs(rounded[:, None] - rounded) <= 16
    near &= np.abs(bins[:, None] - bins) <= reach[:, None]
    wanted = np.flatnonzero(~(near & (level > level[:, None])).any(axis=1))
    found = imitation._loudest(frames, bins, level, 16, 0.12, 4, 26)
    assert np.array_equal(np.sort(found), wanted)


def test_atoms_far_apart_are_all_peaks() -> None:
    """A louder atom beyond the neighbourhood takes nothing away, in time or in frequency."""
    frames = np.array([10.0, 27.0, 10.0], np.float32)
    bins = np.array([100.0, 100.0, 115.0], np.float32)
    level = np.array([0.0, 9.0, 9.0], np.float32)
    found = imitation._loudest(frames, bins, level, 16, 0.12, 4, 26)
    assert sorted(found.tolist()) == [0, 1, 2]
