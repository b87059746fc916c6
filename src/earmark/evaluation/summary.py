"""Many trials in few numbers: a row for each condition, and what holds for all."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.intervals import Bin, calibration_error, exact, reliability, wilson
from earmark.evaluation.material import Origin
from earmark.evaluation.trials import Offset, Outcome, Trial
from earmark.ingest import Skipped

FOUND = frozenset({Outcome.HIT, Outcome.ACCEPTED})
NARROW = 0.02
"""An interval of less than two points is worth decimals."""

MISTAKES = frozenset({Outcome.WRONG, Outcome.ACCEPTED, Outcome.RELATED})


@dataclass(frozen=True, slots=True)
class Share:
    """A count out of n, and the 95 % interval of the share."""

    count: int
    n: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """The share itself; None for n = 0."""
        return self.count / self.n if self.n else None

    @property
    def interval(self) -> str:
        """The interval in percent, for people: with decimals where it is narrow."""
        digits = 2 if self.high - self.low < NARROW else 0
        return f"{100 * self.low:.{digits}f} to {100 * self.high:.{digits}f}"


@dataclass(frozen=True, slots=True)
class Places:
    """Where hits with unchanged speed were placed."""

    n: int
    right: int
    repeats: int
    """At another place of the track that sounds the same; these count as right, too."""


@dataclass(frozen=True, slots=True)
class Row:
    """All clips of one condition, or of several."""

    condition: Condition | None
    """None for a total."""
    found: Share
    """Hits by Wilson's interval; of strangers the accepted ones, by the exact interval."""
    wrong: int
    """Clips of known music that were taken for another track."""
    related: int
    """Clips that were taken for a track that holds their very sound, as remixes and loops do: among
    the wrong ones of known music; of strangers not counted, for they are none."""
    median_ms: float | None
    places: Places
    both: Share | None
    """Pairs of which both tracks were named; None where there were none."""
    tempo_error: float | None
    """Median of the absolute relative errors of the tempo, of hits."""
    pitch_error_st: float | None
    """The same in semitones."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What was measured, on what, and how."""

    earmark: str
    """Version."""
    created_at: str
    """UTC, ISO 8601."""
    catalogue: str
    tracks: int
    duration_s: float
    strangers: int
    origin: Origin
    seed: int
    clips: int
    jobs: int
    peaks_id: str
    index_id: str
    query: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a measurement."""

    setup: Setup
    is_complete: bool
    """False if it was stopped."""
    rows: Sequence[Row]
    known: Row
    strangers: Row
    bins: Sequence[Bin]
    """Reliability of the confidence of the best candidates, accepted or not."""
    calibration_error: float
    known_scores: Sequence[float]
    """Of the best candidates, where they are right."""
    stranger_scores: Sequence[float]
    """Of the best candidates of strangers: wrong, all of them."""
    mistakes: Sequence[Trial]
    """Wrong tracks and accepted strangers, also those that share the sound."""
    skipped: Sequence[Skipped]
    encoders: Mapping[str, str]
    """What codecs were tried, and FFmpeg's names of their encoders."""


def summarised(
    trials: Sequence[Trial],
    conditions: Sequence[Condition],
    setup: Setup,
    skipped: Sequence[Skipped],
    *,
    is_complete: bool,
) -> Report:
    """Sum up the trials of a measurement, in the order of the conditions."""
    groups: dict[str, list[Trial]] = {condition.label: [] for condition in conditions}
    for trial in trials:
        groups[trial.condition.label].append(trial)
    known = [trial for trial in trials if trial.condition.is_known]
    strangers = [trial for trial in trials if not trial.condition.is_known]
    judged = [trial for trial in trials if not trial.is_same_sound]
    bins = reliability(
        [trial.confidence for trial in judged], [trial.is_best_right for trial in judged]
    )
    return Report(
        setup,
        is_complete,
        [row(groups[condition.label], condition) for condition in conditions],
        row(known),
        row(strangers, is_known=False),
        bins,
        calibration_error(bins),
        [trial.score for trial in known if trial.score is not None and trial.is_best_right],
        [trial.score for trial in strangers if trial.score is not None and not trial.is_same_sound],
        [trial for trial in trials if trial.outcome in MISTAKES],
        list(skipped),
        {one.codec.name: one.codec.encoder for one in conditions if one.codec is not None},
    )


def row(
    trials: Sequence[Trial], condition: Condition | None = None, *, is_known: bool = True
) -> Row:
    """Sum up trials of one condition, or, without one, of several."""
    is_known = condition.is_known if condition else is_known
    interval = wilson if is_known else exact
    found = sum(trial.outcome in FOUND for trial in trials)
    n = sum(trial.outcome is not Outcome.RELATED for trial in trials)
    pairs = [trial.has_both for trial in trials if trial.has_both is not None]
    return Row(
        condition,
        Share(found, n, *interval(found, n)),
        sum(trial.outcome is Outcome.WRONG for trial in trials),
        sum(trial.is_same_sound for trial in trials),
        _median(trial.elapsed_ms for trial in trials),
        _places(trials),
        Share(sum(pairs), len(pairs), *wilson(sum(pairs), len(pairs))) if pairs else None,
        _median(abs(trial.tempo_error) for trial in trials if trial.tempo_error is not None),
        _median(abs(trial.pitch_error_st) for trial in trials if trial.pitch_error_st is not None),
    )


def severities(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Sort rows with clips by condition and severity, strangers and pairs left out."""
    groups: dict[str, list[Row]] = {}
    for one in rows:
        condition = one.condition
        if condition is not None and condition.sound is Sound.TRACK and one.found.n:
            name = f"{condition.name} {condition.severity}".strip()
            groups.setdefault(name, []).append(one)
    return groups


def _places(trials: Sequence[Trial]) -> Places:
    offsets = [trial.offset for trial in trials if trial.offset is not None]
    repeats = sum(offset is Offset.REPEAT for offset in offsets)
    right = sum(offset is Offset.RIGHT for offset in offsets)
    return Places(len(offsets), right, repeats)


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return statistics.median(found) if found else None
